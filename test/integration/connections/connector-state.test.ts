import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorState } from '../../../src/connections/connector-state.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { purgeConnectorState } from '../../../src/store/queue/retention.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { addBareConnection, addBarePortal } from '../../support/factories/tenants.ts';

let database: ClonedDatabase;
let db: Pool;
const portal = 'a'.repeat(32);
const [mine, other] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolSize: 2 });
  await addBarePortal(db, portal);
  for (const id of [mine, other]) await addBareConnection(db, portal, id);
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

describe('the memory of a brain', () => {
  it('gives a claim to one of many who try at once, and again when its time is over', async () => {
    const state = connectorState(db, portal, mine);
    const tries = await Promise.all(Array.from({ length: 8 }, (_, index) => state.claim('claimed', { index }, 60)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await connectorState(db, portal, other).claim('claimed', {}, 60)).toBe(true);
    await db('connector_state')
      .where({ key: 'claimed', connection_id: mine })
      .update({ expires_at: db.raw("now() - interval '1 second'") });
    expect(await state.claim('claimed', {}, 60)).toBe(true);
    expect(await state.claim('claimed', {}, 60)).toBe(false);
    await state.forget('claimed');
    await connectorState(db, portal, other).forget('claimed');
  });

  it('gives back what was put, the last time, and nothing after it was forgotten', async () => {
    const state = connectorState(db, portal, mine);
    expect(await state.get('a')).toBeNull();
    await state.put('a', { n: 1 });
    await state.put('a', { n: 2, text: 'слово \u0000' });
    expect(await state.get('a')).toEqual({ n: 2, text: 'слово \ufffd' });
    await state.forget('a');
    await state.forget('a');
    expect(await state.get('a')).toBeNull();
  });

  it('is each connection’s own', async () => {
    await connectorState(db, portal, mine).put('own', 1);
    expect(await connectorState(db, portal, other).get('own')).toBeNull();
  });

  it('lists by the beginning of the key, taken literally', async () => {
    const state = connectorState(db, portal, mine);
    for (const key of ['x_%:2', 'x_%:1', 'xab:1', 'y']) await state.put(key, key);
    expect(await state.list('x_%:')).toEqual([
      { key: 'x_%:1', value: 'x_%:1' },
      { key: 'x_%:2', value: 'x_%:2' },
    ]);
  });

  it('forgets by itself what was kept for a time', async () => {
    const state = connectorState(db, portal, mine);
    await state.put('short', 1, -1);
    await state.put('long', 1, 1);
    expect(await state.get('short')).toBeNull();
    expect(await state.list('short')).toEqual([]);
    expect(await purgeConnectorState(db)).toBe(1);
    expect(await state.get('long')).toBe(1);
    await state.put('long', 2);
    expect(await state.get('long')).toBe(2);
  });

  it('goes with the connection', async () => {
    const state = connectorState(db, portal, other);
    await state.put('a', 1);
    await db('connection').where({ id: other }).delete();
    expect(await state.get('a')).toBeNull();
  });
});
