/** The brains of the sandbox by their names in the app, one line each. `npm run new:brain` adds the line of a new one. */
import { echoInSandbox } from './echo/sandbox-brain.ts';
import { messageGatewayInSandbox } from './messagegateway/sandbox-brain.ts';
import { metabotInSandbox } from './metabot/sandbox-brain.ts';
import type { SandboxBrain } from './sandbox-brain.ts';
import { selartiInSandbox } from './selarti/sandbox-brain.ts';
import { webhookInSandbox } from './webhook/sandbox-brain.ts';

export const sandboxBrains: Readonly<Record<string, SandboxBrain>> = {
  echo: echoInSandbox,
  messagegateway: messageGatewayInSandbox,
  selarti: selartiInSandbox,
  metabot: metabotInSandbox,
  webhook: webhookInSandbox,
};

/** What the bots use without `--brain`: the first brain of the list. */
export const usualBrain = Object.keys(sandboxBrains)[0] ?? '';
