/** How much more memory the app takes for the export of a large portal than for a small one, and how fast the export is written. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sealSession } from '../../src/http/page-session.ts';
import { createSealer } from '../../src/lib/encryption.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { atMost, figureOf, shown } from '../support/figures.ts';
import { bigPortal, fillConversations } from '../support/fill-conversations.ts';
import { readEventBody, readSender } from '../support/fixture.ts';
import { growthDuring } from '../support/peak-memory.ts';

const name = 'export';
const database = 'export';
const limitMb = 60;
/** Events of 2 MB each in consecutive dialogs: a page of the export must not hold all of them in memory. */
const largeEvents = `
  update inbox set body = convert_to(repeat('data[PARAMS][MESSAGE]=', 100000), 'UTF8')
  where (portal, lane, seq) in (
    select portal, lane, seq from inbox where portal = '${bigPortal}' and lane like 'bench_2/%' order by lane limit 150)`;
/** Time after the start until the app is idle. */
const restMs = 2_000;

export const measureExport: Measure = async (bench) => {
  const { endings, plan, server, say } = bench;
  const databaseUrl = await server.createMigrated(database);
  await fillConversations(bench, database, { conversations: 40_000, longMessages: 5_000, stuck: 0 });
  await server.rows(database, largeEvents);
  const growth: number[] = [];
  const speeds: number[] = [];
  let size = 0;
  for (let turn = 0; turn < plan.idleRuns; turn += 1) {
    const appSecret = randomBytes(32);
    const settings = { ROLES: 'web', LOG_LEVEL: 'error' };
    const app = await startAppProcess({ endings, databaseUrl, appSecret, settings });
    const origin = `http://127.0.0.1:${app.port}`;
    const exportOf = (portal: string): Promise<number> =>
      countBytes(`${origin}/api/export`, `Bearer ${sessionOf(appSecret, portal)}`);
    // Loads everything that an export uses: this portal has no conversations.
    await exportOf(readSender(readEventBody()).memberId);
    await delay(restMs);
    const began = performance.now();
    growth.push(
      await growthDuring(app.pid, async () => {
        size = (await exportOf(bigPortal)) / 1_000_000;
      }),
    );
    speeds.push((size * 1_000) / (performance.now() - began));
    say(`${size.toFixed(0)} MB: ${growth.at(-1)?.toFixed(1)} MB, ${speeds.at(-1)?.toFixed(1)} MB/s`);
    await app.stop();
  }
  await server.drop(database);
  const note = `${size.toFixed(0)} MB; resident over idle, at most`;
  return [
    atMost(name, figureOf('memory of an export', 'MB', growth, note), limitMb),
    shown(name, figureOf('speed of an export', 'MB/s', speeds)),
  ];
};

/** A session as an administrator's page has it. */
function sessionOf(appSecret: Buffer, portal: string): string {
  const now = Date.now();
  const visitor = { portal, userId: '1', userName: 'Bench', isAdmin: true, language: 'en' } as const;
  return sealSession(createSealer({ current: appSecret }), { ...visitor, openedAt: now, since: now });
}

async function countBytes(url: string, authorization: string): Promise<number> {
  const answer = await fetch(url, { headers: { authorization } });
  if (!answer.ok || answer.body === null) throw new Error(`the export answered ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.byteLength;
  return bytes;
}
