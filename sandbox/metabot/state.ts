/** What the sandbox's Metabot knows: leads, conversations of the script, jobs. */

import type { Changes } from '../kit/changes.ts';
import type { OrderedFaults } from '../kit/faults.ts';
import type { Fault } from './faults.ts';

/** What the script does with a message: waits for the person at the page, answers in the call, or later by webhook. */
export type AnswerWay = 'by-hand' | 'in-call' | 'by-webhook';

/** Which header the bot takes its token in. */
export type TokenHeader = 'bearer' | 'raw' | 'any';

/** A line of a conversation, as the page shows it. */
export interface Line {
  readonly id: number;
  /** `system`: an event or a job, in words. */
  readonly from: 'user' | 'script' | 'system';
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly url: string | null }[];
  /** Of the script's own line: what became of its webhook. Null while it is under way, and for others. */
  outcome: string | null;
  readonly at: number;
}

export interface ScriptConversation {
  readonly id: string;
  readonly userName: string;
  /** `private`, `group`, `open_channel`; empty until a message has named it. */
  readonly dialogKind: string;
  readonly leadId: number;
  readonly lines: Line[];
}

export interface Lead {
  readonly id: number;
  readonly name: string;
  readonly tags: Set<string>;
}

export type JobState = 'waiting' | 'done' | 'cancelled' | 'condition false';

export interface ScheduledJob {
  readonly id: number;
  readonly kind: string;
  /** Code or id of what is run. */
  readonly target: string;
  readonly leadId: number | null;
  readonly conversationId: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly dueAt: number;
  state: JobState;
}

/** A message that the script was told, repetitions included. */
export interface HeardMessage {
  readonly ref: string;
  readonly text: string;
  readonly key: string;
}

/** One call of the API, without the token. */
export interface ApiCall {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
  readonly ms: number;
  readonly at: number;
}

export interface MetabotState {
  readonly botId: number;
  readonly token: string;
  readonly alias: string;
  readonly header: TokenHeader;
  readonly conversations: Map<string, ScriptConversation>;
  readonly leads: Map<number, Lead>;
  readonly jobs: ScheduledJob[];
  readonly heard: HeardMessage[];
  /** What the script answered to an event, so that it knows repetitions. */
  readonly answered: Map<string, unknown>;
  readonly faults: OrderedFaults<Fault>;
  readonly changes: Changes<'change'>;
  way: AnswerWay;
  /** Where the script posts what it says later; the check of a new connection tells it. */
  hook: string;
  signingSecret: string | null;
  /** The script's webhook goes out before its answer to the call. */
  answersEarly: boolean;
}
