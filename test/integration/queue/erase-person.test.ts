/** The erasure of a person who has written much: what is found is erased page by page, and not gathered before. */
import { expect, it } from 'vitest';
import { erasePerson } from '../../../src/queue/by-hand/erase-person.ts';
import type { Pool } from '../../../src/store/database.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});

/** So many events of a lane that have been worked. */
async function addEvents(lane: string, count: number, body: string): Promise<void> {
  await db.raw(
    `insert into inbox (portal, lane, seq, source, trace, body)
     select ?, ?, n, 'bitrix24', ? || n, convert_to(?, 'UTF8') from generate_series(1, ?::int) n`,
    [portal, lane, lane, body, count],
  );
  await db.raw(
    `insert into inbox_outcome (portal, lane, seq, state, outcome) select ?, ?, n, 'done', 'x' from generate_series(1, ?::int) n`,
    [portal, lane, count],
  );
  await db.raw(`insert into lane (portal, queue, key, seq, done, ready_at) values (?, 'inbox', ?, ?, ?, 'infinity')`, [
    portal,
    lane,
    count,
    count,
  ]);
}

const left = async (lane: string): Promise<number> =>
  Number((await db('inbox').where({ portal, lane }).count())[0]?.['count']);

it('is repeated while something of theirs is held, as long as a portal changes over from polling', async () => {
  const held = { portal, lane: 'bot/other>held', seq: 1, source: 'bitrix24', trace: 't' };
  await db('inbox').insert({ ...held, body: Buffer.from('data[PARAMS][FROM_USER_ID]=27') });
  const erased = erasePerson(db, portal, '27', new AbortController().signal);
  await expect(erased).rejects.toMatchObject({ code: 'erase.still_waiting' });
  await db('inbox').where({ lane: held.lane }).delete();
});

it('erases what a page holds before it reads on, and a dialog as a whole as soon as it is known as theirs', async () => {
  await addEvents('bot/group', 1_200, 'data[PARAMS][FROM_USER_ID]=27');
  await addEvents('bot/others', 150, 'data[PARAMS][FROM_USER_ID]=28');
  await addEvents(
    'bot/theirs',
    300,
    'data[PARAMS][FROM_USER_ID]=5&data[PARAMS][CHAT_ENTITY_ID]=livechat%7C1%7C88%7C27',
  );
  const order: string[] = [];
  let most = 0;
  const note = ({ sql, bindings }: { readonly sql: string; readonly bindings?: readonly unknown[] }): void => {
    if (sql.includes('from inbox_history')) order.push('read');
    if (!sql.includes('delete from inbox_outcome')) return;
    order.push('erase');
    most = Math.max(most, ...(bindings ?? []).map((value) => (Array.isArray(value) ? value.length : 0)));
  };
  db.on('query', note);
  try {
    expect(await erasePerson(db, portal, '27', new AbortController().signal)).toBe('person_erased');
  } finally {
    db.off('query', note);
  }
  expect(await Promise.all(['bot/group', 'bot/others', 'bot/theirs'].map(left))).toEqual([0, 150, 0]);
  expect(order.indexOf('erase')).toBeLessThan(order.lastIndexOf('read'));
  expect(most).toBeLessThanOrEqual(500);
});
