/** The options and batches of a set-up's calls. */
import { type BatchCall, type BatchOutcome, maxBatchCalls } from '../rest/batch.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import type { SetUpOptions } from './set-up-types.ts';

/** Each call may wait this long for the portal's rate limiter. */
export const patienceMs = 20_000;

export const callOptions = ({ signal }: Pick<SetUpOptions, 'signal'>) => ({ patienceMs, signal });

/** The answers of all calls, in their order. Throws what `client.batch` throws. */
export async function inBatches(client: PortalClient, options: SetUpOptions, calls: readonly BatchCall[]) {
  const answers: BatchOutcome[] = [];
  for (let at = 0; at < calls.length; at += maxBatchCalls) {
    answers.push(...(await client.batch(options.portal, calls.slice(at, at + maxBatchCalls), callOptions(options))));
  }
  return answers;
}
