/**
 * What the app knows of a brain beside its connectors: how accounts are joined, checked and left, and routes of its own. Brains are
 * declared with `defineBrain`; this is the form the app works with, in which a stored config has no type.
 */
import type { z } from 'zod';
import type { Capabilities, Connection, Connector, WebhookRequest } from './connector.ts';
import type { ConnectorTools } from './connector-tools.ts';

/** Whether an account works at the remote: it does, with the config to be stored, or it is stopped there, with the reason in one word. */
export type HealthStatus<Config = unknown> =
  | { readonly works: true; readonly config: Config }
  | { readonly works: false; readonly reason: string };

/** What a route of a brain answers. The app adds the headers that all its pages have. */
export type RouteAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly html: string }
  | { readonly status: number; readonly svg: string };

/** A route a brain has of its own, under `/<brain name>`: callbacks without a secret address, and its pages. */
export interface BrainRoute {
  readonly method: 'GET' | 'POST';
  /** After `/<brain name>`, for example `/activity`. */
  readonly path: string;
  /** How many requests of one sender may fail (status 4xx) in a minute; the rest of that minute is answered 429. */
  readonly perMinute: number;
  /** Throws AppErrors; they are answered as on every route of the app. */
  handle(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer>;
}

/** A bot of a portal, as the page shows it to an administrator who may connect it. */
export interface OfferedBot {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  /** Title of the brain it uses now. */
  readonly brain: string;
  readonly connectionId: string | null;
}

/** A stored connection and its state. */
export interface StoredConnection {
  readonly connection: Connection;
  /** When it was last changed, at the time it was read. */
  readonly changedAt: Date;
  /** Why it is disabled; null while it works. */
  readonly disabledReason: string | null;
}

/** Accounts that were registered at the remote before anybody said which portal they are for. They are kept until they are connected or dropped. */
export interface AwaitingConnections {
  /** Stores the config under the id; an existing webhook secret stays. */
  keep(id: string, config: unknown): Promise<Connection>;
  find(id: string): Promise<Connection | null>;
  drop(id: string): Promise<void>;
}

/** What the app offers the routes of a brain. It reaches that brain's connections and no others. */
export interface ConnectorHost {
  readonly tools: ConnectorTools;
  /** What BRAIN_SETTINGS says about this brain, as its `settingsSchema` gave it back. */
  readonly settings: unknown;
  /** Encrypts text that a page sends back later; `open` gives null for what the app did not seal, for another purpose, or after half an hour. */
  seal(text: string, purpose: string): string;
  open(sealed: string, purpose: string): string | null;
  /** The portal whose administrator was shown this one-time code; the code is then used up. Null for any other text. */
  redeemCode(code: string): Promise<string | null>;
  /** The portal's name and bots; null when the portal is gone. */
  offer(portal: string): Promise<{ readonly domain: string; readonly bots: readonly OfferedBot[] } | null>;
  /** Finds a connection by its id. An id proves nothing: the caller has to check who sent it. */
  find(connectionId: string): Promise<StoredConnection | null>;
  /** The connections of a portal. */
  list(portal: string): Promise<readonly StoredConnection[]>;
  /**
   * Joins the account and connects the bot to it. With a `connectionId`, that connection is joined again with this config. Throws what
   * `join` throws, and then stores nothing.
   */
  connect(given: {
    readonly portal: string;
    readonly botCode: string;
    readonly connectionId: string | null;
    readonly title: string;
    readonly config: unknown;
    /** Takes over the account that waits for its portal under this id, with its webhook secret. */
    readonly awaitingId?: string;
  }): Promise<void>;
  readonly awaiting: AwaitingConnections;
  /** The webhook address of a connection. */
  hookUrl(connection: Pick<Connection, 'webhookSecret'>): string;
  /** Replaces the stored config. False when it was changed since it was read: then nothing is written, and the caller has to read it again. */
  store(stored: StoredConnection, config: unknown): Promise<boolean>;
  /** Call it when the remote has stopped the account: the listener ends, deliveries wait, and a health check follows soon. */
  disable(connection: Connection, reason: string): Promise<void>;
  /** Orders a health check soon; one that has just been made is not repeated at once. */
  checkSoon(connection: Connection): Promise<void>;
}

/** An entry of the list in `brains/index.ts`. */
export interface Brain {
  /** As in `bots set --brain <name>` and in `/brains/<name>/<secret>`; see `brainNameProblem`. */
  readonly name: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** The schema of a connection's `--config`; null for a brain that needs no account. */
  readonly configSchema: z.ZodType | null;
  /**
   * Joins the account when a connection is added or joined again: checks it, registers at the remote, and returns the config to be
   * stored, tokens included. Repeatable. Throws AppErrors whose message tells an administrator what to do.
   */
  join?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Applies changed settings to a joined account and returns the config to be stored. `connection.config` is the new config, `before`
   * the stored one. Throws BadInput for a change that would need another account. Absent: the new config is stored as it is.
   */
  reconfigure?(connection: Connection, before: unknown, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Checks whether a joined account works, and repairs what can be repaired without a person. Called about once an hour for every
   * connection, and more often for one that is disabled or whose credentials were refused. Throws AppErrors; then everything stays as it
   * is until the next check. The tools abort a check that takes too long.
   */
  checkHealth?(
    connection: Connection,
    hookUrl: string,
    disabledReason: string | null,
    tools: ConnectorTools,
  ): Promise<HealthStatus>;
  /** Removes at the remote what `join` registered there; the connection is then removed. Best effort: AppErrors it throws are only reported. */
  leave?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<void>;
  /**
   * The body that answers a webhook the app cannot take now, in the remote's own form. `reason` is one word: why the account is disabled,
   * or `unavailable` when the app is. `connection` is null where it is not known. Absent: the app's own form.
   */
  refusal?(reason: string, connection: Connection | null): unknown;
  /** What a person does about a disabled account, by the reason that `checkHealth` or `disable` gave. Absent: switch it on at the remote. */
  readonly disabledHelp?: Readonly<Record<string, string>>;
  readonly routes?: readonly BrainRoute[];
  /** Path under `/<brain name>` of the page where an administrator connects an account; it takes the code in the fragment, `#code=…`. */
  readonly connectPath?: string;
  /** The schema of what BRAIN_SETTINGS may say about this brain. */
  readonly settingsSchema?: z.ZodType;
  /** Makes the connector of a connection; must not do I/O. */
  create(connection: Connection, tools: ConnectorTools): Connector;
}
