/** `bots`: the bots of portals. Every change orders a set-up, by which the running app carries it over to the portal. */
import { defaultBrain } from '../brains/index.ts';
import { botTypeSchema, maxBotsPerPortal } from '../core/bot.ts';
import { BadInput } from '../core/errors.ts';
import { randomToken } from '../lib/encryption.ts';
import { orderUnregister } from '../queue/app-actions.ts';
import { inTransaction, type Transaction } from '../store/database.ts';
import { notifyQueue } from '../store/queue/notify.ts';
import { addBot, type BotRow, listBots, removeBot, updateBot } from '../store/tenants/bots.ts';
import { forgetRemoteIds } from '../store/tenants/conversations.ts';
import type { Portal } from '../store/tenants/portals.ts';
import { chooseBrain } from './choose-brain.ts';
import { choosePortal, domainsById, portalFilterId } from './choose-portal.ts';
import {
  type Answer,
  type Command,
  type CommandContext,
  type CommandLine,
  type CommandOption,
  portalFilter,
  portalOption,
  usageError,
} from './command.ts';
import { giveBackOption, readGiveBack } from './give-back.ts';
import { greetingOptions, readGreeting } from './greeting.ts';
import { table, wrap } from './layout.ts';
import { orderSetUp, setUpTexts } from './order-set-up.ts';

/** Parts of lane names: a code with other characters would have to be hashed there, and nobody could search for it. */
const codeForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;

/** Bitrix24 shows names of people and bots up to about this many characters. */
const maxNameLength = 100;

/** The bots as a table; empty without any. With domains: of several portals. */
export function botTable(bots: readonly BotRow[], domains?: ReadonlyMap<string, string>): string {
  return table(
    [
      ...(domains === undefined ? [] : [{ title: 'portal' }]),
      { title: 'code', isWhole: true },
      { title: 'type' },
      { title: 'id' },
      { title: 'name' },
      { title: 'brain' },
      { title: 'state' },
    ],
    bots.map((bot) => [
      ...(domains === undefined ? [] : [domains.get(bot.portal) ?? bot.portal]),
      bot.code,
      bot.type,
      bot.bot_id ?? '-',
      bot.name,
      bot.brain,
      bot.problem === null ? bot.state : `${bot.state}: ${bot.problem}`,
    ]),
  );
}

async function list(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const bots = await listBots(db, await portalFilterId(db, line.text('portal')));
  const text = botTable(bots, await domainsById(db));
  return { data: { bots: bots.map(describeBot) }, text: text === '' ? 'There are no bots.' : text };
}

async function add(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const portal = await installedPortal(db, line);
  const code = line.need('code');
  if (!codeForm.test(code)) {
    throw new BadInput({ code: 'bot.bad_code', message: 'a bot code is made of letters, digits, _ . and -' });
  }
  const wanted = { code, type: readType(line.text('type') ?? 'B'), name: readName(line.need('name')) };
  const giveBack = readGiveBack(line);
  const greeting = readGreeting(line, null);
  const brain = await chooseBrain(context, db, portal.portal, line, {
    brain: defaultBrain.name,
    connectionId: null,
  });
  const trace = await inTransaction(db, async (trx) => {
    await makeRoom(trx, portal, code);
    await addBot(trx, portal.portal, { ...wanted, ...brain });
    await updateBot(trx, portal.portal, code, { ...giveBack, ...greeting });
    return await orderSetUp(trx, portal.portal);
  });
  return await changed(db, portal, code, trace, `${code} is added.`);
}

/** Refuses a code that is taken and a sixth bot. One that a person has deleted in the portal makes room for its successor. */
async function makeRoom(trx: Transaction, portal: Portal, code: string): Promise<void> {
  const bots = await listBots(trx, portal.portal);
  const known = bots.find((bot) => bot.code === code);
  if (known !== undefined && known.state !== 'deleted') {
    throw new BadInput({ code: 'bot.exists', message: `${portal.domain} has a bot ${code} already; use "bots set"` });
  }
  if (bots.filter((bot) => bot.state !== 'deleted').length >= maxBotsPerPortal) {
    throw new BadInput({
      code: 'bot.too_many',
      message: `${portal.domain} has ${maxBotsPerPortal} bots already, and Bitrix24 allows an app no more; remove one first`,
    });
  }
  if (known !== undefined) await removeBot(trx, portal.portal, code);
}

async function set(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const portal = await installedPortal(db, line);
  const bot = await findBot(db, portal, line.need('code'));
  const type = line.text('type');
  if (type !== null && readType(type) !== bot.type) {
    throw new BadInput({
      code: 'bot.type_is_fixed',
      message: 'the type of a bot cannot be changed in Bitrix24; add another bot and remove this one',
    });
  }
  if (bot.state === 'deleted') {
    throw new BadInput({
      code: 'bot.deleted',
      message: `${bot.code} was deleted in the portal by a person; "bots add" brings it back as a new bot`,
    });
  }
  const brain = await chooseBrain(context, db, portal.portal, line, {
    brain: bot.brain,
    connectionId: bot.connection_id,
  });
  const name = line.text('name');
  const giveBack = { ...readGiveBack(line), ...readGreeting(line, bot.greeting) };
  const trace = await inTransaction(db, async (trx) => {
    await updateBot(trx, portal.portal, bot.code, {
      brain: brain.brain,
      connection_id: brain.connectionId,
      ...giveBack,
      ...(name === null ? {} : { name: readName(name) }),
    });
    if (brain.connectionId !== bot.connection_id) await forgetRemoteIds(trx, portal.portal, bot.code);
    return await orderSetUp(trx, portal.portal);
  });
  return await changed(db, portal, bot.code, trace, `${bot.code} is changed.`);
}

async function remove(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const portal = await choosePortal(db, line.text('portal'));
  const bot = await findBot(db, portal, line.need('code'));
  const isLast = (await listBots(db, portal.portal)).length === 1;
  const trace = await inTransaction(db, async (trx) => {
    await removeBot(trx, portal.portal, bot.code);
    const isOrdered = bot.bot_id !== null && portal.state !== 'uninstalled';
    if (isOrdered) await orderUnregister(trx, portal.portal, bot.bot_id, `cli-${randomToken(6)}`);
    if (isOrdered && isLast) await notifyQueue(trx, 'outbox');
    // A set-up of a portal without bots begins with the default ones: not what was asked for.
    return isLast || portal.state === 'uninstalled' ? null : await orderSetUp(trx, portal.portal);
  });
  const goes = portal.state === 'uninstalled' || bot.bot_id === null ? '' : goesWords;
  const last = isLast ? ' It was the last one: the next set-up of the portal adds the default bots.' : '';
  return {
    data: { removed: describeBot(bot), leavesPortal: goes !== '', setUp: trace === null ? null : { trace } },
    text: wrap(`${bot.code} is removed and answers no more.${goes}${last}`, ''),
  };
}

/** A bot that is being registered at this moment is found and taken out by that set-up itself. */
const goesWords = ' The running app takes its user out of the portal, together with its private chats.';

async function installedPortal(db: Parameters<typeof choosePortal>[0], line: CommandLine): Promise<Portal> {
  const portal = await choosePortal(db, line.text('portal'));
  if (portal.state !== 'uninstalled') return portal;
  throw new BadInput({ code: 'portal.uninstalled', message: `${portal.domain} has removed the app` });
}

async function findBot(db: Parameters<typeof listBots>[0], portal: Portal, code: string): Promise<BotRow> {
  const bots = await listBots(db, portal.portal);
  const bot = bots.find((one) => one.code === code);
  if (bot !== undefined) return bot;
  throw new BadInput({
    code: 'bot.unknown',
    message: `${portal.domain} has no bot ${code}; it has: ${bots.map((one) => one.code).join(', ') || 'none'}`,
  });
}

async function changed(
  db: Parameters<typeof listBots>[0],
  portal: Portal,
  code: string,
  trace: string,
  words: string,
): Promise<Answer> {
  const bot = await findBot(db, portal, code);
  const isWorking = portal.state === 'installed';
  const doubt = isWorking ? '' : ` The portal is ${portal.state} now; it learns of this when it works again.`;
  return {
    data: { bot: describeBot(bot), setUp: { trace } },
    text: [wrap(`${words}${doubt}`, ''), setUpTexts(trace)].join('\n'),
  };
}

/** A bot as it is printed with `--json`. */
export function describeBot(bot: BotRow) {
  const { portal, code, type, name, brain, state, problem } = bot;
  const giveBackAfterMinutes = bot.give_back_minutes;
  const connection = bot.connection_id;
  const greeting = { ...bot.greeting, afterSeconds: bot.greet_after_seconds };
  return {
    portal,
    code,
    botId: bot.bot_id,
    type,
    name,
    brain,
    connection,
    state,
    problem,
    giveBackAfterMinutes,
    greeting,
  };
}

function readType(text: string) {
  const parsed = botTypeSchema.safeParse(text.toUpperCase());
  if (parsed.success) return parsed.data;
  throw usageError('--type is one of: B (ordinary), O (Open Channel), S (supervisor)');
}

function readName(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= maxNameLength) return name;
  throw new BadInput({ code: 'bot.bad_name', message: `a name has 1 to ${maxNameLength} characters` });
}

const code: CommandOption = { name: 'code', value: 'code', isRequired: true, text: 'The code of the bot' };
const facts: readonly CommandOption[] = [
  { name: 'type', value: 'B|O|S', text: 'Ordinary (the default), Open Channel or supervisor; fixed once it is added' },
  { name: 'brain', value: 'name', text: `What it thinks with; ${defaultBrain.name} when it is added without one` },
  { name: 'connection', value: 'id', text: "The brain's account; may be left out while the portal has only one" },
  giveBackOption,
  ...greetingOptions,
];
const name: CommandOption = { name: 'name', value: 'name', text: 'The name people see' };

export const botCommands: readonly Command[] = [
  { noun: 'bots', verb: 'list', summary: 'Bots and what they think with', options: [portalFilter], run: list },
  {
    noun: 'bots',
    verb: 'add',
    summary: `Adds a bot to a portal, which may have ${maxBotsPerPortal} of ours`,
    options: [portalOption, code, { ...name, isRequired: true }, ...facts],
    run: add,
  },
  {
    noun: 'bots',
    verb: 'set',
    summary: 'Changes a bot; without changes: sets its portal up again',
    options: [portalOption, code, name, ...facts],
    run: set,
  },
  { noun: 'bots', verb: 'remove', summary: 'Removes a bot', options: [portalOption, code], run: remove },
];
