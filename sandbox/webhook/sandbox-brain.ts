/** Webhook in the sandbox: a server that repeats what it is told. */
import { randomBytes } from 'node:crypto';
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startWebhookFakeServer } from './fake-server.ts';

export const webhookInSandbox: SandboxBrain = {
  summary: 'line bot and supervisor think with the sandbox server of Webhook, which repeats what it is told',
  firstSteps: [
    'The bridge is open. Write on the first page: as a customer, or to the supervisor in the group.',
    'The line bot and the supervisor think with Webhook, the assistant repeats what it hears.',
  ],
  start,
};

async function start({ host, freePort }: StartOptions): Promise<RunningServer> {
  const token = randomBytes(16).toString('hex');
  const server = await startWebhookFakeServer({ host, port: await freePort(), token });
  return {
    hosts: [new URL(server.origin).host],
    config: { origin: server.origin, token },
    places: [
      { key: 'webhook', title: 'Sandbox server of Webhook', value: server.origin },
      { key: 'webhookToken', title: '  Access token', value: token },
    ],
    isConnected: () => server.hook !== '',
    close: () => server.close(),
  };
}
