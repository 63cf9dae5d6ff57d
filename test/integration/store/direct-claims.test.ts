/** Claims made by the statement that stores work: they hold a lane as other claims do, and never one that is held or in which something waits. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { newConversation } from '../../../src/core/conversation.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createPlace, writeAndTake } from '../../../src/queue/direct-claims.ts';
import { createReturnLanes } from '../../../src/queue/return-lanes.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { finishInbox } from '../../../src/store/queue/finish-inbox.ts';
import { acceptAndClaim, acceptEvents, claimInbox, type NewEvent } from '../../../src/store/queue/inbox.ts';
import { dedupeKey } from '../../../src/store/queue/lane-names.ts';
import { laneKey, returnLanes } from '../../../src/store/queue/lanes.ts';
import { claimOutbox, finishOutbox, type NewAction } from '../../../src/store/queue/outbox.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
let db: Pool;
let url = '';

useOwnDatabase(async (pool, database) => {
  db = pool;
  url = database.url;
  await addBarePortal(db, portal);
});
beforeEach(async () => {
  for (const table of ['lane', 'inbox', 'inbox_outcome', 'outbox', 'dedupe', 'conversation']) await db(table).delete();
});

const eventOf = (lane: string, body = 'x', key: string = randomUUID()): NewEvent => ({
  ...{ portal, lane, source: 'bitrix24', connectionId: null, ingress: null, trace: 't', subject: 's' },
  dedupeKey: dedupeKey(key),
  body: Buffer.from(body),
});

const holding = (holder: string) => ({ holder, leaseSeconds: 60 });
const claiming = (holder: string) => ({
  ...{ holder, lanes: 20, rows: 200, rowsPerLane: 10, leaseSeconds: 60, everyDestination: false },
});
const outboxLimits = { unproven: 20, perDestination: 5, allowances: [] };

const rowOf = async (lane: string, queue = 'inbox') => await db('lane').where({ portal, queue, key: lane }).first();

const nothing = { results: [], conversations: [], actions: [], claim: null };
const answer: NewAction = {
  ...{ portal, lane: 'bot/1>portal', botCode: 'bot', dialogId: '1', trace: 't', target: 'portal' },
  action: { type: 'send', text: 'a\0b', buttons: [], cards: [], quoteOf: null, internal: false, remoteMessageId: null },
};

describe('events that are stored', () => {
  it('bring an idle lane with them, as a claim would have brought it', async () => {
    const events = [eventOf('bot/1', 'first'), eventOf('bot/1', 'y'.repeat(20_000)), eventOf('bot/2')];
    const { isNew, claimed } = await acceptAndClaim(db, events, holding('w:1'));
    expect(isNew).toEqual([true, true, true]);
    expect((await claimInbox(db, claiming('w:2'))).lanes).toEqual([]);
    await returnLanes(db, 'inbox', claimed);
    const usual = (await claimInbox(db, claiming('w:1'))).lanes;
    const sorted = <Lane extends { readonly lane: string }>(lanes: readonly Lane[]) =>
      lanes.toSorted((a, b) => a.lane.localeCompare(b.lane));
    // A claim reads columns that only it needs.
    expect(sorted(usual)).toMatchObject(sorted(claimed));
  });

  it('leave a lane alone that somebody holds, or in which something waits', async () => {
    const [held] = (await acceptAndClaim(db, [eventOf('bot/1')], holding('w:1'))).claimed;
    await acceptEvents(db, [eventOf('bot/2')]);
    const later = await acceptAndClaim(db, [eventOf('bot/1'), eventOf('bot/2')], holding('w:2'));
    expect(later).toEqual({ isNew: [true, true], claimed: [] });
    expect(await rowOf('bot/1')).toMatchObject({ locked_by: 'w:1', seq: '2', attempts: 1 });
    expect(await rowOf('bot/2')).toMatchObject({ locked_by: null, seq: '2', attempts: 0 });
    const finished = await finishInbox(db, { ...nothing, progress: [{ ...need(held), done: 1, delayMs: 0 }] });
    expect(finished.lanes).toMatchObject([{ portal, key: 'bot/1', has_more: true }]);
  });

  it('bring nothing when they are known already', async () => {
    await acceptAndClaim(db, [eventOf('bot/1', 'x', 'same')], holding('w:1'));
    await returnLanes(db, 'inbox', [{ portal, lane: 'bot/1', holder: 'w:1' }]);
    const again = await acceptAndClaim(db, [eventOf('bot/1', 'x', 'same')], holding('w:2'));
    expect(again).toEqual({ isNew: [false], claimed: [] });
    expect(await rowOf('bot/1')).toMatchObject({ locked_by: null, attempts: 0 });
  });
});

describe('actions that a lane has decided on', () => {
  it('bring an idle lane of the outbox with them, as a claim would have brought it', async () => {
    const [lane] = (await acceptAndClaim(db, [eventOf('bot/1')], holding('w:1'))).claimed;
    const { claimed } = await finishInbox(db, {
      ...nothing,
      progress: [{ ...need(lane), done: 1, delayMs: 0 }],
      actions: [
        { from: 'bot/1', action: answer },
        { from: 'bot/1', action: { ...answer, target: 'portal', action: { type: 'typing' } } },
      ],
      claim: { ...holding('w:h1'), wants: () => true },
    });
    expect((await claimOutbox(db, { ...claiming('w:2'), ...outboxLimits })).lanes).toEqual([]);
    await returnLanes(db, 'outbox', claimed);
    const usual = await claimOutbox(db, { ...claiming('w:h1'), ...outboxLimits });
    expect(usual.lanes).toMatchObject(claimed);
    expect(claimed[0]?.rows.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('are neither stored nor claimed when the lane was lost, and nothing else is written', async () => {
    const [lane] = (await acceptAndClaim(db, [eventOf('bot/1')], holding('w:1'))).claimed;
    await db('lane').update({ ready_at: new Date(0) });
    await claimInbox(db, claiming('w:2'));
    const finished = await finishInbox(db, {
      progress: [{ ...need(lane), done: 1, delayMs: 0 }],
      results: [{ portal, lane: 'bot/1', seq: 1, state: 'done', outcome: 'x' }],
      conversations: [{ portal, lane: 'bot/1', conversation: newConversation('bot', '1', 'ref') }],
      actions: [{ from: 'bot/1', action: answer }],
      claim: { ...holding('w:h1'), wants: () => true },
    });
    expect(finished).toEqual({ lanes: [], claimed: [] });
    for (const table of ['inbox_outcome', 'conversation', 'outbox']) expect(await db(table)).toEqual([]);
    expect(await rowOf('bot/1')).toMatchObject({ locked_by: 'w:2' });
  });

  it('wait for a claim where they are not wanted, or where others wait before them', async () => {
    const events = [eventOf('bot/1'), eventOf('bot/2')];
    const lanes = (await acceptAndClaim(db, events, holding('w:1'))).claimed;
    const other = { ...answer, lane: 'bot/2>portal', dialogId: '2' };
    const { claimed } = await finishInbox(db, {
      ...nothing,
      progress: lanes.map((lane) => ({ ...lane, done: 1, delayMs: 0 })),
      actions: [
        { from: 'bot/1', action: answer },
        { from: 'bot/2', action: other },
      ],
      claim: { ...holding('w:h1'), wants: ({ lane }) => lane === other.lane },
    });
    expect(claimed.map(({ lane }) => lane)).toEqual([other.lane]);
    expect(await rowOf(answer.lane, 'outbox')).toMatchObject({ locked_by: null });
    const left = await claimOutbox(db, { ...claiming('w:2'), ...outboxLimits });
    expect(left.lanes.map(({ lane }) => lane)).toEqual([answer.lane]);
    await finishOutbox(db, { progress: [{ ...need(left.lanes[0]), done: 1, delayMs: 0 }], results: [], failures: [] });
    expect(await rowOf(answer.lane, 'outbox')).toMatchObject({ locked_by: null, done: '1' });
  });
});

describe('a write that does not tell whether it was committed', () => {
  const away = Object.assign(new Error('Connection terminated unexpectedly'), { code: '57P01' });
  const events = [eventOf('bot/1', 'x', 'once')];
  const begun: unknown[] = [];
  const placeOf = (pool: Pool) => {
    const retry = { clock: systemClock, stopping: new AbortController().signal };
    const work = (lanes: unknown) => void begun.push(lanes);
    const giveBackAll = createReturnLanes({ db: pool, queue: 'inbox', leaseSeconds: 60, retry, log: captureLog().log });
    return createPlace({ leaseSeconds: 60, returnLanes: giveBackAll, work }, 'w:h1');
  };

  it('gives back what it may have claimed, and nobody works on it meanwhile', async () => {
    const place = placeOf(db);
    const write = async () => {
      await acceptAndClaim(db, events, place);
      throw away;
    };
    await expect(writeAndTake(place, () => events, write)).rejects.toBe(away);
    expect(begun).toEqual([[]]);
    await until(async () => (await claimInbox(db, claiming('w:2'))).lanes.length === 1);
    expect(await rowOf('bot/1')).toMatchObject({ locked_by: 'w:2', attempts: 1 });
  });

  it('does not touch a lane that another claim has by then', async () => {
    await acceptEvents(db, events);
    await claimInbox(db, claiming('w:2'));
    await returnLanes(
      db,
      'inbox',
      events.map((event) => ({ ...event, holder: 'w:h1' })),
    );
    expect(await rowOf('bot/1')).toMatchObject({ locked_by: 'w:2', attempts: 1 });
  });
});

it('two processes that store, claim and finish at once never hold one lane together, and work every event once and in order', async () => {
  const lanes = ['bot/1', 'bot/2', 'bot/3'];
  const rounds = 60;
  const heldBy = new Map<string, string>();
  const worked = new Map<string, number[]>(lanes.map((lane) => [lane, []]));
  const process = async (name: string): Promise<void> => {
    const own = openDatabase({ url, poolSize: 4 });
    let claims = 0;
    const work = async (claimed: Awaited<ReturnType<typeof acceptAndClaim>>['claimed']): Promise<void> => {
      for (const lane of claimed) {
        const key = laneKey(lane.portal, lane.lane);
        expect(heldBy.get(key)).toBeUndefined();
        heldBy.set(key, lane.holder);
      }
      for (const lane of claimed) {
        worked.get(lane.lane)?.push(...lane.rows.map(({ seq }) => seq));
        // Free for others from the moment of the commit: what is noted here is taken back before.
        heldBy.delete(laneKey(lane.portal, lane.lane));
        const done = lane.rows.at(-1)?.seq ?? 0;
        const { lanes: ours } = await finishInbox(own, { ...nothing, progress: [{ ...lane, done, delayMs: 0 }] });
        expect(ours).toHaveLength(1);
      }
    };
    const storing = async (): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        claims += 1;
        const events = lanes.map((lane) => eventOf(lane));
        await work((await acceptAndClaim(own, events, holding(`${name}:h${claims}`))).claimed);
      }
    };
    const claim = async (): Promise<number> => {
      claims += 1;
      const { lanes: claimed } = await claimInbox(own, claiming(`${name}:i${claims}`));
      await work(claimed);
      return claimed.length;
    };
    const claimingLoop = async (): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) await claim();
    };
    await Promise.all([storing(), storing(), claimingLoop()]);
    while ((await claim()) > 0);
    await own.destroy();
  };
  await Promise.all([process('one'), process('two')]);
  const last = openDatabase({ url, poolSize: 1 });
  const { lanes: rest } = await claimInbox(last, { ...claiming('last:1'), rowsPerLane: 1_000, rows: 10_000 });
  for (const lane of rest) worked.get(lane.lane)?.push(...lane.rows.map(({ seq }) => seq));
  await last.destroy();
  const all = Array.from({ length: 4 * rounds }, (_, index) => index + 1);
  expect([...worked.values()]).toEqual(lanes.map(() => all));
});

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the lane was not claimed');
  return value;
}
