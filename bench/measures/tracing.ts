/**
 * What traces cost the app: its processor time for a message through the whole flow, without traces, with those of every tenth message and
 * with those of all. Messages a second are shown beside it; the collector, on the same machine, takes its share of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startGenerator, usualDialogs } from '../load/start-generator.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { alternate, atMostTimes, type Figure, figureOf, median, shown } from '../support/figures.ts';
import { arrival, receivedSchema } from './flow.ts';

const name = 'tracing';
const unit = 'ms';

/** A message with all its spans may take so many times the processor time of one without. */
const bar = 1.35;

/** Longer than the app waits before it sends what has ended. */
const gatherMs = 3_000;

const ways = { off: null, tenth: '0.1', all: '1' } as const;
type Way = keyof typeof ways;

interface TracedApp {
  readonly port: number;
  readonly sink: Child;
  stop(): Promise<void>;
}

/** Each has its own database: workers of one would take the messages of another. */
async function startTraced({ endings, server }: Bench, way: Way, collector: Child): Promise<TracedApp> {
  const databaseUrl = await server.createMigrated(`tracing_${way}`);
  const sink = await startChild(endings, new URL('../remotes/sink.ts', import.meta.url));
  const share = ways[way];
  const traces = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_TRACES_SAMPLER_ARG: share ?? '',
  };
  const settings = share === null ? {} : traces;
  const app = await startAppProcess({ endings, databaseUrl, restPort: sink.port, settings });
  return {
    port: app.port,
    sink,
    async stop() {
      for (const one of [app, sink]) await one.stop();
      await server.drop(`tracing_${way}`);
    },
  };
}

export const measureTracing: Measure = async (bench) => {
  const { endings, plan, server, say } = bench;
  const generator = await startGenerator(endings);
  const collector = await startChild(endings, new URL('../remotes/trace-collector.ts', import.meta.url));
  const apps = {
    off: await startTraced(bench, 'off', collector),
    tenth: await startTraced(bench, 'tenth', collector),
    all: await startTraced(bench, 'all', collector),
  };
  const spans = (): Promise<number> => collector.ask('spans', null, z.number());
  const seen: Record<Way, { readonly perSecond: number; readonly spans: number }[]> = { off: [], tenth: [], all: [] };
  const travel = async (way: Way, messages: number): Promise<number> => {
    const { port, sink } = apps[way];
    await server.checkpoint();
    const before = (await sink.ask('received', null, receivedSchema)).count;
    const [spansBefore, cpuBefore] = [await spans(), await cpuMs(port)];
    const { startedAt } = await generator.run({ port, path: '/bitrix24/events', messages });
    const perSecond = (messages * 1000) / ((await arrival(sink, before + messages)) - startedAt);
    await delay(gatherMs);
    const each = ((await spans()) - spansBefore) / messages;
    const cpu = ((await cpuMs(port)) - cpuBefore) / messages;
    seen[way].push({ perSecond, spans: each });
    say(`${way}: ${cpu.toFixed(2)} ms, ${Math.round(perSecond)} /s, ${each.toFixed(2)} spans a message`);
    return cpu;
  };
  for (const way of Object.keys(ways) as Way[]) await travel(way, 2 * usualDialogs);
  for (const first of Object.values(seen)) first.length = 0;
  const runs = await alternate(plan.runs, {
    off: () => travel('off', plan.flowEvents),
    tenth: () => travel('tenth', plan.flowEvents),
    all: () => travel('all', plan.flowEvents),
  });
  for (const one of [...Object.values(apps), collector, generator]) await one.stop();
  const figure = (way: Way, subject: string): Figure => figureOf(subject, unit, runs[way], noteOf(seen[way]));
  const off = figure('off', 'whole flow, no traces');
  return [
    shown(name, off),
    shown(name, figure('tenth', 'traces of every tenth message'), off),
    atMostTimes(name, figure('all', 'traces of all messages'), bar, off),
  ];
};

function noteOf(runs: readonly { readonly perSecond: number; readonly spans: number }[]): string {
  const perSecond = median(runs.map((run) => run.perSecond));
  return `${Math.round(perSecond)} messages/s, ${median(runs.map(({ spans }) => spans)).toFixed(1)} spans each`;
}

/** The processor time that the app has taken since its start, as it tells itself. */
async function cpuMs(port: number): Promise<number> {
  const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const seconds = /^process_cpu_seconds_total (\S+)/m.exec(figures)?.[1];
  if (seconds === undefined) throw new Error('the app does not tell its processor time');
  return Number(seconds) * 1_000;
}
