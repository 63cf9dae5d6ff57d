/**
 * The contract a brain is joined through. Two duties (`decode`, `deliver`), optional abilities (`door`, `listen`) and declared
 * capabilities. The pipeline owns all state, order, retry and deduplication; a connector knows its protocol and nothing else.
 */
import type { BrainAction, Receipt } from './actions.ts';
import type { BotType } from './bot.ts';
import type { BrainEvent, FileRef } from './events.ts';

/** A stored message of a far side, as it came in. */
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

/** One account of a brain. `config` has passed the brain's own schema, secrets included; never log it. */
export interface Connection<Config = unknown> {
  readonly id: string;
  readonly portal: string;
  readonly config: Config;
  /** Unguessable last part of the webhook address `/brains/<brain>/<secret>`. */
  readonly webhookSecret: string;
}

/** What a connector is told of the conversation it delivers into. */
export interface ConversationRef {
  /** Our unguessable name of it: give this one to the brain. */
  readonly ref: string;
  /** What the brain calls it, once the brain has said so. */
  readonly remoteId: string | null;
  readonly botCode: string;
  readonly botType: BotType;
}

/** What came of a delivery. */
export interface Delivery {
  /** The brain's id of the delivered message. */
  readonly remoteMessageId?: string;
  /** The brain's id of the conversation, when this delivery revealed it. */
  readonly remoteConversationId?: string;
  /** Answers that came in the same call, in order. */
  readonly replies?: readonly BrainEvent[];
  /** What the brain warned of while it took the message: shown in its trace. */
  readonly warnings?: readonly string[];
}

/** How a webhook or socket message names its conversation: by our `ref`, or by the brain's own id. */
export type ConversationKey = { readonly ref: string } | { readonly remoteId: string };

/** One message to be stored. `dedupeKey` is the same for every repetition of it and for nothing else of this connection. */
export interface Incoming {
  readonly conversation: ConversationKey;
  readonly dedupeKey: string;
  readonly body: Buffer;
  /** Wanted only where the conversation is known already: otherwise nothing of it is stored. */
  readonly ifKnown?: boolean;
  /** From a listener: it was missed and has been asked for, not heard as it was said. */
  readonly caughtUp?: true;
}

/** A webhook as it reached the door; header names in lower case. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * The door's judgement. `accept` rows are committed before `answer` is sent; `answer` absent means 200 with an empty JSON object.
 * A refusal stores nothing; its reason is logged, never sent: what is sent is `answer`, or the code of the error.
 */
export type IngressResult =
  | {
      readonly accept: readonly Incoming[];
      readonly answer?: unknown;
      /** Answered instead, and nothing stored, when no conversation of ours is meant. Absent: rows wait for theirs to become known. */
      readonly answerIfUnknown?: unknown;
      /** The answer is held back for the message's receipt. */
      readonly waits?: ReplyWait;
      /** Facts for the memory of the connection, written before the answer; null forgets one. */
      readonly keep?: readonly { readonly key: string; readonly value: unknown }[];
      /** Why nothing is made of it, for the log. */
      readonly remark?: string;
    }
  | { readonly refuse: number; readonly reason: string; readonly answer?: unknown };

/** A receipt that comes in time is the webhook's answer, and is not delivered apart; otherwise `answer` goes out as it is. */
export interface ReplyWait {
  readonly remoteMessageId: string;
  /** Milliseconds; 0: not at all. */
  readonly withinMs: number;
  answer(receipt: Receipt): unknown;
}

/** Where a listener stopped: opaque text the connector wrote itself. */
export type Cursor = string;

/** Resolves after the messages and the cursor are committed together; only then may the connector go on. */
export type Emit = (incoming: readonly Incoming[], cursor: Cursor) => Promise<void>;

export interface Capabilities {
  /** Longest text one message may have, in UTF-16 code units; longer ones reach `deliver` split. */
  readonly maxTextLength: number;
  readonly edits: boolean;
  readonly deletes: boolean;
  readonly files: boolean;
  /** Wants to hear when the owner of a conversation changes. */
  readonly ownership: boolean;
  /** Wants to know which CRM records of the portal belong to a conversation. */
  readonly crm: boolean;
  /** Wants to hear what became of its messages. */
  readonly receipts: boolean;
  /** True when delivering the same action twice (same key) has the effect of once; false makes unknown fates be listed, not repeated. */
  readonly idempotentDelivery: boolean;
  /** Its connectors have `listen`: one process at a time holds their socket. */
  readonly listens: boolean;
  /** Wants to hear what is said past its bot in group chats it takes part in (see `overheard`). Absent: no. */
  readonly overhears?: boolean;
  /** Wants to hear what is said in private and Open Channel chats while a person leads, and what our bot says of itself (see `mirrored`). Absent: no. */
  readonly mirrors?: boolean;
}

export interface Connector {
  /** Pure. Empty means: nothing in it for us. Throws BadInput when it is not readable; the row is then a dead letter. */
  decode(raw: RawEvent): readonly BrainEvent[];
  /**
   * Carries one action over. `key` is fixed for the action (a lower-case UUID) and the same on every repetition. Throws an
   * AppError: its `retry` says whether it is tried again, its `fate` whether it may have happened all the same.
   */
  deliver(action: BrainAction, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** Reads just enough of a webhook to tell where it belongs; the body is stored as given in `accept`. Must not call the remote. */
  receive?(request: WebhookRequest): IngressResult | Promise<IngressResult>;
  /** What follows once the brain has been told what became of a message, wherever it was told. Pure. Absent: nothing. */
  told?(receipt: Receipt): readonly BrainEvent[];
  /** The bytes of a file it named in a reply. Throws AppErrors like `deliver`. */
  openFile?(file: FileRef, signal: AbortSignal): Promise<Buffer>;
  /** Holds a socket, or polls, until `signal` aborts. Called by one process at a time. Rejecting makes it be called again after a pause. */
  listen?(emit: Emit, since: Cursor | null, signal: AbortSignal): Promise<void>;
}
