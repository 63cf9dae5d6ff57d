/** Keeps the commands of our bots in a portal up to date: registers new ones, renames titles, removes those we no longer offer. */
import type { SyncedState } from '../../core/bot.ts';
import { botCommands, pressCommand } from '../../core/bot-texts.ts';
import { AppError } from '../../core/errors.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { readId } from '../rest/rest-errors.ts';
import type { BotCommand, BotResult, SetUpOptions } from './set-up-types.ts';

interface WantedCommand extends BotCommand {
  readonly isHidden: boolean;
}

const nothing = { ru: '', en: '' };

/** The portal requires a title even for a command it does not show. */
const own: readonly WantedCommand[] = [
  ...botCommands.map(({ command: name, title }) => ({ name, title, params: nothing, isHidden: false })),
  { name: pressCommand, title: { ru: 'Кнопка', en: 'Button' }, params: nothing, isHidden: true },
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
): Promise<readonly BotResult[]> {
  const registered = bots.filter((bot): bot is Registered => 'botId' in bot);
  const calls = registered.flatMap((bot) => wantedFor(bot, options).map((wanted) => ({ bot, wanted })));
  const answers = await inBatches(
    client,
    options,
    calls.map(({ bot, wanted }) => registering(bot, wanted, options)),
  );
  const result = new Map(registered.map((bot): [string, Commands] => [bot.code, {}]));
  for (const [index, { bot, wanted }] of calls.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Error('the portal did not answer every registration');
    if ('error' in answer) throw answer.error;
    const entry = { id: readId('imbot.command.register', answer.result), titles: titlesOf(wanted) };
    result.set(bot.code, { ...result.get(bot.code), [wanted.name]: entry });
  }
  await updateCommands(client, options, registered, result);
  return bots.map((bot) =>
    'botId' in bot ? { ...bot, synced: { ...bot.synced, commands: result.get(bot.code) ?? {} } } : bot,
  );
}

/** The app's own commands, and those of the bot's brain. */
function wantedFor({ code }: Registered, { bots }: SetUpOptions): readonly WantedCommand[] {
  const { commands = [] } = bots.find((bot) => bot.code === code) ?? {};
  return [...own, ...commands.map((command) => ({ ...command, isHidden: false }))];
}

/** What the portal shows of a command, to be compared with what it was told last. */
function titlesOf({ title, params }: WantedCommand): string {
  const hasParams = Object.values(params).some((text) => text !== '');
  return JSON.stringify(hasParams ? { title, params } : title);
}

function languagesOf({ title, params }: WantedCommand) {
  return (['ru', 'en'] as const).map((language) => ({
    LANGUAGE_ID: language,
    TITLE: title[language],
    PARAMS: params[language],
  }));
}

function registering(bot: Registered, wanted: WantedCommand, options: SetUpOptions): CommandCall {
  return {
    method: 'imbot.command.register',
    params: {
      BOT_ID: Number(bot.botId),
      COMMAND: wanted.name,
      COMMON: 'N',
      HIDDEN: wanted.isHidden ? 'Y' : 'N',
      EXTRANET_SUPPORT: 'N',
      EVENT_COMMAND_ADD: options.eventUrl,
      LANG: languagesOf(wanted),
    },
  };
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
    const renamed = wantedFor(bot, options).filter((wanted) => {
      const known = before[wanted.name];
      return known !== undefined && known.titles !== titlesOf(wanted);
    });
    return [
      ...gone.map(([, { id }]) => ({ method: 'imbot.command.unregister', params: { COMMAND_ID: Number(id) } })),
      ...renamed.map((wanted) => ({
        method: 'imbot.command.update',
        params: { COMMAND_ID: Number(present[wanted.name]?.id), FIELDS: { LANG: languagesOf(wanted) } },
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
