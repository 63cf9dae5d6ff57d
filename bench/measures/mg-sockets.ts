/**
 * The cost of listening to many MessageGateway accounts in one process that does nothing else: its memory compared with bare `ws` clients,
 * and how long it takes until all are connected again after every socket was cut, without any token exceeding MessageGateway's limit.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type AppProcess, startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { atMost, atMostTimes, figureOf, shown } from '../support/figures.ts';
import { readEventBody, readSender } from '../support/fixture.ts';
import { storeConnections } from '../support/joined-connections.ts';
import { sockets } from '../support/plan.ts';
import { residentMb } from '../support/resident-memory.ts';

const access = z.object({ endpointUrl: z.string(), token: z.string() });
const joinedSchema = z.object({
  crmOrigin: z.string(),
  apiKey: z.string(),
  joined: z.array(z.object({ moduleCode: z.string(), bot: access, transport: access })),
});
type Joined = z.output<typeof joinedSchema>;

const requestsSchema = z.object({ count: z.number(), refused: z.number(), highest: z.number() });

/** The documented limit of a token. */
const requestsPerSecond = 30;
const backWithinSeconds = 30;
const patienceMs = 90_000;

export const measureMgSockets: Measure = async (bench) => {
  const { endings, plan, say } = bench;
  const fakeServer = await startChild(endings, new URL('../remotes/mg-accounts.ts', import.meta.url));
  const joined = await fakeServer.ask('join', sockets, joinedSchema);
  const memory: Record<'app' | 'empty' | 'bare' | 'none', number[]> = { app: [], empty: [], bare: [], none: [] };
  const back: number[] = [];
  const highest: number[] = [];
  let refused = 0;
  for (let turn = 0; turn < plan.idleRuns; turn += 1) {
    const bare = await measureBare(bench, fakeServer, joined);
    memory.bare.push(bare.full);
    memory.none.push(bare.empty);
    const { app, empty } = await startListener(bench, fakeServer, joined);
    await opened(fakeServer, sockets);
    await delay(plan.idleSeconds * 1000);
    memory.empty.push(empty);
    memory.app.push(await residentMb(app.pid));
    const cutAt = await fakeServer.ask('cut', null, z.number());
    await opened(fakeServer, sockets, cutAt);
    back.push((Date.now() - cutAt) / 1000);
    const requests = await fakeServer.ask('requests', cutAt, requestsSchema);
    highest.push(requests.highest);
    refused += requests.refused;
    say(
      `app ${memory.app.at(-1)?.toFixed(0)} MB, bare ${bare.full.toFixed(0)} MB; back after ${back.at(-1)?.toFixed(1)} s, ${requests.count} requests`,
    );
    await app.stop();
    await bench.server.drop('sockets');
  }
  await fakeServer.stop();
  const grown = (full: readonly number[], empty: readonly number[]): number[] =>
    full.map((megabytes, index) => megabytes - (empty[index] ?? 0));
  return [
    atMostTimes(
      'mg-sockets',
      figureOf(
        `app (sockets), ${sockets} listeners`,
        'MB',
        memory.app,
        `resident ${plan.idleSeconds} s after the last one`,
      ),
      1.5,
      figureOf(`${sockets} bare ws clients`, 'MB', memory.bare),
    ),
    shown(
      'mg-sockets',
      figureOf('what they add to the idle app', 'MB', grown(memory.app, memory.empty)),
      figureOf('what they add to bare Node', 'MB', grown(memory.bare, memory.none)),
    ),
    atMost('mg-sockets', figureOf('all back after a full cut', 's', back), backWithinSeconds),
    atMost(
      'mg-sockets',
      figureOf('busiest token while coming back', '/s', highest, `${refused} requests refused`),
      requestsPerSecond,
    ),
  ];
};

async function measureBare(
  { endings, plan }: Bench,
  fakeServer: Child,
  { joined }: Joined,
): Promise<{ readonly full: number; readonly empty: number }> {
  const peer = await startChild(endings, new URL('../peers/ws-clients.ts', import.meta.url));
  const pid = await peer.ask('pid', null, z.number());
  await delay(plan.idleSeconds * 1000);
  const empty = await residentMb(pid);
  const url = `ws://127.0.0.1:${fakeServer.port}/api/bot/v1/ws?events=message_new`;
  await peer.ask('open', { url, tokens: joined.map(({ bot }) => bot.token) }, z.number());
  await opened(fakeServer, sockets);
  await delay(plan.idleSeconds * 1000);
  const full = await residentMb(pid);
  await peer.stop();
  await opened(fakeServer, 0);
  return { full, empty };
}

/** Starts the app as an administrator does for listening only; it is idle at first and gets the connections later. */
async function startListener(
  { endings, plan, server }: Bench,
  fakeServer: Child,
  { crmOrigin, apiKey, joined }: Joined,
): Promise<{ readonly app: AppProcess; readonly empty: number }> {
  const databaseUrl = await server.createMigrated('sockets');
  const appSecret = randomBytes(32);
  const settings = { ROLES: 'web,sockets', ALLOWED_PRIVATE_HOSTS: `127.0.0.1:${fakeServer.port}`, LOG_LEVEL: 'error' };
  const script = 'start:sockets';
  const app = await startAppProcess({ endings, databaseUrl, appSecret, script, settings });
  await delay(plan.idleSeconds * 1000);
  const empty = await residentMb(app.pid);
  const configs = joined.map(({ moduleCode, bot, transport }, index) => ({
    crmUrl: crmOrigin,
    apiKey,
    joined: { clientId: moduleCode, moduleCode, bot: { ...bot, botId: index + 1 }, transport, channelId: index + 1 },
  }));
  const portal = readSender(readEventBody()).memberId;
  await storeConnections({ databaseUrl, appSecret, portal, brain: 'messagegateway', configs });
  return { app, empty };
}

/** Resolves when that many sockets are open; with `cutAt`, only after the cut has been noticed. */
async function opened(fakeServer: Child, count: number, cutAt?: number): Promise<void> {
  const end = Date.now() + patienceMs;
  for (let open = -1; open !== count; await delay(50)) {
    open = await fakeServer.ask('open', null, z.number());
    if (Date.now() > end) throw new Error(`${open} sockets are open where ${count} are due`);
  }
  if (cutAt !== undefined && Date.now() - cutAt < 100) throw new Error('the cut did not reach the sockets');
}
