/**
 * What the hot paths need to know of portals, bots and connections, kept in memory for a few seconds. Changes made by another
 * process are seen when an entry has grown old, or at once where a caller has reason to doubt it.
 */
import type { Brain } from '../core/brain.ts';
import type { Connection, Connector } from '../core/connector.ts';
import type { ConnectorTools } from '../core/connector-tools.ts';
import type { Sealer } from '../lib/encryption.ts';
import type { Db } from '../store/database.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import { findPortal, type Portal } from '../store/tenants/portals.ts';

export interface KnownPortal {
  /** Null: never installed, or erased. */
  readonly portal: Portal | null;
  readonly bots: readonly BotRow[];
}

export interface KnownConnector {
  readonly connector: Connector;
  readonly brain: Brain;
  /** Why the far side has stopped the account; null while it works, and for brains without one. */
  readonly disabledReason: string | null;
}

/** How long an entry is believed. */
const usualBelievedMs = 3_000;

/** Entries kept; a flood of invented portal ids must not fill the memory. */
const maxEntries = 5_000;

/** A doubted entry is read again at most this often, so that a flood of wrong tokens does not become a flood of queries. */
const doubtMs = 500;

interface Entry {
  readonly readAt: number;
  readonly known: Promise<KnownPortal>;
}

export type Directory = ReturnType<typeof createDirectory>;

export interface DirectoryOptions {
  readonly db: Db;
  readonly sealer: Sealer;
  readonly brains: readonly Brain[];
  readonly tools: (connection: Connection) => ConnectorTools;
  /** Another directory of this process, which has to hear of changes too. */
  readonly beside?: { forget(id: string): void };
  readonly believedMs?: number | undefined;
}

export function createDirectory(options: DirectoryOptions) {
  const { db, sealer, believedMs = usualBelievedMs } = options;
  const brainByName = new Map(options.brains.map((brain) => [brain.name, brain]));
  const entries = new Map<string, Entry>();
  const rows = new Map<string, { readonly readAt: number; readonly made: KnownConnector | null }>();
  const connectors = new Map<string, { readonly updatedAt: number; readonly made: KnownConnector }>();

  function read(portal: string): Promise<KnownPortal> {
    const known = Promise.all([findPortal(db, portal), listBots(db, portal)]).then(([row, bots]) => ({
      portal: row,
      bots,
    }));
    if (entries.size >= maxEntries) {
      const oldest = entries.keys().next().value;
      if (oldest !== undefined) entries.delete(oldest);
    }
    entries.delete(portal);
    const entry = { readAt: performance.now(), known };
    entries.set(portal, entry);
    // A failed read is not knowledge: the next caller asks again. This caller gets the error through `known`.
    known.catch(() => {
      if (entries.get(portal) === entry) entries.delete(portal);
    });
    return known;
  }

  /** The portal and its bots, at most a few seconds old. */
  function portal(id: string): Promise<KnownPortal> {
    const entry = entries.get(id);
    return entry !== undefined && performance.now() - entry.readAt < believedMs ? entry.known : read(id);
  }

  /** The same, read again because what is known does not fit what was just seen. */
  function doubted(id: string): Promise<KnownPortal> {
    const entry = entries.get(id);
    return entry !== undefined && performance.now() - entry.readAt < Math.min(doubtMs, believedMs)
      ? entry.known
      : read(id);
  }

  function forget(id: string): void {
    entries.delete(id);
    options.beside?.forget(id);
  }

  /** What is known of a connection was changed by this process. */
  function forgetConnection(id: string): void {
    rows.delete(id);
  }

  /** A stored connection with its secrets opened. */
  function openConnection(row: ConnectionRow): Connection {
    return {
      id: row.id,
      portal: row.portal,
      config: JSON.parse(sealer.open(row.config_sealed, `connection.config:${row.id}`)),
      webhookSecret: sealer.open(row.webhook_secret_sealed, `connection.webhook:${row.id}`),
    };
  }

  /** The connector of a stored connection; made anew when the connection has changed. */
  function connectorOf(row: ConnectionRow): KnownConnector | null {
    const brain = brainByName.get(row.brain);
    if (brain === undefined) return null;
    const cached = connectors.get(row.id);
    if (cached !== undefined && cached.updatedAt === row.updated_at.getTime()) return cached.made;
    const connection = openConnection(row);
    const connector = brain.create(connection, options.tools(connection));
    const made = { brain, connector, disabledReason: row.disabled_reason };
    connectors.set(row.id, { updatedAt: row.updated_at.getTime(), made });
    return made;
  }

  /** The connector a bot thinks with; null when its brain or connection is missing. */
  async function connectorFor(bot: Pick<BotRow, 'portal' | 'brain' | 'connection_id'>): Promise<KnownConnector | null> {
    if (bot.connection_id !== null) return await connectorById(bot.portal, bot.connection_id);
    const brain = brainByName.get(bot.brain);
    if (brain === undefined || brain.configSchema !== null) return null;
    const cached = connectors.get(brain.name);
    if (cached !== undefined) return cached.made;
    // A brain without an account needs no connection: all its bots share one connector.
    const connection = { id: brain.name, portal: '', config: null, webhookSecret: '' };
    const made = { brain, connector: brain.create(connection, options.tools(connection)), disabledReason: null };
    connectors.set(brain.name, { updatedAt: 0, made });
    return made;
  }

  async function connectorById(portalId: string, connectionId: string): Promise<KnownConnector | null> {
    const known = rows.get(connectionId);
    if (known !== undefined && performance.now() - known.readAt < believedMs) return known.made;
    const row = await findConnection(db, portalId, connectionId);
    const made = row === null ? null : connectorOf(row);
    rows.set(connectionId, { readAt: performance.now(), made });
    return made;
  }

  return {
    portal,
    doubted,
    forget,
    forgetConnection,
    openConnection,
    connectorOf,
    connectorFor,
    connectorById,
    brainByName,
  };
}
