/** The types of the rows in `lead-events.ts`. */
import type { BridgeBot } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { ChatEvent, ChatKind } from '../../../src/core/events.ts';
import type { LeadCause } from '../../../src/core/who-leads.ts';

export interface LeadEventRow {
  readonly name: string;
  /** Null: the event does not change who leads. */
  readonly cause: LeadCause | null;
  /** The kinds of chats where it happens; absent: all. */
  readonly kinds?: readonly ChatKind[];
  readonly event: (kind: ChatKind) => ChatEvent;
  /** Further fields of the conversation before the event. */
  readonly before?: Partial<Conversation>;
  /** Further properties of the bot. */
  readonly of?: Partial<BridgeBot>;
}

/** Rows by type of event; a type without rows does not compile. */
export type LeadEvents = Readonly<Record<ChatEvent['type'], readonly LeadEventRow[]>>;

export const line: readonly ChatKind[] = ['line'];

/** Longer ago than any timer runs. */
export const anHourAgo = '2026-11-21T05:00:00.000Z';
