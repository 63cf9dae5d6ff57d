/** How many waiting events a second the lanes hand to a handler that does nothing, beside pg-boss in strict order by key. */
import { z } from 'zod';
import { type DrainOrder, type DrainResult, drainResultSchema } from '../peers/drain-orders.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { alternate, atLeast, figureOf, shown } from '../support/figures.ts';
import { bodyBytes, fillInbox } from '../support/fill-inbox.ts';
import { drainWarmEvents } from '../support/plan.ts';

const name = 'drain';
const unit = '/s';

export const measureDrain: Measure = async (bench) => {
  const { plan, server } = bench;
  const events = drainWarmEvents + plan.drainEvents;
  for (const dialogs of [1_000, 10, 20_000]) {
    const url = await server.createMigrated(`lanes_${dialogs}`);
    await fillInbox(url, events, dialogs);
    await server.settle(`lanes_${dialogs}`);
  }
  const bossUrl = await server.create('boss_1000');
  const filler = await startChild(bench.endings, bossScript, bossUrl);
  await filler.ask('fill', { events, dialogs: 1_000, bodyBytes }, z.null());
  await filler.stop();
  await server.settle('boss_1000');

  const order = { warm: drainWarmEvents, events: plan.drainEvents, seconds: 120 };
  let bossOutOfTurn = 0;
  const runs = await alternate(plan.runs, {
    usual: () => drainClone(bench, 'lanes_1000', order),
    boss: async () => {
      const result = await runDrain(bench, bossScript, 'boss_1000', { ...order, seconds: plan.bossSeconds });
      bossOutOfTurn += result.outOfTurn;
      return result.perSecond;
    },
    hot: () => drainClone(bench, 'lanes_10', order),
    many: () => drainClone(bench, 'lanes_20000', order),
  });
  for (const database of ['lanes_1000', 'lanes_10', 'lanes_20000', 'boss_1000']) await server.drop(database);

  const kept = 'order kept, nothing lost';
  const usual = figureOf('lanes, 1 000 dialogs', unit, runs.usual, kept);
  const boss = figureOf('pg-boss, 1 000 dialogs', unit, runs.boss, `${bossOutOfTurn} out of turn`);
  return [
    atLeast(name, usual, 10, boss),
    atLeast(name, figureOf('lanes, 10 hot dialogs', unit, runs.hot, kept), 0.8, usual),
    shown(name, figureOf('lanes, 20 000 dialogs', unit, runs.many, kept), usual),
    shown(name, boss),
  ];
};

const laneScript = new URL('../peers/lane-drain.ts', import.meta.url);
const bossScript = new URL('../peers/pg-boss-drain.ts', import.meta.url);

/** Drains a copy of a filled database to the end and checks what it leaves. */
async function drainClone(bench: Bench, template: string, order: DrainOrder): Promise<number> {
  const result = await runDrain(bench, laneScript, template, order, async (clone) => {
    await expectDrained(bench, clone, 0);
  });
  expectOrder(template, result);
  return result.perSecond;
}

async function runDrain(
  bench: Bench,
  script: URL,
  template: string,
  order: DrainOrder,
  check: (clone: string) => Promise<void> = () => Promise.resolve(),
): Promise<DrainResult> {
  const clone = `${template}_copy`;
  const url = await bench.server.create(clone, template);
  try {
    const result = await drainOnce(bench, script, url, order);
    await check(clone);
    bench.say(`${template}: ${Math.round(result.perSecond)} /s`);
    return result;
  } finally {
    await bench.server.drop(clone);
  }
}

async function drainOnce(bench: Bench, script: URL, url: string, order: DrainOrder): Promise<DrainResult> {
  const child = await startChild(bench.endings, script, url);
  try {
    await bench.server.checkpoint();
    return await child.ask('drain', order, drainResultSchema);
  } finally {
    await child.stop();
  }
}

/** Drains part of what waits in a database, in place. */
export async function drainInPlace(bench: Bench, database: string, url: string, order: DrainOrder): Promise<number> {
  const result = await drainOnce(bench, laneScript, url, order);
  expectOrder(database, result);
  bench.say(`${database}: ${Math.round(result.perSecond)} /s`);
  return result.perSecond;
}

function expectOrder(database: string, { outOfTurn }: DrainResult): void {
  if (outOfTurn > 0) throw new Error(`${database}: ${outOfTurn} events were handled out of turn`);
}

/** Every lane stands where its finished events end, and so many events wait. */
export async function expectDrained(bench: Bench, database: string, waiting: number): Promise<void> {
  const [found] = await bench.server.rows<{ waiting: string; torn: string }>(
    database,
    `select count(*) filter (where i.state = 'waiting') as waiting,
            count(*) filter (where (i.state = 'done') <> (i.seq <= l.done)) as torn
     from inbox i join lane l on l.portal = i.portal and l.box = 'inbox' and l.key = i.lane`,
  );
  if (Number(found?.waiting) !== waiting || Number(found?.torn) !== 0) {
    throw new Error(`${database}: ${found?.waiting} events wait where ${waiting} should, ${found?.torn} are torn`);
  }
}
