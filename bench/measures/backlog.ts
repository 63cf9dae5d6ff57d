/** Whether the event endpoint and the lanes keep their speed while many events wait: a million in the full run. */
import { startGenerator } from '../load/start-generator.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { alternate, atLeast, figureOf, type Verdict } from '../support/figures.ts';
import { fillBacklog, fillInbox } from '../support/fill-inbox.ts';
import { readEventBody, readSender } from '../support/fixture.ts';
import { drainWarmEvents } from '../support/plan.ts';
import { expectRows, subject } from './acknowledgements.ts';
import { drainPart } from './drain.ts';

const name = 'backlog';
const unit = '/s';

/**
 * A million events are 50 in each of these dialogs. The comparison drains a queue of 1 000 dialogs with 66 events each. In both cases a claim
 * finds 200 lanes, each with as many events as a claim takes.
 */
const backlogDialogs = 20_000;
const emptyDialogs = 1_000;

const waitingText = ({ plan }: Bench): string => `${plan.backlogEvents.toLocaleString('en')} waiting`;

export const measureBacklog: Measure = async (bench) => {
  const { plan, server } = bench;
  await server.createMigrated('waiting');
  bench.say(`putting in ${plan.backlogEvents.toLocaleString('en')} events`);
  await fillBacklog(bench, 'waiting', readSender(readEventBody()).memberId, plan.backlogEvents, backlogDialogs);
  await server.settle('waiting');
  const drained = await measureDrains(bench);
  const acknowledged = await measureEndpoints(bench);
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
    empty: () => drainPart(bench, 'lanes', order),
    waiting: () => drainPart(bench, 'waiting', order),
  });
  await server.drop('lanes');
  return atLeast(
    name,
    figureOf(`drain, ${waitingText(bench)}`, unit, runs.waiting, 'order kept'),
    0.8,
    figureOf('drain, nothing else waiting', unit, runs.empty),
  );
}

async function measureEndpoints(bench: Bench): Promise<Verdict> {
  const { endings, plan, server } = bench;
  const emptyUrl = await server.createMigrated('endpoint');
  const generator = await startGenerator(endings);
  // Only the endpoint, so that the waiting events stay in the queue.
  const settings = { ROLES: 'web' };
  const emptyApp = await startAppProcess({ endings, databaseUrl: emptyUrl, settings });
  const waitingApp = await startAppProcess({ endings, databaseUrl: server.url('waiting'), settings });
  const empty = subject(bench, generator, { port: emptyApp.port, path: '/bitrix24/events' });
  const waiting = subject(bench, generator, { port: waitingApp.port, path: '/bitrix24/events' });
  for (const one of [empty, waiting]) await one.warm();
  const runs = await alternate(plan.runs, { empty: empty.run, waiting: waiting.run });
  for (const one of [emptyApp, waitingApp, generator]) await one.stop();
  await expectRows(bench, 'endpoint', 'inbox', empty.accepted());
  await expectRows(bench, 'waiting', 'inbox', plan.backlogEvents + waiting.accepted());
  await server.drop('endpoint');
  return atLeast(
    name,
    figureOf(`acknowledgements, ${waitingText(bench)}`, unit, runs.waiting, waiting.latency()),
    0.8,
    figureOf('acknowledgements, empty', unit, runs.empty, empty.latency()),
  );
}
