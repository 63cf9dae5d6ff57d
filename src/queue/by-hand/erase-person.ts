/**
 * Erases a person from a portal: their private dialogs and the Open Channel dialogs of which they are the customer as a whole, what they wrote in
 * dialogs with others, and their name in lists. May be repeated. What still waits in the queues is erased once it is done.
 */
import { AppError } from '../../core/errors.ts';
import { inTransaction, type Pool } from '../../store/database.ts';
import { dialogOf, inboxLane } from '../../store/queue/lane-names.ts';
import { type Dialog, eraseDialog, eraseEvents, forgetPerson, listDialogs } from '../../store/tenants/erase-person.ts';
import { type PersonEvent, personEvents } from './person-events.ts';

/** Waiting messages are usually processed within seconds. */
const againMs = 5_000;

/** Events of one lane that are held in memory and erased in one transaction. */
const eventsAtOnce = 500;

/** Throws AppError `erase.still_waiting`, to be retried, while messages of the person wait in the queues. */
export async function erasePerson(db: Pool, portal: string, userId: string, signal: AbortSignal): Promise<string> {
  if (userId === '') return 'person_erased';
  for (const dialog of await privateDialogs(db, portal, userId)) {
    await inTransaction(db, (trx) => eraseDialog(trx, portal, dialog));
  }
  let waiting = 0;
  for await (const { lane, events } of inSteps(personEvents(db, portal, userId, { signal }))) {
    const isCustomers = events.some(({ isCustomer }) => isCustomer);
    waiting += await inTransaction(db, async (trx) => {
      if (!isCustomers) return await eraseEvents(trx, portal, lane, events);
      await eraseDialog(trx, portal, { ...dialogOf(lane), lane });
      return 0;
    });
  }
  if (waiting > 0) {
    throw new AppError({
      code: 'erase.still_waiting',
      message: 'messages of the person are still in the queues; they are erased afterwards',
      retry: { afterMs: againMs },
    });
  }
  await inTransaction(db, (trx) => forgetPerson(trx, portal, userId));
  return 'person_erased';
}

export async function privateDialogs(db: Pool, portal: string, userId: string): Promise<readonly Dialog[]> {
  const found = await listDialogs(db, portal, userId);
  return found.map(({ bot_code: botCode }) => ({ botCode, dialogId: userId, lane: inboxLane(botCode, userId) }));
}

/** Groups events, which come lane by lane, into steps of one lane each. */
async function* inSteps(
  found: AsyncIterable<PersonEvent>,
): AsyncGenerator<{ readonly lane: string; readonly events: readonly PersonEvent[] }> {
  let events: PersonEvent[] = [];
  for await (const event of found) {
    const [first] = events;
    if (first !== undefined && (first.lane !== event.lane || events.length === eventsAtOnce)) {
      yield { lane: first.lane, events };
      events = [];
    }
    events.push(event);
  }
  const [first] = events;
  if (first !== undefined) yield { lane: first.lane, events };
}
