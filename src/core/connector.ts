/**
 * The contract a brain is joined through. Two duties (`decode`, `deliver`), optional abilities (`door`, `listen`) and declared
 * capabilities. The pipeline owns all state, order, retry and deduplication; a connector knows its protocol and nothing else.
 */
import type { z } from 'zod';
import type { BrainAction, Receipt } from './actions.ts';
import type { BotType } from './bot.ts';
import type { Author, BrainEvent, CrmLink, FileRef } from './events.ts';

/** A stored message of a far side, as it came in. */
export interface RawEvent {
  readonly body: Buffer;
  readonly receivedAt: Date;
}

/** One account of a brain. `config` has passed the brain's own schema, secrets included; never log it. */
export interface Connection<Config = unknown> {
  readonly id: string;
  readonly portal: string;
  readonly config: Config;
  /** Unguessable last part of the webhook address `/brains/<brain>/<secret>`. */
  readonly doorSecret: string;
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
}

/** A webhook as it reached the door; header names in lower case. */
export interface DoorRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/**
 * The door's judgement. `accept` rows are committed before `answer` is sent; `answer` absent means 200 with an empty JSON object.
 * A refusal stores nothing; its reason is logged, never sent: what is sent is `answer`, or the code of the error.
 */
export type DoorVerdict =
  | {
      readonly accept: readonly Incoming[];
      readonly answer?: unknown;
      /** Answered instead, and nothing stored, when no conversation of ours is meant. Absent: rows wait for theirs to become known. */
      readonly answerIfUnknown?: unknown;
      /** The answer is held back for the message's receipt. */
      readonly waits?: DoorWait;
      /** Why nothing is made of it, for the log. */
      readonly remark?: string;
    }
  | { readonly refuse: number; readonly reason: string; readonly answer?: unknown };

/** A receipt that comes in time is the webhook's answer, and is not delivered apart; otherwise `answer` goes out as it is. */
export interface DoorWait {
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
}

export interface Connector {
  /** Pure. Empty means: nothing in it for us. Throws BadInput when it is not readable; the row is then parked. */
  decode(raw: RawEvent): readonly BrainEvent[];
  /**
   * Carries one action over. `key` is fixed for the action (a lower-case UUID) and the same on every repetition. Throws an
   * AppError: its `retry` says whether it is tried again, its `fate` whether it may have happened all the same.
   */
  deliver(action: BrainAction, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** Reads just enough of a webhook to tell where it belongs; the body is stored as given in `accept`. Must not block. */
  receive?(request: DoorRequest): DoorVerdict;
  /** The bytes of a file it named in a reply. Throws AppErrors like `deliver`. */
  openFile?(file: FileRef, signal: AbortSignal): Promise<Buffer>;
  /** Holds a socket, or polls, until `signal` aborts. Called by one process at a time. Rejecting makes it be called again after a pause. */
  listen?(emit: Emit, since: Cursor | null, signal: AbortSignal): Promise<void>;
}

/** How a socket turns a name into addresses: the shape of Node's `dns.lookup`. */
export type NameLookup = (
  name: string,
  options: { readonly all?: boolean | undefined },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

/** How many calls a far side allows. */
export interface PaceRate {
  readonly perSecond: number;
  /** Calls that may follow each other at once after a quiet time. */
  readonly burst: number;
}

/** Keeps calls below a limit that all processes share. */
export interface Pace {
  /** Resolves when it is this call's turn. Throws `pace.busy` (retry after the wait) when that is far off, `http.aborted` when the signal fires first. */
  turn(signal?: AbortSignal): Promise<void>;
  /** The far side asked for a pause: in no process does anybody's turn come before it is over. Does not reject. */
  holdOff(ms: number): Promise<void>;
}

/** Something said in a dialog of Bitrix24, as the bot heard it. */
export interface SaidAtHome {
  readonly at: Date;
  readonly author: Author;
  readonly text: string;
  /** Names of the files that came with it. */
  readonly files: readonly string[];
}

/**
 * A few facts of its own that a brain keeps per connection, shared by all processes and gone with the connection. Keys have at most 200
 * characters, values are JSON; what is read back is to be checked like anything from outside.
 */
export interface BrainMemory {
  /** Null: there is none, or its time is over. */
  get(key: string): Promise<unknown>;
  /** @param keepDays after which it is forgotten; absent: never */
  put(key: string, value: unknown, keepDays?: number): Promise<void>;
  forget(key: string): Promise<void>;
  /** Everything whose key begins so, by key. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>;
}

/** An employee as the portal shows him to a bot of the same chat. */
export interface HomeUser {
  readonly id: string;
  readonly name: string;
  /** Null: the portal does not tell. */
  readonly email: string | null;
  /** Somebody from outside the company who was invited into the chat. */
  readonly isExtranet: boolean;
}

/** What a connector may know of the portal behind its connection. */
export interface HomeFacts {
  /** The portal has `imbot.v2`: bots can exchange files there, quote, and mark messages as read. */
  readonly hasV2: boolean;
  /** Of the bot that thinks with this connection; null while none does. */
  readonly botType: BotType | null;
}

/** What a connector may use of the house. */
export interface ConnectorTools {
  readonly http: {
    send(request: {
      readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly url: URL;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
      /** Bytes of an answer that are read at most; 8 MiB unless told otherwise. */
      readonly maxResponseBytes?: number;
    }): Promise<{
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }>;
  };
  /** The pace of one limit, named by what the far side counts by (a token, a key). The name is stored: it must not be a secret. */
  readonly pace: (bucket: string, rate: PaceRate) => Pace;
  /** The name lookup to open a socket to that address with. Throws BadInput `network.*` for an address that must not be called. */
  readonly lookupFor: (url: URL) => NameLookup;
  /** The bytes of a file a message in Bitrix24 named; never an address, which would carry a token. Throws AppErrors. */
  readonly openHomeFile: (to: ConversationRef, file: FileRef, signal: AbortSignal) => Promise<Buffer>;
  /**
   * What people said in the conversation between two moments, both included, and the brain was not told; oldest first, of very much the
   * last part, and nothing of what is older than the app keeps events.
   */
  readonly saidAtHome: (to: ConversationRef, from: Date, until: Date) => Promise<readonly SaidAtHome[]>;
  /** Where a CRM record can be looked at in the portal; null for a kind of record whose address is not known. */
  readonly crmAddress: (link: CrmLink) => Promise<string | null>;
  /** A member of a chat the conversation's bot sits in; null when the portal shows none. Throws AppErrors. */
  readonly homeUser: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<HomeUser | null>;
  /** May change while the connection lives. */
  readonly homeFacts: () => Promise<HomeFacts>;
  readonly memory: BrainMemory;
  /** Origin under which the far side reaches this app, for example `https://bots.example.org`. */
  readonly publicUrl: string;
  readonly log: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}

/** How an account stands at the far side: usable, with the config to be stored, or stopped over there for a reason in one word. */
export type Standing =
  | { readonly works: true; readonly config: unknown }
  | { readonly works: false; readonly reason: string };

/** What a route of a brain answers. The house adds the headers every page of its own has. */
export type RouteAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly html: string }
  | { readonly status: number; readonly svg: string };

/** A route a brain has of its own, under `/<brain name>`: callbacks without a secret address, and its pages. */
export interface BrainRoute {
  readonly method: 'GET' | 'POST';
  /** After `/<brain name>`, for example `/activity`. */
  readonly path: string;
  /** Requests one sender may make in a minute; those beyond are answered 429. */
  readonly perMinute: number;
  /** Throws AppErrors; they are answered as everywhere in the house. */
  handle(request: DoorRequest, house: BrainHouse): Promise<RouteAnswer>;
}

/** A bot of a portal, as somebody who may connect it is shown it. */
export interface OfferedBot {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  /** Title of what it thinks with now. */
  readonly brain: string;
  readonly connectionId: string | null;
}

/** A stored connection and why it is paused; null while it works. */
export interface HeldConnection {
  readonly connection: Connection;
  /** When it was last changed, as it was read. */
  readonly changedAt: Date;
  readonly pausedReason: string | null;
}

/** What the routes of a brain may ask of the house. It reaches that brain's connections and no others. */
export interface BrainHouse {
  readonly tools: ConnectorTools;
  /** What the operator set for this brain in BRAIN_SETTINGS, as its `settingsSchema` gave it back. */
  readonly settings: unknown;
  /** Seals text for a page to carry back; `open` gives null for what is not ours, not for this purpose, or older than half an hour. */
  seal(text: string, purpose: string): string;
  open(sealed: string, purpose: string): string | null;
  /** The portal whose administrator was shown this one-time code, which is then used up; null for any other text. */
  redeemCode(code: string): Promise<string | null>;
  /** The portal's name and bots; null when it has gone. */
  offer(portal: string): Promise<{ readonly domain: string; readonly bots: readonly OfferedBot[] } | null>;
  /** By its id, which proves nothing: whoever asks has to check the rest of what was sent. */
  find(connectionId: string): Promise<HeldConnection | null>;
  /** Those of a portal. */
  list(portal: string): Promise<readonly HeldConnection[]>;
  /**
   * Joins the account and lets the bot think with it. With a connection: that one is joined again with this config. Throws what `join`
   * throws, and then nothing is stored.
   */
  connect(given: {
    readonly portal: string;
    readonly botCode: string;
    readonly connectionId: string | null;
    readonly title: string;
    readonly config: unknown;
  }): Promise<void>;
  /** Replaces the stored config. False when it was changed since it was read: then nothing is written, and what led here is to be judged anew. */
  store(held: HeldConnection, config: unknown): Promise<boolean>;
  /** The far side has stopped it: its listener ends, deliveries wait, and `look` is asked soon. */
  pause(connection: Connection, reason: string): Promise<void>;
  /** Asks `look` soon; a look that was a moment ago is not repeated at once. */
  lookSoon(connection: Connection): Promise<void>;
}

/** An entry of the list in `brains/index.ts`: everything the house needs to know to offer a brain. */
export interface Brain {
  /** As in `bots set --brain <name>` and in `/brains/<name>/<secret>`. Lower-case letters only. */
  readonly name: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** What a connection's `--config` must be; null for a brain that needs no account. */
  readonly configSchema: z.ZodType | null;
  /**
   * Joins the far side when a connection is added or mended: checks the account, registers there, and returns the config to be
   * stored, tokens included. Repeatable. Throws AppErrors whose message tells an administrator what to do.
   */
  join?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Looks how a joined account stands, and mends what a machine may mend. Asked now and then about connections that are paused, about
   * those whose credentials were refused, and about hourly about all others. Throws AppErrors; then everything stays as it is until the
   * next look. The tools break off when a look takes too long.
   */
  look?(connection: Connection, hookUrl: string, pausedReason: string | null, tools: ConnectorTools): Promise<Standing>;
  /** Takes down what `join` has put up over there; the connection is about to be removed. Best effort: throws AppErrors that are only reported. */
  leave?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<void>;
  /**
   * The answer to a webhook that is not taken now, in the far side's own form: why in one word (`unavailable`: the house itself is), and
   * whose it is where that is known. Absent: the house's form.
   */
  refusal?(reason: string, connection: Connection | null): unknown;
  /** What a person does about a paused account, by the reason `look` or `pause` gave, for operators. Absent: switch it on over there. */
  readonly pauseHelp?: Readonly<Record<string, string>>;
  readonly routes?: readonly BrainRoute[];
  /** Where, under `/<brain name>`, an administrator connects an account; takes the code in the fragment, `#code=…`. */
  readonly connectPath?: string;
  /** What BRAIN_SETTINGS may say about it. */
  readonly settingsSchema?: z.ZodType;
  /** One connector per connection; must not do I/O. */
  create(connection: Connection, tools: ConnectorTools): Connector;
}
