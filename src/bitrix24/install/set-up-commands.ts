/** Keeps the commands of our bots in a portal up to date: registers new ones, renames titles, removes those we no longer offer. */
import type { SyncedState } from '../../core/bot.ts';
import { botCommands, pressCommand } from '../../core/bot-texts.ts';
import { AppError } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { isRecord, readId } from '../rest/rest-errors.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';

/** The portal requires a title even for a command it does not show. */
const wanted = [
  ...botCommands.map((command) => ({ ...command, hidden: false })),
  { command: pressCommand, title: { ru: 'Кнопка', en: 'Button' }, hidden: true },
];

type Registered = Exclude<BotResult, { readonly problem: string }>;
type Commands = SyncedState['commands'];

interface CommandCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The most calls of one request. */
const maxCalls = 50;

/** Returns the bots with their current commands. Registering again is harmless: the portal keeps the old entry. */
export async function registerCommands(
  client: PortalClient,
  options: SetUpOptions,
  bots: readonly BotResult[],
  eventApi: EventApi,
): Promise<readonly BotResult[]> {
  const calls = eventApi === 'v1-webhook' ? callsV1(options) : callsV2;
  const registered = bots.filter((bot): bot is Registered => 'botId' in bot);
  if (registered.length === 0) return bots;
  const answers = await inBatches(
    client,
    options,
    registered.flatMap((bot) => wanted.map((one) => calls.register(bot, one))),
  );
  const ids = answers.map((answer) => {
    if ('error' in answer) throw answer.error;
    return readId(calls.name, calls.idIn(answer.result));
  });
  const result = new Map<string, Commands>();
  registered.forEach((bot, index) => {
    const own = ids.slice(index * wanted.length, (index + 1) * wanted.length);
    const entries = wanted.map((one, place) => [one.command, { id: own[place] ?? '', titles: titlesOf(one) }] as const);
    result.set(bot.code, Object.fromEntries(entries));
  });
  await updateCommands(client, options, { bots: registered, now: result, calls });
  return bots.map((bot) =>
    'botId' in bot ? { ...bot, synced: { ...bot.synced, commands: result.get(bot.code) ?? {} } } : bot,
  );
}

const titlesOf = ({ title }: Wanted): string => JSON.stringify(title);

type Wanted = (typeof wanted)[number];

/** How each API names what is done about commands. Only the first one binds the address for their events here. */
interface CommandCalls {
  readonly name: string;
  register(bot: Registered, one: Wanted): CommandCall;
  idIn(result: unknown): unknown;
  retitle(bot: Registered, id: string, one: Wanted): CommandCall;
  remove(bot: Registered, id: string): CommandCall;
}

function languagesOf({ title }: Wanted) {
  return Object.entries(title).map(([language, text]) => ({ LANGUAGE_ID: language, TITLE: text, PARAMS: '' }));
}

function callsV1(options: SetUpOptions): CommandCalls {
  return {
    name: 'imbot.command.register',
    register: (bot, one) => ({
      method: 'imbot.command.register',
      params: {
        BOT_ID: Number(bot.botId),
        COMMAND: one.command,
        COMMON: 'N',
        HIDDEN: one.hidden ? 'Y' : 'N',
        EXTRANET_SUPPORT: 'N',
        EVENT_COMMAND_ADD: options.eventUrl,
        LANG: languagesOf(one),
      },
    }),
    idIn: (result) => result,
    retitle: (_, id, one) => ({
      method: 'imbot.command.update',
      params: { COMMAND_ID: Number(id), FIELDS: { LANG: languagesOf(one) } },
    }),
    remove: (_, id) => ({ method: 'imbot.command.unregister', params: { COMMAND_ID: Number(id) } }),
  };
}

const callsV2: CommandCalls = {
  name: 'imbot.v2.Command.register',
  register: (bot, { command, title, hidden }) => ({
    method: 'imbot.v2.Command.register',
    params: { botId: Number(bot.botId), fields: { command, title, common: 'N', hidden: hidden ? 'Y' : 'N' } },
  }),
  idIn: (result) => (isRecord(result) && isRecord(result['command']) ? result['command']['id'] : undefined),
  retitle: (bot, id, { title }) => ({
    method: 'imbot.v2.Command.update',
    params: { botId: Number(bot.botId), commandId: Number(id), fields: { title } },
  }),
  remove: (bot, id) => ({
    method: 'imbot.v2.Command.unregister',
    params: { botId: Number(bot.botId), commandId: Number(id) },
  }),
};

interface Update {
  readonly bots: readonly Registered[];
  readonly now: ReadonlyMap<string, Commands>;
  readonly calls: CommandCalls;
}

/** Registering leaves titles unchanged and keeps commands that are no longer in our list, so these are updated and removed. */
async function updateCommands(
  client: PortalClient,
  options: SetUpOptions,
  { bots, now, calls }: Update,
): Promise<void> {
  const changes = bots.flatMap((bot) => {
    const before = bot.synced.commands;
    const present = now.get(bot.code) ?? {};
    const gone = Object.entries(before).filter(([name]) => !(name in present));
    const renamed = wanted.filter((one) => {
      const known = before[one.command];
      return known !== undefined && known.titles !== titlesOf(one);
    });
    return [
      ...gone.map(([, { id }]) => calls.remove(bot, id)),
      ...renamed.map((one) => calls.retitle(bot, present[one.command]?.id ?? '', one)),
    ];
  });
  for (const answer of await inBatches(client, options, changes)) {
    // It was removed already.
    const isGone = 'error' in answer && answer.error instanceof AppError && goneCodes.has(answer.error.code);
    if ('error' in answer && !isGone) throw answer.error;
  }
}

const goneCodes = new Set(['bitrix24.COMMAND_ID_ERROR', 'bitrix24.COMMAND_NOT_FOUND']);

async function inBatches(client: PortalClient, options: SetUpOptions, calls: readonly CommandCall[]) {
  const answers: Awaited<ReturnType<PortalClient['batch']>> = [];
  for (let at = 0; at < calls.length; at += maxCalls) {
    const page = calls.slice(at, at + maxCalls);
    answers.push(...(await client.batch(options.portal, page, { patienceMs: 20_000, signal: options.signal })));
  }
  return answers;
}
