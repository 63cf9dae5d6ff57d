import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brainMemory } from '../../../src/pipeline/brain-memory.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { purgeMemory } from '../../../src/store/retention.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';

let database: ClonedDatabase;
let db: Pool;
const portal = 'a'.repeat(32);
const [mine, other] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolSize: 2 });
  await db('portal').insert({
    portal,
    domain: 'd',
    client_endpoint: 'c',
    server_endpoint: 's',
    application_token_hash: Buffer.alloc(32),
  });
  for (const id of [mine, other]) {
    const box = Buffer.alloc(1);
    await db('connection').insert({
      portal,
      id,
      brain: 'echo',
      title: 't',
      config_box: box,
      door_hash: box,
      door_box: box,
    });
  }
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

describe('the memory of a brain', () => {
  it('gives a claim to one of many who try at once, and again when its time is over', async () => {
    const memory = brainMemory(db, portal, mine);
    const tries = await Promise.all(Array.from({ length: 8 }, (_, index) => memory.claim('claimed', { index }, 60)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await brainMemory(db, portal, other).claim('claimed', {}, 60)).toBe(true);
    await db('brain_memory')
      .where({ key: 'claimed', connection_id: mine })
      .update({ expires_at: db.raw("now() - interval '1 second'") });
    expect(await memory.claim('claimed', {}, 60)).toBe(true);
    expect(await memory.claim('claimed', {}, 60)).toBe(false);
    await memory.forget('claimed');
    await brainMemory(db, portal, other).forget('claimed');
  });

  it('gives back what was put, the last time, and nothing after it was forgotten', async () => {
    const memory = brainMemory(db, portal, mine);
    expect(await memory.get('a')).toBeNull();
    await memory.put('a', { n: 1 });
    await memory.put('a', { n: 2, text: 'слово \u0000' });
    expect(await memory.get('a')).toEqual({ n: 2, text: 'слово \ufffd' });
    await memory.forget('a');
    await memory.forget('a');
    expect(await memory.get('a')).toBeNull();
  });

  it('is each connection’s own', async () => {
    await brainMemory(db, portal, mine).put('own', 1);
    expect(await brainMemory(db, portal, other).get('own')).toBeNull();
  });

  it('lists by the beginning of the key, taken literally', async () => {
    const memory = brainMemory(db, portal, mine);
    for (const key of ['x_%:2', 'x_%:1', 'xab:1', 'y']) await memory.put(key, key);
    expect(await memory.list('x_%:')).toEqual([
      { key: 'x_%:1', value: 'x_%:1' },
      { key: 'x_%:2', value: 'x_%:2' },
    ]);
  });

  it('forgets by itself what was kept for a time', async () => {
    const memory = brainMemory(db, portal, mine);
    await memory.put('short', 1, -1);
    await memory.put('long', 1, 1);
    expect(await memory.get('short')).toBeNull();
    expect(await memory.list('short')).toEqual([]);
    expect(await purgeMemory(db)).toBe(1);
    expect(await memory.get('long')).toBe(1);
    await memory.put('long', 2);
    expect(await memory.get('long')).toBe(2);
  });

  it('goes with the connection', async () => {
    const memory = brainMemory(db, portal, other);
    await memory.put('a', 1);
    await db('connection').where({ id: other }).delete();
    expect(await memory.get('a')).toBeNull();
  });
});
