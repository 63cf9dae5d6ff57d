/** Joins accounts of brains, checks their health and leaves them. What the remote gives is sealed and stored, and bots are given the account. */
import { randomUUID } from 'node:crypto';
import type { Brain, ConnectorHost } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { PortalInfo } from '../core/connector-tools.ts';
import { badInput, toAppError } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import { randomToken, type Sealer } from '../lib/encryption.ts';
import type { Logger } from '../lib/logger.ts';
import { orderSetUp } from '../portals/app-orders.ts';
import type { Change, NoteChange } from '../portals/audit.ts';
import { refuseWhileMoving } from '../portals/cells/lives-elsewhere.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import { switchBrain } from '../portals/switch-brain.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool } from '../store/database.ts';
import { dropAwaiting } from '../store/tenants/awaiting-connections.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { settleConnection } from '../store/tenants/connection-health.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import { awaitedBy, leaveAwaited, titleOf } from './account-name.ts';
import { type AccountWork, hookPath, wakeBots } from './account-work.ts';
import { changedMeanwhile, refuseTooMany, storeNew } from './change-connection.ts';
import { checkConnection } from './check-connection.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import type { ToolsFor } from './connector-tools.ts';
import { eraseWithAccounts, leaveConnection, removeUnused } from './leave-connection.ts';
import { botInfo } from './portal-info.ts';
import { openConnection, sealConfig } from './stored-connection.ts';

export interface ConnectionServiceOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly portals: Pick<PortalCache, 'forget'>;
  readonly connectors: Pick<ConnectorRegistry, 'brainOf' | 'evict'>;
  readonly toolsFor: ToolsFor;
  readonly wakeups: Wakeups;
  readonly log: Logger;
  readonly publicUrl: string;
  /** BRAIN_SETTINGS as parsed, by brain. */
  readonly brainSettings: ReadonlyMap<string, unknown>;
}

/** The argument of `connect`. */
export type Wish = Parameters<ConnectorHost['connect']>[0];

export type ConnectionService = Pick<ConnectionLifecycle, keyof ConnectionLifecycle>;

export function createConnectionService(options: ConnectionServiceOptions): ConnectionService {
  return new ConnectionLifecycle(options);
}

class ConnectionLifecycle {
  readonly #options: ConnectionServiceOptions;
  readonly #work: AccountWork;

  constructor(options: ConnectionServiceOptions) {
    const { db, sealer, log, wakeups, toolsFor, connectors, publicUrl } = options;
    this.#options = options;
    this.#work = {
      db,
      sealer,
      log,
      wakeups,
      toolsFor,
      brainOf: (name) => connectors.brainOf(name),
      hookUrl: ({ webhookSecret }, brain) => `${publicUrl}${hookPath(brain.name, webhookSecret)}`,
      evict: (id) => connectors.evict(id),
    };
  }

  /**
   * Joins the account, stores it and gives it to the bot; if the account refuses, nothing is stored. Removes the bot's former connection if no bot
   * uses it any more. Returns the id of the connection.
   */
  async connect(brain: Brain, wish: Wish, recording: Recording = nothingRecorded): Promise<string> {
    const { db, sealer, wakeups, log } = this.#options;
    const { portal, botCode, config } = wish;
    const row = wish.connectionId === null ? null : await findConnection(db, portal, wish.connectionId);
    const bot = (await listBots(db, portal)).find(({ code }) => code === botCode);
    if (bot === undefined || (wish.connectionId !== null && row?.brain !== brain.name)) {
      throw badInput('connection.gone', 'the bot or its connection was removed meanwhile');
    }
    if (row === null) await refuseTooMany(db, portal);
    const known = row === null ? await awaitedBy(this.#work, brain, config) : openConnection(sealer, row);
    const title = titleOf(brain, wish);
    const id = known?.id ?? randomUUID();
    const connection: Connection = { id, portal, config, webhookSecret: known?.webhookSecret ?? randomToken(24) };
    const tools = this.#options.toolsFor(connection, brain);
    // The bot gets the connection only after the join, so `tools.portalInfo` cannot find the bot yet.
    const portalInfo = async (): Promise<PortalInfo> => ({ ...(await tools.portalInfo()), ...botInfo(bot) });
    const joined = await brain.join?.(connection, this.#work.hookUrl(connection, brain), { ...tools, portalInfo });
    const account = { ...connection, config: joined ?? config };
    try {
      await this.#store(brain, account, { row, title, bot, isAwaited: row === null && known !== null, recording });
    } catch (error) {
      // The account is stored nowhere, so nobody could leave it later.
      if (row === null) await leaveConnection(this.#work, brain, account);
      throw error;
    }
    this.#options.portals.forget(portal);
    this.#options.connectors.evict(id);
    wakeups.outbox.ring();
    log.info({ portal, connection: id, brain: brain.name, bot: botCode }, 'an account was connected');
    if (row !== null) await leaveAwaited(this.#work, brain, config);
    if (bot.connection_id === null || bot.connection_id === id) return id;
    const former = await findConnection(db, portal, bot.connection_id);
    if (former !== null) await removeUnused(this.#work, former, recording.note);
    return id;
  }

  /** The values that the form of a new account shows first. */
  beginning(brain: Brain, language: Language): Readonly<Record<string, unknown>> {
    const settings = this.#options.brainSettings.get(brain.name);
    return brain.newConfig?.({ language, settings }) ?? {};
  }

  /** For use cases of single accounts. */
  get work(): AccountWork {
    return this.#work;
  }

  /** A check that fails, or has not ended when `signal` fires, leaves everything as it is. */
  async checkHealth(row: ConnectionRow, signal: AbortSignal): Promise<void> {
    try {
      await checkConnection(this.#work, row, signal);
    } catch (thrown) {
      const facts = { portal: row.portal, connection: row.id, brain: row.brain, err: toAppError(thrown) };
      this.#options.log.warn(facts, 'the health check of an account failed; it will be repeated');
    }
  }

  sealConfig(id: string, config: unknown): Buffer {
    return sealConfig(this.#options.sealer, id, config);
  }

  hookUrl(connection: Pick<Connection, 'webhookSecret'>, brain: Brain): string {
    return this.#work.hookUrl(connection, brain);
  }

  /** Leaves the accounts of a portal that has removed the app, and erases the portal. False: the portal has the app again, and was not erased. */
  async eraseUninstalled(portal: string): Promise<boolean> {
    return (await eraseWithAccounts(this.#work, portal, true)).isErased;
  }

  #hasOtherCommands({ brain: former }: BotRow, brain: Brain): boolean {
    const known = this.#options.connectors.brainOf(former);
    return former !== brain.name && [known, brain].some((one) => one?.commands !== undefined);
  }

  /** Throws BadInput `connection.changed` when connection or bot are no longer as they were read: somebody else was quicker. */
  async #store(brain: Brain, account: Connection, { row, title, bot, isAwaited, recording }: Place): Promise<void> {
    const { db, sealer } = this.#options;
    const { id } = account;
    await inTransaction(db, async (trx) => {
      await refuseWhileMoving(trx, account.portal);
      if (isAwaited && !(await dropAwaiting(trx, brain.name, id))) throw changed();
      if (row === null) await storeNew(this.#work, trx, brain, { ...account, title });
      else if (!(await settleConnection(trx, row, sealConfig(sealer, id, account.config)))) throw changed();
      if (!(await switchBrain(trx, bot, { brain: brain.name, connectionId: id }))) throw changed();
      // The set-up removes the commands of the former brain and adds those of the new one.
      if (this.#hasOtherCommands(bot, brain)) await orderSetUp(trx, account.portal, `connect-${id}`);
      await wakeBots(trx, account);
      await recording.note(trx, account.portal, recording.change(id));
    });
  }
}

interface Place {
  /** As it was read before joining; null: a new one. */
  readonly row: ConnectionRow | null;
  readonly title: string;
  readonly bot: BotRow;
  /** The account awaited its portal, and does so no longer. */
  readonly isAwaited: boolean;
  readonly recording: Recording;
}

/** How the change gets into the audit list, in the transaction that makes it. */
export interface Recording {
  readonly note: NoteChange;
  readonly change: (connectionId: string) => Change;
}

const nothingRecorded: Recording = {
  note: () => Promise.resolve(),
  change: (subject) => ({ action: 'connection.added', subject }),
};

const changed = () => changedMeanwhile('the bot or its connection was changed');
