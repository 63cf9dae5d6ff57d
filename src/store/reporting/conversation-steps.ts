/** Reads a conversation step by step: the events of its inbox lane, and the actions that were decided on. The workers never read this. */

import { type Db, inSnapshot, type Pool, query } from '../database.ts';
import type { InboxRow } from '../queue/inbox.ts';
import { inboxLane, outboxLane } from '../queue/lane-names.ts';
import type { OutboxAction } from '../queue/outbox.ts';
import type { ConversationId } from '../tenants/conversations.ts';
import { type Step, stepColumns } from './history.ts';

export type EventStep = Step & {
  readonly queue: 'inbox';
  readonly connection_id: string | null;
  readonly ingress: InboxRow['ingress'];
  /** Null: it is too large to be read for a page. */
  readonly body: Buffer | null;
};

export type ActionStep = Step & { readonly queue: 'outbox'; readonly action: OutboxAction['action'] };

/** How far back a conversation was read: the number of the last row read in each of its three lanes. */
export interface StepsPlace {
  readonly inbox: number;
  readonly portal: number;
  readonly brain: number;
}

/** Larger bodies are not read for a page: nobody types them. */
const shownBodyBytes = 64 * 1024;

/** Events of a page, and actions of each direction. */
const eventsPerPage = 40;
const actionsPerPage = 200;

export interface StepsPage {
  readonly events: readonly EventStep[];
  readonly actions: readonly ActionStep[];
  /** The place to read the next older page from; null: there is none. */
  readonly next: StepsPlace | null;
}

/**
 * The newest steps before the place `before`; null: from the newest on. Actions belong to the page of the events at whose time they were
 * decided on. All are read as of one moment, so that an event that still waits has led to no action yet.
 */
export async function readSteps(db: Pool, of: ConversationId, before: StepsPlace | null): Promise<StepsPage> {
  const from = before ?? { inbox: newest, portal: newest, brain: newest };
  const { events, oldest, toPortal, toBrain } = await inSnapshot(db, async (trx) => {
    const events = await readEvents(trx, of, from.inbox);
    const oldest = events.length === eventsPerPage ? (events.at(-1)?.at ?? null) : null;
    const toPortal = await readActions(trx, of, 'portal', { before: from.portal, since: oldest });
    const toBrain = await readActions(trx, of, 'brain', { before: from.brain, since: oldest });
    return { events, oldest, toPortal, toBrain };
  });
  const isOver = oldest === null && toPortal.length < actionsPerPage && toBrain.length < actionsPerPage;
  const next = {
    inbox: events.at(-1)?.seq ?? 0,
    portal: toPortal.at(-1)?.seq ?? from.portal,
    brain: toBrain.at(-1)?.seq ?? from.brain,
  };
  return { events, actions: [...toPortal, ...toBrain], next: isOver ? null : next };
}

/** Larger than the number of any row. */
const newest = Number.MAX_SAFE_INTEGER;

async function readEvents(db: Db, { portal, botCode, dialogId }: ConversationId, before: number): Promise<EventStep[]> {
  const result = await query<EventStep>(
    db,
    `select ${stepColumns.inbox}, connection_id, ingress,
            case when octet_length(body) <= ${shownBodyBytes} then body end as body
     from inbox_history where portal = ? and lane = ? and seq < ? order by seq desc limit ${eventsPerPage}`,
    [portal, inboxLane(botCode, dialogId), before],
  );
  return result.rows;
}

async function readActions(
  db: Db,
  { portal, botCode, dialogId }: ConversationId,
  target: 'portal' | 'brain',
  { before, since }: { readonly before: number; readonly since: Date | null },
): Promise<ActionStep[]> {
  const result = await query<ActionStep>(
    db,
    `select ${stepColumns.outbox}, action from outbox
     where portal = ? and lane = ? and seq < ? and (?::timestamptz is null or created_at >= ?)
     order by seq desc limit ${actionsPerPage}`,
    [portal, outboxLane(botCode, dialogId, target), before, since, since],
  );
  return result.rows;
}
