/** `bots`: the bots of portals. */
import { type Command, InvalidArgumentError, Option, type OptionValues } from '@commander-js/extra-typings';
import { botLimits } from '../../api/schemas/bots.ts';
import { type BotType, botTypeSchema, maxBotsPerPortal } from '../../core/bot.ts';
import { type Language, languages } from '../../core/language.ts';
import type { BotChange } from '../../portals/bot-change.ts';
import { addPortalBot, type ChangedBot, changePortalBot, removePortalBot } from '../../portals/bot-service.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import type { Portal } from '../../store/tenants/portals.ts';
import { choosePortal, domainsById, portalFilter, portalFilterId, portalOption } from '../arguments/choose-portal.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { table, wrap } from '../framework/layout.ts';
import { openBots } from '../services.ts';

/** The bots as a table; an empty text if there are none. `domains` adds a column for the portals. */
export function botTable(bots: readonly BotRow[], domains?: ReadonlyMap<string, string>): string {
  const rows = bots.map((bot) => [
    ...(domains === undefined ? [] : [domains.get(bot.portal) ?? bot.portal]),
    bot.code,
    bot.type,
    bot.bot_id ?? '-',
    bot.name,
    bot.brain,
    bot.problem === null ? bot.state : `${bot.state}: ${bot.problem}`,
  ]);
  return table([...(domains === undefined ? [] : ['portal']), 'code', 'type', 'id', 'name', 'brain', 'state'], rows);
}

/** A bot as it is printed with `--json`. */
export function describeBot(bot: BotRow) {
  const { portal, code, type, name, brain, state, problem } = bot;
  return {
    portal,
    code,
    botId: bot.bot_id,
    type,
    name,
    brain,
    connection: bot.connection_id,
    state,
    problem,
    giveBackAfterMinutes: bot.give_back_minutes,
    callPersonAfterMinutes: bot.call_person_minutes,
    greeting: { ...bot.greeting, afterSeconds: bot.greet_after_seconds },
    language: bot.language,
    burstMs: bot.burst_ms,
    turnsPerMinute: bot.turns_per_minute,
    unanswered: bot.unanswered ?? {},
  };
}

async function list(context: CommandContext, options: { portal?: string | undefined }): Promise<Answer> {
  const db = await context.database();
  const bots = await listBots(db, await portalFilterId(db, options.portal));
  const text = botTable(bots, await domainsById(db));
  return { data: { bots: bots.map(describeBot) }, text: text === '' ? 'There are no bots.' : text };
}

interface BotOptions {
  readonly portal?: string | undefined;
  readonly code: string;
  readonly name?: string | undefined;
  readonly type?: BotType | undefined;
  readonly brain?: string | undefined;
  readonly connection?: string | undefined;
  readonly giveBackAfter?: number | 'never' | undefined;
  readonly callPersonAfter?: number | 'never' | undefined;
  readonly greeting?: 'on' | 'off' | undefined;
  readonly greetingText?: GreetingTexts | undefined;
  readonly greetAfter?: number | undefined;
  readonly language?: Language | 'portal' | undefined;
  readonly burst?: number | 'default' | undefined;
  readonly turnsPerMinute?: number | 'default' | undefined;
  readonly unansweredText?: GreetingTexts | undefined;
}

async function add(context: CommandContext, options: BotOptions & { readonly name: string }): Promise<Answer> {
  const portal = await choosePortal(await context.database(), options.portal);
  const { code, name, type = 'B' } = options;
  const added = await addPortalBot(await openBots(context), portal.portal, { ...changeOf(options), code, name, type });
  return changedAnswer(portal, added, `${code} is added.`);
}

async function set(context: CommandContext, options: BotOptions): Promise<Answer> {
  const portal = await choosePortal(await context.database(), options.portal);
  const change = { ...changeOf(options), type: options.type };
  const changed = await changePortalBot(await openBots(context), portal.portal, options.code, change);
  return changedAnswer(portal, changed, `${options.code} is changed.`);
}

function changeOf(options: BotOptions): BotChange {
  const { name, brain, connection, giveBackAfter, greeting, greetingText: texts, greetAfter } = options;
  const { language, burst, callPersonAfter, turnsPerMinute, unansweredText: unanswered } = options;
  const isGreetingChanged = greeting !== undefined || texts !== undefined;
  const isOff = greeting === undefined ? undefined : greeting === 'off';
  return {
    name,
    brain,
    connection,
    giveBackMinutes: giveBackAfter === 'never' ? null : giveBackAfter,
    callPersonMinutes: callPersonAfter === 'never' ? null : callPersonAfter,
    greeting: isGreetingChanged ? { isOff, texts } : undefined,
    greetAfterSeconds: greetAfter,
    language: language === 'portal' ? null : language,
    burstMs: burst === 'default' ? null : burst,
    turnsPerMinute: turnsPerMinute === 'default' ? null : turnsPerMinute,
    unanswered,
  };
}

function changedAnswer(portal: Portal, { bot, trace }: ChangedBot, words: string): Answer {
  const isWorking = portal.state === 'installed';
  const doubt = isWorking ? '' : ` The portal is ${portal.state} now; it learns of this when it works again.`;
  return {
    data: { bot: describeBot(bot), setUp: { trace } },
    text: [wrap(`${words}${doubt}`), setUpText(trace)].join('\n'),
  };
}

/** What the user is told after a set-up was ordered. */
export function setUpText(trace: string): string {
  return `The running app tells the portal within a second or two; follow it with: trace ${trace}`;
}

async function remove(
  context: CommandContext,
  options: { portal?: string | undefined; code: string },
): Promise<Answer> {
  const { portal } = await choosePortal(await context.database(), options.portal);
  const { bot, isLast, leavesPortal, trace } = await removePortalBot(await openBots(context), portal, options.code);
  const leaves = leavesPortal
    ? ' The running app takes its user out of the portal, together with its private chats.'
    : '';
  const last = isLast ? ' It was the last one: the next set-up of the portal adds the default bots.' : '';
  return {
    data: { removed: describeBot(bot), leavesPortal, setUp: trace === null ? null : { trace } },
    text: wrap(`${bot.code} is removed and answers no more.${leaves}${last}`),
  };
}

function readType(text: string): BotType {
  const parsed = botTypeSchema.safeParse(text.toUpperCase());
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(
    'It is one of: B (ordinary), O (Open Channel), S (supervisor), P (personal, with events of imbot.v2).',
  );
}

function readMinutes(text: string): number | 'never' {
  return text === 'never' ? text : readWhole(text, 1, botLimits.minutes);
}

const readSeconds = (text: string): number => readWhole(text, 0, botLimits.greetAfterSeconds);

function readWhole(text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
}

const mostBurstSeconds = botLimits.burstMs / 1_000;

/** In milliseconds; 0: off. */
function readBurst(text: string): number | 'default' {
  if (text === 'default') return text;
  if (text === 'off') return 0;
  const seconds = Number(/^(\d{1,2}(?:\.\d)?)s?$/.exec(text)?.[1]);
  if (seconds > 0 && seconds <= mostBurstSeconds) return seconds * 1_000;
  throw new InvalidArgumentError(
    `It is a number of seconds up to ${mostBurstSeconds}, for example 2s, or "off" or "default".`,
  );
}

/** 0: never paused. */
function readTurns(text: string): number | 'default' {
  if (text === 'default') return text;
  return text === 'off' ? 0 : readWhole(text, 1, botLimits.turnsPerMinute);
}

const mostCharacters = botLimits.greetingLength;

type GreetingTexts = Readonly<Partial<Record<Language, string | null>>>;

/** Reads `de=Guten Tag` and adds it to the texts of the options before. */
function readGreeting(given: string, before: GreetingTexts = {}): GreetingTexts {
  const [code = '', ...rest] = given.split('=');
  const language = languages.find((one) => one === code.trim());
  if (language === undefined) throw new InvalidArgumentError(`It begins with ${languages.join('=, ')}= and the text.`);
  const text = rest.join('=').trim();
  if (text === '' || text.length > mostCharacters)
    throw new InvalidArgumentError(`It has 1 to ${mostCharacters} characters; --greeting off for none.`);
  return { ...before, [language]: text === 'default' ? null : text };
}

const code = new Option('--code <code>', 'the code of the bot').makeOptionMandatory();

/** The options that `add` and `set` share. */
function describable<Args extends unknown[], Options extends OptionValues>(command: Command<Args, Options>) {
  return command
    .addOption(
      new Option(
        '--type <B|O|S|P>',
        'ordinary (the default), Open Channel or supervisor; fixed once it is added',
      ).argParser(readType),
    )
    .option('--brain <name>', 'who answers; echo when it is added without one')
    .option('--connection <id>', "the brain's account; may be left out while the portal has only one")
    .option(
      '--give-back-after <minutes|never>',
      'the brain leads again after so long without a word of the people who lead; never by default',
      readMinutes,
    )
    .option(
      '--call-person-after <minutes|never>',
      'in Open Channels people are called when the customer has waited so long for an answer; never by default',
      readMinutes,
    )
    .addOption(
      new Option(
        '--greeting <on|off>',
        'whether the bot introduces itself; the marketplace asks for it where a bot is invited into a chat',
      ).choices(['on', 'off'] as const),
    )
    .addOption(
      new Option(
        '--greeting-text <language=text>',
        'its greeting in a language, {name} is the bot; "default" for the usual one; may be repeated',
      ).argParser(readGreeting),
    )
    .addOption(
      new Option(
        '--unanswered-text <language=text>',
        'what customers read while nobody answers for it; "default" for the usual words; may be repeated',
      ).argParser(readGreeting),
    )
    .addOption(
      new Option('--language <code>', "the language it speaks; portal: the portal's (the default)").choices([
        ...languages,
        'portal',
      ] as const),
    )
    .option(
      '--greet-after <seconds>',
      'in Open Channels it comes when nobody has answered for so long (3 by default); 0: always, at once',
      readSeconds,
    )
    .option(
      '--burst <seconds|off|default>',
      'messages of one person that follow each other within so long are answered once; as the brain says by default',
      readBurst,
    )
    .option(
      '--turns-per-minute <number|off|default>',
      'more answered questions than that within a minute, or ten times as many within an hour, are taken for two machines, and the bot pauses',
      readTurns,
    );
}

export const addBotCommands: AddCommands = (program, run) => {
  const bots = program.command('bots').description('the bots of portals');
  bots.command('list').description('bots and who answers through them').addOption(portalFilter).action(run(list));
  describable(
    bots
      .command('add')
      .description(`add a bot to a portal, which may have ${maxBotsPerPortal} of ours`)
      .addOption(portalOption)
      .addOption(code)
      .requiredOption('--name <name>', 'the name people see'),
  ).action(run(add));
  describable(
    bots
      .command('set')
      .description('change a bot; without changes: set its portal up again')
      .addOption(portalOption)
      .addOption(code)
      .option('--name <name>', 'the name people see'),
  ).action(run(set));
  bots.command('remove').description('remove a bot').addOption(portalOption).addOption(code).action(run(remove));
};
