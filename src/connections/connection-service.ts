/** Joins accounts of brains, checks their health and leaves them. What the remote gives is sealed and stored, and bots are given the account. */
import { randomUUID } from 'node:crypto';
import type { Brain, ConnectorHost } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools, PortalInfo } from '../core/connector-tools.ts';
import { BadInput, toAppError } from '../core/errors.ts';
import { randomToken, type Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Directory } from '../portals/directory.ts';
import { switchBrain } from '../portals/switch-brain.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { dropAwaiting } from '../store/tenants/awaiting-connections.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { settleConnection } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import { type AccountWork, hookPath, wakeBots } from './account-work.ts';
import { awaitingConnections } from './awaiting-connections.ts';
import { storeNew } from './change-connection.ts';
import { checkConnection } from './check-connection.ts';
import { eraseWithAccounts, leaveConnection, removeUnused } from './leave-connection.ts';
import { openConnection, sealConfig } from './stored-connection.ts';

export interface ConnectionServiceOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly directory: Directory;
  readonly tools: (connection: Connection) => ConnectorTools;
  readonly wakeups: Wakeups;
  readonly log: Logger;
  readonly publicUrl: string;
}

/** What is given to `connect`. */
export type Wish = Parameters<ConnectorHost['connect']>[0];

export type ConnectionService = ReturnType<typeof createConnectionService>;

export function createConnectionService(options: ConnectionServiceOptions) {
  const { db, sealer, directory, log } = options;
  const work: AccountWork = {
    db,
    sealer,
    log,
    wakeups: options.wakeups,
    toolsFor: options.tools,
    brainOf: (name) => directory.brainByName.get(name),
    hookUrl: ({ webhookSecret }, brain) => `${options.publicUrl}${hookPath(brain.name, webhookSecret)}`,
    evict: directory.forgetConnection,
  };

  /** Joins and stores in one go; nothing is stored of an account that refuses. The connection the bot leaves behind goes, if nobody needs it. */
  async function connect(brain: Brain, wish: Wish): Promise<void> {
    const { portal, botCode } = wish;
    const row = wish.connectionId === null ? null : await findConnection(db, portal, wish.connectionId);
    const bot = (await listBots(db, portal)).find(({ code }) => code === botCode);
    if (bot === undefined || (wish.connectionId !== null && row?.brain !== brain.name)) {
      throw new BadInput({ code: 'connection.gone', message: 'the bot or its connection was removed meanwhile' });
    }
    const awaiting =
      row === null ? await awaitingConnections(db, sealer, brain.name).find(wish.awaitingId ?? '') : null;
    const known = row === null ? awaiting : openConnection(sealer, row);
    const { config, title } = wish;
    const id = known?.id ?? randomUUID();
    const connection: Connection = { id, portal, config, webhookSecret: known?.webhookSecret ?? randomToken(24) };
    const tools = options.tools(connection);
    // The bot is given the connection only when it has joined.
    const portalInfo = async (): Promise<PortalInfo> => ({ ...(await tools.portalInfo()), botType: bot.type });
    const joined = await brain.join?.(connection, work.hookUrl(connection, brain), { ...tools, portalInfo });
    const account = { ...connection, config: joined ?? config };
    try {
      await store(brain, account, { row, title, bot, isAwaited: awaiting !== null });
    } catch (error) {
      // Nobody could leave it later: it is stored nowhere.
      if (row === null) await leaveConnection(work, brain, account);
      throw error;
    }
    directory.forget(portal);
    directory.forgetConnection(id);
    options.wakeups.outbox.ring();
    log.info({ portal, connection: id, brain: brain.name, bot: botCode }, 'an account was connected');
    if (bot.connection_id === null || bot.connection_id === id) return;
    const former = await findConnection(db, portal, bot.connection_id);
    if (former !== null) await removeUnused(work, former);
  }

  interface Place {
    /** As it was read before joining; null: a new one. */
    readonly row: ConnectionRow | null;
    readonly title: string;
    readonly bot: BotRow;
    /** The account awaited its portal, and does so no longer. */
    readonly isAwaited: boolean;
  }

  /** Throws BadInput `connection.changed` when connection or bot are no longer as they were read: somebody else was quicker. */
  async function store(brain: Brain, account: Connection, place: Place): Promise<void> {
    const { id } = account;
    const { row, title, bot, isAwaited } = place;
    await inTransaction(db, async (trx) => {
      if (isAwaited && !(await dropAwaiting(trx, brain.name, id))) throw changed();
      if (row === null) await storeNew(work, trx, brain, { ...account, title });
      else if (!(await settleConnection(trx, row, sealConfig(sealer, id, account.config)))) throw changed();
      if (!(await switchBrain(trx, bot, { brain: brain.name, connectionId: id }))) throw changed();
      await wakeBots(trx, account);
    });
  }

  /** A check that fails, or has not ended when `signal` fires, leaves everything as it is. */
  async function checkHealth(row: ConnectionRow, signal: AbortSignal): Promise<void> {
    try {
      await checkConnection(work, row, signal);
    } catch (thrown) {
      const facts = { portal: row.portal, connection: row.id, brain: row.brain, err: toAppError(thrown) };
      log.warn(facts, 'the health check of an account failed; it will be repeated');
    }
  }

  return {
    connect,
    checkHealth,
    sealConfig: (id: string, config: unknown) => sealConfig(sealer, id, config),
    hookUrl: work.hookUrl,
    eraseUninstalled: async (portal: string) => (await eraseWithAccounts(work, portal, true)).isErased,
  };
}

function changed(): BadInput {
  return new BadInput({
    code: 'connection.changed',
    status: 409,
    message: 'the bot or its connection was changed meanwhile; look again before you repeat it',
  });
}
