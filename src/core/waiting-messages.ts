/** Messages of a conversation that wait to be delivered together, as stored with the conversation. */
import type { BrainAction } from './actions.ts';
import type { Author, Chat, FileRef } from './events.ts';

type MessageAction = BrainAction & { readonly type: 'message' };

/** A message that waits. */
export type WaitingMessage = Pick<MessageAction, 'messageId' | 'text' | 'sentAt' | 'quoteOf'> & {
  readonly files: readonly FileRef[];
};

/** The messages of a conversation that wait to be delivered together. */
export interface Burst {
  /** When the first message and the last one reached us, ISO 8601. */
  readonly startedAt: string;
  readonly lastAt: string;
  readonly author: Author;
  readonly chat: Chat;
  readonly messages: readonly WaitingMessage[];
  /** What follows them: the CRM records and the greeting that came with them. */
  readonly after: readonly BrainAction[];
}

/** See `Pace`. */
export interface BurstPace {
  readonly quietMs: number;
  readonly maxMs: number;
}
