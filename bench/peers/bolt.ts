/** A peer of the event endpoint: Bolt for JavaScript with its HTTPReceiver. It checks the signature, acknowledges, and stores nothing. */
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { slackSigningSecret } from '../load/requests.ts';
import { serveParent } from '../support/serve-parent.ts';

const receiver = new HTTPReceiver({
  signingSecret: slackSigningSecret,
  endpoints: '/slack/events',
  logLevel: LogLevel.ERROR,
});
const app = new App({
  receiver,
  logLevel: LogLevel.ERROR,
  // Given here, so that Bolt does not ask Slack.
  authorize: () => Promise.resolve({ botToken: 'xoxb-bench', botId: 'B0BENCH', botUserId: 'U0SELF' }),
});
app.message(() => Promise.resolve());

const server = await receiver.start({ port: 0, host: '127.0.0.1' });
server.keepAliveTimeout = 600_000;
serveParent((server.address() as AddressInfo).port);
