/** The echo brain in the sandbox: it runs inside the app and has no server. */
import type { SandboxBrain } from '../sandbox-brain.ts';

export const echoInSandbox: SandboxBrain = {
  summary: 'all bots repeat each message',
  firstSteps: [
    'Everything is running. Write on the first page: as a customer, as an employee, or to the supervisor in the group.',
    'The bots repeat each message.',
  ],
  start: null,
};
