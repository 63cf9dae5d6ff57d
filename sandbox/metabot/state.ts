/** What the sandbox's Metabot stores: leads, conversations of the script, jobs. */

import type { Changes } from '../kit/changes.ts';
import type { OrderedFaults } from '../kit/faults.ts';
import type { Fault } from './faults.ts';

/** How the script answers a message: by the person at the page, in the call, or later by webhook. */
export type AnswerWay = 'by-hand' | 'in-call' | 'by-webhook';

/** In which header the bot accepts its token. */
export type TokenHeader = 'bearer' | 'raw' | 'any';

/** A line of a conversation, as the page shows it. */
export interface Line {
  readonly id: number;
  /** `system`: an event or a job, as text. */
  readonly from: 'user' | 'script' | 'system';
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly url: string | null }[];
  /** The result of the webhook of a line from the script. Null while it is being sent, and for other lines. */
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

/** A message that the script received, repetitions included. */
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
  /** The script's answers by event id, to recognise repetitions. */
  readonly answered: Map<string, unknown>;
  readonly faults: OrderedFaults<Fault>;
  readonly changes: Changes<'change'>;
  way: AnswerWay;
  /** The address to which the script posts later answers; the check of a new connection contains it. */
  hook: string;
  signingSecret: string | null;
  /** The name under which the answer of a call contains what the script returns; null: the answer is what the script returns. */
  wrapIn: string | null;
  /** Whether the script's webhook is sent before its answer to the call. */
  answersEarly: boolean;
}
