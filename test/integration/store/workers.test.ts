/** What a dead worker had is given to others. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { inTransaction, type Pool } from '../../../src/store/database.ts';
import { releaseDeadWorkers } from '../../../src/store/queue/workers.ts';
import { until } from '../../support/bridge.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;

useOwnDatabase(async (pool) => {
  db = pool;
  await addBarePortal(db, 'p');
});

it.each([true, false])(
  'its lanes are free at once (the server was started by this process: %s)',
  async (isServerOurs) => {
    const [dead, alive] = [randomUUID(), randomUUID()];
    // The other worker is one that nobody has listed: it is not known to be dead.
    await db('worker').insert({ id: dead });
    for (const [key, worker] of [
      ['b/1', dead],
      ['b/2', alive],
    ]) {
      await db.raw(
        `insert into lane (portal, queue, key, seq, ready_at, locked_by)
       values ('p', 'inbox', ?, 1, now() + interval '1 hour', ?) on conflict (portal, queue, key)
       do update set ready_at = excluded.ready_at, locked_by = excluded.locked_by`,
        [key as string, `${worker}:1`],
      );
    }
    // A server that has just been started is given some seconds: a worker may be about to come back.
    await until(async () => (await inTransaction(db, (trx) => releaseDeadWorkers(trx, isServerOurs))).includes(dead));
    const free = await db('lane').where({ locked_by: null }).whereRaw('ready_at <= now()');
    expect(free.map((row: { key: string }) => row.key)).toEqual(['b/1']);
  },
);
