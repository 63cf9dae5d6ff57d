/** `connections`: accounts of brains. Their secrets go in sealed and never come out; only the webhook address is shown, once. */
import { randomUUID } from 'node:crypto';
import { hookPath } from '../connections/connection-service.ts';
import { BadInput } from '../core/errors.ts';
import { randomToken, sha256 } from '../lib/encryption.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { addConnection, type ConnectionRow, listConnections, removeConnection } from '../store/tenants/connections.ts';
import { needConnection, unknownBrain } from './choose-brain.ts';
import { choosePortal, domainsById, portalFilterId } from './choose-portal.ts';
import {
  type Answer,
  type Command,
  type CommandContext,
  type CommandLine,
  type CommandOption,
  portalFilter,
  portalOption,
} from './command.ts';
import { checkConfig, readJson } from './connection-config.ts';
import { setConnection } from './connection-set.ts';
import { isWrong, layChecks } from './doctor/check.ts';
import { checkDeliveries, configContext, inspectConnection, webhookSecretContext } from './doctor/check-connection.ts';
import { farewell, joinAgain, joined } from './join-account.ts';
import { table, wrap } from './layout.ts';

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

/** The connections as a table; empty without any. With domains: of several portals. */
export function connectionTable(
  rows: readonly ConnectionRow[],
  bots: readonly BotRow[],
  domains?: ReadonlyMap<string, string>,
): string {
  return table(
    [
      ...(domains === undefined ? [] : [{ title: 'portal' }]),
      { title: 'id', isWhole: true },
      { title: 'brain' },
      { title: 'title' },
      { title: 'state' },
      { title: 'bots' },
    ],
    rows.map((row) => [
      ...(domains === undefined ? [] : [domains.get(row.portal) ?? row.portal]),
      row.id,
      row.brain,
      row.title,
      row.disabled_reason === null ? 'works' : `paused: ${row.disabled_reason}`,
      describeConnection(row, bots).bots.join(', ') || '-',
    ]),
  );
}

async function list(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const portal = await portalFilterId(db, line.text('portal'));
  const [rows, bots] = await Promise.all([listConnections(db, portal), listBots(db, portal)]);
  const text = connectionTable(rows, bots, await domainsById(db));
  return {
    data: { connections: rows.map((row) => describeConnection(row, bots)) },
    text: text === '' ? 'There are no connections.' : text,
  };
}

async function add(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal, domain } = await choosePortal(db, line.text('portal'));
  const name = line.need('brain');
  const brain = context.brains.find((one) => one.name === name);
  if (brain === undefined) throw unknownBrain(context, name);
  const given = checkConfig(brain, await readJson(line.need('config')));
  const sealer = await context.sealer();
  const id = randomUUID();
  const webhookSecret = randomToken(24);
  const config = await joined(context, brain, { id, portal, config: given, webhookSecret });
  const title = line.text('title')?.trim() ?? brain.title;
  await addConnection(db, {
    portal,
    id,
    brain: name,
    title,
    configSealed: sealer.seal(JSON.stringify(config), configContext(id)),
    webhookSecretSealed: sealer.seal(webhookSecret, webhookSecretContext(id)),
    webhookSecretHash: sha256(webhookSecret),
  });
  const path = hookPath(name, webhookSecret);
  const webhook = context.publicUrl === null ? path : `${context.publicUrl}${path}`;
  const where = context.publicUrl === null ? ' (behind PUBLIC_URL, which is not set here)' : '';
  return {
    data: { connection: { portal, id, brain: name, title }, webhook },
    text: [
      `${domain} is connected to ${title}: ${id}`,
      `Webhook address for ${brain.title}${where}, shown only now; whoever has it can speak for the brain:`,
      webhook,
      wrap(`Let a bot think with it: bots set --code <code> --connection ${id}`, ''),
    ].join('\n'),
  };
}

async function test(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal, domain } = await choosePortal(db, line.text('portal'));
  const row = await needConnection(db, portal, line.need('connection'));
  const bots = (await listBots(db, portal)).filter((bot) => bot.connection_id === row.id);
  const checks = [...inspectConnection(row, context.brains, await context.sealer(), domain)];
  if (!checks.some(isWrong)) checks.push(...(await joinAgain(db, context, row, domain)));
  checks.push(...(await checkDeliveries(db, row, bots, domain)));
  return {
    data: { isHealthy: !checks.some(isWrong), connection: describeConnection(row, bots), checks },
    text: layChecks(checks),
    isFailure: checks.some(isWrong),
  };
}

async function remove(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, line.text('portal'));
  const row = await needConnection(db, portal, line.need('connection'));
  refuseUsed(row, await listBots(db, portal));
  const left = await farewell(context, row);
  // A bot may have been given to it in between.
  if (!(await removeConnection(db, portal, row.id))) refuseUsed(row, await listBots(db, portal));
  return {
    data: { removed: { portal, id: row.id, brain: row.brain, title: row.title }, left: left?.isLeft ?? null },
    text: [
      `The connection to ${row.title} is removed, and its webhook address is dead.`,
      ...(left === null ? [] : [wrap(left.words, '')]),
    ].join('\n'),
  };
}

/** Throws BadInput `connection.in_use`. */
function refuseUsed(row: ConnectionRow, bots: readonly BotRow[]): void {
  const users = describeConnection(row, bots).bots;
  if (users.length === 0) return;
  throw new BadInput({
    code: 'connection.in_use',
    message: `bots still think with this connection (${users.join(', ')}); give them another brain first, with "bots set"`,
  });
}

const connection: CommandOption = {
  name: 'connection',
  value: 'id',
  isRequired: true,
  text: 'Its id, as in "connections list"',
};

export const connectionCommands: readonly Command[] = [
  {
    noun: 'connections',
    verb: 'list',
    summary: 'ConnectionService of brains, without their secrets',
    options: [portalFilter],
    run: list,
  },
  {
    noun: 'connections',
    verb: 'add',
    summary: 'Connects a portal to an account of a brain and shows its webhook address',
    options: [
      portalOption,
      { name: 'brain', value: 'name', isRequired: true, text: 'Which brain' },
      { name: 'title', value: 'text', text: "What to call it; the brain's own name otherwise" },
      {
        name: 'config',
        value: 'JSON or @file',
        isRequired: true,
        text: 'What the brain needs to know; @file keeps secrets out of the list of processes',
      },
    ],
    run: add,
  },
  {
    noun: 'connections',
    verb: 'set',
    summary: 'Changes settings of a connection; its account, bots and conversations stay',
    options: [
      portalOption,
      connection,
      {
        name: 'config',
        value: 'JSON or @file',
        isRequired: true,
        text: 'The keys to change; null takes a key back to its default',
      },
    ],
    run: setConnection,
  },
  {
    noun: 'connections',
    verb: 'test',
    summary: 'Tells whether a connection can be used, and how its last delivery went',
    options: [portalOption, connection],
    run: test,
  },
  {
    noun: 'connections',
    verb: 'remove',
    summary: 'Removes a connection that no bot thinks with',
    options: [portalOption, connection],
    run: remove,
  },
];
