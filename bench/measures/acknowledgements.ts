/**
 * How many events a second the event endpoint accepts, each on disk before it is acknowledged, compared with peers that store them plainly
 * or not at all.
 */
import { type Generator, type Load, startGenerator } from '../load/start-generator.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { alternate, atLeast, figureOf, median, shown } from '../support/figures.ts';

const name = 'acknowledgements';
const unit = '/s';

export const measureAcknowledgements: Measure = async (bench) => {
  const { endings, plan, server } = bench;
  const ownUrl = await server.createMigrated('endpoint');
  const plainUrl = await server.create('plain');
  const generator = await startGenerator(endings);
  const sink = await startChild(endings, new URL('../remotes/sink.ts', import.meta.url));
  const ceiling = await generator.run({ port: sink.port, path: '/', warmSeconds: 0.5, seconds: plan.seconds / 2 });
  await sink.stop();

  // Only the endpoint: other processes, or a later run, process what it accepts. The measure `flow` includes everything.
  const app = await startAppProcess({ endings, databaseUrl: ownUrl, settings: { ROLES: 'web' } });
  const plain = await startChild(endings, new URL('../peers/koa-insert.ts', import.meta.url), plainUrl);
  const bolt = await startChild(endings, new URL('../peers/bolt.ts', import.meta.url));
  const endpoint = subject(bench, generator, { port: app.port, path: '/bitrix24/events' });
  const inserts = subject(bench, generator, { port: plain.port, path: '/events' });
  const receiver = subject(bench, generator, { port: bolt.port, path: '/slack/events', kind: 'slack' });
  const subjects = { endpoint: endpoint.run, inserts: inserts.run, receiver: receiver.run };
  for (const warm of [endpoint, inserts, receiver]) await warm.warm();
  const runs = await alternate(plan.runs, subjects);
  for (const one of [app, plain, bolt, generator]) await one.stop();

  await expectRows(bench, 'endpoint', 'inbox', endpoint.accepted());
  await expectRows(bench, 'plain', 'event', inserts.accepted());
  await server.drop('endpoint');
  await server.drop('plain');
  const own = figureOf('durable, group commit', unit, runs.endpoint, endpoint.latency());
  return [
    atLeast(name, own, 5, figureOf('Koa + koa-body + INSERT', unit, runs.inserts, inserts.latency())),
    atLeast(name, own, 2, figureOf('Bolt, nothing stored', unit, runs.receiver, receiver.latency())),
    shown(name, figureOf('load generator, bare server', unit, [ceiling.perSecond])),
  ];
};

/** A server under load: warms it up, runs it, and counts what it has acknowledged. */
export function subject(bench: Bench, generator: Generator, load: Load) {
  const p50: number[] = [];
  const p99: number[] = [];
  let accepted = 0;
  return {
    warm: async (): Promise<void> => {
      accepted += (await generator.run({ ...load, seconds: bench.plan.warmSeconds })).accepted;
    },
    run: async (): Promise<number> => {
      await bench.server.checkpoint();
      const result = await generator.run({ ...load, warmSeconds: 0.3, seconds: bench.plan.seconds });
      accepted += result.accepted;
      p50.push(result.p50);
      p99.push(result.p99);
      bench.say(`${load.path} on ${load.port}: ${Math.round(result.perSecond)} /s`);
      return result.perSecond;
    },
    accepted: (): number => accepted,
    latency: (): string => `p50 ${median(p50).toFixed(1)} ms, p99 ${median(p99).toFixed(1)} ms`,
  };
}

/** Checks that everything acknowledged is stored exactly once. */
export async function expectRows(bench: Bench, database: string, table: string, expected: number): Promise<void> {
  const [found] = await bench.server.rows<{ count: string }>(database, `select count(*) from ${table}`);
  if (Number(found?.count) !== expected) {
    throw new Error(`${database}: ${expected} were acknowledged, ${found?.count} are stored in ${table}`);
  }
}
