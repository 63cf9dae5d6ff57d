import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { startNumberedTalk } from '../../support/numbered-talk.ts';
import { type ProcessStage, setStage } from '../../support/process-stage.ts';
import { answersIn, ourBot } from '../../support/talk.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface OwnServer {
  readonly url: string;
  stop(): Promise<void>;
  /** On the same port, with the same data. */
  start(): Promise<void>;
}

/** A PostgreSQL that this test alone may stop. */
async function startServer(): Promise<OwnServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-restart-'));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  // Under root the server runs as another user, who has to get through.
  await chmod(dataDir, 0o755);
  const log = createLogger({ level: 'silent', name: 'test' });
  const flags = { fsync: 'off', max_connections: '100' };
  const options = { dataDir, password: 'test', port: await freePort(), flags, log };
  let running = await startEmbeddedPostgres(options);
  cleanups.push(() => running.stop());
  return {
    url: running.url('bridge'),
    stop: () => running.stop(),
    async start() {
      running = await startEmbeddedPostgres(options);
    },
  };
}

async function open(server: OwnServer): Promise<ProcessStage> {
  const stage = await setStage({ databaseUrl: server.url });
  cleanups.push(() => stage.close());
  return stage;
}

describe('a database that goes away under load', () => {
  it('makes the endpoint say so, and costs no acknowledged message', async () => {
    const server = await startServer();
    const stage = await open(server);
    const { portal, probe } = stage;
    const app = await stage.start();
    await stage.install();
    const bot = ourBot(portal, 'assistant');
    const talk = startNumberedTalk({ portal, bot, url: () => app.url, dialogs: 8, pauseMs: 5 });
    for (let round = 0; round < 2; round += 1) {
      await talk.goOn(24);
      await server.stop();
      await until(async () => (await fetch(`${app.url}/readyz`)).status === 503);
      expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({
        status: 'not_ready',
        problem: 'database_away',
      });
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
      const before = talk.refusals().get(503) ?? 0;
      await until(() => (talk.refusals().get(503) ?? 0) > before);
      await server.start();
    }
    await talk.goOn(24);
    await talk.finish();
    // Only 503 and nothing else was ever answered while the database was away.
    expect([...talk.refusals().keys()]).toEqual([503]);
    expect(Number(talk.lastUnavailable()?.get('retry-after'))).toBeGreaterThan(0);
    await probe.quiet(120_000);
    expect(talk.faults()).toEqual([]);
    expect(await probe.rows(`select outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
    // Readiness is looked at now and then, so it may follow the answers.
    await until(async () => (await fetch(`${app.url}/readyz`)).status === 200);
    const said = portal.employeeWritesPrivate(portal.adminId, bot.id, 'И снова здесь');
    await until(() => answersIn(portal, said.chatId).includes('И снова здесь'));
    expect((await app.end('SIGTERM')).code).toBe(0);
  });

  it('does not keep the app from stopping while it is away', async () => {
    const server = await startServer();
    const stage = await open(server);
    const app = await stage.start();
    await stage.install();
    await server.stop();
    await until(async () => (await fetch(`${app.url}/readyz`)).status === 503);
    // The code 0 says that it was not cut off: the app ends itself with 1 when stopping takes longer than its limit.
    expect(await app.end('SIGTERM'), app.output()).toEqual({ code: 0, signal: null });
    await server.start();
  });
});
