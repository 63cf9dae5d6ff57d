/**
 * The contract between the app and a connector. Two required functions (`decode`, `deliver`), optional ones (`receive`, `listen`) and
 * declared capabilities. The app owns all state, order, retry and deduplication; a connector knows its protocol and nothing else.
 */
import type { BrainAction, Receipt } from './actions.ts';
import type { BotType } from './bot.ts';
import type { BrainEvent, FileRef } from './events.ts';
import type { TextForm } from './markup/markup.ts';
import type { OpenedFile } from './opened-file.ts';

/** A stored message of a remote, as it was received. */
export interface RawEvent {
  readonly body: Buffer;
  readonly receivedAt: Date;
  /** How it came in: stored with the row, so that `decode` need not infer it from the payload. */
  readonly ingress: IngressKind;
}

/**
 * How a stored message came in: to the webhook endpoint, to a listener live (`socket`), or to a listener that fetched what it had missed
 * (`catch_up`).
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
  /** Our unguessable name of the conversation; give the brain this one. */
  readonly ref: string;
  /** The brain's id of the conversation, once it is known. */
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
  /** Replies returned by the same call, in order. */
  readonly replies?: readonly BrainEvent[];
  /** Warnings of the brain about the delivery; shown in the trace. */
  readonly warnings?: readonly string[];
}

/** How a webhook or socket message identifies its conversation: by our `ref`, or by the brain's own id. */
export type ConversationKey = { readonly ref: string } | { readonly remoteId: string };

/** One message to be stored. `dedupeKey` is the same for every repetition of it and for nothing else of this connection. */
export interface Incoming {
  readonly conversation: ConversationKey;
  readonly dedupeKey: string;
  readonly body: Buffer;
  /** Store it only if the conversation is already known. */
  readonly ifKnown?: boolean;
  /** From a listener: the message was missed and fetched later, not received live. */
  readonly caughtUp?: true;
}

/** A webhook request; header names in lower case. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * How a connector judges a webhook. `accept` rows are committed before `answer` is sent; without `answer` the response is 200 with an empty
 * JSON object. A refusal stores nothing; its reason is logged, never sent: the response is `answer`, or the code of the error.
 */
export type IngressResult =
  | {
      readonly accept: readonly Incoming[];
      readonly answer?: unknown;
      /**
       * The response if the webhook concerns no known conversation; nothing is stored then. Absent: rows wait until their conversation
       * becomes known.
       */
      readonly answerIfUnknown?: unknown;
      /** The status of that response; 200 if absent. */
      readonly statusIfUnknown?: number;
      /** The response waits for the message's receipt. */
      readonly replyWait?: ReplyWait;
      /** Values for the connection's state, written before the response; null deletes one. */
      readonly keep?: readonly { readonly key: string; readonly value: unknown }[];
      /** Why the webhook has no effect, for the log. */
      readonly remark?: string;
    }
  | { readonly refuse: number; readonly reason: string; readonly answer?: unknown };

/**
 * A receipt that arrives in time becomes the webhook's response (`answer` below) and is not delivered by a call; otherwise the result's own
 * `answer` is sent.
 */
export interface ReplyWait {
  readonly remoteMessageId: string;
  /** Milliseconds; 0: no wait. */
  readonly withinMs: number;
  answer(receipt: Receipt): unknown;
}

/** The position at which a listener stopped: opaque text written by the connector. */
export type Cursor = string;

/** Resolves after the messages and the cursor are committed together; only then may the connector continue. */
export type Emit = (incoming: readonly Incoming[], cursor: Cursor) => Promise<void>;

export interface Capabilities {
  /** The longest text of one message, in UTF-16 code units; longer ones reach `deliver` split. */
  readonly maxTextLength: number;
  readonly edits: boolean;
  readonly deletes: boolean;
  readonly files: boolean;
  /** Wants to be told when the owner of a conversation changes. */
  readonly ownership: boolean;
  /** Wants to be told which CRM records of the portal belong to a conversation. */
  readonly crm: boolean;
  /** Wants receipts for its messages. */
  readonly receipts: boolean;
  /**
   * True if delivering the same action twice (same key) has the effect of once; if false, deliveries with an unknown result become dead
   * letters instead of being repeated.
   */
  readonly idempotentDelivery: boolean;
  /** Its connectors have `listen`, which runs in one process at a time. */
  readonly listens: boolean;
  /** Wants messages in group chats it takes part in that do not mention its bot (see `overheard`). Absent: no. */
  readonly overhears?: boolean;
  /**
   * The language in which its texts are written. Absent: plain text, in which nothing is markup. In any other language, links, emphasis,
   * code, lists and mentions of single users are shown as such; nothing it writes mentions everybody or runs a command.
   */
  readonly textForm?: TextForm;
  /** The language in which it wants messages. Absent: plain text. */
  readonly messageForm?: TextForm;
  /** Wants messages in private and Open Channel chats while a person leads, and messages of our bot itself (see `mirrored`). Absent: no. */
  readonly mirrors?: boolean;
  /** People answer behind it, so nobody is shown that it is at work. Absent: a program answers. */
  readonly answeredByPeople?: boolean;
  /** Wants people's reactions to its messages (see `reaction`). Absent: no. */
  readonly reactions?: boolean;
  /** Wants the data of links that open its bot (see `context`). Absent: no. */
  readonly contexts?: boolean;
  /** Wants to be told when a session of an Open Channel begins and ends (see `session_started`). Absent: no. */
  readonly sessions?: boolean;
}

export interface Connector {
  /** Pure. Empty: nothing in it concerns us. Throws BadInput if the body is not readable; the row then becomes a dead letter. */
  decode(raw: RawEvent): readonly BrainEvent[];
  /**
   * Delivers one action to the brain. `key` is fixed for the action (a lower-case UUID) and the same on every repetition. Throws AppErrors:
   * `retry` says whether to repeat it, `fate` whether it may have happened anyway.
   */
  deliver(action: BrainAction, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** Reads just enough of a webhook to find its conversation; the body is stored as given in `accept`. Must not call the remote. */
  receive?(request: WebhookRequest): IngressResult | Promise<IngressResult>;
  /** Events that follow once the brain has received a receipt, by a call or as a webhook's response. Pure. Absent: none. */
  onReceiptDelivered?(receipt: Receipt): readonly BrainEvent[];
  /**
   * Opens a file named in a reply; usually `tools.openUrl` does it all. Aborting the signal closes it. Throws AppErrors like `deliver`, and so
   * does reading.
   */
  openFile?(file: FileRef, signal: AbortSignal): Promise<OpenedFile>;
  /**
   * A lasting address (valid for more than minutes) at which anybody may fetch that file; null: there is none. People see it in portals that
   * take no files from bots. Pure. Absent: none.
   */
  publicLink?(file: FileRef): string | null;
  /**
   * Holds a socket, or polls, until `signal` aborts. Called by one process at a time. If it rejects, it is called again after a backoff.
   */
  listen?(emit: Emit, since: Cursor | null, signal: AbortSignal): Promise<void>;
}
