/** Keeps the commands of our bots in a portal up to date: registers new ones, renames titles, removes those we no longer offer. */
import type { SyncedState } from '../../core/bot.ts';
import { botCommands, botTexts, pressCommand } from '../../core/bot-texts.ts';
import { AppError } from '../../core/errors.ts';
import { languages, portalCodeOf } from '../../core/language.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { readId } from '../rest/rest-errors.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';

/** The portal requires a title even for a command it does not show. */
const wanted = ([...botCommands, pressCommand] as const).map((command) => ({
  command,
  title: Object.fromEntries(
    languages.map((language) => [portalCodeOf(language), botTexts(language).commandTitles[command]]),
  ),
  hidden: command === pressCommand,
}));

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
): Promise<readonly BotResult[]> {
  const registered = bots.filter((bot): bot is Registered => 'botId' in bot);
  if (registered.length === 0) return bots;
  const answers = await inBatches(
    client,
    options,
    registered.flatMap((bot) => registering(bot, options)),
  );
  const ids = answers.map((answer) => {
    if ('error' in answer) throw answer.error;
    return readId('imbot.command.register', answer.result);
  });
  const result = new Map<string, Commands>();
  registered.forEach((bot, index) => {
    const own = ids.slice(index * wanted.length, (index + 1) * wanted.length);
    const entries = wanted.map((one, place) => [one.command, { id: own[place] ?? '', titles: titlesOf(one) }] as const);
    result.set(bot.code, Object.fromEntries(entries));
  });
  await updateCommands(client, options, registered, result);
  return bots.map((bot) =>
    'botId' in bot ? { ...bot, synced: { ...bot.synced, commands: result.get(bot.code) ?? {} } } : bot,
  );
}

const titlesOf = ({ title }: (typeof wanted)[number]): string => JSON.stringify(title);

function languagesOf({ title }: (typeof wanted)[number]) {
  return Object.entries(title).map(([language, text]) => ({ LANGUAGE_ID: language, TITLE: text, PARAMS: '' }));
}

function registering(bot: Registered, options: SetUpOptions): CommandCall[] {
  return wanted.map((one) => ({
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
  }));
}

/** Registering leaves titles unchanged and keeps commands that are no longer in our list, so these are updated and removed. */
async function updateCommands(
  client: PortalClient,
  options: SetUpOptions,
  bots: readonly Registered[],
  now: ReadonlyMap<string, Commands>,
): Promise<void> {
  const calls = bots.flatMap((bot) => {
    const before = bot.synced.commands;
    const present = now.get(bot.code) ?? {};
    const gone = Object.entries(before).filter(([name]) => !(name in present));
    const renamed = wanted.filter((one) => {
      const known = before[one.command];
      return known !== undefined && known.titles !== titlesOf(one);
    });
    return [
      ...gone.map(([, { id }]) => ({ method: 'imbot.command.unregister', params: { COMMAND_ID: Number(id) } })),
      ...renamed.map((one) => ({
        method: 'imbot.command.update',
        params: { COMMAND_ID: Number(present[one.command]?.id), FIELDS: { LANG: languagesOf(one) } },
      })),
    ];
  });
  for (const answer of await inBatches(client, options, calls)) {
    // It was removed already.
    const isGone = 'error' in answer && answer.error instanceof AppError && answer.error.code === goneCode;
    if ('error' in answer && !isGone) throw answer.error;
  }
}

const goneCode = 'bitrix24.COMMAND_ID_ERROR';

async function inBatches(client: PortalClient, options: SetUpOptions, calls: readonly CommandCall[]) {
  const answers: Awaited<ReturnType<PortalClient['batch']>> = [];
  for (let at = 0; at < calls.length; at += maxCalls) {
    const page = calls.slice(at, at + maxCalls);
    answers.push(...(await client.batch(options.portal, page, { patienceMs: 20_000, signal: options.signal })));
  }
  return answers;
}
