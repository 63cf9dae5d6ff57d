/** How many waiting events a second the lanes hand to a handler that does nothing, compared with pg-boss in strict order by key. */
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
    usual: () => drainAll(bench, 'lanes_1000', order),
    boss: async () => {
      const result = await drainCopy(bench, bossScript, 'boss_1000', { ...order, seconds: plan.bossSeconds });
      bossOutOfTurn += result.outOfTurn;
      return result.perSecond;
    },
    hot: () => drainAll(bench, 'lanes_10', order),
    many: () => drainAll(bench, 'lanes_20000', order),
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

/** Drains a copy of a filled database to the end, and checks that nothing was lost. */
async function drainAll(bench: Bench, template: string, order: DrainOrder): Promise<number> {
  const result = await drainCopy(bench, laneScript, template, order);
  if (result.finished !== order.warm + order.events) {
    throw new Error(`${template}: ${result.finished} events were handled of ${order.warm + order.events}`);
  }
  return result.perSecond;
}

/** Drains a part of the events of a copied database. Throws when an event was handled out of order or lost. */
export async function drainPart(bench: Bench, template: string, order: DrainOrder): Promise<number> {
  return (await drainCopy(bench, laneScript, template, order)).perSecond;
}

async function drainCopy(bench: Bench, script: URL, template: string, order: DrainOrder): Promise<DrainResult> {
  const copy = `${template}_copy`;
  const url = await bench.server.create(copy, template);
  const child = await startChild(bench.endings, script, url);
  try {
    await bench.server.checkpoint();
    const result = await child.ask('drain', order, drainResultSchema);
    if (script === laneScript) await expectWhole(bench, copy, result);
    bench.say(`${template}: ${Math.round(result.perSecond)} /s`);
    return result;
  } finally {
    await child.stop();
    await bench.server.drop(copy);
  }
}

/** Checks that every finished event is marked as done, that every lane's counter matches, and that nothing was handled out of order. */
async function expectWhole(bench: Bench, database: string, result: DrainResult): Promise<void> {
  const [found] = await bench.server.rows<{ done: string; torn: string }>(
    database,
    `select count(*) filter (where i.state = 'done') as done,
            count(*) filter (where (i.state = 'done') <> (i.seq <= l.done)) as torn
     from inbox_history i join lane l on l.portal = i.portal and l.queue = 'inbox' and l.key = i.lane`,
  );
  if (Number(found?.done) !== result.finished || Number(found?.torn) !== 0 || result.outOfTurn !== 0) {
    const facts = { finished: result.finished, outOfTurn: result.outOfTurn, ...found };
    throw new Error(`${database}: events were lost or handled out of turn: ${JSON.stringify(facts)}`);
  }
}
