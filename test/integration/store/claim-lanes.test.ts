/** Claims: whose turn it is, how much they bring along, and that only the claim that holds a lane may do anything with it. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBodyLoader } from '../../../src/queue/body-loader.ts';
import type { Pool } from '../../../src/store/database.ts';
import { hasReadyLanes } from '../../../src/store/queue/claim-lanes.ts';
import { acceptEvents, claimedBodyBytes, claimInbox } from '../../../src/store/queue/inbox.ts';
import { dedupeKey } from '../../../src/store/queue/lane-names.ts';
import { renewLanes } from '../../../src/store/queue/lanes.ts';
import { appendActions, claimOutbox, finishOutbox, markAttempted } from '../../../src/store/queue/outbox.ts';
import { until } from '../../support/bridge.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const loud = 'a'.repeat(32);
const quiet = 'b'.repeat(32);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const portal of [loud, quiet]) await addBarePortal(db, portal);
});
beforeEach(async () => {
  for (const table of ['lane', 'inbox', 'outbox', 'dedupe']) await db(table).delete();
});

let claims = 0;
const usual = () => {
  claims += 1;
  return { holder: `test:${claims}`, lanes: 20, rows: 200, rowsPerLane: 10, leaseSeconds: 60, everyDestination: false };
};

async function store(portal: string, lane: string, body: Buffer): Promise<void> {
  const event = {
    portal,
    lane,
    dedupeKey: dedupeKey(randomUUID()),
    source: 'bitrix24',
    connectionId: null,
    ingress: null,
    trace: 't',
  };
  await acceptEvents(db, [{ ...event, subject: null, body }]);
}

/** Ready lanes of a portal, the first one for longest; all of them for longer than lanes added afterwards by `store`. */
async function fill(portal: string, queue: 'inbox' | 'outbox', count: number, suffix = ''): Promise<void> {
  await db.raw(
    `insert into lane (portal, queue, key, seq, ready_at)
     select ?, ?, 'bot/' || n || ?::text, 1, now() - interval '1 hour' + n * interval '1 millisecond' from generate_series(1, ?) n`,
    [portal, queue, suffix, count],
  );
  if (queue === 'inbox') {
    await db.raw(
      `with filled as materialized (select portal, key from lane where portal = ?)
       insert into inbox (portal, lane, seq, source, trace, body) select portal, key, 1, 'bitrix24', 't', 'x' from filled`,
      [portal],
    );
    return;
  }
  await db.raw(
    `with filled as materialized (select portal, key, gen_random_uuid() as id from lane where portal = ? and queue = 'outbox')
     insert into outbox (portal, lane, seq, key, target, trace, action)
     select portal, key, 1, id, 'portal', 't', '{}' from filled
     on conflict do nothing`,
    [portal],
  );
}

describe('the question of a worker that nobody has woken', () => {
  it.each(['inbox', 'outbox'] as const)('is answered with yes while a lane is ready (%s)', async (queue) => {
    expect(await hasReadyLanes(db, queue)).toBe(false);
    await fill(loud, queue === 'inbox' ? 'outbox' : 'inbox', 1);
    expect(await hasReadyLanes(db, queue)).toBe(false);
    await fill(quiet, queue, 1);
    expect(await hasReadyLanes(db, queue)).toBe(true);
    // As a retry or a lease sets it.
    await db('lane')
      .where({ queue })
      .update({ ready_at: db.raw(`now() + interval '1 hour'`) });
    expect(await hasReadyLanes(db, queue)).toBe(false);
    await db('lane').where({ queue }).update({ ready_at: 'infinity' });
    expect(await hasReadyLanes(db, queue)).toBe(false);
  });
});

describe('turns between portals', () => {
  it('a lane of a quiet portal is claimed beside the first of a loud one, although hundreds have waited longer', async () => {
    await fill(loud, 'inbox', 60);
    await store(quiet, 'bot/1', Buffer.from('x'));
    const { lanes, isCrowded } = await claimInbox(db, usual());
    expect(lanes).toHaveLength(20);
    expect(lanes.map(({ portal }) => portal)).toContain(quiet);
    expect(isCrowded).toBe(false);
  });

  it('a portal with more ready lanes than a claim reads is told, and the next claim finds the others all the same', async () => {
    await fill(loud, 'inbox', 500);
    await store(quiet, 'bot/1', Buffer.from('x'));
    const first = await claimInbox(db, usual());
    expect(first.isCrowded).toBe(true);
    expect(first.lanes.every(({ portal }) => portal === loud)).toBe(true);
    const second = await claimInbox(db, { ...usual(), everyDestination: true });
    expect(second.lanes).toHaveLength(20);
    expect(second.lanes.map(({ portal }) => portal)).toContain(quiet);
  });

  it.each([false, true])(
    'a destination takes no more lanes than it is allowed (every destination: %s)',
    async (everyDestination) => {
      await fill(loud, 'outbox', 30, '>portal');
      await fill(loud, 'outbox', 30, '>brain');
      await fill(quiet, 'outbox', 30, '>portal');
      const allowances = [
        { portal: loud, destination: 'portal', lanes: 0, isProven: false },
        { portal: loud, destination: 'bot>brain', lanes: 2, isProven: false },
      ];
      const { lanes } = await claimOutbox(db, {
        ...usual(),
        unproven: 20,
        everyDestination,
        perDestination: 5,
        allowances,
      });
      const taken = lanes.map(({ portal, destination }) => `${portal === loud ? 'loud' : 'quiet'} ${destination}`);
      expect(taken.toSorted()).toEqual([
        ...Array.from({ length: 2 }, () => 'loud bot>brain'),
        ...Array.from({ length: 5 }, () => 'quiet portal'),
      ]);
    },
  );
});

describe('places that are kept', () => {
  it('are taken only for destinations that are proven, although others have waited longer', async () => {
    await fill(loud, 'outbox', 30, '>portal');
    await fill(quiet, 'outbox', 30, '>portal');
    await db.raw(`update lane set ready_at = now() - interval '1 minute' where portal = ?`, [quiet]);
    const allowances = [{ portal: quiet, destination: 'portal', lanes: 20, isProven: true }];
    const { lanes } = await claimOutbox(db, { ...usual(), lanes: 12, unproven: 3, perDestination: 8, allowances });
    expect(lanes.filter(({ portal }) => portal === loud)).toHaveLength(3);
    expect(lanes.filter(({ portal }) => portal === quiet)).toHaveLength(9);
  });
});

describe('what a claim brings along', () => {
  it('leaves large bodies in the database, where their turn fetches them', async () => {
    const large = Buffer.alloc(claimedBodyBytes + 1, 'a');
    const small = Buffer.alloc(claimedBodyBytes, 'b');
    await store(loud, 'bot/1', large);
    await store(loud, 'bot/1', small);
    const { lanes } = await claimInbox(db, usual());
    expect(lanes[0]?.rows.map(({ body, body_bytes: bytes }) => [body === null, bytes])).toEqual([
      [true, large.length],
      [false, small.length],
    ]);
    const bodies = createBodyLoader(db);
    for (const row of lanes[0]?.rows ?? []) {
      const work = (body: Buffer) => Promise.resolve(expect(body.equals(row.body === null ? large : small)).toBe(true));
      await bodies.withBody(row, work, () => false);
    }
  });

  it('takes of a lane with large actions only the first', async () => {
    const text = Array.from({ length: 5_000 }, () => randomUUID()).join('');
    const action = { type: 'send' as const, text } as never;
    const place = {
      portal: loud,
      lane: 'bot/1>portal',
      target: 'portal' as const,
      botCode: 'bot',
      dialogId: '1',
      trace: 't',
    };
    await appendActions(db, [
      { ...place, action },
      { ...place, action },
    ]);
    const { lanes } = await claimOutbox(db, { ...usual(), unproven: 20, perDestination: 5, allowances: [] });
    expect(lanes[0]?.rows).toHaveLength(1);
  });

  it('works large bodies a few at a time', async () => {
    const bytes = 3 * 1024 * 1024;
    for (let lane = 0; lane < 6; lane += 1) await store(loud, `bot/${lane}`, Buffer.alloc(bytes));
    const { lanes } = await claimInbox(db, usual());
    const bodies = createBodyLoader(db);
    let inHand = 0;
    let most = 0;
    await Promise.all(
      lanes
        .flatMap(({ rows }) => rows)
        .map((row) =>
          bodies.withBody(
            row,
            async () => {
              inHand += 1;
              most = Math.max(most, inHand);
              // The first waits for a second one; each leaves others the time to come too, if they could.
              await until(() => most >= 2);
              await db.raw('select 1');
              inHand -= 1;
            },
            () => false,
          ),
        ),
    );
    expect(most).toBe(2);
  });
});

describe('a claim that was lost', () => {
  it('neither finishes nor renews the lane nor begins an attempt in it, even in the same process', async () => {
    await fill(loud, 'outbox', 1, '>portal');
    const options = { unproven: 20, perDestination: 5, allowances: [] };
    const first = (await claimOutbox(db, { ...usual(), ...options })).lanes[0];
    await db.raw(`update lane set ready_at = now()`);
    const second = (await claimOutbox(db, { ...usual(), ...options })).lanes[0];
    if (first === undefined || second === undefined) throw new Error('the lane was not claimed');
    const [row] = second.rows;
    if (row === undefined) throw new Error('the lane came without its row');
    const finish = (claim: typeof first) =>
      finishOutbox(db, { progress: [{ ...claim, done: 1, delayMs: 0 }], results: [], failures: [] });
    expect(await finish(first)).toEqual([]);
    expect((await renewLanes(db, 'outbox', [first], 60))(first)).toBe(false);
    expect(await markAttempted(db, row, first.holder)).toBe(false);
    expect(await markAttempted(db, row, second.holder)).toBe(true);
    expect((await renewLanes(db, 'outbox', [second], 60))(second)).toBe(true);
    expect(await finish(second)).toEqual([{ portal: loud, key: second.lane, has_more: false }]);
  });
});
