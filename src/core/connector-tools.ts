/** What the app offers to connectors; passed to each when it is created. */
import type { BotType } from './bot.ts';
import type { ConversationRef } from './connector.ts';
import type { Author, CrmLink, FileRef } from './events.ts';
import type { OpenedFile, OpenedUrl, OpenUrlRequest } from './opened-file.ts';

/** How a socket resolves a name: the shape of Node's `dns.lookup`. */
export type NameLookup = (
  name: string,
  options: { readonly all?: boolean | undefined },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

/** How many calls a remote allows. */
export interface CallRate {
  readonly perSecond: number;
  /** Calls that may follow each other immediately after an idle time. */
  readonly burst: number;
}

/** Keeps calls below a limit, across all processes. */
export interface RateLimiter {
  /**
   * Resolves when the call may be made. Throws `rate_limit.busy` (retry after the wait) when that moment is far off, `http.aborted` when the
   * signal fires first.
   */
  acquire(signal?: AbortSignal): Promise<void>;
  /** The remote throttled us: no process makes a call before this many milliseconds are over. Never rejects. */
  throttle(ms: number): Promise<void>;
}

/** A message in a dialog of Bitrix24, as the bot received it. */
export interface MissedMessage {
  readonly at: Date;
  readonly author: Author;
  readonly text: string;
  /** Names of the attached files. */
  readonly files: readonly string[];
}

/**
 * Values that a connector stores per connection, shared by all processes and deleted with the connection. Keys have at most 200 characters,
 * values are JSON; validate values that you read back like any outside data.
 */
export interface ConnectorState {
  /** Null: there is none, or it has expired. */
  get(key: string): Promise<unknown>;
  /** @param keepDays after which it expires; absent: never */
  put(key: string, value: unknown, keepDays?: number): Promise<void>;
  /**
   * Stores the value only if there is none or it has expired; true if it was stored. Of several processes that try at once one succeeds,
   * and its claim expires even if the process dies.
   */
  claim(key: string, value: unknown, keepSeconds: number): Promise<boolean>;
  forget(key: string): Promise<void>;
  /** All entries whose key begins so, ordered by key. */
  list(prefix: string): Promise<readonly Fact[]>;
  /**
   * Like `list`, for frequent callers: at most half a minute old, and current in every process after `announce`. Returns the same list until
   * it changes.
   */
  recent(prefix: string): Promise<readonly Fact[]>;
  /** Tells all processes that the lists of `recent` for this connection are outdated. Call it after the change. */
  announce(): Promise<void>;
}

export interface Fact {
  readonly key: string;
  readonly value: unknown;
}

/** An employee as the portal shows them to a bot of the same chat. */
export interface PortalUser {
  readonly id: string;
  readonly name: string;
  /** Null when the portal does not give it. */
  readonly email: string | null;
  /** A person from outside the company who was invited into the chat, or whom the portal does not call an employee. */
  readonly isExtranet: boolean;
}

/** What the portal shows of a customer behind an Open Channel; null where it shows nothing. */
export interface CustomerInfo {
  readonly phone: string | null;
  readonly email: string | null;
  /** Web addresses. */
  readonly avatar: string | null;
  readonly profile: string | null;
}

/** What a connector may know about the portal of its connection. */
export interface PortalInfo {
  /** The portal has `imbot.v2`: bots can exchange files, quote, and mark messages as read. */
  readonly hasV2: boolean;
  /** Type of the bot that uses this connection; null while none does. */
  readonly botType: BotType | null;
  /** The picture of that bot, as a file below `/bots/` of the app's public address; null while no bot uses the connection. */
  readonly botPicture: string | null;
}

/** What a connector may use of the app. */
export interface ConnectorTools {
  readonly http: {
    send(request: {
      readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly url: URL;
      readonly headers?: Readonly<Record<string, string>>;
      /** A stream is sent while it is read, under the time limits of file transfers; see `openPortalFile`. */
      readonly body?: string | Buffer | Pick<OpenedFile, 'stream' | 'size'>;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
      /** The largest number of response bytes that are read; 8 MiB by default. */
      readonly maxResponseBytes?: number;
    }): Promise<{
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }>;
  };
  /** The limiter of one quota, named by what the remote counts by (a token, a key). The name is stored: it must not be a secret. */
  readonly rateLimiter: (bucket: string, rate: CallRate) => RateLimiter;
  /** The name lookup for opening a socket to that address. Throws BadInput `network.*` for an address that must not be called. */
  readonly lookupFor: (url: URL) => NameLookup;
  /**
   * Opens a file that a message in Bitrix24 named; never gives its address, which would carry a token. Aborting the signal closes it. Throws
   * AppErrors.
   */
  readonly openPortalFile: (to: ConversationRef, file: FileRef, signal: AbortSignal) => Promise<OpenedFile>;
  /**
   * Opens a file at an address, for `openFile`: one request, no redirect followed, any status is an answer. The network guard refuses
   * addresses that are not public. Throws AppErrors.
   */
  readonly openUrl: (request: OpenUrlRequest) => Promise<OpenedUrl>;
  /**
   * What people wrote in the conversation between two moments (both included) and the brain was not sent; oldest first, only the last part
   * of a long list, and nothing older than the app's retention.
   */
  readonly missedMessages: (to: ConversationRef, from: Date, until: Date) => Promise<readonly MissedMessage[]>;
  /** The address of a CRM record in the portal; null for a type of record whose address is unknown. */
  readonly crmAddress: (link: CrmLink) => Promise<string | null>;
  /** A member of a chat that the conversation's bot is in; null when the portal shows none. Throws AppErrors. */
  readonly portalUser: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<PortalUser | null>;
  /** The customer of an Open Channel chat; null when the portal does not show them. Throws AppErrors. */
  readonly customerInfo: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<CustomerInfo | null>;
  /** The name of an Open Channel; null when the portal does not show it. Throws AppErrors. */
  readonly openChannelName: (lineId: string, signal: AbortSignal) => Promise<string | null>;
  /** May change while the connection exists. */
  readonly portalInfo: () => Promise<PortalInfo>;
  /**
   * Whether a conversation of a bot that uses the connection has this `ref`. A request that names no such conversation should leave nothing
   * behind.
   */
  readonly hasConversation: (ref: string) => Promise<boolean>;
  readonly state: ConnectorState;
  /**
   * An address of ours, valid for a day, at which a remote can fetch a file that a message in Bitrix24 named, without a token of the portal.
   * Throws Misconfigured `files.no_links` if this app gives no such addresses.
   */
  readonly fileLink: (to: ConversationRef, file: FileRef) => string;
  /** Adds to a counter that the brain declares (`Brain.counters`); an undeclared name is a programming error and throws. @param by 1 by default */
  readonly count: (name: string, by?: number) => void;
  /** The origin at which remotes reach this app, for example `https://bots.example.org`. */
  readonly publicUrl: string;
  /** @param level `info` by default */
  readonly log: (message: string, details?: Readonly<Record<string, unknown>>, level?: 'info' | 'debug') => void;
}
