/** Joins accounts of brains, looks after joined ones, and leaves them: what the far side gives is sealed and stored, and bots are told. */
import { randomUUID } from 'node:crypto';
import type { Brain, ConnectorHost } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools, PortalInfo } from '../core/connector-tools.ts';
import { BadInput, toAppError } from '../core/errors.ts';
import { randomToken, type Sealer, sha256 } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import type { Directory } from '../portals/directory.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { type Db, inTransaction, type Pool } from '../store/database.ts';
import { laneBeginning } from '../store/queue/lane-names.ts';
import { wakeLanes } from '../store/queue/lanes.ts';
import { dropAwaiting } from '../store/tenants/awaiting-connections.ts';
import { type BotRow, giveConnection, listBots } from '../store/tenants/bots.ts';
import { disableConnection, settleConnection } from '../store/tenants/connection-health.ts';
import {
  addConnection,
  type ConnectionRow,
  findConnection,
  listConnections,
  removeConnection,
} from '../store/tenants/connections.ts';
import { forgetRemoteIds } from '../store/tenants/conversations.ts';
import { awaitingConnections } from './awaiting-connections.ts';
import { toolsUntil } from './tools-until.ts';

/** The webhook address of a connection without its origin. */
export function hookPath(brain: string, secret: string): string {
  return `/brains/${brain}/${secret}`;
}

/** A farewell may take this long before the house goes on without it. */
const farewellMs = 10_000;

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
  const hookUrl = ({ webhookSecret }: Pick<Connection, 'webhookSecret'>, brain: Brain): string =>
    `${options.publicUrl}${hookPath(brain.name, webhookSecret)}`;
  const sealConfig = (id: string, config: unknown): Buffer =>
    sealer.seal(JSON.stringify(config), `connection.config:${id}`);

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
    const known = row === null ? awaiting : directory.openConnection(row);
    const { config, title } = wish;
    const id = known?.id ?? randomUUID();
    const connection: Connection = { id, portal, config, webhookSecret: known?.webhookSecret ?? randomToken(24) };
    const tools = options.tools(connection);
    // The bot is given the connection only when it has joined.
    const portalInfo = async (): Promise<PortalInfo> => ({ ...(await tools.portalInfo()), botType: bot.type });
    const joined = await brain.join?.(connection, hookUrl(connection, brain), { ...tools, portalInfo });
    const account = { ...connection, config: joined ?? config };
    try {
      await store(brain, account, { row, title, bot, isAwaited: awaiting !== null });
    } catch (error) {
      // Nobody would ever leave an account that stands nowhere.
      if (row === null) await leave(brain, account);
      throw error;
    }
    directory.forget(portal);
    directory.forgetConnection(id);
    options.wakeups.outbox.ring();
    log.info({ portal, connection: id, brain: brain.name, bot: botCode }, 'an account was connected');
    if (bot.connection_id !== null && bot.connection_id !== id) await dropUnused(portal, bot.connection_id);
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
    const { portal, id } = account;
    const { row, title, bot, isAwaited } = place;
    const configSealed = sealConfig(id, account.config);
    await inTransaction(db, async (trx) => {
      if (isAwaited && !(await dropAwaiting(trx, brain.name, id))) throw changed();
      if (row === null) await add(trx, brain, account, title, configSealed);
      else if (!(await settleConnection(trx, row, configSealed))) throw changed();
      if (!(await giveConnection(trx, bot, { brain: brain.name, connectionId: id }))) throw changed();
      if (bot.connection_id !== id) await forgetRemoteIds(trx, portal, bot.code);
      await wakeBots(trx, account);
    });
  }

  /** Ends the pauses of whatever waits for this account, in either direction. */
  async function wakeBots(trx: Db, { portal, id }: Pick<Connection, 'portal' | 'id'>): Promise<void> {
    const own = (await listBots(trx, portal)).filter((bot) => bot.connection_id === id);
    const beginnings = own.map(({ code }) => laneBeginning(code));
    await wakeLanes(trx, 'outbox', portal, beginnings);
  }

  async function add(
    trx: Db,
    brain: Brain,
    connection: Connection,
    title: string,
    configSealed: Buffer,
  ): Promise<void> {
    const { id, portal, webhookSecret } = connection;
    const webhookSecretSealed = sealer.seal(webhookSecret, `connection.webhook:${id}`);
    const door = { webhookSecretSealed, webhookSecretHash: sha256(webhookSecret) };
    await addConnection(trx, { portal, id, brain: brain.name, title, configSealed, ...door });
  }

  async function dropUnused(portal: string, id: string): Promise<void> {
    if ((await listBots(db, portal)).some((bot) => bot.connection_id === id)) return;
    const row = await findConnection(db, portal, id);
    if (row === null) return;
    await leaveStored(row);
    await removeConnection(db, portal, id);
  }

  /**
   * One look at an account, and what follows from it. A look that fails, or has not ended when `signal` fires, leaves everything as it is.
   */
  async function checkHealth(row: ConnectionRow, signal: AbortSignal): Promise<void> {
    const brain = directory.brainByName.get(row.brain);
    if (brain?.checkHealth === undefined) return;
    const facts = { portal: row.portal, connection: row.id, brain: row.brain };
    try {
      const connection = directory.openConnection(row);
      const tools = toolsUntil(options.tools(connection), signal);
      const health = await brain.checkHealth(connection, hookUrl(connection, brain), row.disabled_reason, tools);
      if (!health.works) {
        const isDisabledNow = await disableConnection(db, row, health.reason, row.updated_at);
        if (!isDisabledNow || health.reason === row.disabled_reason) return;
        directory.forgetConnection(row.id);
        log.warn({ ...facts, reason: health.reason }, 'an account is paused');
        return;
      }
      const isChanged = JSON.stringify(health.config) !== JSON.stringify(connection.config);
      const isSettled = await settleConnection(db, row, isChanged ? sealConfig(row.id, health.config) : null);
      const wasDisabled = row.disabled_reason !== null;
      // Without either nothing has begun to work that did not before: what waits, waits for something else.
      if (!isSettled || (!isChanged && !wasDisabled)) return;
      directory.forgetConnection(row.id);
      log.info({ ...facts, wasDisabled, isChanged }, 'an account works again');
      await wakeBots(db, row);
      options.wakeups.outbox.ring();
    } catch (thrown) {
      log.warn({ ...facts, err: toAppError(thrown) }, 'an account could not be looked at; it will be again');
    }
  }

  async function leaveStored(row: ConnectionRow): Promise<void> {
    const brain = directory.brainByName.get(row.brain);
    if (brain !== undefined) await leave(brain, directory.openConnection(row));
  }

  /** Best effort: what the far side keeps of us is its own business when it cannot be reached now. */
  async function leave(brain: Brain, connection: Connection): Promise<void> {
    if (brain.leave === undefined) return;
    const facts = { portal: connection.portal, connection: connection.id, brain: brain.name };
    try {
      const going = brain.leave(connection, hookUrl(connection, brain), options.tools(connection));
      const isInTime = await inTime(going.then(() => true));
      if (isInTime) log.info(facts, 'an account was left');
      else log.warn(facts, 'an account was left without waiting for its answer any longer');
    } catch (thrown) {
      log.warn({ ...facts, err: toAppError(thrown) }, 'an account could not be left; its traces stay at the far side');
    }
  }

  return {
    connect,
    checkHealth,
    sealConfig,
    hookUrl,
    async leaveAll(portal: string): Promise<void> {
      await Promise.all((await listConnections(db, portal)).map(leaveStored));
    },
  };
}

function changed(): BadInput {
  return new BadInput({
    code: 'connection.changed',
    status: 409,
    message: 'the bot or its connection was changed meanwhile; look again before you repeat it',
  });
}

/** False when it took too long; a failure that comes later is nobody's any more. */
async function inTime(work: Promise<true>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), farewellMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
