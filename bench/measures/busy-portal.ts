/**
 * What customers of a busy portal wait, where the portal has the limits Bitrix24 documents: a crowd that writes at once, a portal whose
 * budget is used up already, a quiet portal, and quiet portals beside a drowned one. The peer is the same app with a portal that takes no
 * batches, so that each answer is a request of its own.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { firstNumbers } from '../load/requests.ts';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { exactNow } from '../support/exact-now.ts';
import { atLeast, atMost, atMostTimes, type Figure, figureOf, shown, type Verdict } from '../support/figures.ts';
import { readEventBody, readSender, type Sender } from '../support/fixture.ts';
import { installPortal } from '../support/installed-portal.ts';

const name = 'busy portal';
const customers = 400;
const crowdBarMs = 8_000;
const sustainedBar = 60;
const mostRefused = 5;
const neighbours = 99;
const peerSeconds = 20;

const seenSchema = z.object({
  shown: z.array(z.object({ at: z.number(), dialog: z.string(), text: z.string() })),
  requests: z.number(),
  refused: z.number(),
  repeated: z.number(),
});
type Seen = z.output<typeof seenSchema>;

const body = readEventBody();
const recorded = readSender(body);

interface Stage {
  readonly bench: Bench;
  readonly app: AppProcess;
  readonly portals: Child;
  readonly database: string;
}

const seenOf = ({ portals }: Stage, portal: string): Promise<Seen> => portals.ask('seen', { name: portal }, seenSchema);

/** Puts a portal's budget, here and there, to full or to none. */
async function reset({ portals, bench, database }: Stage, portal: string, isUsedUp: boolean): Promise<void> {
  await portals.ask('reset', { name: portal, isUsedUp }, z.null());
  await bench.server.rows(
    database,
    `insert into rate_limit (portal, bucket, level, granted, updated_at)
     values ($1, 'bitrix24.rest', $2, 0, clock_timestamp())
     on conflict (portal, bucket) do update set level = $2, updated_at = clock_timestamp()`,
    [memberOf(portal), isUsedUp ? 49 : 0],
  );
}

/** `quiet7` has the recorded portal's id with other digits at its beginning. */
const memberOf = (portal: string): string =>
  portal === 'main' ? recorded.memberId : portal.replace('quiet', '').padStart(6, '0') + recorded.memberId.slice(6);

let lastDialog = firstNumbers.dialog;
let lastMessage = firstNumbers.message;

/** An event as the recorded one, of another portal and dialog. */
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

async function write({ app }: Stage, portal: string, dialog: number): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`http://127.0.0.1:${app.port}/bitrix24/events`, {
    method: 'POST',
    headers,
    body: eventOf(portal, dialog),
  });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the endpoint answered ${answer.status}`);
}

const newDialogs = (count: number): number[] => Array.from({ length: count }, () => (lastDialog += 1));

async function allShown(stage: Stage, portal: string, count: number, patienceMs = 15_000): Promise<Seen> {
  for (const end = performance.now() + patienceMs; ; await delay(20)) {
    const seen = await seenOf(stage, portal);
    if (seen.shown.length >= count) return seen;
    if (performance.now() > end)
      throw new Error(
        `${portal}: ${seen.shown.length} of ${count} were shown, as ${JSON.stringify(seen.shown.slice(-2))}`,
      );
  }
}

/** Throws unless every dialog was answered once for each message, in order. */
function expectOrder({ shown: all }: Seen, dialogs: readonly number[], perDialog: number): void {
  for (const dialog of dialogs) {
    const texts = all.filter((one) => one.dialog === `chat${dialog}`).map(({ text }) => text);
    const numbers = texts.flatMap((text) => /message (\d+)$/.exec(text)?.[1] ?? []).map(Number);
    const isInOrder = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
    if (numbers.length !== perDialog || !isInOrder) throw new Error(`chat${dialog} shows ${JSON.stringify(texts)}`);
  }
}

/** Everybody writes for the first time. */
async function crowd(stage: Stage): Promise<{ readonly ms: number; readonly seen: Seen }> {
  await reset(stage, 'main', false);
  const dialogs = newDialogs(customers);
  const beganAt = exactNow();
  await Promise.all(dialogs.map((dialog) => write(stage, 'main', dialog)));
  const seen = await allShown(stage, 'main', customers);
  expectOrder(seen, dialogs, 1);
  return { ms: Math.max(...seen.shown.map(({ at }) => at)) - beganAt, seen };
}

/** Answers a second while nothing but the steady rate is left. The dialogs exist. */
async function sustained(stage: Stage, seconds: number, dialogs: readonly number[], turns: number): Promise<number> {
  await reset(stage, 'main', true);
  const beganAt = exactNow();
  for (let turn = 0; turn < turns; turn += 1) await Promise.all(dialogs.map((dialog) => write(stage, 'main', dialog)));
  await delay(Math.max(0, seconds * 1_000 - (exactNow() - beganAt)));
  const seen = await seenOf(stage, 'main');
  if (seen.refused > mostRefused) throw new Error(`${seen.refused} requests were refused`);
  stage.bench.say(`${seen.shown.length} answers in ${seen.requests} requests`);
  const shownInTime = seen.shown.filter(({ at }) => at - beganAt <= seconds * 1_000).length;
  return shownInTime / seconds;
}

/** Milliseconds from each event to its answer, one after the other in portals that have room. */
async function latencies(stage: Stage, portals: readonly string[], messages: number): Promise<number[]> {
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

async function open(stage: Stage, portal: string, count = 1): Promise<readonly number[]> {
  const dialogs = newDialogs(count);
  dialogsOf.set(portal, dialogs);
  await Promise.all(dialogs.map((dialog) => write(stage, portal, dialog)));
  await allShown(stage, portal, count);
  return dialogs;
}

async function installNeighbours(stage: Stage, appSecret: Buffer, databaseUrl: string): Promise<string[]> {
  const names = Array.from({ length: neighbours }, (_, at) => `quiet${at}`);
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

/** Keeps the main portal drowned until it is ended. */
function drown(stage: Stage): () => Promise<void> {
  let isEnding = false;
  const dialogs = newDialogs(customers);
  const work = (async () => {
    while (!isEnding) {
      await Promise.all(dialogs.map((dialog) => write(stage, 'main', dialog)));
      await delay(2_000);
    }
  })();
  return async () => {
    isEnding = true;
    await work;
  };
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;

const figure = (subject: string, unit: string, runs: readonly number[], note = ''): Figure =>
  figureOf(subject, unit, runs, note);

export const measureBusyPortal: Measure = async (bench) => {
  const { endings, server, plan, say } = bench;
  const database = `busy_${randomUUID().slice(0, 8)}`;
  const databaseUrl = await server.createMigrated(database);
  const portals = await startChild(endings, new URL('../peers/limited-portals.ts', import.meta.url));
  const appSecret = randomBytes(32);
  const settings = { B24_RATE_PER_SECOND: '2', B24_RATE_BURST: '49' };
  const app = await startAppProcess({ endings, databaseUrl, restPort: portals.port, appSecret, settings });
  const stage = { bench, app, portals, database };
  // The recorded portal is the busy one.
  await server.rows(database, `update portal set client_endpoint = $1`, [
    `http://127.0.0.1:${portals.port}/main/rest/`,
  ]);
  const verdicts: Verdict[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { ms, seen } = await crowd(stage);
    say(`${customers} customers: ${Math.round(ms)} ms, ${seen.requests} requests, ${seen.refused} refused`);
    const note = `${seen.requests} requests for ${customers} answers, ${seen.refused} refused, ${seen.repeated} repeated, order kept`;
    verdicts.push(
      atMost(name, figure(`${customers} customers at once, until the last is answered`, 'ms', [ms], note), crowdBarMs),
      atMost(name, figure('requests refused', '', [seen.refused]), mostRefused),
    );
  }
  const dialogs = await openMany(stage, customers);
  const batched = await sustained(stage, peerSeconds, dialogs, 6);
  say(`used up: ${batched.toFixed(1)} answers/s`);
  await drained(stage, dialogs.length * 6);
  const quiet = await latencies(stage, ['main'], plan.latencyMessages);
  const neighbour = await besideTheDrowned(stage, await installNeighbours(stage, appSecret, databaseUrl));
  await portals.ask('batches', false, z.null());
  const alone = await sustained(stage, peerSeconds, newDialogs(customers), 1);
  say(`one call an answer: ${alone.toFixed(1)} answers/s`);
  verdicts.push(
    atLeast(
      name,
      figure('answers, budget used up', '/s', [batched]),
      sustainedBar / 2,
      figure('one call an answer', '/s', [alone]),
    ),
    shown(name, figure('a quiet portal, event → answer', 'ms', quiet, `p99 ${p99(quiet).toFixed(1)} ms`)),
    neighbour,
  );
  for (const one of [app, portals]) await one.stop();
  await server.drop(database);
  return verdicts;
};

/** Dialogs in which the bot has answered. */
async function openMany(stage: Stage, count: number): Promise<readonly number[]> {
  await reset(stage, 'main', false);
  return await open(stage, 'main', count);
}

async function drained(stage: Stage, count: number): Promise<void> {
  await allShown(stage, 'main', count, 120_000);
  await reset(stage, 'main', false);
}

async function besideTheDrowned(stage: Stage, quietPortals: readonly string[]): Promise<Verdict> {
  const { plan } = stage.bench;
  const calm = await latencies(stage, quietPortals, plan.latencyMessages);
  const end = drown(stage);
  await delay(3_000);
  const beside = await latencies(stage, quietPortals, plan.latencyMessages);
  await end();
  return atMostTimes(
    name,
    figure('p99 of quiet portals beside a drowned one', 'ms', [p99(beside)]),
    1.1,
    figure('p99 of quiet portals alone', 'ms', [p99(calm)]),
  );
}
