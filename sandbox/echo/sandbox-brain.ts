/** The echo brain in the sandbox: it runs inside the app and has no server. */
import type { SandboxBrain } from '../sandbox-brain.ts';

export const echoInSandbox: SandboxBrain = {
  summary: 'all bots repeat what they hear',
  firstSteps: [
    'The bridge is open. Write on the first page: as a customer, as an employee, or to the supervisor in the group.',
    'The bots repeat what they hear.',
  ],
  start: null,
};
