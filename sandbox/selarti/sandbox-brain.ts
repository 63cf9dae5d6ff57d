/** Selarti in the sandbox: a fake service whose page is for you. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { startSandboxSelarti } from './selarti-server.ts';

export const selartiInSandbox: SandboxBrain = {
  summary: 'line bot and supervisor think with the sandbox Selarti, where you are the AI and the operator',
  firstSteps: [
    'The bridge is open. Write as a customer on the first page and answer as the AI on the page of Selarti.',
    'The line bot and the supervisor think with Selarti, the assistant repeats what it hears.',
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
