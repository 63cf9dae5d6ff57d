/** What the routes of a brain may use of the app: its own connections, the portals' bots, sealed texts. */
import { type Brain, type ConnectorHost, type StoredConnection, titlesOf } from '../core/brain.ts';
import type { Texts } from '../core/texts.ts';
import { type Sealer, sha256 } from '../lib/encryption.ts';
import type { Pool } from '../store/database.ts';
import { listBots } from '../store/tenants/bots.ts';
import { redeemCode } from '../store/tenants/connect-codes.ts';
import { checkNow, disableConnection, storeConfig } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnectionById, listConnections } from '../store/tenants/connections.ts';
import { findPortal } from '../store/tenants/portals.ts';
import { awaitingConnections } from './awaiting-connections.ts';
import type { ConnectionService } from './connection-service.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import type { ToolsFor } from './connector-tools.ts';
import { openConnection } from './stored-connection.ts';

/** Sealed texts expire after this long. */
const sealedForMs = 30 * 60_000;

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export interface ConnectorHostOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'evict'>;
  readonly connectionService: ConnectionService;
  readonly toolsFor: ToolsFor;
  readonly settings: unknown;
}

export function createConnectorHost(options: ConnectorHostOptions, brain: Brain): ConnectorHost {
  const { db, sealer, connectors, connectionService } = options;
  const context = (purpose: string): string => `brain.${brain.name}.${purpose}`;
  const stored = (row: ConnectionRow): StoredConnection => ({
    connection: openConnection(sealer, row),
    changedAt: row.updated_at,
    disabledReason: row.disabled_reason,
  });
  return {
    tools: options.toolsFor({ id: brain.name, portal: '', config: null, webhookSecret: '' }, brain),
    settings: options.settings,
    seal: (text, purpose) => sealer.seal(`${Date.now()} ${text}`, context(purpose)).toString('base64url'),
    open(sealed, purpose) {
      const plain = openOrNull(sealer, sealed, context(purpose));
      const found = plain === null ? null : /^(\d+) (.*)$/s.exec(plain);
      return found !== null && Date.now() - Number(found[1]) < sealedForMs ? (found[2] ?? null) : null;
    },
    redeemCode: (code) => redeemCode(db, brain.name, hashOfCode(code)),
    offer: (portal) => offerOf(options, portal),
    async find(connectionId) {
      const row = uuidForm.test(connectionId) ? await findConnectionById(db, brain.name, connectionId) : null;
      return row === null ? null : stored(row);
    },
    async list(portal) {
      return (await listConnections(db, portal)).filter((row) => row.brain === brain.name).map(stored);
    },
    awaiting: awaitingConnections(db, sealer, brain.name),
    hookUrl: (connection) => connectionService.hookUrl(connection, brain),
    connect: async (wish) => void (await connectionService.connect(brain, wish)),
    async store({ connection, changedAt }, config) {
      const { portal, id } = connection;
      const isStored = await storeConfig(
        db,
        { portal, id, updated_at: changedAt },
        connectionService.sealConfig(id, config),
      );
      connectors.evict(id);
      return isStored;
    },
    async disable(connection, reason) {
      await disableConnection(db, connection, reason, null);
      connectors.evict(connection.id);
    },
    checkSoon: (connection) => checkNow(db, connection),
  };
}

/** The portal's bots, for a page on which one is chosen; null when the app is not installed there. */
async function offerOf({ db, connectors }: ConnectorHostOptions, portal: string): ReturnType<ConnectorHost['offer']> {
  const [found, bots] = await Promise.all([findPortal(db, portal), listBots(db, portal)]);
  if (found === null || found.state === 'uninstalled') return null;
  return {
    domain: found.domain,
    bots: bots
      .filter(({ state }) => state !== 'deleted')
      .map(({ code, name, type, brain: own, connection_id }) => ({
        code,
        name,
        type,
        brain: brainTitles(connectors.brainOf(own), own),
        connectionId: connection_id,
      })),
  };
}

function brainTitles(brain: Brain | undefined, name: string): Texts {
  return brain === undefined ? { en: name, ru: name } : titlesOf(brain);
}

/** People type codes by hand, so hyphens, spaces and small letters do not matter. */
export function hashOfCode(code: string): Buffer {
  return sha256(`connect code ${code.toUpperCase().replaceAll(/[^\dA-Z]/g, '')}`);
}

function openOrNull(sealer: Sealer, sealed: string, context: string): string | null {
  try {
    return sealer.open(Buffer.from(sealed, 'base64url'), context);
  } catch {
    // A text that is forged, damaged or sealed with a lost key gets the same answer.
    return null;
  }
}
