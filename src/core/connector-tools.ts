/** What the app offers a connector, handed to it when it is made. */
import type { BotType } from './bot.ts';
import type { ConversationRef } from './connector.ts';
import type { Author, CrmLink, FileRef } from './events.ts';

/** How a socket turns a name into addresses: the shape of Node's `dns.lookup`. */
export type NameLookup = (
  name: string,
  options: { readonly all?: boolean | undefined },
  callback: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

/** How many calls the remote allows. */
export interface CallRate {
  readonly perSecond: number;
  /** Calls that may follow each other without a wait after a time without calls. */
  readonly burst: number;
}

/** Keeps the calls of all processes together below a limit. */
export interface RateLimiter {
  /** Resolves when this call may be made. Throws `rate_limit.busy` (retry after the wait) when that takes too long, `http.aborted` when the signal fires first. */
  turn(signal?: AbortSignal): Promise<void>;
  /** Call it when the remote asks to be throttled: no process makes a call of this limit before the time is over. Does not reject. */
  holdOff(ms: number): Promise<void>;
}

/** A message of a Bitrix24 dialog that the brain was not told. */
export interface MissedMessage {
  readonly at: Date;
  readonly author: Author;
  readonly text: string;
  /** Names of the files that came with it. */
  readonly files: readonly string[];
}

/**
 * Facts that a brain keeps for a connection, shared by all processes and deleted with the connection. Keys have at most 200 characters,
 * values are JSON; check what you read back like any outside data.
 */
export interface ConnectorState {
  /** Null when there is none, or it has expired. */
  get(key: string): Promise<unknown>;
  /** @param keepDays how long it is kept; absent: for ever */
  put(key: string, value: unknown, keepDays?: number): Promise<void>;
  /**
   * Stores the value only if there is none, or it has expired; true when it was stored. Of several processes that try at the same time
   * one succeeds. `keepSeconds` ends the claim of a process that has died.
   */
  claim(key: string, value: unknown, keepSeconds: number): Promise<boolean>;
  forget(key: string): Promise<void>;
  /** Everything whose key begins with the prefix, ordered by key. */
  list(prefix: string): Promise<readonly Fact[]>;
  /** The same from memory, for frequent reads: at most half a minute old, and read again in every process after `announce`. The same array until then. */
  recent(prefix: string): Promise<readonly Fact[]>;
  /** Makes `recent` read this connection's facts again, in all processes. Call it after the change. */
  announce(): Promise<void>;
}

export interface Fact {
  readonly key: string;
  readonly value: unknown;
}

/** An employee, as the portal shows the person to a bot of the same chat. */
export interface PortalUser {
  readonly id: string;
  readonly name: string;
  /** Null when the portal does not tell it. */
  readonly email: string | null;
  /** Invited from outside the company, or not called an employee by the portal. */
  readonly isExtranet: boolean;
}

/** What the portal tells about a customer of an Open Channel; null where it tells nothing. */
export interface CustomerInfo {
  readonly phone: string | null;
  readonly email: string | null;
  /** Web addresses. */
  readonly avatar: string | null;
  readonly profile: string | null;
}

/** What a connector may know about the portal of its connection. */
export interface PortalInfo {
  /** The portal has `imbot.v2`: bots can exchange files there, quote, and mark messages as read. */
  readonly hasV2: boolean;
  /** The type of the bot that uses this connection; null while none does. */
  readonly botType: BotType | null;
}

/** What the app offers a connector. */
export interface ConnectorTools {
  readonly http: {
    send(request: {
      readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly url: URL;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
      /** The answer may have at most so many bytes; 8 MiB when absent. */
      readonly maxResponseBytes?: number;
    }): Promise<{
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }>;
  };
  /** The limiter of one limit, named by what the remote counts by (a token, a key). The name is stored: it must not be a secret. */
  readonly rateLimiter: (bucket: string, rate: CallRate) => RateLimiter;
  /** The name lookup for a socket to that address. Throws BadInput `network.*` for an address that must not be called. */
  readonly lookupFor: (url: URL) => NameLookup;
  /** The bytes of a file in a Bitrix24 message. Throws AppErrors. There is no way to get its address, which would carry a token. */
  readonly openPortalFile: (to: ConversationRef, file: FileRef, signal: AbortSignal) => Promise<Buffer>;
  /**
   * What people said in the conversation between two moments, both included, that the brain was not told; oldest first. Of a long talk only
   * the last part, and nothing from before the time for which the app keeps events.
   */
  readonly missedMessages: (to: ConversationRef, from: Date, until: Date) => Promise<readonly MissedMessage[]>;
  /** The address of a CRM record's page in the portal; null for a kind of record whose address is not known. */
  readonly crmAddress: (link: CrmLink) => Promise<string | null>;
  /** A member of a chat that the conversation's bot is in; null when the portal shows none. Throws AppErrors. */
  readonly portalUser: (
    to: ConversationRef,
    dialogId: string,
    userId: string,
    signal: AbortSignal,
  ) => Promise<PortalUser | null>;
  /** The customer of an Open Channel chat; null when the portal does not show the customer. Throws AppErrors. */
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
  /** Origin under which the remote reaches this app, for example `https://bots.example.org`. */
  readonly publicUrl: string;
  readonly log: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}
