/** What a person decides about dead letters: replay them when the cause is mended, or drop them. */
import { type BadInput, badInput } from '../../core/errors.ts';
import type { NoteChange } from '../../portals/audit.ts';
import type { Wakeups } from '../../runtime/wakeup.ts';
import { databaseTime, inTransaction, type Pool, type Transaction } from '../../store/database.ts';
import {
  type DeadLetterChoice,
  type DeadLetterId,
  dropDeadLetters,
  listDeadLetterIds,
  replayDeadLetter,
} from '../../store/queue/dead-letters.ts';
import { countDeadLetters } from '../../store/reporting/history.ts';

export interface DeadLetterOptions {
  readonly db: Pool;
  readonly wakeups: Wakeups;
  /** Puts the decision into the portal's audit list. Absent: somebody outside the portal decides. */
  readonly note?: NoteChange;
}

type Decision = 'replayed' | 'dropped';

const decide: Readonly<Record<Decision, (trx: Transaction, id: DeadLetterId) => Promise<boolean>>> = {
  replayed: replayDeadLetter,
  dropped: async (trx, id) => (await dropDeadLetters(trx, [id])) > 0,
};

/** Puts a dead letter back at the end of its lane. Throws BadInput `dead_letters.unknown` (404) when it does not exist (any more). */
export async function replay(options: DeadLetterOptions, id: DeadLetterId): Promise<void> {
  await decideOne(options, id, 'replayed');
  options.wakeups[id.queue].ring();
}

/** Drops a dead letter. Throws BadInput `dead_letters.unknown` (404) when it does not exist (any more). */
export async function drop(options: DeadLetterOptions, id: DeadLetterId): Promise<void> {
  await decideOne(options, id, 'dropped');
}

async function decideOne({ db, note }: DeadLetterOptions, id: DeadLetterId, decision: Decision): Promise<void> {
  const isDone = await inTransaction(db, async (trx) => {
    if (!(await decide[decision](trx, id))) return false;
    await note?.(trx, id.portal, { action: `dead_letter.${decision}`, subject: `${id.lane} ${id.seq}` });
    return true;
  });
  if (!isDone) throw unknownDeadLetter();
}

/**
 * Replays all dead letters of a portal in the order in which they first came: inbox before outbox, each in the order of arrival. Those of
 * unknown fate are left alone: repeating them may show something twice. Each is replayed at most once, even if it fails again at once.
 */
export async function replayAll(
  options: DeadLetterOptions,
  portal: string,
): Promise<{ readonly replayed: number; readonly unknownLeft: number }> {
  const ids = await listDeadLetterIds(options.db, { portal, withUnknown: false });
  const replayed = await replayEach(options, ids);
  return { replayed, unknownLeft: (await countDeadLetters(options.db, portal)).unknown };
}

/** Drops all dead letters of a portal, those of unknown fate included. Returns how many. */
export async function dropAll(options: DeadLetterOptions, portal: string): Promise<number> {
  return await dropDeadLetters(options.db, await listDeadLetterIds(options.db, { portal, withUnknown: true }));
}

async function replayEach({ db, wakeups }: DeadLetterOptions, ids: readonly DeadLetterId[]): Promise<number> {
  let replayed = 0;
  // A transaction for each: one for all would lock lanes in the order in which the letters came, not in that of the lanes' keys.
  for (const id of ids) if (await inTransaction(db, (trx) => replayDeadLetter(trx, id))) replayed += 1;
  wakeups.inbox.ring();
  wakeups.outbox.ring();
  return replayed;
}

/** Dead letters of one step: they take about a second, for which a page waits. */
const stepSize = 200;

export interface StepOfMany {
  readonly done: number;
  /** False: there are more, and the next step is to be given `failedBefore`. */
  readonly isOver: boolean;
  /** The moment of the decision. */
  readonly failedBefore: Date;
}

/** One step of a decision about many. Each is decided on once, even if it fails again before the last step: see `failedBefore`. */
export async function decideStep(
  options: DeadLetterOptions,
  choice: Omit<DeadLetterChoice, 'limit'>,
  decision: Decision,
): Promise<StepOfMany> {
  const { db, note } = options;
  const { portal, reason } = choice;
  const failedBefore = choice.failedBefore ?? (await databaseTime(db));
  const ids = await listDeadLetterIds(db, { ...choice, failedBefore, limit: stepSize });
  const count = ids.length;
  if (count === 0) return { done: 0, isOver: true, failedBefore };
  await note?.(db, portal, {
    action: `dead_letters.${decision}`,
    subject: reason?.outcome ?? '',
    details: { count, ...(reason === undefined ? {} : { reason }) },
  });
  const done = decision === 'replayed' ? await replayEach(options, ids) : await dropDeadLetters(db, ids);
  return { done, isOver: count < stepSize, failedBefore };
}

function unknownDeadLetter(): BadInput {
  return badInput(
    'dead_letters.unknown',
    'there is no such dead letter (any more); "dead-letters list" shows those there are',
    404,
  );
}
