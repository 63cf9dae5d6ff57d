/** Sends the messages of a day to the app and watches the app, the database and the portals meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { orderAppChecks } from '../../src/portals/app-orders.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type DayOrder, dayResultSchema } from '../load/day-orders.ts';
import type { AppProcess } from './app-process.ts';
import type { Child } from './child.ts';
import { resetStatements, type StatementUse, statementUses, watchConnections } from './database-usage.ts';
import { type DayReport, reportOf } from './day-report.ts';
import { memberIdOf } from './many-portals.ts';
import { type PortalsStage, type SeenByPortals, seenByPortals } from './portals-stage.ts';
import { type Usage, watchUsage } from './process-usage.ts';

export interface Day {
  readonly report: DayReport;
  readonly seen: SeenByPortals;
  readonly statements: readonly StatementUse[];
  /** The most connections to the database at a time. */
  readonly connections: number;
  /** Of `app 1`, `app 2`, …, `PostgreSQL`, `portals`, `load` and `bench`. */
  readonly usage: ReadonlyMap<string, Usage>;
  /** From the first message to the last answer. */
  readonly seconds: number;
}

export interface DayOptions {
  readonly stage: PortalsStage;
  readonly load: Child;
  readonly apps: readonly AppProcess[];
  readonly order: DayOrder;
  /** How long an access token lives. */
  readonly tokenSeconds: number;
  /** How many portals a second the bench orders to be asked whether the app works in them. */
  readonly checksPerSecond: number;
}

/** Time in which the last answers may come. */
const patienceMs = 120_000;

export async function runDay(options: DayOptions): Promise<Day> {
  const { stage, load, apps, order, tokenSeconds } = options;
  const { server, database, far } = stage;
  const messages = await load.ask('count', order, z.number());
  await resetStatements(server, database);
  const farPid = await far.ask('begin', { messages, tokenSeconds }, z.number());
  const usage = watchUsage([
    ...apps.map(({ pid }, index) => ({ name: `app ${index + 1}`, pid })),
    { name: 'PostgreSQL', pid: stage.serverPid, withChildren: true },
    { name: 'portals', pid: farPid },
    { name: 'load', pid: await load.ask('pid', null, z.number()) },
    { name: 'bench', pid: process.pid },
  ]);
  const connections = watchConnections(server, database);
  const checks = orderChecks(options);
  const began = performance.now();
  const result = await load.ask('run', order, dayResultSchema);
  await checks.stop();
  await allArrived(far, messages - result.acceptedMs.filter((ms) => ms < 0).length);
  const seconds = (performance.now() - began) / 1_000;
  const seen = await seenByPortals(stage);
  return {
    report: reportOf(result, seen, order.hourSeconds),
    seen,
    seconds,
    usage: await usage.stop(),
    connections: await connections.stop(),
    statements: await statementUses(server, database),
  };
}

async function allArrived(far: Child, messages: number): Promise<void> {
  for (const end = performance.now() + patienceMs; performance.now() < end; await delay(200)) {
    if ((await far.ask('arrived', null, z.number())) >= messages) return;
  }
}

/** Orders them as the app does, a second's worth at a time, in turn over all portals. */
function orderChecks({ stage, checksPerSecond }: DayOptions): { stop(): Promise<void> } {
  const db = openDatabase({ url: stage.databaseUrl, poolSize: 1 });
  let isOver = false;
  let ordered = 0;
  const working = (async () => {
    const began = performance.now();
    for (; !isOver; await delay(1_000)) {
      const due = Math.floor(((performance.now() - began) / 1_000) * checksPerSecond) - ordered;
      const numbers = Array.from({ length: due }, (_, index) => ((ordered + index) % stage.portals) + 1);
      await orderAppChecks(db, numbers.map(memberIdOf));
      ordered += due;
    }
  })();
  return {
    async stop() {
      isOver = true;
      await working;
      await db.destroy();
    },
  };
}
