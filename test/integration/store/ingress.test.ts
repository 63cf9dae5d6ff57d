/** The inbox keeps how each message came in, also when its row is moved to another lane or replayed. */
import { describe, expect, it } from 'vitest';
import { toNewEvents } from '../../../src/connections/resolve-conversation.ts';
import type { Pool } from '../../../src/store/database.ts';
import { acceptEvents, claimInbox, type NewEvent, replayEvent } from '../../../src/store/queue/inbox.ts';
import { dedupeKey } from '../../../src/store/queue/lane-names.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'ingress';
const connectionId = '00000000-0000-4000-8000-000000000001';
const common = { portal, connectionId, brain: 'echo' };

let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, portal);
});

const messageOf = (key: string) => ({ conversation: { ref: key }, dedupeKey: key, body: Buffer.from('{}') });

const bitrix24Event = (key: string): NewEvent => ({
  portal,
  lane: 'bot/1',
  dedupeKey: dedupeKey(key),
  source: 'bitrix24',
  connectionId: null,
  ingress: null,
  trace: 't',
  subject: null,
  body: Buffer.from('{}'),
});

describe('a message of a connection', () => {
  it('is stored as what it came in as, and read as that', async () => {
    const rows = [
      ...(await toNewEvents(db, { ...common, ingress: 'webhook' }, [messageOf('webhook')])),
      ...(await toNewEvents(db, { ...common, ingress: 'socket' }, [
        messageOf('socket'),
        { ...messageOf('catch_up'), caughtUp: true },
      ])),
    ];
    // In one batch with an event of Bitrix24, which has no connection.
    expect(await acceptEvents(db, [...rows, bitrix24Event('e1')])).toEqual([true, true, true, true]);
    const claim = { holder: 'test:1', lanes: 10, rows: 10, rowsPerLane: 10, leaseSeconds: 60, everyDestination: false };
    const { lanes } = await claimInbox(db, claim);
    const found = lanes.flatMap((lane) =>
      lane.rows.map(({ lane: name, ingress }) => [name.split(':').at(-1), ingress]),
    );
    expect(Object.fromEntries(found)).toEqual({
      'bot/1': null,
      catch_up: 'catch_up',
      socket: 'socket',
      webhook: 'webhook',
    });
  });

  it('of the webhook endpoint is never one that a listener has caught up with', async () => {
    const [row] = await toNewEvents(db, { ...common, ingress: 'webhook' }, [{ ...messageOf('w2'), caughtUp: true }]);
    expect(row?.ingress).toBe('webhook');
  });

  it('keeps it when it is replayed', async () => {
    const [row] = await toNewEvents(db, { ...common, ingress: 'socket' }, [
      { ...messageOf('replayed'), caughtUp: true },
    ]);
    if (row === undefined) throw new Error('there is a row');
    await acceptEvents(db, [row]);
    const id = { portal, lane: row.lane, seq: 1 };
    await db('inbox_outcome').insert({ ...id, state: 'dead_letter', outcome: 'x' });
    expect(await replayEvent(db, id)).toBe(true);
    const kinds = await db('inbox').where({ portal, lane: row.lane }).orderBy('seq').pluck('ingress');
    expect(kinds).toEqual(['catch_up', 'catch_up']);
  });
});

describe('the database', () => {
  it.each([
    ['a connection without it', { connectionId, ingress: null }],
    ['it without a connection', { connectionId: null, ingress: 'webhook' as const }],
  ])('refuses a row with %s', async (name, given) => {
    await expect(acceptEvents(db, [{ ...bitrix24Event(name), ...given }])).rejects.toThrow('inbox_check');
  });
});
