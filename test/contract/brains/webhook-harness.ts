/** The harness of Webhook for the contract suite: the sandbox's server. */
import { startWebhookFakeServer } from '../../../sandbox/webhook/fake-server.ts';
import type { Harness } from './brain-harness.ts';

const token = 'token-of-the-contract-suite';

export const webhookHarness: Harness = {
  // It has no sockets to cut.
  fakeServer: async () => Object.assign(await startWebhookFakeServer({ token }), { cutSockets: () => {} }),
  config: ({ origin }) => ({ origin, token }),
  secrets: [token],
  answerTo: (text) => `re: ${text}`,
  speaks: true,
};
