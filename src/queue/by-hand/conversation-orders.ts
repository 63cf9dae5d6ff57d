/**
 * What an administrator orders on the page of a conversation: who leads it, and words the bot is to say. An order is an event in the lane of the
 * conversation, so it is carried out in its turn and by the rules; it is stored together with its entry in the audit list or not at all.
 */
import { badInput } from '../../core/errors.ts';
import type { Chat, PageOrder } from '../../core/events.ts';
import type { NoteChange } from '../../portals/audit.ts';
import type { Wakeups } from '../../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../../store/database.ts';
import { acceptEvents } from '../../store/queue/inbox.ts';
import { dedupeKey } from '../../store/queue/lane-names.ts';
import { findConversation } from '../../store/reporting/conversation-list.ts';
import { readLastChat } from '../../store/reporting/said-texts.ts';
import type { ConversationId } from '../../store/tenants/conversations.ts';
import { lockPortals } from '../../store/tenants/portals.ts';
import { ownEvent } from '../read-event.ts';

export interface OrderOptions {
  readonly db: Pool;
  readonly wakeups: Pick<Wakeups, 'inbox'>;
  readonly note: NoteChange;
}

export interface Order {
  /** Chosen by the page: an order that comes twice is carried out once. */
  readonly id: string;
  readonly by: PageOrder['by'];
}

/** Throws BadInput `conversation.unknown` (404). */
export async function orderLead(
  options: OrderOptions,
  to: ConversationId,
  order: Order & { readonly lead: 'person' | 'brain' },
): Promise<void> {
  await needConversation(options.db, to);
  const { id, by, lead } = order;
  const action = lead === 'person' ? 'conversation.taken_over' : 'conversation.given_back';
  await store(options, to, { id, event: { type: 'lead_ordered', to: lead, by }, action, details: {} });
}

/**
 * Throws BadInput `conversation.unknown` (404), and `conversation.person_leads` (409) while a person leads: the bot talks over nobody. If a
 * person takes over at that very moment, the order has no effect, and the conversation shows that.
 */
export async function orderMessage(
  options: OrderOptions,
  to: ConversationId,
  order: Order & { readonly text: string },
): Promise<void> {
  const { owner } = await needConversation(options.db, to);
  if (owner === 'person') throw badInput('conversation.person_leads', 'a person leads the conversation', 409);
  const { id, by, text } = order;
  // The cast is safe: this program wrote it.
  const chat = (await readLastChat(options.db, to.portal, to)) as Chat | null;
  const event: PageOrder = { type: 'message_ordered', id, text, by, chat };
  await store(options, to, { id, event, action: 'conversation.message_sent', details: { text } });
}

export const unknownConversation = () => badInput('conversation.unknown', 'there is no such conversation', 404);

/** Throws BadInput `conversation.unknown` (404). */
export async function needConversation(db: Pool, id: ConversationId) {
  const found = await findConversation(db, id);
  if (found === null) throw unknownConversation();
  return found;
}

interface StoredOrder {
  readonly id: string;
  readonly event: PageOrder;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

async function store(
  { db, wakeups, note }: OrderOptions,
  to: ConversationId,
  { id, event, action, details }: StoredOrder,
): Promise<void> {
  const { portal, botCode, dialogId } = to;
  const row = ownEvent(to, [event], {
    dedupeKey: dedupeKey('page-order', event.by.id, id),
    trace: `order-${id.slice(0, 13)}`,
  });
  await inTransaction(db, async (trx) => {
    await lockPortals(trx, [portal]);
    const [isNew = false] = await acceptEvents(trx, [row]);
    if (isNew) await note(trx, portal, { action, subject: `${botCode}/${dialogId}`, details });
  });
  wakeups.inbox.ring();
}
