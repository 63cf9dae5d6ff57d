/** What is accepted and claimed of a portal that is being moved. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { commandLine, noteBy } from '../../../src/portals/audit.ts';
import { arrive, beginLeaving, endClaims } from '../../../src/store/cells/portal-moves.ts';
import { inTransaction, type Pool } from '../../../src/store/database.ts';
import { moveHeld } from '../../../src/store/queue/held-events.ts';
import { acceptAndClaim, acceptEvents, claimInbox, type NewEvent } from '../../../src/store/queue/inbox.ts';
import { dedupeKey, isHeld } from '../../../src/store/queue/lane-names.ts';
import { appendActions, claimOutbox, markAttempted } from '../../../src/store/queue/outbox.ts';
import { beginPolling } from '../../../src/store/tenants/event-polls.ts';
import { addBareConnection, addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'moving';
const dialog = 'bot/1';
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  for (const name of [portal, 'other']) await addBarePortal(db, name);
});
beforeEach(async () => {
  for (const table of ['lane', 'inbox', 'outbox', 'dedupe']) await db(table).delete();
});

const event = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({
  ...{ portal, lane: dialog, dedupeKey: dedupeKey(randomUUID()), source: 'bitrix24', connectionId: null },
  ...{ ingress: null, trace: 't', subject: null, body: Buffer.from(text) },
  ...more,
});

async function textsOf(lane: string): Promise<string[]> {
  const rows: { body: Buffer }[] = await db('inbox').where({ portal, lane }).orderBy('seq');
  return rows.map(({ body }) => body.toString());
}

let claims = 0;
async function claim(everyDestination: boolean) {
  claims += 1;
  const { lanes } = await claimInbox(db, {
    ...{ holder: `test:${claims}`, lanes: 10, rows: 100, rowsPerLane: 50, leaseSeconds: 60, everyDestination },
  });
  return lanes;
}

it('a portal that begins to leave is polled by nobody any more, and its sockets are nobody’s', async () => {
  const connection = randomUUID();
  await addBareConnection(db, portal, connection);
  for (const name of [portal, 'other']) await beginPolling(db, name, 0);
  await db.raw(`update event_poll set leased_by = 'w', leased_until = now() + interval '1 hour'`);
  await db.raw(`update connection set listening_by = 'w', listening_until = now() + interval '1 hour'`);
  await db('portal').where({ portal }).update({ move_state: null, posted_held_until: null });
  expect(await beginLeaving(db, portal, { name: 'b', url: 'https://b.example' })).toBe(true);
  const polls = await db('event_poll').orderBy('portal');
  expect(polls.map((row: { leased_by: unknown }) => row.leased_by)).toEqual([null, 'w']);
  expect(await db('connection').first()).toMatchObject({ listening_by: null, listening_until: null });
  await db('connection').delete();
  await db('event_poll').delete();
});

describe.each(['leaving', 'left', 'arriving'])('of a portal that is %s', (state) => {
  beforeEach(() => db('portal').where({ portal }).update({ move_state: state, posted_held_until: null }));

  it('events are stored, and none of its lanes is claimed', async () => {
    const { isNew, claimed } = await acceptAndClaim(db, [event('a'), event('b', { portal: 'other' })], {
      holder: 'direct',
      leaseSeconds: 60,
    });
    expect(isNew).toEqual([true, true]);
    expect(claimed.map((lane) => lane.portal)).toEqual(['other']);
    for (const everyDestination of [false, true]) expect(await claim(everyDestination)).toEqual([]);
  });

  it('nothing is changed by a person whose change was let in before and waited for a remote', async () => {
    const change = inTransaction(db, async (trx) => {
      await trx('portal').where({ portal }).update({ language: 'de' });
      await noteBy(commandLine)(trx, portal, { action: 'settings.changed', subject: '' });
    });
    await expect(change).rejects.toMatchObject({ code: 'portal.moving' });
    expect(await db('portal').where({ portal, language: 'de' })).toEqual([]);
  });
});

describe('of a portal that is arriving', () => {
  beforeEach(() => db('portal').where({ portal }).update({ move_state: 'arriving', posted_held_until: 'infinity' }));

  it('what comes is worked behind what the other cell had stored', async () => {
    await acceptEvents(db, [event('3'), event('4', { source: 'echo' })]);
    await acceptEvents(db, [event('1'), event('2', { source: 'echo' })], true);
    expect(await textsOf(dialog)).toEqual(['1', '2']);
    expect(await claim(false)).toEqual([]);
    expect(await arrive(db, portal)).toBe(true);
    await acceptEvents(db, [event('5')]);
    for (const lane of (await claim(false)).filter((one) => isHeld(one.lane))) await moveHeld(db, lane);
    await acceptEvents(db, [event('6')]);
    expect(await textsOf(dialog)).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});

describe('of a portal that is leaving', () => {
  it('no attempt is begun by a worker that hung beyond its lease, once the copy is made', async () => {
    const action = { type: 'set_up' as const };
    const wanted = { portal, lane: 'app', target: 'app' as const, action, botCode: null, dialogId: null, trace: 't' };
    await appendActions(db, [wanted]);
    const limits = { lanes: 1, unproven: 1, rows: 1, rowsPerLane: 1, leaseSeconds: 60, perDestination: 1 };
    await db('portal').where({ portal }).update({ move_state: null });
    const { lanes } = await claimOutbox(db, { ...limits, holder: 'hung', allowances: [], everyDestination: true });
    await db('portal').where({ portal }).update({ move_state: 'leaving' });
    const row = { portal, lane: 'app', seq: 1 };
    await endClaims(db, portal);
    expect(await markAttempted(db, row, 'hung')).toBe(true);
    await db('lane')
      .where({ portal, queue: 'outbox' })
      .update({ ready_at: new Date(0) });
    await endClaims(db, portal);
    expect([lanes.length, await markAttempted(db, row, 'hung')]).toEqual([1, false]);
  });
});
