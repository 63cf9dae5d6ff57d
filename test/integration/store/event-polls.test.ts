/** Polling of one portal, and by one process, leaves that of the others alone. */
import { beforeEach, expect, it } from 'vitest';
import { type Pool, query } from '../../../src/store/database.ts';
import {
  beginPolling,
  claimPolls,
  endPolling,
  releasePolls,
  renewPolls,
} from '../../../src/store/tenants/event-polls.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const [one, other, third] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const portal of [one, other, third]) await addBarePortal(db, portal);
});
beforeEach(async () => {
  await db('event_poll').delete();
  for (const portal of [one, other, third]) await beginPolling(db, portal, 0);
  await db.raw(`update event_poll set leased_until = null`);
});

const owners = async () => {
  const { rows } = await query<{ portal: string; leased_by: string | null }>(
    db,
    'select portal, leased_by from event_poll order by portal',
    [],
  );
  return rows.map((row) => row.leased_by);
};

it('a process releases and renews what it has been given, and no more', async () => {
  expect(await claimPolls(db, 'first', { limit: 1, leaseSeconds: 60 })).toHaveLength(1);
  expect(await claimPolls(db, 'second', { limit: 9, leaseSeconds: 60 })).toHaveLength(2);
  const before = await owners();
  expect(before.filter((owner) => owner === 'second')).toHaveLength(2);
  expect(before).toContain('first');
  const mine = [one, other, third].filter((_, index) => before[index] === 'second');
  expect(await renewPolls(db, 'second', 60)).toEqual(new Set(mine));
  // It names one that it does not have, and keeps one that it has.
  const [released = '', kept = ''] = mine;
  const foreign = [one, other, third].filter((portal) => !mine.includes(portal));
  await releasePolls(db, 'second', [released, ...foreign]);
  expect(await renewPolls(db, 'second', 60)).toEqual(new Set([kept]));
  expect(await renewPolls(db, 'first', 60)).toEqual(new Set(foreign));
});

it('a portal whose events are posted again is polled for some seconds more, the others without an end', async () => {
  await endPolling(db, one, { eventApi: 'v2-webhook', afterSeconds: 120 });
  const { rows } = await query<{ portal: string; ends: boolean; event_api: string | null }>(
    db,
    `select e.portal, isfinite(e.polled_until) as ends, p.event_api from event_poll e join portal p using (portal) order by 1`,
    [],
  );
  expect(rows.map(({ ends }) => ends)).toEqual([true, false, false]);
  expect(rows.map((row) => row.event_api === 'v2-webhook')).toEqual([true, false, false]);
});
