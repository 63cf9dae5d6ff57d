/**
 * The connectors of this process: one per connection, made when it is first needed, made anew when the connection has changed, and
 * dropped when its portal or connection is changed or erased, or when nobody has needed it for a while.
 */
import type { Brain } from '../core/brain.ts';
import type { Pace } from '../core/brain-parts.ts';
import type { Connection, Connector } from '../core/connector.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import type { BotRow } from '../store/tenants/bots.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import type { ToolsFor } from './connector-tools.ts';
import { openConnection } from './stored-connection.ts';

export interface KnownConnector {
  readonly connector: Connector;
  readonly brain: Brain;
  /** How fast it takes messages. */
  readonly pace: Pace;
  /** Why the connection is disabled; null while it works, and for brains without connections. */
  readonly disabledReason: string | null;
}

export interface ConnectorRegistry {
  brainOf(name: string): Brain | undefined;
  /** The connector of a stored connection; null when this app does not have its brain. */
  connectorOf(row: ConnectionRow): KnownConnector | null;
  /** The connector of a connection, at most a few seconds behind its row; null when brain or connection is missing. */
  connectorById(portal: string, id: string): Promise<KnownConnector | null>;
  /** The connector a bot thinks with; null when its brain or connection is missing. */
  connectorFor(bot: Pick<BotRow, 'portal' | 'brain' | 'connection_id'>): Promise<KnownConnector | null>;
  /** Called after this process has changed or removed the connection: drops its connector. */
  evict(id: string): void;
  /** Called after the portal was changed or erased: drops its connectors. */
  evictPortal(portal: string): void;
  /** How many connections have an entry. */
  size(): number;
}

export interface ConnectorRegistryOptions {
  readonly db: Db;
  readonly sealer: Sealer;
  readonly brains: readonly Brain[];
  readonly toolsFor: ToolsFor;
  readonly nowMs?: () => number;
  readonly believedMs?: number | undefined;
}

/** How long a row that was read is believed. */
const usualBelievedMs = 3_000;

/** Another process may have erased what this one keeps: a connector that was not needed for so long is dropped. */
const idleMs = 600_000;

interface Entry {
  readonly portal: string;
  /** When its row was read by `connectorById`. */
  readonly readAt: number;
  usedAt: number;
  /** When the connection was last changed; null: there was no such connection. */
  readonly updatedAt: number | null;
  readonly known: KnownConnector | null;
}

export function createConnectorRegistry(options: ConnectorRegistryOptions): ConnectorRegistry {
  return new Registry(options);
}

class Registry implements ConnectorRegistry {
  readonly #options: ConnectorRegistryOptions;
  readonly #nowMs: () => number;
  readonly #brains: ReadonlyMap<string, Brain>;
  /** By connection, the most recently used last. */
  readonly #entries = new Map<string, Entry>();
  /** Connectors of brains without accounts: all bots of such a brain share one connector. */
  readonly #shared = new Map<string, KnownConnector>();

  constructor(options: ConnectorRegistryOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#brains = new Map(options.brains.map((brain) => [brain.name, brain]));
  }

  brainOf(name: string): Brain | undefined {
    return this.#brains.get(name);
  }

  connectorOf(row: ConnectionRow): KnownConnector | null {
    const entry = this.#use(row.id);
    if (entry?.updatedAt === row.updated_at.getTime()) return entry.known;
    return this.#keep(row.id, row.portal, row, Number.NEGATIVE_INFINITY);
  }

  async connectorById(portal: string, id: string): Promise<KnownConnector | null> {
    const entry = this.#use(id);
    if (entry !== undefined && this.#nowMs() - entry.readAt < (this.#options.believedMs ?? usualBelievedMs))
      return entry.known;
    return this.#keep(id, portal, await findConnection(this.#options.db, portal, id), this.#nowMs());
  }

  async connectorFor(bot: Pick<BotRow, 'portal' | 'brain' | 'connection_id'>): Promise<KnownConnector | null> {
    if (bot.connection_id !== null) return await this.connectorById(bot.portal, bot.connection_id);
    const brain = this.#brains.get(bot.brain);
    if (brain === undefined || brain.configSchema !== null) return null;
    const connection = { id: brain.name, portal: '', config: null, webhookSecret: '' };
    const known = this.#shared.get(brain.name) ?? this.#make(brain, connection, null);
    this.#shared.set(brain.name, known);
    return known;
  }

  evict(id: string): void {
    this.#entries.delete(id);
  }

  evictPortal(portal: string): void {
    for (const [id, entry] of this.#entries) if (entry.portal === portal) this.#entries.delete(id);
  }

  size(): number {
    return this.#entries.size;
  }

  #use(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.usedAt = this.#nowMs();
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  #keep(id: string, portal: string, row: ConnectionRow | null, readAt: number): KnownConnector | null {
    const updatedAt = row?.updated_at.getTime() ?? null;
    const before = this.#entries.get(id);
    const brain = row === null ? undefined : this.#brains.get(row.brain);
    const isSame = before !== undefined && before.updatedAt === updatedAt;
    const known = isSame
      ? before.known
      : row === null || brain === undefined
        ? null
        : this.#make(brain, openConnection(this.#options.sealer, row), row.disabled_reason);
    this.#entries.delete(id);
    this.#entries.set(id, { portal, readAt, usedAt: this.#nowMs(), updatedAt, known });
    this.#dropIdle();
    return known;
  }

  #make(brain: Brain, connection: Connection, disabledReason: string | null): KnownConnector {
    const connector = brain.create(connection, this.#options.toolsFor(connection, brain));
    return { brain, connector, pace: brain.pace?.(connection.config) ?? {}, disabledReason };
  }

  #dropIdle(): void {
    const before = this.#nowMs() - idleMs;
    for (const [id, entry] of this.#entries) {
      if (entry.usedAt > before) return;
      this.#entries.delete(id);
    }
  }
}
