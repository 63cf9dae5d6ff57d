/** Lists the Open Channels of a portal, and attaches a bot to one as the bot that meets its customers. */
import { badInput, RemoteRefused } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';
import type { PortalClient } from './rest/portal-client.ts';

/** Whether the bot meets a customer in the first session only, or in every session. */
export type WelcomeJoin = 'first' | 'always';

/** The bot that meets a line's customers before its operators do. */
export interface WelcomeBot {
  /** The portal's id of the bot. */
  readonly botId: string;
  readonly join: WelcomeJoin;
  /** Seconds after which the portal gives the session to the operators by itself; 0: never. */
  readonly seconds: number;
  /** What the bot does when the operators get the session: leave the chat, or stay until the conversation is closed. */
  readonly afterwards: 'queue' | 'close';
}

export interface OpenLine {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
  /** Null: customers reach the operators at once. */
  readonly welcomeBot: WelcomeBot | null;
  /** The portal's ids of the operators. */
  readonly queue: readonly string[];
}

/** The most lines in one answer; the portal allows no more. */
const pageSize = 200;

/** The most lines that are read: 5 answers. */
const maxLines = 1_000;

/** How long a call waits for the portal's request budget. */
const callOptions = (signal: AbortSignal | undefined) => ({
  patienceMs: 20_000,
  ...(signal === undefined ? {} : { signal }),
});

const fields = [
  'ID',
  'LINE_NAME',
  'ACTIVE',
  'WELCOME_BOT_ENABLE',
  'WELCOME_BOT_ID',
  'WELCOME_BOT_JOIN',
  'WELCOME_BOT_TIME',
  'WELCOME_BOT_LEFT',
];

/** The lines by id. Throws AppErrors. */
export async function listLines(client: PortalClient, portal: string, signal?: AbortSignal): Promise<OpenLine[]> {
  const lines: OpenLine[] = [];
  for (let offset = 0; offset < maxLines; offset += pageSize) {
    const page = await askLines(client, portal, { order: { ID: 'ASC' }, limit: pageSize, offset }, signal);
    lines.push(...page);
    if (page.length < pageSize) break;
  }
  return lines;
}

/** Null when the portal has no such line. Throws AppErrors. */
export async function findLine(
  client: PortalClient,
  portal: string,
  lineId: string,
  signal?: AbortSignal,
): Promise<OpenLine | null> {
  const found = await askLines(client, portal, { filter: { ID: lineId }, limit: 1 }, signal);
  return found.find(({ id }) => id === lineId) ?? null;
}

/**
 * Gives the line another bot, or none, and reads back what the portal has stored. All five settings are sent, because some of them count
 * only beside the others (docs/platform-notes/bitrix24.md#settings-of-a-line).
 *
 * @throws BadInput `line.unknown`; RemoteRefused `line.not_changed` when the portal did not store the settings; and the portal's own
 *   refusals
 */
export async function setWelcomeBot(
  client: PortalClient,
  portal: string,
  lineId: string,
  { wanted, signal }: { readonly wanted: WelcomeBot | null; readonly signal?: AbortSignal },
): Promise<OpenLine> {
  const answer = await client.call(
    portal,
    'imopenlines.config.update',
    { CONFIG_ID: Number(lineId), PARAMS: settingsOf(wanted) },
    callOptions(signal),
  );
  const line = await findLine(client, portal, lineId, signal);
  if (line === null) throw unknownLine(lineId);
  if (answer !== true || !isSame(line.welcomeBot, wanted)) {
    const message = `the portal did not store the bot of line ${lineId} as it was told to`;
    throw new RemoteRefused({ code: 'line.not_changed', message, status: 200 });
  }
  return line;
}

export function unknownLine(lineId: string) {
  return badInput('line.unknown', `the portal has no Open Channel ${lineId}`, 404);
}

function settingsOf(bot: WelcomeBot | null): Readonly<Record<string, string | number>> {
  return {
    WELCOME_BOT_ENABLE: bot === null ? 'N' : 'Y',
    WELCOME_BOT_ID: bot === null ? 0 : Number(bot.botId),
    WELCOME_BOT_JOIN: bot?.join ?? 'always',
    WELCOME_BOT_TIME: bot?.seconds ?? 0,
    WELCOME_BOT_LEFT: bot?.afterwards ?? 'queue',
  };
}

function isSame(stored: WelcomeBot | null, wanted: WelcomeBot | null): boolean {
  if (stored === null || wanted === null) return stored === wanted;
  const { botId, join, seconds, afterwards } = stored;
  return (
    botId === wanted.botId && join === wanted.join && seconds === wanted.seconds && afterwards === wanted.afterwards
  );
}

async function askLines(
  client: PortalClient,
  portal: string,
  query: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<OpenLine[]> {
  const params = { PARAMS: { select: fields, ...query }, OPTIONS: { QUEUE: 'Y' } };
  const rows = await client.call(portal, 'imopenlines.config.list.get', params, callOptions(signal));
  // An empty list may come as an empty object.
  const list: unknown[] = Array.isArray(rows) ? rows : isRecord(rows) ? Object.values(rows) : [];
  return list.filter(isRecord).flatMap((row) => toLine(row) ?? []);
}

function toLine(row: Readonly<Record<string, unknown>>): OpenLine | null {
  const id = textOf(row['ID']);
  if (!/^[1-9]\d{0,15}$/.test(id)) return null;
  const botId = textOf(row['WELCOME_BOT_ID']);
  const hasBot = row['WELCOME_BOT_ENABLE'] === 'Y' && /^[1-9]\d{0,15}$/.test(botId);
  const seconds = Number(textOf(row['WELCOME_BOT_TIME']));
  const queue: unknown[] = Array.isArray(row['QUEUE']) ? row['QUEUE'] : [];
  return {
    id,
    name: textOf(row['LINE_NAME']),
    isActive: row['ACTIVE'] !== 'N',
    welcomeBot: hasBot
      ? {
          botId,
          join: row['WELCOME_BOT_JOIN'] === 'first' ? 'first' : 'always',
          seconds: Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 0,
          afterwards: row['WELCOME_BOT_LEFT'] === 'close' ? 'close' : 'queue',
        }
      : null,
    queue: queue.map(textOf).filter((user) => user !== ''),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
