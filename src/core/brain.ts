/** The definition of a brain: how its accounts are joined, checked and left, and its own routes. */
import type { z } from 'zod';
import type {
  AccountName,
  BrainCommand,
  BrainCounter,
  BrainFigure,
  BrainRequestForm,
  NewAccount,
  Pace,
} from './brain-parts.ts';
import type { BrainProbe } from './brain-probe.ts';
import type { ConnectPage } from './connect-view.ts';
import type { Capabilities, Connection, Connector, WebhookRequest } from './connector.ts';
import type { ConnectorTools } from './connector-tools.ts';
import type { Language } from './language.ts';
import { type Texts, textIn } from './texts.ts';

/** Whether an account works at the remote. If so, `config` is to be stored; if it is disabled there, `reason` says why in one word. */
export type HealthStatus<Config = unknown> =
  | { readonly works: true; readonly config: Config }
  | { readonly works: false; readonly reason: string };

/** The answer of a brain's route. The app adds security headers to every page. */
export type RouteAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly page: ConnectPage }
  | { readonly status: number; readonly svg: string };

/** A brain's own route, under `/<brain name>`: callbacks without a secret address, and its pages. */
export interface BrainRoute {
  readonly method: 'GET' | 'POST';
  /** The part after `/<brain name>`, for example `/activity`. */
  readonly path: string;
  /** How many requests of one sender may fail (status 4xx) in a minute; its further requests in that minute are answered 429. */
  readonly perMinute: number;
  /** Throws AppErrors; they are answered as everywhere in the app. */
  handle(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer>;
}

/** A bot of a portal, as shown to someone who may connect it. */
export interface OfferedBot {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  /** Title of the brain that answers for it now. */
  readonly brain: Texts;
  readonly connectionId: string | null;
}

/** A stored connection, and whether it is disabled. */
export interface StoredConnection {
  readonly connection: Connection;
  /** When it was last changed, at the time of reading. */
  readonly changedAt: Date;
  /** Why it is disabled; null while it works. */
  readonly disabledReason: string | null;
}

/** Connections that have no portal yet; kept until they are connected or dropped. */
export interface AwaitingConnections {
  /** Stores the config under the id; an existing webhook secret is kept. */
  keep(id: string, config: unknown): Promise<Connection>;
  find(id: string): Promise<Connection | null>;
  drop(id: string): Promise<void>;
}

/** The title of a brain in all languages it has one in. */
export function titlesOf({ title, titles }: Pick<Brain, 'title' | 'titles'>): Texts {
  return titles ?? { en: title, ru: title };
}

/** The title of a brain for a reader; its name if the brain no longer exists. */
export function titleIn(brains: readonly Brain[], name: string, language: Language): string {
  const brain = brains.find((one) => one.name === name);
  return brain === undefined ? name : textIn(titlesOf(brain), language);
}

/** What the app offers to the routes of a brain. It reaches that brain's connections only. */
export interface ConnectorHost {
  readonly tools: ConnectorTools;
  /** The administrator's BRAIN_SETTINGS for this brain, as parsed by its `settingsSchema`. */
  readonly settings: unknown;
  /**
   * Seals text that a page sends back; `open` returns null for text that we did not seal, that has another purpose, or that is older than
   * half an hour.
   */
  seal(text: string, purpose: string): string;
  open(sealed: string, purpose: string): string | null;
  /** The portal whose administrator was shown this one-time code; the code is then used up. Null for any other text. */
  redeemCode(code: string): Promise<string | null>;
  /** The portal's name and bots; null if it no longer exists. */
  offer(portal: string): Promise<{ readonly domain: string; readonly bots: readonly OfferedBot[] } | null>;
  /** Finds a connection by its id. The id proves nothing: the caller must verify the rest of the request. */
  find(connectionId: string): Promise<StoredConnection | null>;
  /** The brain's connections of a portal. */
  list(portal: string): Promise<readonly StoredConnection[]>;
  /**
   * Joins the account and connects the bot to it. With a connection id, that connection is joined again with this config. An empty title
   * becomes that of `accountOf`. Throws what `join` throws; then nothing is stored.
   */
  connect(given: {
    readonly portal: string;
    readonly botCode: string;
    readonly connectionId: string | null;
    readonly title: string;
    readonly config: unknown;
  }): Promise<void>;
  /** Connections registered at the remote before it is known which portal they are for. */
  readonly awaiting: AwaitingConnections;
  /** The webhook address of a connection. */
  hookUrl(connection: Pick<Connection, 'webhookSecret'>): string;
  /** Replaces the stored config. False if it was changed since it was read: nothing is written then, and the caller must decide again. */
  store(stored: StoredConnection, config: unknown): Promise<boolean>;
  /** The remote has disabled the account: its listener ends, deliveries wait, and `checkHealth` is called soon. */
  disable(connection: Connection, reason: string): Promise<void>;
  /** Requests `checkHealth` soon; one that was done a moment ago is not repeated at once. */
  checkSoon(connection: Connection): Promise<void>;
}

/** An entry of the list in `brains/index.ts`: everything the app needs to know to offer a brain. */
export interface Brain {
  /** As in `bots set --brain <name>` and in `/brains/<name>/<secret>`; see `brainNameProblem`. */
  readonly name: string;
  readonly title: string;
  /** The title by language, unless it is a product name. Absent: `title` in every language. */
  readonly titles?: Texts;
  /** Who answers, and for whom the brain is meant: a sentence or two for an administrator choosing one. */
  readonly about?: Texts;
  readonly capabilities: Capabilities;
  /** The schema of a connection's `--config`; null for a brain that needs no account. */
  readonly configSchema: z.ZodType | null;
  /** The settings of a new account before anything is typed into its form. Absent: the defaults of the schema. */
  newConfig?(about: NewAccount): Readonly<Record<string, unknown>>;
  /**
   * Names the account of a config, so that an account the bot already has is connected again instead of added twice, and one that awaits its
   * portal is taken over. Null when the config is not readable. Absent: every connection is a separate account.
   */
  accountOf?(config: unknown): AccountName | null;
  /**
   * Joins the remote when a connection is added or repaired: checks the account, registers there, and returns the config to be stored,
   * tokens included. Repeatable. Throws AppErrors whose message tells an administrator what to do.
   */
  join?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Applies changed settings of a joined account and returns the config to be stored. `connection.config` is the new config, `before` the
   * stored one. Never creates the account anew: throws BadInput for a change that would. Absent: the config is stored unchanged.
   */
  reconfigure?(connection: Connection, before: unknown, hookUrl: string, tools: ConnectorTools): Promise<unknown>;
  /**
   * Checks whether a joined account works, and repairs what can be repaired automatically. Called now and then for disabled connections and
   * for those whose credentials were refused, and about hourly for all others. Throws AppErrors; then nothing changes until the next check.
   * The tools abort a check that takes too long.
   */
  checkHealth?(
    connection: Connection,
    hookUrl: string,
    disabledReason: string | null,
    tools: ConnectorTools,
  ): Promise<HealthStatus>;
  /** Removes what `join` created at the remote, before the connection is deleted. Best effort: AppErrors are only reported. */
  leave?(connection: Connection, hookUrl: string, tools: ConnectorTools): Promise<void>;
  /**
   * Builds the answer, in the remote's own format, to a webhook that is not accepted now. `reason` is one word (`unavailable`: this app is);
   * `connection` is null if unknown. Absent: the app's usual format.
   */
  refusal?(reason: string, connection: Connection | null): unknown;
  /**
   * Tells administrators what to do about a disabled account, by the reason that `checkHealth` or `disable` gave. Absent: enable it at the
   * remote.
   */
  readonly disabledHelp?: Readonly<Record<string, Texts>>;
  /** What an administrator is told of the brain's errors, by code. A code without a text: the message of the error, in English. */
  readonly problemTexts?: Readonly<Record<string, Texts>>;
  readonly routes?: readonly BrainRoute[];
  /** Where at the remote a person enters the webhook's address. Absent: nobody has to, and the page does not show the address. */
  readonly webhookHelp?: Texts;
  /**
   * The page, under `/<brain name>`, where an account is connected from the remote's side; it takes the code in the fragment, `#code=…`.
   * Inside the portal, the form made from `configSchema` connects it.
   */
  readonly connectPath?: string;
  /** What a person or a timer may ask of the brain for one conversation (see the action `request`). */
  readonly requests?: readonly BrainRequestForm[];
  /** What employees may type in a chat of a bot that uses the brain. */
  readonly commands?: readonly BrainCommand[];
  /** How fast messages are handed over. Absent: each at once. */
  pace?(config: unknown): Pace;
  /** What connectors count by `tools.count`. */
  readonly counters?: readonly BrainCounter[];
  /** What an administrator wants to know of a connection now. Best effort: AppErrors are shown in place of the figures. */
  figures?(connection: Connection, tools: ConnectorTools): Promise<readonly BrainFigure[]>;
  /** What can be asked of the remote on the first day with a real account. Must not do I/O itself. Absent: `probe` does not know the brain. */
  probe?(connection: Connection, hookUrl: string, tools: ConnectorTools): BrainProbe;
  /** The schema of this brain's BRAIN_SETTINGS. */
  readonly settingsSchema?: z.ZodType;
  /** Makes the connector of a connection; must not do I/O. */
  create(connection: Connection, tools: ConnectorTools): Connector;
}
