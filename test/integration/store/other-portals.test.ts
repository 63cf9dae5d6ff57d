/** What is counted or asked for in one portal concerns no other. */
import { beforeEach, expect, it } from 'vitest';
import { type Pool, query } from '../../../src/store/database.ts';
import { countDay } from '../../../src/store/reporting/activity.ts';
import { checkNow } from '../../../src/store/tenants/connection-health.ts';
import { addBareConnection, addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const [one, other] = ['a'.repeat(32), 'b'.repeat(32)] as const;
const [mine, neighbour, foreign] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const portal of [one, other]) await addBarePortal(db, portal);
  await addBareConnection(db, one, mine);
  await addBareConnection(db, one, neighbour);
  await addBareConnection(db, other, foreign);
});
beforeEach(() =>
  db('connection').update({ health_check_at: new Date(Date.now() + 3_600_000), health_checked_at: null }),
);

async function addEvents(portal: string, count: number): Promise<void> {
  for (let seq = 1; seq <= count; seq += 1) {
    await query(
      db,
      `insert into inbox (portal, lane, seq, source, trace, body) values (?, 'bot/1', ?, 'bitrix24', 't', '')`,
      [portal, seq],
    );
    await query(
      db,
      `insert into inbox_outcome (portal, lane, seq, state, outcome) values (?, 'bot/1', ?, 'done', 'forwarded')`,
      [portal, seq],
    );
  }
}

it('the events of a day are counted', async () => {
  await addEvents(one, 2);
  await addEvents(other, 3);
  expect(await countDay(db, one)).toEqual([{ bot_code: 'bot', outcome: 'forwarded', events: 2 }]);
});

it('a health check is asked for', async () => {
  await checkNow(db, { portal: one, id: mine });
  const soon = await db('connection').where('health_check_at', '<', new Date(Date.now() + 120_000));
  expect(soon.map((row: { id: string }) => row.id)).toEqual([mine]);
});
