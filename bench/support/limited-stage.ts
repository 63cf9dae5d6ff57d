/**
 * The app with portals that have the limits that Bitrix24 documents; shared by the measures of busy portals. Events are copies of the
 * recorded portal's, with other portal ids.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { firstNumbers } from '../load/requests.ts';
import { type AppProcess, startAppProcess } from './app-process.ts';
import type { Bench } from './bench.ts';
import type { Child } from './child.ts';
import { exactNow } from './exact-now.ts';
import { readEventBody, readSender, type Sender } from './fixture.ts';
import { installPortal } from './installed-portal.ts';

/** People who write to a portal at once. */
export const customers = 400;

const seenSchema = z.object({
  shown: z.array(z.object({ at: z.number(), dialog: z.string(), text: z.string() })),
  requests: z.number(),
  refused: z.number(),
  repeated: z.number(),
});
export type Seen = z.output<typeof seenSchema>;

const body = readEventBody();
const recorded = readSender(body);

export interface Stage {
  readonly bench: Bench;
  readonly app: AppProcess;
  readonly portals: Child;
  readonly database: string;
}

export const seenOf = ({ portals }: Stage, portal: string): Promise<Seen> =>
  portals.ask('seen', { name: portal }, seenSchema);

/** Sets a portal's request budget to full or to used up, in the app's database and in the fake portal. */
export async function reset({ portals, bench, database }: Stage, portal: string, isUsedUp: boolean): Promise<void> {
  await portals.ask('reset', { name: portal, isUsedUp }, z.null());
  await bench.server.rows(
    database,
    `insert into rate_limit (portal, bucket, level, granted, updated_at)
     values ($1, 'bitrix24.rest', $2, 0, clock_timestamp())
     on conflict (portal, bucket) do update set level = $2, updated_at = clock_timestamp()`,
    [memberOf(portal), isUsedUp ? 49 : 0],
  );
}

/** The id of `quiet7` is the recorded portal's with other digits at the beginning. */
const memberOf = (portal: string): string =>
  portal === 'main' ? recorded.memberId : portal.replace('quiet', '').padStart(6, '0') + recorded.memberId.slice(6);

/** Numbers that the load generator does not use. */
let lastDialog = firstNumbers.dialog + 500_000;
let lastMessage = firstNumbers.message + 500_000_000;

/** The recorded event, for another portal and dialog. */
function eventOf(portal: string, dialog: number): string {
  lastMessage += 1;
  const form = new URLSearchParams(body);
  form.set('auth[member_id]', memberOf(portal));
  form.set('data[PARAMS][DIALOG_ID]', `chat${dialog}`);
  form.set('data[PARAMS][TO_CHAT_ID]', String(dialog));
  form.set('data[PARAMS][CHAT_ID]', String(dialog));
  form.set('data[PARAMS][MESSAGE_ID]', String(lastMessage));
  form.set('data[PARAMS][MESSAGE]', `message ${lastMessage}`);
  return form.toString();
}

export async function write({ app }: Stage, portal: string, dialog: number): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`http://127.0.0.1:${app.port}/bitrix24/events`, {
    method: 'POST',
    headers,
    body: eventOf(portal, dialog),
  });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the endpoint answered ${answer.status}`);
}

export const newDialogs = (count: number): number[] => Array.from({ length: count }, () => (lastDialog += 1));

export async function allShown(stage: Stage, portal: string, count: number, patienceMs = 15_000): Promise<Seen> {
  for (const end = performance.now() + patienceMs; ; await delay(20)) {
    const seen = await seenOf(stage, portal);
    if (seen.shown.length >= count) return seen;
    if (performance.now() > end)
      throw new Error(
        `${portal}: ${seen.shown.length} of ${count} were shown, as ${JSON.stringify(seen.shown.slice(-2))}`,
      );
  }
}

/** Milliseconds from each event to its answer, one message at a time, in portals with budget left. */
export async function latencies(stage: Stage, portals: readonly string[], messages: number): Promise<number[]> {
  const measured: number[] = [];
  for (let count = 0; count < messages; count += 1) {
    const portal = portals[count % portals.length] ?? '';
    const [dialog = 0] = dialogsOf.get(portal) ?? [];
    const before = (await seenOf(stage, portal)).shown.length;
    const at = exactNow();
    await write(stage, portal, dialog);
    const { shown: all } = await allShown(stage, portal, before + 1, 20_000);
    measured.push((all[before]?.at ?? Number.NaN) - at);
    await delay(20);
  }
  return measured;
}

/** The dialogs of each portal that have been answered before. */
const dialogsOf = new Map<string, readonly number[]>();

/** Opens new dialogs of the portal and waits until each has been answered once. */
export async function open(stage: Stage, portal: string, count = 1): Promise<readonly number[]> {
  const dialogs = newDialogs(count);
  dialogsOf.set(portal, dialogs);
  await Promise.all(dialogs.map((dialog) => write(stage, portal, dialog)));
  await allShown(stage, portal, count);
  return dialogs;
}

/** Starts a separate app with its own database on the same server; its recorded portal has the documented limits. */
export async function startLimitedApp({ bench, portals }: Pick<Stage, 'bench' | 'portals'>, portal: string) {
  const { endings, server } = bench;
  const database = `busy_${randomUUID().slice(0, 8)}`;
  const databaseUrl = await server.createMigrated(database);
  const appSecret = randomBytes(32);
  const settings = { B24_RATE_PER_SECOND: '2', B24_RATE_BURST: '49' };
  const app = await startAppProcess({ endings, databaseUrl, restPort: portals.port, appSecret, settings });
  const restUrl = `http://127.0.0.1:${portals.port}/${portal}/rest/`;
  await server.rows(database, 'update portal set client_endpoint = $1', [restUrl]);
  return { app, database, databaseUrl, appSecret };
}

/** Installs quiet portals, each with a dialog that has been answered; returns their names. */
export async function installNeighbours(
  stage: Stage,
  { appSecret, databaseUrl }: { readonly appSecret: Buffer; readonly databaseUrl: string },
  count: number,
): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `quiet${at}`);
  for (const portal of names) {
    const sender: Sender = { ...recorded, memberId: memberOf(portal) };
    const restUrl = `http://127.0.0.1:${stage.portals.port}/${portal}/rest/`;
    await installPortal({ databaseUrl, appSecret, sender, restUrl });
    await reset(stage, portal, false);
    await open(stage, portal);
    await reset(stage, portal, false);
  }
  return names;
}

export const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
