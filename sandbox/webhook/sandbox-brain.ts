/** The signed webhook in the sandbox: a server that answers by itself or lets a person answer on its page. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startWebhookServer } from './start-webhook-server.ts';

export const webhookInSandbox: SandboxBrain = {
  summary:
    'the line bot and the supervisor use a server behind signed webhooks, on whose page you answer, or which answers by itself',
  firstSteps: [
    'Everything is running. Write as a customer on the first page and answer as the server on the second.',
    'On its page you also choose that it answers by itself: in the call, later, or word by word.',
  ],
  start,
};

async function start({ host, freePort }: StartOptions): Promise<RunningServer> {
  const server = await startWebhookServer({ host, port: await freePort(3040) });
  const url = `${server.origin}/events`;
  const [key = ''] = server.keys;
  return {
    hosts: [new URL(server.origin).host],
    config: { url, key },
    places: [
      { key: 'webhookPage', title: 'Signed webhook, the page of its server', value: `${server.origin}/`, isPage: true },
      { key: 'webhookServer', title: 'Signed webhook, address of the server', value: url },
      { key: 'webhookKey', title: '  Signing key', value: key },
    ],
    isConnected: () => server.talk.answerUrl !== '',
    close: () => server.close(),
  };
}
