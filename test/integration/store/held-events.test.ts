/** Posted events of a portal that changes over from polling: what waits beside its dialog's lane, and how it gets into it. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Pool } from '../../../src/store/database.ts';
import { forgetHolds, holdPosted, moveHeld, releasePosted } from '../../../src/store/queue/held-events.ts';
import { acceptEvents, claimInbox, type NewEvent } from '../../../src/store/queue/inbox.ts';
import { appLane, dedupeKey, isHeld } from '../../../src/store/queue/lane-names.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'changing';
const other = 'other';
const dialog = 'bot/1';
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const name of [portal, other]) await addBarePortal(db, name);
});
beforeEach(async () => {
  for (const table of ['lane', 'inbox', 'dedupe']) await db(table).delete();
  await db('portal').update({ posted_held_until: null });
});

const event = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({
  ...{ portal, lane: dialog, dedupeKey: dedupeKey(randomUUID()), source: 'bitrix24', connectionId: null },
  ...{ ingress: null, trace: `trace of ${text}`, subject: `subject of ${text}`, body: Buffer.from(text) },
  ...more,
});

const post = (...texts: string[]) =>
  acceptEvents(
    db,
    texts.map((text) => event(text)),
  );
const poll = (text: string) => acceptEvents(db, [event(text)], true);

/** The texts of a lane in their order. */
async function textsOf(lane: string): Promise<string[]> {
  const rows: { body: Buffer }[] = await db('inbox').where({ portal, lane }).orderBy('seq');
  return rows.map(({ body }) => body.toString());
}

let claims = 0;
async function claim() {
  claims += 1;
  const holder = `test:${claims}`;
  const { lanes } = await claimInbox(db, {
    ...{ holder, lanes: 10, rows: 100, rowsPerLane: 2, leaseSeconds: 60, everyDestination: false },
  });
  return lanes;
}

/** As the inbox worker does it, until nothing is left to be moved. */
async function moveAll(): Promise<void> {
  for (;;) {
    const held = (await claim()).filter(({ lane }) => isHeld(lane));
    if (held.length === 0) return;
    for (const lane of held) await moveHeld(db, lane);
  }
}

/** Whoever held them did not live to release them. */
const letHoldEnd = () =>
  db('portal')
    .where({ portal })
    .update({ posted_held_until: db.raw(`now() - interval '1 s'`) });

describe('while a portal holds what it posts', () => {
  it('its posted dialogs wait; polled events, those of brains and of the app, and other portals do not', async () => {
    await holdPosted(db, portal, 60);
    await acceptEvents(db, [
      event('posted'),
      event('news of the app', { lane: appLane }),
      event('of the app itself', { source: 'bridge' }),
      event('elsewhere', { portal: other }),
    ]);
    await poll('polled');
    const lanes: { portal: string; key: string }[] = await db('lane');
    expect(lanes.map((lane) => `${lane.portal} ${lane.key}`).toSorted()).toEqual([
      `${portal} /app`,
      `${portal} bot/1`,
      `${portal} bot/1>held`,
      `${other} bot/1`,
    ]);
    expect(await textsOf(dialog)).toEqual(['of the app itself', 'polled']);
    expect(await textsOf(`${dialog}>held`)).toEqual(['posted']);
  });

  it('stores none of them twice', async () => {
    await holdPosted(db, portal, 60);
    const same = event('once');
    expect(await acceptEvents(db, [same, same])).toEqual([true, false]);
    await releasePosted(db, portal);
    expect(await acceptEvents(db, [same])).toEqual([false]);
    await moveAll();
    expect(await acceptEvents(db, [same], true)).toEqual([false]);
    expect(await textsOf(dialog)).toEqual(['once']);
  });

  it('moves nothing', async () => {
    await holdPosted(db, portal, 60);
    await post('1', '2');
    for (const lane of await claim()) await moveHeld(db, lane);
    expect(await textsOf(dialog)).toEqual([]);
    expect(await db('lane').where({ portal }).first()).toMatchObject({ attempts: 0, locked_by: null, done: '0' });
  });
});

describe.each([
  { end: 'it is released', letGo: () => releasePosted(db, portal) },
  { end: 'the hold has ended by itself', letGo: letHoldEnd },
])('when $end', ({ letGo }) => {
  it('the dialog gets them behind what was polled, with all that is known of them', async () => {
    await post('0');
    await holdPosted(db, portal, 60);
    await post('3', '4');
    await post('5');
    await poll('1');
    await poll('2');
    const before = await db('inbox')
      .where({ portal, lane: `${dialog}>held` })
      .orderBy('seq');
    await letGo();
    await moveAll();
    expect(await textsOf(dialog)).toEqual(['0', '1', '2', '3', '4', '5']);
    const after = await db('inbox').where({ portal, lane: dialog }).orderBy('seq').offset(3);
    expect(after).toEqual(before.map((row, index) => ({ ...row, lane: dialog, seq: String(index + 4) })));
  });

  it('what is posted before they are moved queues up behind them', async () => {
    await holdPosted(db, portal, 60);
    await post('1');
    await letGo();
    await post('2');
    await acceptEvents(db, [event('of another dialog', { lane: 'bot/2' })]);
    expect(await textsOf(dialog)).toEqual([]);
    expect(await textsOf('bot/2')).toEqual(['of another dialog']);
    await moveAll();
    await post('3');
    expect(await textsOf(dialog)).toEqual(['1', '2', '3']);
  });
});

describe('a lane of held events', () => {
  it('is moved by the claim that holds it, and by no earlier one', async () => {
    await holdPosted(db, portal, 60);
    await post('1');
    const [early] = await claim();
    await releasePosted(db, portal);
    await db('lane')
      .where({ portal })
      .update({ ready_at: db.raw('now()'), locked_by: null });
    const [late] = await claim();
    if (early === undefined || late === undefined) throw new Error('the lane was not claimed');
    await moveHeld(db, early);
    expect(await textsOf(dialog)).toEqual([]);
    await moveHeld(db, late);
    await moveHeld(db, early);
    expect(await textsOf(dialog)).toEqual(['1']);
  });

  it('keeps its portal from being forgotten, which comes ten minutes after the hold', async () => {
    await holdPosted(db, portal, 60);
    await post('1');
    await db('portal')
      .where({ portal })
      .update({ posted_held_until: db.raw(`now() - interval '11 minutes'`) });
    expect(await forgetHolds(db)).toBe(0);
    await moveAll();
    expect(await forgetHolds(db)).toBe(1);
    await releasePosted(db, portal);
    expect(await db('portal').where({ portal }).first('posted_held_until')).toEqual({ posted_held_until: null });
    await holdPosted(db, portal, 0);
    expect(await forgetHolds(db)).toBe(0);
  });
});
