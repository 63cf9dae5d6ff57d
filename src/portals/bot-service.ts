/**
 * Adds, changes and removes the bots of a portal. Every change locks the portal, so that changes do not overtake each other, and orders a
 * set-up, by which the outbox worker carries the change over to the portal.
 */
import { type Bot, type BotType, maxBotsPerPortal } from '../core/bot.ts';
import type { Brain } from '../core/brain.ts';
import { type BadInput, badInput } from '../core/errors.ts';
import { noBrain } from '../core/no-brain.ts';
import { randomToken } from '../lib/encryption.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import { inTransaction, type Pool, type Transaction } from '../store/database.ts';
import { addBot, type BotRow, listBots, removeBot, updateBot } from '../store/tenants/bots.ts';
import { findConnection, listConnections } from '../store/tenants/connections.ts';
import { lockPortal, type Portal } from '../store/tenants/portals.ts';
import { orderSetUp, orderUnregister } from './app-orders.ts';
import { changedFacts, type NoteChange } from './audit.ts';
import { type BotChange, columnsOf, validName } from './bot-change.ts';
import { botRevision, botSettings } from './bot-settings.ts';
import { switchBrain } from './switch-brain.ts';

export interface BotServiceOptions {
  readonly db: Pool;
  readonly brains: readonly Brain[];
  readonly wakeups: Pick<Wakeups, 'outbox'>;
  /** Records who changes a bot. */
  readonly note: NoteChange;
}

export interface ChangedBot {
  readonly bot: BotRow;
  /** The id under which `trace` shows the set-up. */
  readonly trace: string;
}

/** The codes become parts of lane names; other characters would be hashed there, and nobody could search for them. */
const codeForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;

const idForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Adds a bot, in place of a bot of the same code that a person deleted in the portal. Throws BadInput `bot.*`, `brain.unknown`, `connection.unknown`
 * and `portal.*` if that is not possible; then nothing is changed.
 */
export async function addPortalBot(
  options: BotServiceOptions,
  portalId: string,
  wish: BotChange & Pick<Bot, 'code' | 'name' | 'type'>,
): Promise<ChangedBot> {
  const { code, type } = wish;
  if (!codeForm.test(code)) {
    throw badInput('bot.bad_code', 'a bot code is made of letters, digits, _ . and -');
  }
  return await changing(options, portalId, async (trx, portal) => {
    refuseUninstalled(portal);
    await makeWay(trx, portal, code);
    const brain = await resolveBrain(trx, options.brains, wish, {
      portal: portalId,
      brain: noBrain.name,
      connectionId: null,
    });
    await addBot(trx, portalId, { code, type, name: validName(wish.name), ...brain });
    await updateBot(trx, portalId, code, columnsOf(wish, null));
    const added = await withSetUp(trx, portalId, code);
    await options.note(trx, portalId, {
      action: 'bot.added',
      subject: code,
      details: { to: { type, ...botSettings(added.bot) } },
    });
    return added;
  });
}

/**
 * Changes a bot; without any change it only sets the portal up again. Throws like `addPortalBot`, and `bot.changed` (409) when somebody
 * else gave the bot another account meanwhile, or changed it since `revision` was read.
 */
export async function changePortalBot(
  options: BotServiceOptions,
  portalId: string,
  code: string,
  change: BotChange & { readonly type?: BotType | undefined; readonly revision?: string | undefined },
): Promise<ChangedBot> {
  return await changing(options, portalId, async (trx, portal) => {
    refuseUninstalled(portal);
    const bot = needBot(await listBots(trx, portalId), code, portal.domain);
    refuseImpossible(bot, change.type);
    if (change.revision !== undefined && change.revision !== botRevision(bot)) throw changedMeanwhile(code);
    const before = { portal: portalId, brain: bot.brain, connectionId: bot.connection_id };
    const brain = await resolveBrain(trx, options.brains, change, before);
    const isSame = brain.brain === before.brain && brain.connectionId === before.connectionId;
    if (!isSame && !(await switchBrain(trx, bot, brain))) throw changedMeanwhile(code);
    const columns = columnsOf(change, bot);
    if (Object.keys(columns).length > 0) await updateBot(trx, portalId, code, columns);
    const changed = await withSetUp(trx, portalId, code);
    const details = changedFacts(botSettings(bot), botSettings(changed.bot));
    if (Object.keys(details.to).length > 0) {
      await options.note(trx, portalId, { action: 'bot.changed', subject: code, details });
    }
    return changed;
  });
}

export interface RemovedBot {
  readonly bot: BotRow;
  readonly isLast: boolean;
  /** Its removal in the portal is ordered. */
  readonly leavesPortal: boolean;
  /** The trace of the set-up; null when none was ordered. */
  readonly trace: string | null;
}

/** Removes the bot here and orders its removal in the portal. Throws BadInput `bot.unknown`. */
export async function removePortalBot(options: BotServiceOptions, portalId: string, code: string): Promise<RemovedBot> {
  return await changing(options, portalId, async (trx, { state, domain }) => {
    const bot = needBot(await listBots(trx, portalId), code, domain);
    // The id as it is now: the bot may have been registered since it was read.
    const { bot_id: botId = null } = (await removeBot(trx, portalId, code)) ?? {};
    await options.note(trx, portalId, { action: 'bot.removed', subject: code, details: { from: { name: bot.name } } });
    const isInstalled = state !== 'uninstalled';
    const leavesPortal = isInstalled && botId !== null;
    if (leavesPortal) await orderUnregister(trx, portalId, botId, newTrace());
    const isLast = (await listBots(trx, portalId)).length === 0;
    // Without bots there is nothing to set up.
    const trace = isInstalled && !isLast ? newTrace() : null;
    if (trace !== null) await orderSetUp(trx, portalId, trace);
    return { bot, isLast, leavesPortal, trace };
  });
}

/** Runs a change under the lock of its portal, and wakes the worker that carries it over. */
export async function changing<T>(
  { db, wakeups }: BotServiceOptions,
  portalId: string,
  work: (trx: Transaction, portal: Portal) => Promise<T>,
): Promise<T> {
  const result = await inTransaction(db, async (trx) => {
    const portal = await lockPortal(trx, portalId);
    if (portal === null) throw badInput('portal.unknown', 'the portal was erased meanwhile', 404);
    return await work(trx, portal);
  });
  wakeups.outbox.ring();
  return result;
}

const newTrace = (): string => `bots-${randomToken(6)}`;

/** Orders the set-up that tells the portal, and reads the bot as it is now. */
export async function withSetUp(trx: Transaction, portal: string, code: string): Promise<ChangedBot> {
  const trace = newTrace();
  await orderSetUp(trx, portal, trace);
  return { bot: needBot(await listBots(trx, portal), code), trace };
}

type Choice = Pick<Bot, 'brain' | 'connectionId'>;

/** Which brain and account the change leads to; throws for one that does not exist. */
async function resolveBrain(
  trx: Transaction,
  brains: readonly Brain[],
  { brain: wanted, connection }: BotChange,
  { portal, ...before }: Choice & { readonly portal: string },
): Promise<Choice> {
  if (connection !== undefined) {
    const row = idForm.test(connection) ? await findConnection(trx, portal, connection.toLowerCase()) : null;
    if (row === null) throw unknownConnection();
    if (wanted === undefined || wanted === row.brain) return { brain: row.brain, connectionId: row.id };
    throw badInput('bot.other_brain', `that connection is one of ${row.brain}, not of ${wanted}`);
  }
  if (wanted === undefined || wanted === before.brain) return before;
  const { configSchema } = needBrain(brains, wanted);
  return { brain: wanted, connectionId: configSchema === null ? null : await onlyConnection(trx, portal, wanted) };
}

/** The brain of that name. Throws BadInput `brain.unknown`. */
export function needBrain(brains: readonly Brain[], name: string): Brain {
  const brain = brains.find((one) => one.name === name);
  if (brain !== undefined) return brain;
  const names = brains.map((one) => one.name).join(', ');
  throw badInput('brain.unknown', `there is no brain "${name}"; there are: ${names}`);
}

export function unknownConnection(): BadInput {
  return badInput('connection.unknown', 'the portal has no such connection; "connections list" shows the ids', 404);
}

/** Throws BadInput `bot.unknown` (404). */
export function needBot(bots: readonly BotRow[], code: string, domain = 'the portal'): BotRow {
  const bot = bots.find((one) => one.code === code);
  if (bot !== undefined) return bot;
  const codes = bots.map((one) => one.code).join(', ') || 'none';
  throw badInput('bot.unknown', `${domain} has no bot ${code}; it has: ${codes}`, 404);
}

function refuseUninstalled({ state, domain }: Portal): void {
  if (state !== 'uninstalled') return;
  throw badInput('portal.uninstalled', `${domain} has removed the app`, 409);
}

/** Throws BadInput `bot.type_is_fixed` and `bot.deleted`. */
export function refuseImpossible(bot: BotRow, type: BotType | undefined): void {
  if (type !== undefined && type !== bot.type) {
    throw badInput(
      'bot.type_is_fixed',
      'the type of a bot cannot be changed in Bitrix24; add another bot and remove this one',
    );
  }
  if (bot.state !== 'deleted') return;
  throw badInput(
    'bot.deleted',
    `${bot.code} was deleted in the portal by a person; "bots add" brings it back as a new bot`,
    409,
  );
}

async function makeWay(trx: Transaction, { portal, domain }: Portal, code: string): Promise<void> {
  const bots = await listBots(trx, portal);
  const known = bots.find((bot) => bot.code === code);
  if (known !== undefined && known.state !== 'deleted') {
    throw badInput('bot.exists', `${domain} has a bot ${code} already; use "bots set"`, 409);
  }
  if (bots.filter((bot) => bot.state !== 'deleted').length >= maxBotsPerPortal) {
    throw badInput(
      'bot.too_many',
      `${domain} has ${maxBotsPerPortal} bots already, and Bitrix24 allows an app no more; remove one first`,
      409,
    );
  }
  if (known !== undefined) await removeBot(trx, portal, code);
}

async function onlyConnection(trx: Transaction, portal: string, brain: string): Promise<string> {
  const rows = (await listConnections(trx, portal)).filter((row) => row.brain === brain);
  const [only, another] = rows;
  if (only !== undefined && another === undefined) return only.id;
  throw badInput(
    'bot.which_connection',
    only === undefined
      ? `the portal has no connection to ${brain} yet; make one with "connections add"`
      : `the portal has ${rows.length} connections to ${brain}; name one with --connection`,
  );
}

function changedMeanwhile(code: string): BadInput {
  return badInput(
    'bot.changed',
    `${code} was changed by somebody else meanwhile; look again before you repeat it`,
    409,
  );
}
