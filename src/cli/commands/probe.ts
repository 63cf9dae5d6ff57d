/** `probe`: asks a real portal, or the remote of a connection, what docs/live-probes.md wants to know, and keeps the answers in a file. */
import { readSettings } from '../../config.ts';
import { badInput } from '../../core/errors.ts';
import type { Db } from '../../store/database.ts';
import { readLastBodies } from '../../store/queue/inbox.ts';
import { type BotRow, listBots } from '../../store/tenants/bots.ts';
import { choosePortal, portalOption } from '../arguments/choose-portal.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';
import { askInDialog, askQuietly, type ProbeDialog } from '../probe/ask-portal.ts';
import { probeEvents } from '../probe/event-fields.ts';
import { differencesIn } from '../probe/expectations.ts';
import { keepReport } from '../probe/keep-report.ts';
import { openPortalClient } from '../services.ts';
import { probeConnection } from './probe-connection.ts';

/** Enough to meet every kind of event; reading more would take long without telling more. */
const maxEvents = 1_000;

interface ProbeOptions {
  readonly portal?: string | undefined;
  readonly connection?: string | undefined;
  readonly dialog?: string | undefined;
  readonly code?: string | undefined;
}

async function probe(context: CommandContext, options: ProbeOptions): Promise<Answer> {
  const { portal, connection, dialog, code } = options;
  if (connection === undefined) return await probePortal(context, options);
  if (dialog !== undefined || code !== undefined) {
    throw usageError('--dialog and --code are for portals; a connection is asked without sending anything');
  }
  return await probeConnection(context, { portal, connection });
}

async function probePortal(context: CommandContext, options: ProbeOptions): Promise<Answer> {
  const settings = readSettings(context.environment);
  const db = await context.database();
  const { portal, domain, state } = await choosePortal(db, options.portal);
  if (state === 'uninstalled') {
    throw badInput('portal.uninstalled', `${domain} has removed the app`);
  }
  const dialog = await chosenDialog(options, db, portal);
  const place = { client: await openPortalClient(context, settings), portal };
  context.tell(announce(domain, dialog));
  const probed = [
    ...(await askQuietly(place)),
    ...(dialog === null ? [] : await askInDialog(place, dialog)),
    ...probeEvents(await readLastBodies(db, portal, 'bitrix24', maxEvents)),
  ];
  const at = new Date().toISOString();
  return await keepReport(settings.DATA_DIR, portal, {
    portal,
    domain,
    at,
    probed,
    differences: differencesIn(probed),
  });
}

/** Announces what the probe will do. */
function announce(domain: string, dialog: ProbeDialog | null): string {
  const sends =
    dialog === null
      ? 'Nothing is sent to anybody.'
      : `About ten messages and one small file are sent into the dialog ${dialog.dialogId} and deleted again.`;
  return `${wrap(`${domain} is asked for facts of the app, its rights, handlers, bots and Open Channels, and the stored events are read. ${sends}`)}\n`;
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

export const addProbeCommand: AddCommands = (program, run) => {
  program
    .command('probe')
    .description(
      'ask a real portal, or the service behind a connection, what docs/live-probes.md wants to know, and keep the answers in a file',
    )
    .addOption(portalOption)
    .option('--connection <id>', 'ask the service of this connection instead, as in "connections list"; it only reads')
    .option(
      '--dialog <id>',
      'a dialog (chat123 or a user id) into which test messages may be sent; without it nothing is sent',
    )
    .option('--code <code>', 'the bot that asks in the dialog; the first one unless given')
    .action(run(probe));
};
