/** How long the server takes for the pages of a portal with 200 000 conversations: list, search, one conversation, undelivered messages. */

import { describeConversations } from '../../src/api/describe-conversations.ts';
import { groupFigures } from '../../src/api/figures.ts';
import { tellConversation } from '../../src/queue/by-hand/conversation-timeline.ts';
import { searchConversations } from '../../src/queue/by-hand/search-conversations.ts';
import { openDatabase, type Pool } from '../../src/store/database.ts';
import { type ListFilter, listConversations, listLineIds } from '../../src/store/reporting/conversation-list.ts';
import { totalsByBot, totalsByHour } from '../../src/store/reporting/hourly-counts.ts';
import { groupUndelivered, listUndelivered } from '../../src/store/reporting/undelivered.ts';
import type { Measure } from '../support/bench.ts';
import { atMost, figureOf } from '../support/figures.ts';
import { fillConversations, longDialog, bigPortal as portal } from '../support/fill-conversations.ts';
import { figureDays, fillFigures } from '../support/fill-figures.ts';

const name = 'conversations';
const database = 'conversations';

/** The longest time that a page may wait for the server. */
const barMs = 300;

const page = 41;
const longMessages = 5_000;
const stuck = 10_000;

export const measureConversations: Measure = async (bench) => {
  const conversations = 200_000;
  const url = await bench.server.createMigrated(database);
  await fillConversations(bench, database, { conversations, longMessages, stuck });
  await fillFigures(bench, database);
  await bench.server.settle(database);
  const db = openDatabase({ url, poolSize: 4 });
  try {
    const verdicts = [];
    for (const [subject, work] of Object.entries(worksOn(db))) {
      await work();
      const runs: number[] = [];
      for (let run = 0; run < 3 * bench.plan.runs; run += 1) {
        const began = performance.now();
        await work();
        runs.push(performance.now() - began);
      }
      const slowest = Math.max(...runs).toFixed(0);
      bench.say(`${subject}: ${slowest} ms at most`);
      verdicts.push(atMost(name, figureOf(subject, 'ms', runs, `slowest ${slowest} ms`), barMs));
    }
    return verdicts;
  } finally {
    await db.destroy();
    await bench.server.drop(database);
  }
};

function worksOn(db: Pool): Readonly<Record<string, () => Promise<unknown>>> {
  const list = async (filter: ListFilter = {}): Promise<void> => {
    const rows = await listConversations(db, portal, filter, { after: null, limit: page });
    await describeConversations(db, portal, rows);
  };
  const old = new Date(Date.now() - 14 * 86_400_000);
  const told = { db, connectors: { connectorById: () => Promise.resolve(null) } };
  const long = { portal, botCode: 'bench_1', dialogId: longDialog };
  const deep = { inbox: 200, portal: 200, brain: 200 };
  return {
    'the list': () => list(),
    'a filter that nothing fits': () => list({ botCode: 'bench_9', lead: 'taken' }),
    'a filter by line and time': () => list({ lineId: '7', until: old }),
    'what was not delivered, in the list': () => list({ state: 'undelivered', lineId: '7' }),
    'what was not delivered, without another filter': () => list({ state: 'undelivered' }),
    'figures of 30 days': async () => {
      const from = new Date(Date.now() - figureDays * 86_400_000);
      const [hours, ofBots] = await Promise.all([totalsByHour(db, portal, from), totalsByBot(db, portal, from)]);
      return [...hours.map(({ totals }) => groupFigures(totals)), groupFigures(ofBots)];
    },
    'a name of one conversation': () => list({ name: 'покупатель 150000 ' }),
    'a name that nobody has': () => list({ name: 'нет такого' }),
    'words in messages, one step': () =>
      searchConversations(db, portal, { text: 'нет такого', filter: {}, after: null, limit: page }),
    'the newest of a long conversation': () => tellConversation(told, long, null),
    'the oldest of a long conversation': () => tellConversation(told, long, deep),
    'lines to filter by': () => listLineIds(db, portal),
    'reasons of 10 000 undelivered': () => groupUndelivered(db, portal),
    'a page of 10 000 undelivered': () => listUndelivered(db, portal, null, { after: null, limit: page }),
  };
}
