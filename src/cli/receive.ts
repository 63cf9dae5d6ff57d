/** `receive`: plays a recorded event to the running app, as the portal would post it, and tells what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { scanEvent } from '../bitrix24/events/scan-event.ts';
import { settingsSchema } from '../config.ts';
import { AppError, BadInput } from '../core/errors.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard } from '../lib/network-guard.ts';
import { type Pool, query } from '../store/database.ts';
import { traceSteps } from '../store/reporting/history.ts';
import { listBots } from '../store/tenants/bots.ts';
import { choosePortal } from './choose-portal.ts';
import {
  type Answer,
  type Command,
  type CommandContext,
  type CommandLine,
  portalOption,
  usageError,
} from './command.ts';
import { readFixture, type Substitutes, substitute } from './fixture-body.ts';
import { wrap } from './layout.ts';
import { layTimeline, type ToldStep, tellSteps } from './timeline.ts';

const timeoutMs = 15_000;

/** How long the app gets to work the event; after that what happened until then is told. */
const workMs = 10_000;
const lookEveryMs = 100;

async function receive(line: CommandLine, context: CommandContext): Promise<Answer> {
  const recorded = await readFixture(line.operand ?? '');
  const url = eventUrl(line.text('url'), context);
  const found = await databaseOrReason(context);
  const db = 'db' in found ? found.db : null;
  const body = substitute(recorded, await readSubstitutes(line, db));
  const since = db === null ? null : await databaseTime(db);
  const { status, error } = await post(url, body);
  const isTaken = status >= 200 && status < 300;
  const event = scanEvent(Buffer.from(body));
  const steps = db !== null && since !== null && isTaken ? await follow(db, event, since) : [];
  const text = [
    `${event.event} posted to ${url.href}: status ${status}${error === null ? '' : ` (${error})`}`,
    wrap(remark(status, steps, 'db' in found ? null : found.reason), ''),
    steps.length === 0 || db === null ? '' : await layTimeline(db, steps),
  ];
  return {
    data: { url: url.href, event: event.event, status, error, isNew: db === null ? null : steps.length > 0, steps },
    text: text.filter((part) => part !== '').join('\n'),
    isFailure: !isTaken,
  };
}

function remark(status: number, steps: readonly ToldStep[], reason: string | null): string {
  if (status === 403) {
    return 'The app does not believe the event: say for which portal it is (--portal) and give the application token of that portal (--token); the app keeps only a digest of it.';
  }
  if (status < 200 || status >= 300) return 'The app did not take the event.';
  if (reason !== null) return `What came of it cannot be told: ${reason}`;
  if (steps.length === 0) return 'The app had this event already; make it a new one with --fresh.';
  return '';
}

/** `--url` may be the app's origin or the whole address; otherwise PUBLIC_URL, or the app on this machine. */
function eventUrl(given: string | null, context: CommandContext): URL {
  const port = settingsSchema.shape.PORT.safeParse(context.environment['PORT'] ?? '');
  const own = `http://127.0.0.1:${port.success && port.data !== 0 ? port.data : 3000}`;
  const url = URL.parse(given ?? context.publicUrl ?? own);
  if (url === null || !url.protocol.startsWith('http')) throw usageError('--url must be an address (http://…)');
  return url.pathname === '/' ? new URL('/bitrix24/events', url) : url;
}

async function databaseOrReason(context: CommandContext): Promise<{ db: Pool } | { reason: string }> {
  try {
    return { db: await context.database() };
  } catch (error) {
    // Without the database the event can be played all the same.
    if (error instanceof AppError) return { reason: error.message };
    throw error;
  }
}

async function readSubstitutes(line: CommandLine, db: Pool | null): Promise<Substitutes> {
  const portal = line.text('portal');
  const botCode = line.text('bot');
  if (botCode !== null && db === null) throw usageError('--bot needs the database');
  const row = db === null || (portal === null && botCode === null) ? null : await choosePortal(db, portal);
  const memberId = row?.portal ?? portal;
  const applicationToken = line.text('token');
  const bot = row === null || db === null || botCode === null ? null : await findBot(db, row.portal, botCode);
  const now = Date.now();
  return {
    ...(memberId === null ? {} : { memberId }),
    ...(applicationToken === null ? {} : { applicationToken }),
    ...(bot === null ? {} : { bot }),
    // Far above the numbers of a real portal, and another one each millisecond.
    ...(line.has('fresh') ? { fresh: { messageId: String(now), ts: String(Math.floor(now / 1_000)) } } : {}),
  };
}

async function findBot(db: Pool, portal: string, code: string): Promise<{ code: string; id: string }> {
  const bot = (await listBots(db, portal)).find((one) => one.code === code);
  if (bot !== undefined) return { code, id: bot.bot_id ?? '0' };
  throw new BadInput({ code: 'bot.unknown', message: `the portal has no bot ${code}; "bots list" shows those it has` });
}

async function post(url: URL, body: string): Promise<{ status: number; error: string | null }> {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  // The operator named the address himself: it may be on this machine.
  const guard = createNetworkGuard({ allowedPrivateHosts: [`${url.hostname}:${port}`] });
  const http = createGotClient({ guard });
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await http.send({ method: 'POST', url, headers, body, timeoutMs });
    return { status: response.status, error: errorIn(response.body) };
  } finally {
    await http.close();
  }
}

const errorSchema = z.object({ error: z.string() });

/** The code the app answers with when it refuses. */
function errorIn(body: Buffer): string | null {
  try {
    const parsed = errorSchema.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data.error : null;
  } catch {
    // A page of a proxy in between; the status says enough.
    return null;
  }
}

async function databaseTime(db: Pool): Promise<Date> {
  const result = await query<{ now: Date }>(db, 'select clock_timestamp() as now');
  return result.rows[0]?.now ?? new Date();
}

/** The steps of what was stored for this event, when all are finished or the patience ends. Empty: nothing new was stored. */
async function follow(db: Pool, event: ReturnType<typeof scanEvent>, since: Date): Promise<ToldStep[]> {
  const portal = event.memberId.toLowerCase();
  const stored = await query<{ trace: string }>(
    db,
    `select trace from inbox where portal = ? and source = 'bitrix24' and received_at >= ? and subject is not distinct from ?
     order by received_at limit 1`,
    [portal, since, event.messageId === '' ? null : event.messageId],
  );
  const trace = stored.rows[0]?.trace;
  if (trace === undefined) return [];
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const steps = await traceSteps(db, trace, portal);
    if (waitedMs >= workMs || steps.every((step) => step.state !== 'waiting')) return await tellSteps(db, steps);
    await sleep(lookEveryMs);
  }
}

export const receiveCommand: Command = {
  noun: 'receive',
  verb: null,
  summary: 'Plays a recorded event to the running app and tells what came of it',
  operand: { name: 'fixture.json', isRequired: true },
  options: [
    { ...portalOption, text: 'For this portal (member_id or domain) instead of the recorded one' },
    { name: 'token', value: 'token', text: 'Application token of that portal' },
    { name: 'bot', value: 'code', text: 'For this bot of the portal instead of the recorded one' },
    { name: 'fresh', value: null, text: 'As a new event: with another message number' },
    { name: 'url', value: 'address', text: 'Where the app is; PUBLIC_URL otherwise, or port PORT of this machine' },
  ],
  run: receive,
};
