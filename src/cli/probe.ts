/** `probe`: asks a real portal what docs/live-probes.md wants to know, prints the answers and keeps them in a file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readSettings } from '../config.ts';
import { BadInput } from '../core/errors.ts';
import type { Db } from '../store/database.ts';
import { readLastBodies } from '../store/queue/inbox.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import { choosePortal } from './choose-portal.ts';
import { type Answer, type Command, type CommandContext, type CommandLine, portalOption } from './command.ts';
import { table } from './layout.ts';
import { openPortalCalls } from './portal-calls.ts';
import { askInDialog, askQuietly, type ProbeDialog, type Probed } from './probe/ask-portal.ts';
import { probeEvents } from './probe/event-fields.ts';

/** Enough to meet every kind of event; reading more would take long without telling more. */
const maxEvents = 1_000;

async function probe(line: CommandLine, context: CommandContext): Promise<Answer> {
  const settings = readSettings(context.environment);
  const db = await context.database();
  const portal = await choosePortal(db, line.text('portal'));
  if (portal.state === 'uninstalled') {
    throw new BadInput({ code: 'portal.uninstalled', message: `${portal.domain} has removed the app` });
  }
  const dialog = await chosenDialog(line, db, portal.portal);
  const calls = await openPortalCalls(context, settings);
  try {
    const place = { client: calls.client, portal: portal.portal };
    const probed = [
      ...(await askQuietly(place)),
      ...(dialog === null ? [] : await askInDialog(place, dialog)),
      ...probeEvents(await readLastBodies(db, portal.portal, 'bitrix24', maxEvents)),
    ];
    const at = new Date().toISOString();
    const data = { portal: portal.portal, domain: portal.domain, at, probed };
    const file = await keep(resolve(settings.DATA_DIR, 'probes'), `${portal.portal}-${at}`, data);
    return { data: { ...data, file }, text: `${describe(probed)}\n\nKept in ${file}` };
  } finally {
    await calls.close();
  }
}

/** Null: nobody named a dialog, so nothing is sent anywhere. */
async function chosenDialog(line: CommandLine, db: Db, portal: string): Promise<ProbeDialog | null> {
  const dialogId = line.text('dialog');
  if (dialogId === null) return null;
  const wanted = line.text('code');
  const isIt = (bot: BotRow): boolean => bot.bot_id !== null && (wanted === null || bot.code === wanted);
  const bot = (await listBots(db, portal)).find(isIt);
  if (bot?.bot_id === null || bot === undefined) {
    throw new BadInput({ code: 'bot.unknown', message: 'there is no registered bot that could ask in a dialog' });
  }
  return { botId: bot.bot_id, dialogId };
}

async function keep(folder: string, name: string, data: unknown): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name.replaceAll(/[^\w.-]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 });
  return file;
}

function describe(probed: readonly Probed[]): string {
  return table(
    [{ title: 'question' }, { title: 'asked', isWhole: true }, { title: 'outcome' }],
    probed.map(({ question, method, outcome }) => [question, method, outcome]),
  );
}

export const probeCommand: Command = {
  noun: 'probe',
  verb: null,
  summary: 'Asks a real portal what docs/live-probes.md wants to know, and keeps the answers in a file',
  options: [
    portalOption,
    {
      name: 'dialog',
      value: 'id',
      text: 'A dialog (chat123 or a user id) into which test messages may be sent; without it nothing is sent',
    },
    { name: 'code', value: 'code', text: 'The bot that asks in the dialog; the first one unless given' },
  ],
  run: probe,
};
