/**
 * The contract between the app and a brain's protocol. Every connector has `decode` and `deliver`; `receive` (webhooks), `listen`
 * (sockets, polling), `told` and `openFile` are optional; `capabilities` says what else the brain can do. The app owns all state, order,
 * retry and deduplication; a connector knows its protocol and nothing else.
 */
import type { BrainAction, Receipt } from './actions.ts';
import type { BotType } from './bot.ts';
import type { BrainEvent, FileRef } from './events.ts';

/** A stored message of the remote, as it came in. */
export interface RawEvent {
  readonly body: Buffer;
  readonly receivedAt: Date;
  /** How it came in. The row says it, so that `decode` need not tell from the payload. */
  readonly ingress: IngressKind;
}

/**
 * How a stored message came in: to the webhook endpoint, to a listener as it was said (`socket`), or to a listener that asked for what it
 * had missed (`catch_up`).
 */
export type IngressKind = 'webhook' | 'socket' | 'catch_up';

/** One account of a brain. `config` has passed the brain's own schema and holds secrets; never log it. */
export interface Connection<Config = unknown> {
  readonly id: string;
  readonly portal: string;
  readonly config: Config;
  /** Unguessable last part of the webhook address `/brains/<brain>/<secret>`. */
  readonly webhookSecret: string;
}

/** The conversation a connector delivers into. */
export interface ConversationRef {
  /** The app's unguessable name of it; give this one to the brain. */
  readonly ref: string;
  /** The brain's own id of it; null until the brain has said it. */
  readonly remoteId: string | null;
  readonly botCode: string;
  readonly botType: BotType;
}

/** The result of a delivery. */
export interface Delivery {
  /** The brain's id of the delivered message. */
  readonly remoteMessageId?: string;
  /** The brain's id of the conversation, when this delivery revealed it. */
  readonly remoteConversationId?: string;
  /** Answers that came in the same call, in order. */
  readonly replies?: readonly BrainEvent[];
  /** Warnings of the brain about the message it took; shown in the message's trace. */
  readonly warnings?: readonly string[];
}

/** How a webhook or socket message names its conversation: by our `ref`, or by the brain's own id. */
export type ConversationKey = { readonly ref: string } | { readonly remoteId: string };

/** One message to be stored. `dedupeKey` is the same for every repetition of it and for nothing else of this connection. */
export interface Incoming {
  readonly conversation: ConversationKey;
  readonly dedupeKey: string;
  readonly body: Buffer;
  /** Store it only if the conversation is known already. */
  readonly ifKnown?: boolean;
  /** From a listener: it was missed and has been asked for, not heard as it was said. */
  readonly caughtUp?: true;
}

/** A webhook as it reached the endpoint; header names in lower case. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * What the endpoint does with a webhook. It commits the `accept` rows before it sends `answer`; without `answer` it sends 200 with an empty
 * JSON object. A refusal stores nothing; its reason is logged and never sent: the endpoint sends `answer`, or the code of the error.
 */
export type IngressResult =
  | {
      readonly accept: readonly Incoming[];
      readonly answer?: unknown;
      /** The answer when no row names a known conversation; then nothing is stored. Absent: the rows wait until their conversation is known. */
      readonly answerIfUnknown?: unknown;
      /** The answer waits for the receipt of the message (synchronous webhook reply). */
      readonly waits?: ReplyWait;
      /** Facts to keep in the connection's state, written before the answer; null deletes one. */
      readonly keep?: readonly { readonly key: string; readonly value: unknown }[];
      /** Written to the log, for example why nothing follows from it. */
      readonly remark?: string;
    }
  | { readonly refuse: number; readonly reason: string; readonly answer?: unknown };

/** A receipt that comes in time is sent as the webhook's answer and not delivered separately; otherwise `answer` of the result is sent. */
export interface ReplyWait {
  readonly remoteMessageId: string;
  /** Milliseconds; 0: do not wait. */
  readonly withinMs: number;
  answer(receipt: Receipt): unknown;
}

/** How far a listener has read: text that only the connector understands. */
export type Cursor = string;

/** Commits the messages and the cursor together. The connector must wait for it before it emits more. */
export type Emit = (incoming: readonly Incoming[], cursor: Cursor) => Promise<void>;

export interface Capabilities {
  /** Longest text of one message, in UTF-16 code units; the app splits longer ones before `deliver`. */
  readonly maxTextLength: number;
  readonly edits: boolean;
  readonly deletes: boolean;
  readonly files: boolean;
  /** Wants to be told when the owner of a conversation changes. */
  readonly ownership: boolean;
  /** Wants to be told which CRM records of the portal belong to a conversation. */
  readonly crm: boolean;
  /** Wants to be told whether its messages were sent. */
  readonly receipts: boolean;
  /** Delivering the same action twice (same key) has the effect of once. Where false, an action of unknown fate is never repeated: a person decides. */
  readonly idempotentDelivery: boolean;
  /** Its connectors have `listen`, which runs in one process at a time. */
  readonly listens: boolean;
  /** Wants the messages of its group chats that do not mention the bot (see `overheard`). Absent: no. */
  readonly overhears?: boolean;
  /** Wants the messages of private and Open Channel chats while a person leads, and what the bot itself says (see `mirrored`). Absent: no. */
  readonly mirrors?: boolean;
}

export interface Connector {
  /** Pure. Empty means that nothing follows from it. Throws BadInput when it is not readable; the row is then a dead letter. */
  decode(raw: RawEvent): readonly BrainEvent[];
  /**
   * Delivers one action. `key` (a lower-case UUID) belongs to the action and is the same on every repetition. Throws an AppError: its
   * `retry` says whether it is tried again, its `fate` whether it may have happened all the same.
   */
  deliver(action: BrainAction, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** Reads just enough of a webhook to tell which conversation it belongs to; the bodies in `accept` are stored. Must not call the remote. */
  receive?(request: WebhookRequest): IngressResult | Promise<IngressResult>;
  /** Events that follow once the brain has been told whether a message was sent, by `deliver` or in a webhook's answer. Pure. Absent: none. */
  told?(receipt: Receipt): readonly BrainEvent[];
  /** The bytes of a file that a reply named. Throws AppErrors like `deliver`. */
  openFile?(file: FileRef, signal: AbortSignal): Promise<Buffer>;
  /** Listens on a socket, or polls, until `signal` aborts. Runs in one process at a time. When it rejects, it is called again after a backoff. */
  listen?(emit: Emit, since: Cursor | null, signal: AbortSignal): Promise<void>;
}
