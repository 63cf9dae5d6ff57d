/** Portals are asked whether the app works in them, evenly: those that were added at one moment are not asked at one moment. */
import { beforeEach, describe, expect, it } from 'vitest';
import { askAboutApp } from '../../../src/queue/ask-about-app.ts';
import type { Pool } from '../../../src/store/database.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;

useOwnDatabase((pool) => {
  db = pool;
});
beforeEach(async () => {
  await db('outbox').delete();
  await db('lane').delete();
  await db('portal').delete();
});

/** Six hours have 2 160 rounds: of so many portals a round asks 10. */
const many = 21_600;

async function addPortals(count: number): Promise<void> {
  await db.raw(
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
     select md5('p' || n), n, 'c', 's', '' from generate_series(1, ?::int) n`,
    [count],
  );
}

async function asked(): Promise<number> {
  const [row] = await db('outbox').whereRaw(`action->>'type' = 'check_app'`).count('* as count');
  return Number(row?.['count']);
}

/** One round of each of so many processes, one after the other; returns how many portals were asked. */
async function ask(processes = 1): Promise<number> {
  const before = await asked();
  for (let count = 0; count < processes; count += 1) await askAboutApp(db);
  return (await asked()) - before;
}

/** Moment by moment, because Citus computes no new time for each row. */
async function secondsPass(seconds: number): Promise<void> {
  const moments = await db.raw<{ rows: { at: string; earlier: string }[] }>(
    `select distinct app_checked_at::text as at, (app_checked_at - ? * interval '1 second')::text as earlier
     from portal where app_checked_at is not null`,
    [seconds],
  );
  for (const { at, earlier } of moments.rows) {
    await db.raw('update portal set app_checked_at = ?::timestamptz where app_checked_at = ?::timestamptz', [
      earlier,
      at,
    ]);
  }
}

describe('portals that were added at one moment', () => {
  it('are asked in shares, so that all are asked within six hours', async () => {
    await addPortals(many);
    expect(await ask()).toBe(10);
    await secondsPass(10);
    expect(await ask()).toBe(10);
  });

  it('are not asked faster by several processes', async () => {
    await addPortals(many);
    expect(await ask(3)).toBe(10);
  });

  it('are asked in shares as well when they become due together again', async () => {
    await addPortals(many);
    await db('portal').update({ app_checked_at: new Date(Date.now() - 7 * 3_600_000) });
    expect(await ask()).toBe(10);
  });
});

describe('a small installation', () => {
  it('asks one portal in a round, and none before it is due again', async () => {
    await addPortals(2);
    expect(await ask()).toBe(1);
    await secondsPass(10);
    expect(await ask()).toBe(1);
    await secondsPass(10);
    expect(await ask()).toBe(0);
  });
});
