/** What a conversation is shown as. */
import type { TimelineEntry } from '../../../../src/api/schemas/conversations.ts';

export type StepTone = 'plain' | 'good' | 'bad' | 'waiting';

/** One step of a message's way; the texts are chosen by its code. */
export interface MessageStep {
  readonly code:
    | 'taken'
    | 'waits'
    | 'working'
    | 'retried'
    | 'outcome'
    | 'passedOn'
    | 'mirrored'
    | 'sent'
    | 'answered'
    | 'failed'
    | 'unknown'
    | 'dropped'
    | 'repeated'
    | 'edited'
    | 'deleted'
    | 'by';
  readonly tone: StepTone;
  /** When; for `retried`: when it is tried again. */
  readonly at: string | null;
  /** The outcome it ended with, for those that have one; for `by` a name. */
  readonly word: string;
  /** For `answered`: milliseconds. */
  readonly ms: number;
}

export interface Bubble {
  readonly kind: 'bubble';
  readonly key: string;
  /** Who speaks: somebody who talks with the bot, the bot, or a colleague in an Open Channel. */
  readonly side: 'other' | 'bot' | 'colleague';
  readonly author: string;
  text: string;
  readonly files: readonly string[];
  readonly at: string;
  readonly isInternal: boolean;
  /** It was said, but people do not see it. */
  readonly isHidden: boolean;
  readonly steps: MessageStep[];
  /** What failed for good. */
  stuck: TimelineEntry | null;
  readonly trace: string;
}

export interface Mark {
  readonly kind: 'mark';
  readonly key: string;
  readonly at: string;
  readonly code:
    | 'joined'
    | 'opened'
    | 'took'
    | 'gave'
    | 'handed_over'
    | 'handed_back'
    | 'handed_over_after_silence'
    | 'handed_back_after_silence'
    | 'paused_too_many_turns'
    | 'ignored_operator_called'
    | 'finished'
    | 'calls'
    | 'failed'
    | 'unreadable';
  readonly word: string;
  readonly text: string | null;
  readonly stuck: TimelineEntry | null;
  readonly trace: string;
}

export type TimelineRow = Bubble | Mark;
