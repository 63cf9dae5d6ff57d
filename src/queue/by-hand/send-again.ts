/** Sends a delivery to a brain again, as an administrator of the portal asks on the page of a connection. */
import { badInput } from '../../core/errors.ts';
import { type Db, inTransaction } from '../../store/database.ts';
import type { LaneId } from '../../store/queue/lanes.ts';
import { repeatDelivery } from '../../store/queue/outbox.ts';
import { findDelivery } from '../../store/reporting/deliveries.ts';
import { type DeadLetterOptions, replay } from './dead-letters.ts';

export interface AgainOptions {
  readonly connection: string;
  /** Codes of the bots that use the connection. */
  readonly botCodes: readonly string[];
  /** It may have arrived, and the administrator accepts that it arrives twice. */
  readonly isConfirmed: boolean;
}

/**
 * A dead letter goes back to the end of its lane with its key. A delivery that arrived is sent as a new one, with a key of its own. Throws
 * BadInput: `deliveries.unknown` (404), `deliveries.waiting` (409), `deliveries.confirm` (409) for what may have arrived, `deliveries.just_sent`
 * (409) for a second click.
 */
export async function sendAgain(
  { db, wakeups, note }: DeadLetterOptions,
  id: LaneId & { readonly seq: number },
  { connection, botCodes, isConfirmed }: AgainOptions,
): Promise<void> {
  const change = {
    action: 'delivery.sent_again',
    subject: `${id.lane} ${id.seq}`,
    details: { connection, isConfirmed },
  };
  const record = async (trx: Db): Promise<void> => await note?.(trx, id.portal, change);
  const putBack = () => replay({ db, wakeups, note: record }, { ...id, queue: 'outbox' });
  const found = await findDelivery(db, id, botCodes);
  if (found?.state === 'dead_letter') return await putBack();
  if (found?.state === 'waiting') throw badInput('deliveries.waiting', 'it is still being tried', 409);
  if (found === null || found.state === 'dropped') throw unknownDelivery();
  if (!isConfirmed) throw badInput('deliveries.confirm', 'it may have arrived already: confirm to send it again', 409);
  if (found.state === 'unknown') return await putBack();
  const result = await inTransaction(db, async (trx) => {
    const repeated = await repeatDelivery(trx, id);
    if (repeated === 'ordered') await record(trx);
    return repeated;
  });
  if (result === 'unknown') throw unknownDelivery();
  if (result === 'repeated_already') throw badInput('deliveries.just_sent', 'it was sent again a moment ago', 409);
  wakeups.outbox.ring();
}

function unknownDelivery() {
  return badInput('deliveries.unknown', 'there is no such delivery (any more)', 404);
}
