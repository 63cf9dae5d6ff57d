/** Keeps the commands of our bots in a portal up to date: registers new ones, renames titles, removes those we no longer offer. */
import type { SyncedState } from '../../core/bot.ts';
import { AppError } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { readId } from '../rest/rest-errors.ts';
import { inBatches } from './call-options.ts';
import { type CommandCalls, callsV1, callsV2, type Registered } from './command-calls.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';
import { titlesOf, wantedFor } from './wanted-commands.ts';

type Commands = SyncedState['commands'];

/** Returns the bots with their current commands. Registering again is harmless: the portal keeps the old entry. */
export async function registerCommands(
  client: PortalClient,
  options: SetUpOptions,
  bots: readonly BotResult[],
  eventApi: EventApi,
): Promise<readonly BotResult[]> {
  const calls = eventApi === 'v1-webhook' ? callsV1(options) : callsV2;
  const registered = bots.filter((bot): bot is Registered => 'botId' in bot);
  const orders = registered.flatMap((bot) => wantedFor(bot.code, options).map((wanted) => ({ bot, wanted })));
  const answers = await inBatches(
    client,
    options,
    orders.map(({ bot, wanted }) => calls.register(bot, wanted)),
  );
  const result = new Map(registered.map((bot): [string, Commands] => [bot.code, {}]));
  for (const [index, { bot, wanted }] of orders.entries()) {
    const answer = answers[index];
    if (answer === undefined) throw new Error('the portal did not answer every registration');
    if ('error' in answer) throw answer.error;
    const entry = { id: readId(calls.name, calls.idIn(answer.result)), titles: titlesOf(wanted) };
    result.set(bot.code, { ...result.get(bot.code), [wanted.name]: entry });
  }
  await updateCommands(client, options, { bots: registered, now: result, calls });
  return bots.map((bot) =>
    'botId' in bot ? { ...bot, synced: { ...bot.synced, commands: result.get(bot.code) ?? {} } } : bot,
  );
}

interface Update {
  readonly bots: readonly Registered[];
  readonly now: ReadonlyMap<string, Commands>;
  readonly calls: CommandCalls;
}

/** Registering leaves titles unchanged and keeps commands that are no longer in our list, so changed titles are updated and such commands removed. */
async function updateCommands(
  client: PortalClient,
  options: SetUpOptions,
  { bots, now, calls }: Update,
): Promise<void> {
  const changes = bots.flatMap((bot) => {
    const before = bot.synced.commands;
    const present = now.get(bot.code) ?? {};
    const gone = Object.entries(before).filter(([name]) => !(name in present));
    const renamed = wantedFor(bot.code, options).filter((wanted) => {
      const known = before[wanted.name];
      return known !== undefined && known.titles !== titlesOf(wanted);
    });
    return [
      ...gone.map(([, { id }]) => calls.remove(bot, id)),
      ...renamed.map((wanted) => calls.retitle(bot, present[wanted.name]?.id ?? '', wanted)),
    ];
  });
  for (const answer of await inBatches(client, options, changes)) {
    // It was removed already.
    const isGone = 'error' in answer && answer.error instanceof AppError && goneCodes.has(answer.error.code);
    if ('error' in answer && !isGone) throw answer.error;
  }
}

const goneCodes = new Set(['bitrix24.COMMAND_ID_ERROR', 'bitrix24.COMMAND_NOT_FOUND']);
