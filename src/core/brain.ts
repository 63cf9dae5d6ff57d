/** What a brain brings into the house beside its connectors: how accounts are joined, looked after and left, and routes of its own. */
import type { z } from 'zod';
import type { Capabilities, Connection, Connector, WebhookRequest } from './connector.ts';
import type { ConnectorTools } from './connector-tools.ts';

/** How an account stands at the far side: usable, with the config to be stored, or stopped over there for a reason in one word. */
export type HealthStatus =
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
  /** Requests of one sender that may fail (status 4xx) in a minute; all further ones of that minute are answered 429. */
  readonly perMinute: number;
  /** Throws AppErrors; they are answered as everywhere in the house. */
  handle(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer>;
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
export interface StoredConnection {
  readonly connection: Connection;
  /** When it was last changed, as it was read. */
  readonly changedAt: Date;
  readonly disabledReason: string | null;
}

/** They are connections without a portal, and live until they are connected or dropped. */
export interface AwaitingConnections {
  /** Keeps the config under the id; a webhook secret that is there already stays. */
  keep(id: string, config: unknown): Promise<Connection>;
  find(id: string): Promise<Connection | null>;
  drop(id: string): Promise<void>;
}

/** What the routes of a brain may ask of the house. It reaches that brain's connections and no others. */
export interface ConnectorHost {
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
  find(connectionId: string): Promise<StoredConnection | null>;
  /** Those of a portal. */
  list(portal: string): Promise<readonly StoredConnection[]>;
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
    /** The new connection is the one that awaited its portal under this id; its webhook secret stays. */
    readonly awaitingId?: string;
  }): Promise<void>;
  /** ConnectionService registered over there before anybody has said which portal they are for. */
  readonly awaiting: AwaitingConnections;
  /** The webhook address of a connection. */
  hookUrl(connection: Pick<Connection, 'webhookSecret'>): string;
  /** Replaces the stored config. False when it was changed since it was read: then nothing is written, and what led here is to be judged anew. */
  store(stored: StoredConnection, config: unknown): Promise<boolean>;
  /** The far side has stopped it: its listener ends, deliveries wait, and `look` is asked soon. */
  disable(connection: Connection, reason: string): Promise<void>;
  /** Asks `look` soon; a look that was a moment ago is not repeated at once. */
  checkSoon(connection: Connection): Promise<void>;
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
   * Puts changed settings of a joined account in force and returns the config to be stored. `connection.config` is the new config, `before`
   * the stored one. Never makes the account anew: throws BadInput for a change that would. Absent: the config is stored as it is.
   */
  reconfigure?(connection: Connection, before: unknown, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Looks how a joined account stands, and mends what a machine may mend. Asked now and then about connections that are paused, about
   * those whose credentials were refused, and about hourly about all others. Throws AppErrors; then everything stays as it is until the
   * next look. The tools break off when a look takes too long.
   */
  checkHealth?(
    connection: Connection,
    hookUrl: string,
    disabledReason: string | null,
    tools: ConnectorTools,
  ): Promise<HealthStatus>;
  /** Takes down what `join` has put up over there; the connection is about to be removed. Best effort: throws AppErrors that are only reported. */
  leave?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<void>;
  /**
   * The answer to a webhook that is not taken now, in the far side's own form: why in one word (`unavailable`: the house itself is), and
   * whose it is where that is known. Absent: the house's form.
   */
  refusal?(reason: string, connection: Connection | null): unknown;
  /** What a person does about a paused account, by the reason `look` or `pause` gave, for operators. Absent: switch it on over there. */
  readonly disabledHelp?: Readonly<Record<string, string>>;
  readonly routes?: readonly BrainRoute[];
  /** Where, under `/<brain name>`, an administrator connects an account; takes the code in the fragment, `#code=…`. */
  readonly connectPath?: string;
  /** What BRAIN_SETTINGS may say about it. */
  readonly settingsSchema?: z.ZodType;
  /** One connector per connection; must not do I/O. */
  create(connection: Connection, tools: ConnectorTools): Connector;
}
