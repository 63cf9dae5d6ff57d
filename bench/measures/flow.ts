/**
 * How many messages a second pass through the whole app, from the event at the endpoint to the answer at the portal, compared with a
 * handler that stores nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startGenerator, usualDialogs } from '../load/start-generator.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { alternate, atLeast, figureOf } from '../support/figures.ts';
import { expectRows } from './acknowledgements.ts';

const name = 'whole flow';
const unit = '/s';
/** What the sink tells. */
export const receivedSchema = z.object({ count: z.number(), lastAt: z.number() });

/** An answer that has not arrived after this time is lost. */
const patienceMs = 60_000;

export const measureFlow: Measure = async (bench) => {
  const { endings, plan, server, say } = bench;
  const databaseUrl = await server.createMigrated('flow');
  const generator = await startGenerator(endings);
  const sink = await startChild(endings, new URL('../remotes/sink.ts', import.meta.url));
  const app = await startAppProcess({ endings, databaseUrl, restPort: sink.port });
  const naive = await startChild(endings, new URL('../peers/koa-forward.ts', import.meta.url), String(sink.port));

  let sentToApp = 0;
  /** Measured from the first request to the last answer at the portal, because the endpoint acknowledges events before the answers are sent. */
  const travel = async (port: number, path: string, messages: number, answers: number): Promise<number> => {
    await server.checkpoint();
    const before = (await sink.ask('received', null, receivedSchema)).count;
    const { startedAt } = await generator.run({ port, path, messages });
    const lastAt = await arrival(sink, before + answers);
    return (messages * 1000) / (lastAt - startedAt);
  };
  const viaApp = async (messages: number): Promise<number> => {
    sentToApp += messages;
    const perSecond = await travel(app.port, '/bitrix24/events', messages, messages);
    say(`app: ${Math.round(perSecond)} /s`);
    return perSecond;
  };
  const viaNaive = async (messages: number): Promise<number> => {
    const perSecond = await travel(naive.port, '/events', messages, messages);
    say(`naive: ${Math.round(perSecond)} /s`);
    return perSecond;
  };
  await viaApp(2 * usualDialogs);
  await viaNaive(2 * usualDialogs);
  const runs = await alternate(plan.runs, {
    app: () => viaApp(plan.flowEvents),
    naive: () => viaNaive(plan.flowEvents),
  });
  for (const one of [app, naive, sink, generator]) await one.stop();
  // Each message and each answer of the brain is an event of the inbox.
  await expectRows(bench, 'flow', 'inbox', 2 * sentToApp);
  await server.drop('flow');
  return [
    atLeast(
      name,
      figureOf('app, durable, echo brain', unit, runs.app, 'every answer arrived once'),
      1,
      figureOf('Koa + koa-body + got, nothing stored', unit, runs.naive),
    ),
  ];
};

/** When the last of the expected calls arrived at the sink. Throws when there are more or fewer. */
export async function arrival(sink: Child, expected: number): Promise<number> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(10)) {
    const { count, lastAt } = await sink.ask('received', null, receivedSchema);
    if (count === expected) {
      await delay(200);
      const { count: later } = await sink.ask('received', null, receivedSchema);
      if (later === expected) return lastAt;
    }
    if (count > expected) throw new Error(`the portal got ${count} calls where ${expected} were due`);
  }
  throw new Error('answers did not arrive');
}
