/** `probe`: asks a real portal what docs/live-probes.md wants to know, prints the answers and keeps them in a file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readSettings } from '../../config.ts';
import { badInput } from '../../core/errors.ts';
import type { Db } from '../../store/database.ts';
import { readLastBodies } from '../../store/queue/inbox.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { table } from '../framework/layout.ts';
import { askInDialog, askQuietly, type ProbeDialog, type Probed } from '../probe/ask-portal.ts';
import { probeEvents } from '../probe/event-fields.ts';
import { openPortalClient } from '../services.ts';
import { choosePortal, portalOption } from './choose-portal.ts';

/** Enough to meet every kind of event; reading more would take long without telling more. */
const maxEvents = 1_000;

interface ProbeOptions {
  readonly portal?: string | undefined;
  readonly dialog?: string | undefined;
  readonly code?: string | undefined;
}

async function probe(context: CommandContext, options: ProbeOptions): Promise<Answer> {
  const settings = readSettings(context.environment);
  const db = await context.database();
  const { portal, domain, state } = await choosePortal(db, options.portal);
  if (state === 'uninstalled') {
    throw badInput('portal.uninstalled', `${domain} has removed the app`);
  }
  const dialog = await chosenDialog(options, db, portal);
  const place = { client: await openPortalClient(context, settings), portal };
  const probed = [
    ...(await askQuietly(place)),
    ...(dialog === null ? [] : await askInDialog(place, dialog)),
    ...probeEvents(await readLastBodies(db, portal, 'bitrix24', maxEvents)),
  ];
  const at = new Date().toISOString();
  const data = { portal, domain, at, probed };
  const file = await keep(resolve(settings.DATA_DIR, 'probes'), `${portal}-${at}`, data);
  return { data: { ...data, file }, text: `${describe(probed)}\n\nKept in ${file}` };
}

/** Null: nobody named a dialog, so nothing is sent anywhere. */
async function chosenDialog(
  { dialog: dialogId, code }: ProbeOptions,
  db: Db,
  portal: string,
): Promise<ProbeDialog | null> {
  if (dialogId === undefined) return null;
  const isIt = (bot: BotRow): boolean => bot.bot_id !== null && (code === undefined || bot.code === code);
  const botId = (await listBots(db, portal)).find(isIt)?.bot_id ?? null;
  if (botId !== null) return { botId, dialogId };
  throw badInput('bot.unknown', 'there is no registered bot that could ask in a dialog');
}

async function keep(folder: string, name: string, data: unknown): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name.replaceAll(/[^\w.-]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 });
  return file;
}

function describe(probed: readonly Probed[]): string {
  const rows = probed.map(({ question, method, outcome }) => [question, method, outcome]);
  return table(['question', 'asked', 'outcome'], rows);
}

export const addProbeCommand: AddCommands = (program, run) => {
  program
    .command('probe')
    .description('ask a real portal what docs/live-probes.md wants to know, and keep the answers in a file')
    .addOption(portalOption)
    .option(
      '--dialog <id>',
      'a dialog (chat123 or a user id) into which test messages may be sent; without it nothing is sent',
    )
    .option('--code <code>', 'the bot that asks in the dialog; the first one unless given')
    .action(run(probe));
};
