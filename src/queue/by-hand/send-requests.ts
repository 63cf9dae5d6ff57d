/** Puts requests to a brain into the inbox lanes of their conversations: at once for a person, and follow-ups when they are due. */
import type { RequestEvent } from '../../core/events.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Wakeups } from '../../runtime/wakeup.ts';
import { startWorkLoop, type WorkLoop } from '../../runtime/work-loop.ts';
import { inTransaction, type Pool, type Transaction } from '../../store/database.ts';
import { acceptEvents } from '../../store/queue/inbox.ts';
import { dedupeKey } from '../../store/queue/lane-names.ts';
import type { ConversationId } from '../../store/tenants/conversations.ts';
import { type DueFollowUp, dueFollowUps, takeFollowUps } from '../../store/tenants/follow-ups.ts';
import { lockPortals } from '../../store/tenants/portals.ts';
import { ownEvent } from '../read-event.ts';

/** Stores a person's request. The caller wakes the inbox. */
export async function sendRequest(
  db: Pool,
  to: ConversationId,
  request: Pick<RequestEvent, 'id' | 'name' | 'params'>,
  trace: string,
): Promise<void> {
  const event: RequestEvent = { type: 'requested', by: 'person', ...request };
  await acceptEvents(db, [ownEvent(to, [event], { dedupeKey: dedupeKey('request', request.id), trace })]);
}

export interface FollowUpsOptions {
  readonly db: Pool;
  readonly wakeups: Pick<Wakeups, 'inbox'>;
  readonly log: Logger;
  readonly pollMs?: number | undefined;
}

/** A follow-up is minutes or days ahead, so a second does not matter. */
const usualPollMs = 1_000;

const dueAtOnce = 100;

/** Any number of processes may run it: one transaction removes the follow-up and stores its event. */
export function startFollowUps({ db, wakeups, log, pollMs = usualPollMs }: FollowUpsOptions): WorkLoop {
  return startWorkLoop({
    name: 'follow-ups',
    log,
    pollMs,
    async round() {
      const due = await dueFollowUps(db, dueAtOnce);
      if (due.length === 0) return false;
      if (!(await sendTogether(db, due))) for (const one of due) await sendTogether(db, [one]);
      wakeups.inbox.ring();
      return due.length === dueAtOnce;
    },
  });
}

/**
 * Returns false, and writes nothing, if one of them was cancelled, changed or sent since it was read. Lanes are locked before follow-ups,
 * as everywhere; hence the events are stored first.
 */
async function sendTogether(db: Pool, due: readonly DueFollowUp[]): Promise<boolean> {
  const changed = new Error('a follow-up was changed since it was read');
  try {
    await inTransaction(db, async (trx) => {
      await send(trx, due);
      if ((await takeFollowUps(trx, due)).size < due.length) throw changed;
    });
    return true;
  } catch (error) {
    if (error === changed) return false;
    throw error;
  }
}

/** Sends nothing to portals that have removed the app. */
async function send(trx: Transaction, due: readonly DueFollowUp[]): Promise<void> {
  const living = await lockPortals(trx, [...new Set(due.map(({ portal }) => portal))]);
  const wanted = due.filter(({ portal, is_closed: isClosed }) => living.has(portal) && !isClosed);
  if (wanted.length === 0) return;
  await acceptEvents(
    trx,
    wanted.map((row) => {
      const { portal, bot_code: botCode, dialog_id: dialogId, id, name, params, token, trace } = row;
      const event: RequestEvent = { type: 'requested', id, name, params, by: 'follow_up' };
      return ownEvent({ portal, botCode, dialogId }, [event], { dedupeKey: dedupeKey('follow-up', token), trace });
    }),
  );
}
