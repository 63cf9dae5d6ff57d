/** A fetched page of events is stored once, and workers hear of it only where it brought something new. */
import { expect, it } from 'vitest';
import { readFetched } from '../../../src/bitrix24/events/fetched-event.ts';
import { storePage } from '../../../src/queue/poll-events.ts';
import type { Pool } from '../../../src/store/database.ts';
import { fixture } from '../../support/fixtures.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const portal = 'a'.repeat(32);
let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await db.raw(
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
     values (?, 'example.bitrix24.ru', 'c', 's', '')`,
    [portal],
  );
});

it('workers are woken for a new event, and not for one that is stored already', async () => {
  const counts = { accepted: 0, duplicates: 0, rings: 0 };
  const count = (name: keyof typeof counts) => () => {
    counts[name] += 1;
  };
  const options = {
    db,
    metrics: { accepted: { inc: count('accepted') }, duplicates: { inc: count('duplicates') } },
    tracing: null,
    wakeup: { ring: count('rings') },
  } as unknown as Parameters<typeof storePage>[0];
  const event: unknown = JSON.parse(fixture('v2-fetch-onimbotv2messageadd').body);
  const page = readFetched({ events: [event] }, 1);
  await storePage(options, portal, [], page);
  expect(counts).toEqual({ accepted: 1, duplicates: 0, rings: 1 });
  await storePage(options, portal, [], page);
  expect(counts).toEqual({ accepted: 1, duplicates: 1, rings: 1 });
});
