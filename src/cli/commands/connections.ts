/** `connections`: accounts of brains. Their secrets go in sealed and never come out; only the webhook address is shown, once. */
import { readFile } from 'node:fs/promises';
import { Option } from '@commander-js/extra-typings';
import { hookPath } from '../../connections/account-work.ts';
import { addAccount, changeSettings, removeAccount } from '../../connections/change-connection.ts';
import { checkConnection } from '../../connections/check-connection.ts';
import type { LeftConnection } from '../../connections/leave-connection.ts';
import { AppError, BadInput, orProblem } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { type Check, isWrong, ok, unknown, wrong } from '../../doctor/check.ts';
import { inspectConnection } from '../../doctor/inspect-connection.ts';
import { commandLine, noteBy } from '../../portals/audit.ts';
import { needBrain } from '../../portals/bot-service.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import { type ConnectionRow, listConnections } from '../../store/tenants/connections.ts';
import { choosePortal, domainsById, portalFilter, portalFilterId, portalOption } from '../arguments/choose-portal.ts';
import { findConnection, type OneConnection } from '../arguments/find-connection.ts';
import { checkDeliveries } from '../doctor/check-deliveries.ts';
import { layChecks } from '../doctor/lay-checks.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { table, wrap } from '../framework/layout.ts';
import { openAccountWork, openLeaving } from '../services.ts';
import { describeFields, showConnection } from './connection-details.ts';

/** Puts a change into the portal's audit list. */
const note = noteBy(commandLine);

/** Without the secrets. */
export function describeConnection(row: ConnectionRow, bots: readonly BotRow[]) {
  return {
    portal: row.portal,
    id: row.id,
    brain: row.brain,
    title: row.title,
    bots: bots.filter((bot) => bot.portal === row.portal && bot.connection_id === row.id).map((bot) => bot.code),
    disabledReason: row.disabled_reason,
    updatedAt: row.updated_at,
  };
}

/** The connections as a table; an empty text if there are none. `domains` adds a column for the portals. */
export function connectionTable(
  rows: readonly ConnectionRow[],
  bots: readonly BotRow[],
  domains?: ReadonlyMap<string, string>,
): string {
  const cells = rows.map((row) => [
    ...(domains === undefined ? [] : [domains.get(row.portal) ?? row.portal]),
    row.id,
    row.brain,
    row.title,
    row.disabled_reason === null ? 'works' : `disabled: ${row.disabled_reason}`,
    describeConnection(row, bots).bots.join(', ') || '-',
  ]);
  return table([...(domains === undefined ? [] : ['portal']), 'id', 'brain', 'title', 'state', 'bots'], cells);
}

/** What the user is told of an account that the app has left; null: nothing. */
export function leaveText(context: CommandContext, { row, left }: LeftConnection): string | null {
  if (left.isLeft === null) return null;
  const brain = context.brains.find((one) => one.name === row.brain)?.title ?? row.brain;
  return wrap(
    left.isLeft
      ? `${brain} was told: what it kept for ${row.title} is switched off there.`
      : `${brain} could not be told (${left.problem.message}); switch off there what it keeps for ${row.title}.`,
  );
}

async function list(context: CommandContext, options: { portal?: string | undefined }): Promise<Answer> {
  const db = await context.database();
  const portal = await portalFilterId(db, options.portal);
  const [rows, bots] = await Promise.all([listConnections(db, portal), listBots(db, portal)]);
  const text = connectionTable(rows, bots, await domainsById(db));
  return {
    data: { connections: rows.map((row) => describeConnection(row, bots)) },
    text: text === '' ? 'There are no connections.' : text,
  };
}

interface AddOptions {
  readonly portal?: string | undefined;
  readonly brain: string;
  readonly title?: string | undefined;
  readonly config?: string | undefined;
}

async function add(context: CommandContext, options: AddOptions): Promise<Answer> {
  const db = await context.database();
  const { portal, domain } = await choosePortal(db, options.portal);
  const brain = needBrain(context.brains, options.brain);
  // Without settings, the error names the brain's required fields.
  const config = options.config === undefined ? {} : await readJson(options.config);
  const work = await openAccountWork(context);
  const wish = { portal, title: options.title ?? '', config };
  const { id, title, webhookSecret } = await addAccount(work, brain, wish, note);
  const webhook = `${context.publicUrl ?? ''}${hookPath(brain.name, webhookSecret)}`;
  const where = context.publicUrl === null ? ' (behind PUBLIC_URL, which is not set here)' : '';
  return {
    data: { connection: { portal, id, brain: brain.name, title }, webhook },
    text: [
      `${domain} is connected to ${title}: ${id}`,
      `Webhook address for ${brain.title}${where}, shown only now; anybody who has it can speak for the brain:`,
      webhook,
      wrap(`Let a bot think with it: bots set --code <code> --connection ${id}`),
    ].join('\n'),
  };
}

async function show(context: CommandContext, options: OneConnection): Promise<Answer> {
  const db = await context.database();
  const { row, domain } = await findConnection(db, options);
  return await showConnection(context, {
    row,
    domain,
    described: describeConnection(row, await listBots(db, row.portal)),
  });
}

/** Prints which settings were changed, never their values. */
async function set(context: CommandContext, options: OneConnection & { readonly config: string }): Promise<Answer> {
  const db = await context.database();
  const { row } = await findConnection(db, options);
  const brain = needBrain(context.brains, row.brain);
  const patch = await readJson(options.config);
  if (!isRecord(patch)) {
    throw usageError('--config takes the keys to change, as a JSON object: --config \'{"key": "value"}\'');
  }
  const changed = await changeSettings(await openAccountWork(context), { row, brain }, patch, note);
  const words =
    changed.length === 0
      ? `${row.title} is set so already.`
      : `${row.title} is changed: ${changed.join(', ')}. The app follows within seconds.`;
  return { data: { connection: { portal: row.portal, id: row.id, brain: row.brain }, changed }, text: wrap(words) };
}

async function test(context: CommandContext, options: OneConnection): Promise<Answer> {
  const db = await context.database();
  const { row, domain } = await findConnection(db, options);
  const bots = (await listBots(db, row.portal)).filter((bot) => bot.connection_id === row.id);
  const checks = [...inspectConnection(row, context.brains, await context.sealer(), domain)];
  if (!checks.some(isWrong)) checks.push(...(await checkAccount(context, row, domain)));
  checks.push(...(await checkDeliveries(db, row, bots, domain)));
  const isHealthy = !checks.some(isWrong);
  const data = { isHealthy, connection: describeConnection(row, bots), checks };
  return { data, text: layChecks(checks), isFailure: !isHealthy };
}

const patienceMs = 60_000;

/** A test only asks the brain, if it can be asked; it never switches on what was switched off there. */
async function checkAccount(context: CommandContext, row: ConnectionRow, portal: string): Promise<readonly Check[]> {
  const subject = `account of ${row.title}`;
  const { title, disabledHelp } = needBrain(context.brains, row.brain);
  const found = await orProblem(async () =>
    checkConnection(await openAccountWork(context), row, AbortSignal.timeout(patienceMs), true),
  );
  if (found instanceof AppError) {
    return [wrong(portal, subject, found.message, 'fix what it names, or remove the connection and add it again')];
  }
  switch (found.result) {
    case 'not_checked':
      return [];
    case 'changed_meanwhile':
      return [unknown(portal, subject, 'it was changed by somebody else during the test', 'test it again')];
    case 'disabled': {
      const help = disabledHelp?.[found.reason]?.en ?? `switch it on at ${title}`;
      return [wrong(portal, subject, `the account is disabled: ${found.reason}`, help)];
    }
    case 'works':
      return [ok(portal, subject, `${title} accepts it${found.isChanged ? ', and what it told anew is stored' : ''}`)];
  }
}

async function remove(context: CommandContext, options: OneConnection): Promise<Answer> {
  const db = await context.database();
  const { row } = await findConnection(db, options);
  const removed = await removeAccount(await openLeaving(context), row, note);
  const left = leaveText(context, removed);
  return {
    data: {
      removed: { portal: row.portal, id: row.id, brain: row.brain, title: row.title },
      left: removed.left.isLeft,
    },
    text: [
      `The connection to ${row.title} is removed, and its webhook address is dead.`,
      ...(left === null ? [] : [left]),
    ].join('\n'),
  };
}

/** Parses the given JSON, or that in the file named after `@`. Errors do not quote it: it may hold secrets. */
async function readJson(given: string): Promise<unknown> {
  const text = given.startsWith('@') ? await readText(given.slice(1)) : given;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw usageError('--config is not readable as JSON; write it in single quotes: --config \'{"key": "value"}\'');
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new BadInput({ code: 'cli.unreadable_file', message: `${file} cannot be read`, cause });
  }
}

const connection = new Option('--connection <id>', 'its id, as in "connections list"').makeOptionMandatory();

export const addConnectionCommands: AddCommands = (program, run) => {
  const connections = program.command('connections').description('accounts of brains');
  connections
    .command('list')
    .description('accounts of brains, without their secrets')
    .addOption(portalFilter)
    .action(run(list));
  connections
    .command('add')
    .description('connect a portal to an account of a brain, and show its webhook address')
    .addOption(portalOption)
    .requiredOption('--brain <name>', 'which brain')
    .option('--title <text>', "what to call it; the brain's own name otherwise")
    .option(
      '--config <JSON or @file>',
      'what the brain needs to know, see "connections fields"; @file keeps secrets out of the list of processes',
    )
    .action(run(add));
  connections
    .command('fields')
    .description('what a brain needs to know to be connected, and what can be set')
    .argument('<brain>', 'which brain')
    .action(run(describeFields));
  connections
    .command('set')
    .description('change settings of a connection; its account, bots and conversations stay')
    .addOption(portalOption)
    .addOption(connection)
    .requiredOption('--config <JSON or @file>', 'the keys to change; null takes a key back to its default')
    .action(run(set));
  connections
    .command('show')
    .description('the settings of a connection without its secrets, and its figures')
    .addOption(portalOption)
    .addOption(connection)
    .action(run(show));
  connections
    .command('test')
    .description('tell whether a connection can be used, and how its last delivery went')
    .addOption(portalOption)
    .addOption(connection)
    .action(run(test));
  connections
    .command('remove')
    .description('remove a connection that no bot uses')
    .addOption(portalOption)
    .addOption(connection)
    .action(run(remove));
};
