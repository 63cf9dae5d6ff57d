/** `receive`: plays a recorded event to the running app, as the portal would post it, and tells what the app did with it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { scanEvent } from '../../bitrix24/events/scan-event.ts';
import { settingsSchema } from '../../config.ts';
import { AppError, badInput, orProblem } from '../../core/errors.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import { databaseTime, type Pool } from '../../store/database.ts';
import { findTraceSince, traceSteps } from '../../store/reporting/history.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { choosePortal } from '../arguments/choose-portal.ts';
import { readFixture, type Substitutes, substitute } from '../arguments/fixture-body.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';
import { openHttp } from '../services.ts';
import { layTimeline, type ToldStep, tellSteps } from '../timeline.ts';

const timeoutMs = 15_000;

/** How long the app gets to work on the event; after that, the command tells what has happened so far. */
const workMs = 10_000;
const askEveryMs = 100;

interface ReceiveOptions {
  readonly portal?: string | undefined;
  readonly token?: string | undefined;
  readonly bot?: string | undefined;
  readonly fresh?: true | undefined;
  readonly url?: string | undefined;
}

async function receive(context: CommandContext, file: string, options: ReceiveOptions): Promise<Answer> {
  const recorded = await readFixture(file);
  const url = eventUrl(options.url, context);
  // Without the database the event can be played all the same.
  const found = await orProblem(() => context.database());
  const db = found instanceof AppError ? null : found;
  const body = substitute(recorded, await readSubstitutes(options, db));
  const since = db === null ? null : await databaseTime(db);
  const { status, error } = await post(context, url, body);
  const isTaken = status >= 200 && status < 300;
  const event = scanEvent(Buffer.from(body));
  const steps = db !== null && since !== null && isTaken ? await follow(db, event, since) : [];
  const text = [
    `${event.event} posted to ${url.href}: status ${status}${error === null ? '' : ` (${error})`}`,
    wrap(remark(status, steps, found instanceof AppError ? found.message : null)),
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
function eventUrl(given: string | undefined, context: CommandContext): URL {
  const port = settingsSchema.shape.PORT.safeParse(context.environment['PORT'] ?? '');
  const own = `http://127.0.0.1:${port.success && port.data !== 0 ? port.data : 3000}`;
  const url = URL.parse(given ?? context.publicUrl ?? own);
  if (url === null || !url.protocol.startsWith('http')) throw usageError('--url must be an address (http://…)');
  return url.pathname === '/' ? new URL('/bitrix24/events', url) : url;
}

async function readSubstitutes(options: ReceiveOptions, db: Pool | null): Promise<Substitutes> {
  const { portal, bot: botCode, token: applicationToken } = options;
  if (botCode !== undefined && db === null) throw usageError('--bot needs the database');
  const row = db === null || (portal === undefined && botCode === undefined) ? null : await choosePortal(db, portal);
  const memberId = row?.portal ?? portal;
  const bot = row === null || db === null || botCode === undefined ? null : await findBot(db, row.portal, botCode);
  const now = Date.now();
  return {
    ...(memberId === undefined ? {} : { memberId }),
    ...(applicationToken === undefined ? {} : { applicationToken }),
    ...(bot === null ? {} : { bot }),
    // Message numbers far above those of a real portal, and another one each millisecond.
    ...(options.fresh === true ? { fresh: { messageId: String(now), ts: String(Math.floor(now / 1_000)) } } : {}),
  };
}

async function findBot(db: Pool, portal: string, code: string): Promise<{ code: string; id: string }> {
  const bot = (await listBots(db, portal)).find((one) => one.code === code);
  if (bot !== undefined) return { code, id: bot.bot_id ?? '0' };
  throw badInput('bot.unknown', `the portal has no bot ${code}; "bots list" shows those it has`);
}

async function post(
  context: CommandContext,
  url: URL,
  body: string,
): Promise<{ status: number; error: string | null }> {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  // The caller of the command chose this address, so it may be on this machine.
  const { http } = openHttp(context, [`${url.hostname}:${port}`]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await http.send({ method: 'POST', url, headers, body, timeoutMs });
  return { status: response.status, error: errorIn(response.body) };
}

const errorSchema = z.object({ error: z.string() });

/** The code the app answers with when it refuses; null for a page of a proxy in between, whose status says enough. */
function errorIn(body: Buffer): string | null {
  return errorSchema.safeParse(jsonOrUndefined(body)).data?.error ?? null;
}

/** Waits until all steps of this event are finished or the time is over, and returns them. Empty: nothing new was stored. */
async function follow(db: Pool, event: ReturnType<typeof scanEvent>, since: Date): Promise<ToldStep[]> {
  const portal = event.memberId.toLowerCase();
  const trace = await findTraceSince(db, { portal, messageId: event.messageId, since });
  if (trace === undefined) return [];
  for (let waitedMs = 0; ; waitedMs += askEveryMs) {
    const steps = await traceSteps(db, trace, portal);
    if (waitedMs >= workMs || steps.every((step) => step.state !== 'waiting')) return await tellSteps(db, steps);
    await sleep(askEveryMs);
  }
}

export const addReceiveCommand: AddCommands = (program, run) => {
  program
    .command('receive')
    .description('play a recorded event to the running app, and tell what came of it')
    .argument('<fixture.json>', 'the recorded event')
    .option('--portal <id or domain>', 'for this portal (member_id or domain) instead of the recorded one')
    .option('--token <token>', 'application token of that portal')
    .option('--bot <code>', 'for this bot of the portal instead of the recorded one')
    .option('--fresh', 'as a new event: with another message number')
    .option('--url <address>', 'where the app is; PUBLIC_URL otherwise, or port PORT of this machine')
    .action(run(receive));
};
