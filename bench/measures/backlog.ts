/** Whether the door and the lanes keep their speed while a million events wait. */
import { startGenerator } from '../load/start-generator.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { alternate, atLeast, figureOf, type Verdict } from '../support/figures.ts';
import { fillBacklog, fillInbox } from '../support/fill-inbox.ts';
import { readEventBody, readSender } from '../support/fixture.ts';
import { drainWarmEvents } from '../support/plan.ts';
import { expectRows, subject } from './acknowledgements.ts';
import { drainInPlace, expectDrained } from './drain.ts';

const name = 'backlog';
const unit = '/s';

/**
 * 20 000 dialogs with 50 events each. The empty queue is drained with 1 000 dialogs of 66 events: in both a claim finds 200 lanes
 * with as many events as it takes of each.
 */
const backlogDialogs = 20_000;
const emptyDialogs = 1_000;

export const measureBacklog: Measure = async (bench) => {
  const { plan, server } = bench;
  await server.createMigrated('waiting');
  bench.say(`putting in ${plan.backlogEvents.toLocaleString('en')} events`);
  await fillBacklog(bench, 'waiting', readSender(readEventBody()).memberId, plan.backlogEvents, backlogDialogs);
  await server.settle('waiting');
  const drained = await measureDrains(bench);
  const acknowledged = await measureDoors(bench, plan.backlogEvents);
  await server.drop('waiting');
  return [acknowledged, drained];
};

async function measureDrains(bench: Bench): Promise<Verdict> {
  const { plan, server } = bench;
  const order = { warm: drainWarmEvents, events: plan.drainEvents, seconds: 120 };
  const emptyUrl = await server.createMigrated('lanes');
  await fillInbox(emptyUrl, drainWarmEvents + plan.drainEvents, emptyDialogs);
  await server.settle('lanes');
  const runs = await alternate(plan.runs, {
    empty: async () => {
      const url = await server.create('lanes_copy', 'lanes');
      const perSecond = await drainInPlace(bench, 'lanes_copy', url, order);
      await server.drop('lanes_copy');
      return perSecond;
    },
    waiting: async () => {
      const url = await server.create('waiting_copy', 'waiting');
      const perSecond = await drainInPlace(bench, 'waiting_copy', url, order);
      await server.drop('waiting_copy');
      return perSecond;
    },
  });
  await server.drop('lanes');
  return atLeast(
    name,
    figureOf('drain, 1 million waiting', unit, runs.waiting, 'order kept'),
    0.8,
    figureOf('drain, nothing else waiting', unit, runs.empty),
  );
}
