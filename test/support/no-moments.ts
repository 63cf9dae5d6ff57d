/** For calls to a portal whose callbacks for waiting and leaving are not needed. */
import type { CallMoments } from '../../src/bitrix24/rest/batched-calls.ts';

export const noMoments: CallMoments = { waits: () => undefined, leaves: () => Promise.resolve() };
