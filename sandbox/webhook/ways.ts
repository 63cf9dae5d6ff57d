/** The ways in which the server answers a message by itself. */
import type { HeardEvent } from './event-shapes.ts';

/**
 * `in-call`: in the response · `later`: by webhook, after the call · `early`: by webhook, before the call has returned · `stream`: slowly, word
 * by word · `person`: only the person on the page answers
 */
export const WAYS = ['person', 'in-call', 'later', 'early', 'stream'] as const;
export type Way = (typeof WAYS)[number];

export interface Replies {
  /** The answers to be sent in the response. Called once for each event. */
  to(id: string, event: HeardEvent): Promise<readonly unknown[]>;
  close(): void;
}
