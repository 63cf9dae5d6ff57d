/** Strangers keep thousands of connections open and send many large bodies at once. Memory and genuine events must not suffer. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Child, startChild } from '../../bench/support/child.ts';
import { createEndings } from '../../bench/support/endings.ts';
import { type SoakApp, startApp } from './support/app.ts';
import { createLedger } from './support/ledger.ts';
import { startPortalFleet } from './support/portal-fleet.ts';
import { createPoster, type Poster } from './support/post.ts';
import { seedPortals } from './support/seed-portals.ts';
import {
  all,
  atBest,
  atMost,
  never,
  percentile,
  type Size,
  type Soak,
  type SoakStage,
  shown,
  type Verdict,
  within,
} from './support/soak.ts';
import { startSteadyTalk } from './support/steady-talk.ts';

interface Sizes {
  readonly bodies: number;
  readonly headers: number;
  readonly idle: number;
  readonly calmSeconds: number;
  readonly seconds: number;
  readonly largeAtOnce: number;
}

const sizes: Readonly<Record<Size, Sizes>> = {
  full: { bodies: 1_000, headers: 1_000, idle: 5_000, calmSeconds: 10, seconds: 60, largeAtOnce: 64 },
  short: { bodies: 40, headers: 40, idle: 100, calmSeconds: 0.5, seconds: 1, largeAtOnce: 4 },
};

const mib = 1024 * 1024;
const memoryBarMb = 500;
const endpointBarMs = 250;
/** On a slow machine, whose p99 without load is above a third of the bar, the bar is this many times that p99. */
const allowedTimes = 3;
/** First user ids of the dialogs before the attack and during it. */
const calmUser = 500;
const stormUser = 1_000;
const largeBarMb = 300;
const perSecond = 20;
/** Files that a process needs in addition to the connections. */
const spareFiles = 300;

const countSchema = z.object({ body: z.number(), header: z.number(), idle: z.number(), refused: z.number() });

export const heldConnections: Soak = {
  name: 'held',
  about: 'bodies that never end, slow headers, idle connections, 64 bodies of 4 MB at once',
  limitMinutes: 10,
  async run(stage, size) {
    const wanted = fitted(sizes[size], stage);
    const run = async (): Promise<readonly Verdict[]> => {
      const endings = createEndings();
      const endAll = stage.endings.add(() => endings.endAll());
      try {
        return await endure({ ...stage, endings }, wanted);
      } finally {
        await endAll();
      }
    };
    return size === 'short' ? await run() : await atBest(stage, run);
  },
};

async function endure(stage: SoakStage, wanted: Sizes): Promise<readonly Verdict[]> {
  const { app, poster, talk } = await open(stage);
  const idleMemory = await app.memory();
  const large = await peakWhile(app, () => postLarge(poster, wanted.largeAtOnce));
  await delay(1_000);
  const calm = talk(calmUser);
  await delay(wanted.calmSeconds * 1_000);
  await calm.stop();
  const calmP99 = percentile(calm.acknowledgements, 0.99);
  const crowd = await startChild(stage.endings, new URL('./children/crowd-of-connections.ts', import.meta.url));
  const steady = talk(stormUser);
  const held = await peakWhile(app, () => hold(crowd, app, wanted));
  await steady.stop();
  const isAlive = app.isRunning();
  await crowd.stop();
  const { open: opened } = held.result;
  const events = [...steady.statuses.values()].reduce((sum, times) => sum + times, 0);
  return [
    shown('memory before', `${Math.round(idleMemory)} MB`),
    atMost(`memory with ${wanted.largeAtOnce} bodies of 4 MB at once`, large.peakMb, largeBarMb, 'MB'),
    never('answers 5xx to them', large.result.filter((status) => status >= 500 && status !== 503).length),
    shown('held at once', `${opened.body} bodies, ${opened.header} headers, ${opened.idle} idle`),
    atMost('memory meanwhile', held.peakMb, memoryBarMb, 'MB'),
    atMost(
      `p99 of true events meanwhile (calm ${Math.round(calmP99)} ms)`,
      percentile(steady.acknowledgements, 0.99),
      Math.max(endpointBarMs, allowedTimes * calmP99),
      'ms',
    ),
    all('genuine events acknowledged meanwhile', steady.statuses.get(200) ?? 0, events),
    never('crashes', isAlive ? 0 : 1),
  ];
}

/** Scales the sizes to the system's limit of open files, which applies to both processes; Node raises its own to the hard limit at its start. */
function fitted(wanted: Sizes, stage: SoakStage): Sizes {
  const limit = openFilesLimit();
  const needed = wanted.bodies + wanted.headers + wanted.idle + spareFiles;
  if (limit >= needed) return wanted;
  const share = Math.max(0, limit - spareFiles) / (needed - spareFiles);
  stage.say(`only ${limit} open files are allowed (ulimit -n): all counts are scaled by ${share.toFixed(2)}`);
  const scaled = (count: number): number => Math.floor(count * share);
  return { ...wanted, bodies: scaled(wanted.bodies), headers: scaled(wanted.headers), idle: scaled(wanted.idle) };
}

function openFilesLimit(): number {
  if (process.platform !== 'linux') return 10_000;
  const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '0';
  return line === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(line);
}

async function open(stage: SoakStage) {
  const { endings } = stage;
  const fleet = await startPortalFleet(endings, 5);
  const appSecret = randomBytes(32);
  const databaseUrl = await stage.database();
  await seedPortals(databaseUrl, appSecret, fleet);
  const { clientId, clientSecret, hosts, oauth } = fleet;
  const oauthOrigins = [oauth.origin];
  const app = await startApp({ endings, databaseUrl, appSecret, clientId, clientSecret, hosts, oauthOrigins });
  const poster = createPoster(app.port);
  endings.add(async () => poster.close());
  const ledger = createLedger();
  const { portals } = fleet;
  const talk = (firstUser: number) =>
    startSteadyTalk({ poster, ledger, portals, dialogsPerPortal: 8, perSecond, firstUser });
  return { app, poster, talk };
}

/** The result of the work, and the highest memory during it. */
async function peakWhile<T>(app: SoakApp, work: () => Promise<T>): Promise<{ result: T; peakMb: number }> {
  let peakMb = await app.memory();
  let isDone = false;
  const watching = (async () => {
    while (!isDone && app.isRunning()) {
      peakMb = Math.max(peakMb, await app.memory());
      await delay(200);
    }
  })();
  try {
    return { result: await work(), peakMb };
  } finally {
    isDone = true;
    await watching;
  }
}

async function postLarge(poster: Poster, count: number): Promise<number[]> {
  const body = Buffer.alloc(4 * mib, 'data%5BPARAMS%5D%5BMESSAGE%5D=x&');
  const answers = await Promise.all(Array.from({ length: count }, () => poster.post('/bitrix24/events', body)));
  return answers.map(({ status }) => status);
}

interface Held {
  readonly open: z.output<typeof countSchema>;
}

async function hold(crowd: Child, app: SoakApp, wanted: Sizes): Promise<Held> {
  const count = (): Promise<Held['open']> => crowd.ask('count', null, countSchema);
  const orders = [
    { kind: 'idle', count: wanted.idle, bytes: 0, path: '/' },
    { kind: 'header', count: wanted.headers, bytes: 0, path: '/bitrix24/events' },
    { kind: 'body', count: wanted.bodies, bytes: 4 * mib - 1, path: '/bitrix24/events' },
  ];
  for (const order of orders) await crowd.ask('open', { ...order, port: app.port }, z.null());
  let most: Held['open'] = { body: 0, header: 0, idle: 0, refused: 0 };
  await within(wanted.seconds * 1000, async () => {
    const now = await count();
    const sum = (one: Held['open']): number => one.body + one.header + one.idle;
    if (sum(now) > sum(most)) most = now;
    await delay(250);
    return !app.isRunning();
  });
  return { open: most };
}
