/** Sends a delivery to a brain again, as an administrator of the portal asks on the page of a connection. */
import { badInput } from '../core/errors.ts';
import { inTransaction } from '../store/database.ts';
import type { LaneId } from '../store/queue/lanes.ts';
import { repeatDelivery } from '../store/queue/outbox.ts';
import { findDelivery } from '../store/reporting/deliveries.ts';
import { type DeadLetterOptions, replay } from './dead-letters.ts';

export interface AgainOptions {
  /** Those that use the connection. */
  readonly botCodes: readonly string[];
  /** It may have arrived, and the administrator accepts that it arrives twice. */
  readonly isConfirmed: boolean;
}

/**
 * A dead letter goes back to the end of its lane with its key. One that has arrived is sent as a new one, with a key of its own. Throws
 * BadInput: `deliveries.unknown` (404), `deliveries.waiting` (409), `deliveries.confirm` (409) for what may have arrived.
 */
export async function sendAgain(
  options: DeadLetterOptions,
  id: LaneId & { readonly seq: number },
  { botCodes, isConfirmed }: AgainOptions,
): Promise<void> {
  const { db, wakeups } = options;
  const found = await findDelivery(db, id, botCodes);
  if (found?.state === 'dead_letter') return await replay(options, { ...id, queue: 'outbox' });
  if (found?.state === 'waiting') throw badInput('deliveries.waiting', 'it is still being tried', 409);
  if (found === null || found.state === 'dropped') throw unknownDelivery();
  if (!isConfirmed) throw badInput('deliveries.confirm', 'it may have arrived already: confirm to send it again', 409);
  if (found.state === 'unknown') return await replay(options, { ...id, queue: 'outbox' });
  if (!(await inTransaction(db, (trx) => repeatDelivery(trx, id)))) throw unknownDelivery();
  wakeups.outbox.ring();
}

function unknownDelivery() {
  return badInput('deliveries.unknown', 'there is no such delivery (any more)', 404);
}
