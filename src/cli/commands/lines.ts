/** `lines`: the Open Channels of a portal and the bots that meet their customers. */
import { Argument, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { listLines, type OpenLine } from '../../bitrix24/line-settings.ts';
import { readSettings } from '../../config.ts';
import { commandLine, noteBy } from '../../portals/audit.ts';
import { attachBot, detachBot, type LineServiceOptions } from '../../portals/line-service.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import { choosePortal, portalOption } from '../arguments/choose-portal.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { table, wrap } from '../framework/layout.ts';
import { openPortalClient } from '../services.ts';

interface Named {
  readonly portal?: string | undefined;
}

async function open(
  context: CommandContext,
  options: Named,
): Promise<LineServiceOptions & { readonly portal: string }> {
  const db = await context.database();
  const { portal } = await choosePortal(db, options.portal);
  return {
    db,
    client: await openPortalClient(context, readSettings(context.environment)),
    portal,
    note: noteBy(commandLine),
  };
}

async function list(context: CommandContext, options: Named): Promise<Answer> {
  const { db, client, portal } = await open(context, options);
  const bots = await listBots(db, portal);
  const lines = await listLines(client, portal);
  const described = lines.map((line) => describe(line, bots));
  const rows = described.map((line) => [line.id, line.name, line.isActive ? 'on' : 'off', line.metBy]);
  const text = rows.length === 0 ? 'The portal has no Open Channels.' : table(['id', 'name', 'state', 'met by'], rows);
  return { data: { lines: described }, text };
}

/** A line as it is printed with `--json`. */
function describe(line: OpenLine, bots: readonly BotRow[]) {
  return { ...line, metBy: metBy(line, bots) };
}

function metBy({ welcomeBot }: OpenLine, bots: readonly BotRow[]): string {
  if (welcomeBot === null) return 'operators';
  const ours = bots.find(({ bot_id: botId }) => botId === welcomeBot.botId);
  const who = ours === undefined ? `bot ${welcomeBot.botId} of another app` : ours.code;
  const when = welcomeBot.join === 'first' ? 'in new chats' : 'in every session';
  const then = welcomeBot.seconds === 0 ? '' : `, operators after ${welcomeBot.seconds} s`;
  return `${who}, ${when}${then}`;
}

interface AttachOptions extends Named {
  readonly code: string;
  readonly join: 'first' | 'always';
  readonly operatorsAfter: number;
  readonly afterwards: 'leave' | 'stay';
  readonly replace?: true | undefined;
}

async function attach(context: CommandContext, lineId: string, options: AttachOptions): Promise<Answer> {
  const services = await open(context, options);
  const line = await attachBot(services, services.portal, {
    code: options.code,
    lineId,
    join: options.join,
    seconds: options.operatorsAfter,
    afterwards: options.afterwards === 'stay' ? 'close' : 'queue',
    replaces: options.replace === true,
  });
  return changed(
    services,
    line,
    `The customers of "${line.name}" are met by ${options.code} from their next session on.`,
  );
}

async function detach(context: CommandContext, lineId: string, options: Named): Promise<Answer> {
  const services = await open(context, options);
  const line = await detachBot(services, services.portal, lineId);
  return changed(
    services,
    line,
    `The customers of "${line.name}" reach its operators at once from their next session on.`,
  );
}

async function changed({ db, portal }: LineServiceOptions & { readonly portal: string }, line: OpenLine, text: string) {
  return { data: { line: describe(line, await listBots(db, portal)) }, text: wrap(text) };
}

function readLine(text: string): string {
  if (/^[1-9]\d{0,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It is the number that "lines list" shows.');
}

/** A day: the portal's own form offers less. */
const mostSeconds = 86_400;

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d{1,6}$/.test(text) && seconds <= mostSeconds) return seconds;
  throw new InvalidArgumentError(`It is a whole number from 0 to ${mostSeconds}.`);
}

const line = () => new Argument('<line>', 'the number of the line').argParser(readLine);

export const addLineCommands: AddCommands = (program, run) => {
  const lines = program.command('lines').description('the Open Channels of a portal');
  lines
    .command('list')
    .description('the Open Channels, and who meets their customers')
    .addOption(portalOption)
    .action(run(list));
  lines
    .command('attach')
    .description('let a bot meet the customers of a line; the portal is asked afterwards whether it does')
    .addArgument(line())
    .addOption(portalOption)
    .requiredOption('--code <code>', 'the code of the bot, of type O')
    .addOption(
      new Option('--join <first|always>', 'in new chats only, or in every session')
        .choices(['first', 'always'] as const)
        .default('always' as const),
    )
    .option(
      '--operators-after <seconds>',
      'the portal gives the session to the operators after so long, whatever the bot does; 0: never',
      readSeconds,
      0,
    )
    .addOption(
      new Option('--afterwards <leave|stay>', 'what the bot does when the operators get the session')
        .choices(['leave', 'stay'] as const)
        .default('stay' as const),
    )
    .option('--replace', "take the place of another app's bot")
    .action(run(attach));
  lines
    .command('detach')
    .description('let customers of a line reach its operators at once; only where a bot of ours meets them')
    .addArgument(line())
    .addOption(portalOption)
    .action(run(detach));
};
