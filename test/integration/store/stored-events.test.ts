/** Pages of stored events and actions are bounded by bytes: whoever fills their own queues with large ones exhausts nobody's memory. */
import { expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { type Page, type Place, readActionPage, readEventPage } from '../../../src/store/reporting/stored-events.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'large';
const rows = 7;

let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
  await db.raw(
    `insert into inbox (portal, lane, seq, source, trace, body)
     select ?, 'bot/1', n, 'bitrix24', 't', convert_to(repeat('x', 600000), 'UTF8') from generate_series(1, ?) n`,
    [portal, rows],
  );
  // Digests do not shrink when they are stored.
  await db.raw(
    `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
     select ?, 'bot/1>brain', n, gen_random_uuid(), 'brain', 'bot', '1', 't',
       json_build_object('text', (select string_agg(md5(n || '.' || i), '') from generate_series(1, 20000) i))
     from generate_series(1, ?) n`,
    [portal, rows],
  );
});

type Read = (after: Place) => Promise<Page<Place & { readonly body?: Buffer; readonly action?: string }>>;

it.each<[string, Read]>([
  ['events', (after) => readEventPage(db, portal, { after })],
  ['actions', (after) => readActionPage(db, portal, { after, lanes: null })],
])('of %s, a page ends when it is large enough, and the next one goes on', async (_, read) => {
  const pages: number[][] = [];
  const sizes: number[] = [];
  for (let after: Place = { lane: '', seq: 0 }; ; ) {
    const page = await read(after);
    pages.push(page.rows.map(({ seq }) => seq));
    sizes.push(page.rows.reduce((sum, { body, action }) => sum + (body ?? action ?? '').length, 0));
    const last = page.rows.at(-1);
    if (page.isLast || last === undefined) break;
    after = last;
  }
  expect(pages.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(Math.max(...sizes)).toBeLessThan(1_000_000);
});
