/** Selarti in the sandbox: on the page of the fake service a person acts as the AI and as the operator. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startSandboxSelarti } from './selarti-server.ts';

export const selartiInSandbox: SandboxBrain = {
  summary: 'the line bot and the supervisor use the sandbox Selarti; you answer as the AI and as the operator',
  firstSteps: [
    'Everything is running. Write as a customer on the first page and answer as the AI on the page of Selarti.',
    'The line bot and the supervisor use Selarti; the assistant repeats each message.',
  ],
  start,
};

async function start({ host, freePort }: StartOptions): Promise<RunningServer> {
  const selarti = await startSandboxSelarti({ host, port: await freePort(3030) });
  return {
    hosts: [new URL(selarti.origin).host],
    config: { host: selarti.origin, apiKey: selarti.apiKey, taskId: selarti.taskId },
    places: [
      { key: 'selarti', title: 'Selarti, page of the AI and the operator', value: `${selarti.origin}/`, isPage: true },
      { key: 'selartiApiKey', title: '  API key', value: selarti.apiKey },
      { key: 'selartiTask', title: '  Task', value: selarti.taskId },
    ],
    takeWebhookAddress: (address) => {
      selarti.webhookUrl = address;
    },
    isConnected: () => selarti.webhookUrl !== '',
    close: () => selarti.close(),
  };
}
