/** Fills a database's inbox with numbered events. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../src/store/database.ts';
import { acceptEvents, type NewEvent } from '../../src/store/queue/inbox.ts';
import { inboxLane } from '../../src/store/queue/lane-names.ts';
import { upsertPortal } from '../../src/store/tenants/portals.ts';
import { firstNumbers } from '../load/requests.ts';
import type { Bench } from './bench.ts';

/** Size of an event's body in the drain, in bytes. */
export const bodyBytes = 1_500;

const portal = 'bench';
const botCode = 'bench_line';
const batch = 256;

const laneOf = (dialog: number): string => inboxLane(botCode, `chat${firstNumbers.dialog + dialog}`);

/** A body begins with its position in its dialog, counted from 1: four bytes, big-endian. The drain checks their order. */
function bodyOf(place: number): Buffer {
  const body = Buffer.alloc(bodyBytes, '.');
  body.writeUInt32BE(place);
  return body;
}

/** Stores events with the endpoint's own statement, in turn over all dialogs. */
export async function fillInbox(databaseUrl: string, events: number, dialogs: number): Promise<void> {
  const db = openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    await upsertPortal(db, {
      portal,
      domain: 'bench.invalid',
      clientEndpoint: 'https://bench.invalid/rest/',
      serverEndpoint: 'https://bench.invalid/rest/',
      applicationTokenHash: null,
      scope: '',
      language: 'en',
      isAdmin: true,
    });
    for (let first = 0; first < events; first += batch) {
      const rows = Array.from({ length: Math.min(batch, events - first) }, (_, index): NewEvent => {
        const number = first + index;
        return {
          portal,
          lane: laneOf(number % dialogs),
          dedupeKey: randomUUID(),
          source: 'bitrix24',
          connectionId: null,
          ingress: null,
          trace: 'bench-trace',
          subject: String(number),
          body: bodyOf(Math.floor(number / dialogs) + 1),
        };
      });
      await acceptEvents(db, rows);
    }
  } finally {
    await db.destroy();
  }
}

/**
 * The same on a large scale, generated inside the server with one statement per table: how the events were received does not matter for the
 * measurement, and a million through the endpoint would take minutes. Rows are in the order in which they would have come: in turn over all
 * dialogs.
 */
export async function fillBacklog(
  bench: Bench,
  database: string,
  memberId: string,
  events: number,
  dialogs: number,
): Promise<void> {
  const perDialog = Math.floor(events / dialogs);
  const lane = `'${botCode}/chat' || (${firstNumbers.dialog} + d)`;
  const everyDialog = `generate_series(0, ${dialogs - 1}) d`;
  await bench.server.rows(
    database,
    `insert into lane (portal, queue, key, seq, ready_at)
     select $1, 'inbox', ${lane}, ${perDialog}, now() from ${everyDialog}`,
    [memberId],
  );
  await bench.server.rows(
    database,
    `insert into inbox (portal, lane, seq, source, trace, subject, body)
     select $1, ${lane}, s, 'bitrix24', 'bench-trace', s, int4send(s) || decode(repeat('2e', ${bodyBytes - 4}), 'hex')
     from generate_series(1, ${perDialog}) s, ${everyDialog} order by s`,
    [memberId],
  );
  await bench.server.rows(
    database,
    `insert into dedupe (portal, key) select $1, gen_random_uuid() from generate_series(1, ${perDialog * dialogs})`,
    [memberId],
  );
}
