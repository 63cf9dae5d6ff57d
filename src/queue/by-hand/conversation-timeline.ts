/** Tells a conversation step by step, with what was said as far as it is stored. Reads only. */
import type { ConnectorRegistry } from '../../connections/connector-registry.ts';
import type { ChatEvent } from '../../core/events.ts';
import type { Pool } from '../../store/database.ts';
import type { InboxRow } from '../../store/queue/inbox.ts';
import type { OutboxAction } from '../../store/queue/outbox.ts';
import { type EventStep, readSteps, type StepsPlace } from '../../store/reporting/conversation-steps.ts';
import type { Step } from '../../store/reporting/history.ts';
import { readWaits, type Wait } from '../../store/reporting/waiting-steps.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import type { ConversationId } from '../../store/tenants/conversations.ts';
import { laneBotOf } from '../event-intake.ts';
import { readEvent } from '../read-event.ts';

/** One thing that happened or was to be done. */
export interface ToldItem {
  /** The type of the event or action. */
  readonly type: string;
  /** Id of the Bitrix24 message it is about; null: it is about none, or the id is not known. */
  readonly messageId: string | null;
  /** The messages it is about, where they are several. */
  readonly messageIds: readonly string[];
  readonly text: string | null;
  readonly author: { readonly name: string; readonly kind: string } | null;
  readonly files: readonly string[];
  /** The customer of the Open Channel does not see it. */
  readonly isInternal: boolean;
  /** For an order about who leads the conversation: who is to lead it. */
  readonly to: string | null;
}

export interface ToldEntry {
  readonly step: Step;
  readonly wait: Wait | null;
  readonly items: readonly ToldItem[];
  /** It is stored, but is too large or cannot be read (any more). */
  readonly isUnreadable: boolean;
}

export interface TimelineOptions {
  readonly db: Pool;
  readonly connectors: Pick<ConnectorRegistry, 'connectorById'>;
}

/** Returns the newest entries before the place `before`, in no particular order. */
export async function tellConversation(
  { db, connectors }: TimelineOptions,
  of: ConversationId,
  before: StepsPlace | null,
): Promise<{ readonly entries: readonly ToldEntry[]; readonly next: StepsPlace | null }> {
  const { events, actions, next } = await readSteps(db, of, before);
  const [waitOf, bots] = await Promise.all([readWaits(db, [...events, ...actions]), listBots(db, of.portal)]);
  const entries: ToldEntry[] = actions.map((step) => {
    return { step, wait: waitOf(step), items: [tellAction(step.action)], isUnreadable: false };
  });
  for (const step of events) {
    const items = await tellEvents(connectors, step, bots);
    entries.push({ step, wait: waitOf(step), items: items ?? [], isUnreadable: items === null });
  }
  return { entries, next };
}

/** Null: they cannot be read. */
async function tellEvents(
  connectors: TimelineOptions['connectors'],
  step: EventStep,
  bots: readonly BotRow[],
): Promise<readonly ToldItem[] | null> {
  const { body, connection_id: connection } = step;
  if (body === null) return null;
  const bot = bots.find(({ code }) => step.lane.startsWith(`${code}/`));
  try {
    const connector = connection === null ? null : await connectors.connectorById(step.portal, connection);
    const read = readEvent(rowOf(step, body), connector, bot === undefined ? null : laneBotOf(bot, bots));
    return read.kind === 'chat' ? read.events.map(tellEvent) : [];
  } catch {
    // The worker recorded the reason when it processed the event; that outcome is shown.
    return null;
  }
}

function rowOf(step: EventStep, body: Buffer): InboxRow {
  const { portal, lane, seq, side: source, connection_id, ingress, trace, at: received_at } = step;
  return { portal, lane, seq, source, connection_id, ingress, trace, body, received_at } as InboxRow;
}

/** Longer texts are cut: the page shows a conversation and keeps no files. */
const textLength = 8_000;

const cut = (text: string): string =>
  text.length > textLength ? `${text.slice(0, textLength).toWellFormed()}…` : text;

const nothing: ToldItem = {
  type: '',
  messageId: null,
  messageIds: [],
  text: null,
  author: null,
  files: [],
  isInternal: false,
  to: null,
};

/** What an event or an action of any type may have. */
interface Tellable {
  readonly type: string;
  readonly messageId?: string | null;
  readonly portalMessageId?: string | null;
  readonly messageIds?: readonly string[];
  readonly text?: string | null;
  readonly note?: string | null;
  readonly author?: { readonly name: string; readonly kind: string };
  readonly files?: readonly { readonly name: string }[];
  readonly file?: { readonly name: string };
  readonly isInternal?: boolean;
  readonly isHidden?: boolean;
  readonly internal?: boolean;
  readonly by?: string | { readonly name: string };
  readonly to?: unknown;
  readonly owner?: string;
}

function tell(one: Tellable): ToldItem {
  const { type, by, author } = one;
  const text = one.text ?? one.note ?? null;
  const files = [...(one.files ?? []), ...(one.file === undefined ? [] : [one.file])];
  const orderedBy = typeof by === 'object' ? { name: by.name, kind: 'employee' } : null;
  return {
    ...nothing,
    type,
    messageId: one.messageId ?? one.portalMessageId ?? null,
    messageIds: one.messageIds ?? [],
    text: text === null ? null : cut(text),
    author: author === undefined ? orderedBy : { name: cut(author.name), kind: author.kind },
    files: files.slice(0, 50).map(({ name }) => cut(name)),
    isInternal: one.isInternal === true || one.isHidden === true || one.internal === true,
    to: typeof one.to === 'string' ? one.to : (one.owner ?? null),
  };
}

const tellEvent = (event: ChatEvent): ToldItem => tell(event as Tellable);

/** A stored row may be older than this program. */
const tellAction = (action: OutboxAction['action']): ToldItem => tell(action as Tellable);
