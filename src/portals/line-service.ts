/** Attaches bots to the Open Channels of their portal and takes them off again. */
import { findLine, type OpenLine, setWelcomeBot, unknownLine, type WelcomeBot } from '../bitrix24/line-settings.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { badInput, RemoteRefused } from '../core/errors.ts';
import type { Db } from '../store/database.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import type { NoteChange } from './audit.ts';

export interface LineServiceOptions {
  readonly db: Db;
  readonly client: PortalClient;
  readonly signal?: AbortSignal;
  /** Records who changes a line. */
  readonly note: NoteChange;
}

export interface AttachWish extends Omit<WelcomeBot, 'botId'> {
  readonly code: string;
  readonly lineId: string;
  /** Take the place of a bot that is not ours. */
  readonly replaces: boolean;
}

/**
 * Makes the bot the one that meets the customers of the line.
 *
 * @throws BadInput `bot.unknown`, `bot.not_registered`, `bot.not_for_lines`, `line.unknown`, `line.taken` (another app's bot meets them),
 * `line.forbidden`; AppErrors of the portal
 */
export async function attachBot(options: LineServiceOptions, portal: string, wish: AttachWish): Promise<OpenLine> {
  const { code, lineId, replaces, ...how } = wish;
  const bots = await listBots(options.db, portal);
  const botId = registeredId(bots, code);
  const line = await needLine(options, portal, lineId);
  const isOurs = line.welcomeBot === null || bots.some((bot) => bot.bot_id === line.welcomeBot?.botId);
  if (!isOurs && !replaces) {
    throw badInput(
      'line.taken',
      `the bot ${line.welcomeBot?.botId ?? ''} of another app meets the customers of "${line.name}"; --replace takes its place`,
      409,
    );
  }
  const attached = await change(options, portal, lineId, { botId, ...how });
  const from = { bot: line.welcomeBot?.botId ?? null };
  await options.note(options.db, portal, {
    action: 'line.bot_attached',
    subject: lineId,
    details: { from, to: { bot: code, ...how } },
  });
  return attached;
}

/** Takes our bot off a line, so that customers reach its operators at once. Throws like `attachBot`; a bot that is not ours stays. */
export async function detachBot(options: LineServiceOptions, portal: string, lineId: string): Promise<OpenLine> {
  const line = await needLine(options, portal, lineId);
  const { welcomeBot } = line;
  if (welcomeBot === null) return line;
  const bots = await listBots(options.db, portal);
  if (!bots.some((bot) => bot.bot_id === welcomeBot.botId)) {
    throw badInput(
      'line.taken',
      `the bot ${welcomeBot.botId} of another app meets the customers of "${line.name}"`,
      409,
    );
  }
  const detached = await change(options, portal, lineId, null);
  const from = { bot: bots.find((bot) => bot.bot_id === welcomeBot.botId)?.code ?? null };
  await options.note(options.db, portal, { action: 'line.bot_detached', subject: lineId, details: { from } });
  return detached;
}

function registeredId(bots: readonly BotRow[], code: string): string {
  const bot = bots.find((one) => one.code === code);
  if (bot === undefined) throw badInput('bot.unknown', `there is no bot ${code}`, 404);
  if (bot.type !== 'O') {
    throw badInput('bot.not_for_lines', `${code} is of type ${bot.type}; customers can be met by a bot of type O only`);
  }
  if (bot.bot_id !== null && bot.state === 'registered') return bot.bot_id;
  throw badInput('bot.not_registered', `${code} is not registered in the portal (${bot.problem ?? bot.state})`, 409);
}

async function needLine(options: LineServiceOptions, portal: string, lineId: string): Promise<OpenLine> {
  const line = await findLine(options.client, portal, lineId, options.signal);
  if (line === null) throw unknownLine(lineId);
  return line;
}

async function change(
  { client, signal }: LineServiceOptions,
  portal: string,
  lineId: string,
  wanted: WelcomeBot | null,
): Promise<OpenLine> {
  try {
    return await setWelcomeBot(client, portal, lineId, { wanted, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (!(error instanceof RemoteRefused) || error.code !== 'bitrix24.CONFIG_WRONG_USER_PERMISSION') throw error;
    throw badInput(
      'line.forbidden',
      'the employee who installed the app may not edit Open Channels; an administrator who may opens the app once, or sets the bot in the line itself',
      403,
    );
  }
}
