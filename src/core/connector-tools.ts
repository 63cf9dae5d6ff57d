/** What a connector may use of the house, handed to it when it is made. */
import type { BotType } from './bot.ts';
import type { ConversationRef } from './connector.ts';
import type { Author, CrmLink, FileRef } from './events.ts';

/** How a socket turns a name into addresses: the shape of Node's `dns.lookup`. */
export type NameLookup = (
  name: string,
  options: { readonly all?: boolean | undefined },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

/** How many calls a far side allows. */
export interface CallRate {
  readonly perSecond: number;
  /** Calls that may follow each other at once after a quiet time. */
  readonly burst: number;
}

/** Keeps calls below a limit that all processes share. */
export interface RateLimiter {
  /** Resolves when it is this call's turn. Throws `rate_limit.busy` (retry after the wait) when that is far off, `http.aborted` when the signal fires first. */
  turn(signal?: AbortSignal): Promise<void>;
  /** The far side asked for a pause: in no process does anybody's turn come before it is over. Does not reject. */
  holdOff(ms: number): Promise<void>;
}

/** Something said in a dialog of Bitrix24, as the bot heard it. */
export interface MissedMessage {
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
export interface ConnectorState {
  /** Null: there is none, or its time is over. */
  get(key: string): Promise<unknown>;
  /** @param keepDays after which it is forgotten; absent: never */
  put(key: string, value: unknown, keepDays?: number): Promise<void>;
  /**
   * Puts it only where there is nothing (any more); true when it was put. Of several processes that try at once one succeeds, and its
   * claim ends by itself when the process dies.
   */
  claim(key: string, value: unknown, keepSeconds: number): Promise<boolean>;
  forget(key: string): Promise<void>;
  /** Everything whose key begins so, by key. */
  list(prefix: string): Promise<readonly Fact[]>;
  /** The same for whoever asks all the time: at most half a minute old, and fresh in every process after `announce`. The same list until then. */
  recent(prefix: string): Promise<readonly Fact[]>;
  /** Tells all processes that what `recent` gave of this connection is old. Call it after the change. */
  announce(): Promise<void>;
}

export interface Fact {
  readonly key: string;
  readonly value: unknown;
}

/** An employee as the portal shows him to a bot of the same chat. */
export interface PortalUser {
  readonly id: string;
  readonly name: string;
  /** Null: the portal does not tell. */
  readonly email: string | null;
  /** Somebody from outside the company who was invited into the chat, or whom the portal does not call an employee. */
  readonly isExtranet: boolean;
}

/** What the portal tells of a customer behind an Open Channel; null where it tells nothing. */
export interface CustomerInfo {
  readonly phone: string | null;
  readonly email: string | null;
  /** Web addresses. */
  readonly avatar: string | null;
  readonly profile: string | null;
}

/** What a connector may know of the portal behind its connection. */
export interface PortalInfo {
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
  readonly rateLimiter: (bucket: string, rate: CallRate) => RateLimiter;
  /** The name lookup to open a socket to that address with. Throws BadInput `network.*` for an address that must not be called. */
  readonly lookupFor: (url: URL) => NameLookup;
  /** The bytes of a file a message in Bitrix24 named; never an address, which would carry a token. Throws AppErrors. */
  readonly openPortalFile: (to: ConversationRef, file: FileRef, signal: AbortSignal) => Promise<Buffer>;
  /**
   * What people said in the conversation between two moments, both included, and the brain was not told; oldest first, of very much the
   * last part, and nothing of what is older than the app keeps events.
   */
  readonly missedMessages: (to: ConversationRef, from: Date, until: Date) => Promise<readonly MissedMessage[]>;
  /** Where a CRM record can be looked at in the portal; null for a kind of record whose address is not known. */
  readonly crmAddress: (link: CrmLink) => Promise<string | null>;
  /** A member of a chat the conversation's bot sits in; null when the portal shows none. Throws AppErrors. */
  readonly portalUser: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<PortalUser | null>;
  /** The customer of an Open Channel chat; null when the portal does not show him. Throws AppErrors. */
  readonly customerInfo: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<CustomerInfo | null>;
  /** The name of an Open Channel; null when the portal does not tell it. Throws AppErrors. */
  readonly openChannelName: (lineId: string, signal: AbortSignal) => Promise<string | null>;
  /** May change while the connection lives. */
  readonly portalInfo: () => Promise<PortalInfo>;
  readonly state: ConnectorState;
  /** Origin under which the far side reaches this app, for example `https://bots.example.org`. */
  readonly publicUrl: string;
  readonly log: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}
