/** Joins accounts of brains, looks after joined ones, and leaves them: what the far side gives is sealed and stored, and bots are told. */
import { randomUUID } from 'node:crypto';
import type { Brain, BrainHouse } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { ConnectorTools, HomeFacts } from '../core/connector-tools.ts';
import { BadInput, toAppError } from '../core/errors.ts';
import { randomToken, type Sealer, sha256 } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import { dropAwaiting } from '../store/awaiting-accounts.ts';
import { type BotRow, giveConnection, listBots } from '../store/bots.ts';
import { pauseConnection, settleConnection } from '../store/connection-standing.ts';
import {
  addConnection,
  type ConnectionRow,
  findConnection,
  listConnections,
  removeConnection,
} from '../store/connections.ts';
import { forgetRemoteIds } from '../store/conversations.ts';
import { type Db, inTransaction, type Pool } from '../store/database.ts';
import { wakeLanes } from '../store/lanes.ts';
import { awaitingAccounts } from './awaiting-accounts.ts';
import type { Directory } from './directory.ts';
import { laneBeginning } from './lane-names.ts';
import { toolsUntil } from './tools-until.ts';
import type { Bells } from './wake.ts';

/** The webhook address of a connection without its origin. */
export function hookPath(brain: string, secret: string): string {
  return `/brains/${brain}/${secret}`;
}

/** A farewell may take this long before the house goes on without it. */
const farewellMs = 10_000;

export interface AccountsOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly directory: Directory;
  readonly tools: (connection: Connection) => ConnectorTools;
  readonly bells: Bells;
  readonly log: Logger;
  readonly publicUrl: string;
}

/** What is given to `connect`. */
export type Wish = Parameters<BrainHouse['connect']>[0];

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(options: AccountsOptions) {
  const { db, sealer, directory, log } = options;
  const hookUrl = ({ doorSecret }: Pick<Connection, 'doorSecret'>, brain: Brain): string =>
    `${options.publicUrl}${hookPath(brain.name, doorSecret)}`;
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
    const awaiting = row === null ? await awaitingAccounts(db, sealer, brain.name).find(wish.awaitingId ?? '') : null;
    const known = row === null ? awaiting : directory.openConnection(row);
    const { config, title } = wish;
    const id = known?.id ?? randomUUID();
    const connection: Connection = { id, portal, config, doorSecret: known?.doorSecret ?? randomToken(24) };
    const tools = options.tools(connection);
    // The bot is given the connection only when it has joined.
    const homeFacts = async (): Promise<HomeFacts> => ({ ...(await tools.homeFacts()), botType: bot.type });
    const joined = await brain.join?.(connection, hookUrl(connection, brain), { ...tools, homeFacts });
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
    options.bells.outbox.ring();
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
    const configBox = sealConfig(id, account.config);
    await inTransaction(db, async (trx) => {
      if (isAwaited && !(await dropAwaiting(trx, brain.name, id))) throw changed();
      if (row === null) await add(trx, brain, account, title, configBox);
      else if (!(await settleConnection(trx, row, configBox))) throw changed();
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

  async function add(trx: Db, brain: Brain, connection: Connection, title: string, configBox: Buffer): Promise<void> {
    const { id, portal, doorSecret } = connection;
    const doorBox = sealer.seal(doorSecret, `connection.door:${id}`);
    const door = { doorBox, doorHash: sha256(doorSecret) };
    await addConnection(trx, { portal, id, brain: brain.name, title, configBox, ...door });
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
  async function look(row: ConnectionRow, signal: AbortSignal): Promise<void> {
    const brain = directory.brainByName.get(row.brain);
    if (brain?.look === undefined) return;
    const facts = { portal: row.portal, connection: row.id, brain: row.brain };
    try {
      const connection = directory.openConnection(row);
      const tools = toolsUntil(options.tools(connection), signal);
      const standing = await brain.look(connection, hookUrl(connection, brain), row.paused_reason, tools);
      if (!standing.works) {
        const isPaused = await pauseConnection(db, row, standing.reason, row.updated_at);
        if (!isPaused || standing.reason === row.paused_reason) return;
        directory.forgetConnection(row.id);
        log.warn({ ...facts, reason: standing.reason }, 'an account is paused');
        return;
      }
      const isChanged = JSON.stringify(standing.config) !== JSON.stringify(connection.config);
      const isSettled = await settleConnection(db, row, isChanged ? sealConfig(row.id, standing.config) : null);
      const wasPaused = row.paused_reason !== null;
      // Without either nothing has begun to work that did not before: what waits, waits for something else.
      if (!isSettled || (!isChanged && !wasPaused)) return;
      directory.forgetConnection(row.id);
      log.info({ ...facts, wasPaused, isChanged }, 'an account works again');
      await wakeBots(db, row);
      options.bells.outbox.ring();
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
    look,
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
