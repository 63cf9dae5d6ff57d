/** What a person decides about dead letters: replay them when the cause is mended, or drop them. */
import { type BadInput, badInput } from '../core/errors.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { type DeadLetterId, dropDeadLetter, listDeadLetterIds, replayDeadLetter } from '../store/queue/dead-letters.ts';
import { countDeadLetters } from '../store/reporting/history.ts';

export interface DeadLetterOptions {
  readonly db: Pool;
  readonly wakeups: Wakeups;
}

/** Puts one back at the end of its lane. Throws BadInput `dead_letters.unknown` when there is none (any more). */
export async function replay({ db, wakeups }: DeadLetterOptions, id: DeadLetterId): Promise<void> {
  if (!(await inTransaction(db, (trx) => replayDeadLetter(trx, id)))) throw unknownDeadLetter();
  wakeups[id.queue].ring();
}

/** Throws BadInput `dead_letters.unknown` when there is none (any more). */
export async function drop({ db }: DeadLetterOptions, id: DeadLetterId): Promise<void> {
  if (!(await dropDeadLetter(db, id))) throw unknownDeadLetter();
}

/**
 * Replays all of a portal: inbox before outbox and each in the order of arrival, so that they come again as they came first. Those of
 * unknown fate are left alone, for repeating them may show something twice. Each is replayed at most once, even if it fails again at once.
 */
export async function replayAll(
  { db, wakeups }: DeadLetterOptions,
  portal: string,
): Promise<{ readonly replayed: number; readonly unknownLeft: number }> {
  let replayed = 0;
  for (const id of await allOf(db, portal, false)) {
    if (await inTransaction(db, (trx) => replayDeadLetter(trx, id))) replayed += 1;
  }
  wakeups.inbox.ring();
  wakeups.outbox.ring();
  return { replayed, unknownLeft: (await countDeadLetters(db, portal)).unknown };
}

/** Drops all of a portal, those of unknown fate included. Returns how many. */
export async function dropAll({ db }: DeadLetterOptions, portal: string): Promise<number> {
  let dropped = 0;
  for (const id of await allOf(db, portal, true)) if (await dropDeadLetter(db, id)) dropped += 1;
  return dropped;
}

async function allOf(db: Pool, portal: string, withUnknown: boolean): Promise<readonly DeadLetterId[]> {
  return [
    ...(await listDeadLetterIds(db, portal, 'inbox', withUnknown)),
    ...(await listDeadLetterIds(db, portal, 'outbox', withUnknown)),
  ];
}

function unknownDeadLetter(): BadInput {
  return badInput(
    'dead_letters.unknown',
    'there is no such dead letter (any more); "dead-letters list" shows those there are',
  );
}
