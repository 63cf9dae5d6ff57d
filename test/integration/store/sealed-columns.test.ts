import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resealAll, sealedContext } from '../../../src/connections/reseal.ts';
import { createSealer, keyIdOf } from '../../../src/lib/encryption.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { type SealedColumn, sealedColumns } from '../../../src/store/sealed-columns.ts';
import { claimRefresh, findToken, rotateToken } from '../../../src/store/tenants/tokens.ts';
import type { ClonedDatabase } from '../../support/database.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';
import { runCli } from '../cli/run-cli.ts';

const [former, current, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const formerSealer = createSealer({ current: former });
const currentSealer = createSealer({ current });
const bothSealer = createSealer({ current, previous: former });

let db: Pool;
let database: ClonedDatabase;
useOwnDatabase((pool, cloned) => {
  [db, database] = [pool, cloned];
});

const placeOf = ({ table, column }: Pick<SealedColumn, 'table' | 'column'>): string => `${table}.${column}`;
const nameOf = (row: Readonly<Record<string, unknown>>): string => `${String(row['table'])}.${String(row['column'])}`;

/** Columns of bytes that are no sealed secrets: digests, bodies, pictures. */
const plainBytes = [
  'bot_picture.image',
  'connect_code.code_hash',
  'connection.webhook_secret_hash',
  'inbox.body',
  'portal.application_token_hash',
];

/** A portal with tokens, an account and an account that waits for its portal, all sealed with that key. */
async function addSealed(portal: string, sealer = formerSealer): Promise<{ readonly connection: string }> {
  const [connection, waiting] = [randomUUID(), randomUUID()];
  const boxOf = (column: SealedColumn, subject: string): Buffer =>
    sealer.seal(`${placeOf(column)} of ${subject}`, sealedContext(column, subject));
  const boxes = (table: string, subject: string): Record<string, Buffer> =>
    Object.fromEntries(
      sealedColumns.filter((one) => one.table === table).map((one) => [one.column, boxOf(one, subject)]),
    );
  await addBarePortal(db, portal);
  const expiry = { expires_at: new Date(), user_id: '1', is_admin: true };
  await db('portal_token').insert({ portal, ...expiry, ...boxes('portal_token', portal) });
  const account = { portal, id: connection, brain: 'webhook', title: 't', webhook_secret_hash: Buffer.alloc(1) };
  await db('connection').insert({ ...account, ...boxes('connection', connection) });
  await db('awaiting_connection').insert({ id: waiting, brain: 'b', ...boxes('awaiting_connection', waiting) });
  return { connection };
}

/** Opens every sealed secret there is with this sealer; throws when one does not open. */
async function openAll(sealer = currentSealer): Promise<number> {
  let opened = 0;
  for (const column of sealedColumns) {
    const rows = await db(column.table).select({ subject: db.raw(column.subject), box: column.column });
    for (const { subject, box } of rows) {
      expect(sealer.open(box, sealedContext(column, String(subject)))).toBe(`${placeOf(column)} of ${subject}`);
      opened += 1;
    }
  }
  return opened;
}

const clear = () => db.raw('truncate portal, awaiting_connection cascade');
const reseal = () => resealAll({ db, sealer: bothSealer, keyId: keyIdOf(current), passes: 1, pauseMs: 1 });

describe('sealed columns', () => {
  it('are all known: every column of bytes is either one of them or known to be none', async () => {
    const { rows } = await db.raw<{ rows: Record<string, unknown>[] }>(
      `select table_name as "table", column_name as "column" from information_schema.columns
       where table_schema = current_schema() and data_type = 'bytea' and table_name <> 'inbox_history'
         and table_name in (select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE')
         and table_name not in (select c.relname from pg_class c where c.relispartition)`,
    );
    expect(rows.map(nameOf).sort()).toEqual([...sealedColumns.map(placeOf), ...plainBytes].sort());
  });

  it('are all sealed anew, in several steps, and open with the new key alone', async () => {
    for (let n = 0; n < 7; n += 1) await addSealed(`p${n}`);
    const { resealed, lost, left } = await reseal();
    expect({ resealed, lost, left }).toEqual({ resealed: 7 * sealedColumns.length, lost: [], left: 0 });
    expect(await openAll()).toBe(7 * sealedColumns.length);
    expect(await reseal()).toMatchObject({ resealed: 0, left: 0 });
    await clear();
  });

  it('are left alone while a pair of tokens is being exchanged: the new pair is stored, and sealed anew later', async () => {
    await addSealed('busy');
    const token = await findToken(db, 'busy');
    if (token === null) throw new Error('no token');
    const lease = { portal: 'busy', refreshSealed: token.refresh_sealed, owner: randomUUID(), leaseSeconds: 30 };
    expect(await claimRefresh(db, lease, true)).not.toBeNull();
    expect(await reseal()).toMatchObject({ left: 2 });
    const fresh = formerSealer.seal('portal_token.refresh_sealed of busy', 'portal_token.refresh:busy');
    const access = formerSealer.seal('portal_token.access_sealed of busy', 'portal_token.access:busy');
    const pair = { portal: 'busy', accessSealed: access, refreshSealed: fresh, expiresAt: new Date() };
    expect(await rotateToken(db, pair, token.refresh_sealed)).toBe(true);
    expect(await reseal()).toMatchObject({ resealed: 2, left: 0 });
    await openAll();
    await clear();
  });

  it('tells secrets that neither key opens, and goes on with the others', async () => {
    await addSealed('lost', createSealer({ current: third }));
    await addSealed('found');
    const { resealed, lost, left } = await reseal();
    expect({ resealed, lost: lost.length, left }).toEqual({
      resealed: sealedColumns.length,
      lost: sealedColumns.length,
      left: 0,
    });
    await clear();
  });
});

describe('the command', () => {
  const environment = (more: Readonly<Record<string, string>>) => ({
    DATABASE_URL: database.url,
    APP_SECRET: current.toString('base64'),
    LOG_LEVEL: 'silent',
    ...more,
  });

  it('says that the former key may go, and wants both keys', async () => {
    await addSealed('told');
    const ran = await runCli(environment({ APP_SECRET_PREVIOUS: former.toString('base64') }), ['reseal']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/take APP_SECRET_PREVIOUS\s+away once FILE_LINK_HOURS/);
    expect((await runCli(environment({}), ['reseal', '--json'])).json()).toMatchObject({
      error: { code: 'reseal.no_keys' },
    });
    await openAll();
    await clear();
  });

  it('reads everything again when a process writes meanwhile with the former key', async () => {
    for (let n = 0; n < 5; n += 1) await addSealed(`w${n}`);
    const other = openDatabase({ url: database.url, poolSize: 1 });
    try {
      const column = sealedColumns.find((one) => one.table === 'connection' && one.column === 'config_sealed');
      if (column === undefined) throw new Error('no such column');
      const rows = await other('connection').select('id');
      const [ran] = await Promise.all([
        runCli(environment({ APP_SECRET_PREVIOUS: former.toString('base64') }), ['reseal', '--json']),
        ...rows.map(async ({ id }) => {
          const box = formerSealer.seal(`${placeOf(column)} of ${id}`, sealedContext(column, id));
          await other('connection').where({ id }).update({ config_sealed: box });
        }),
      ]);
      expect(ran.json()).toMatchObject({ left: 0, lost: [] });
      await openAll(bothSealer);
    } finally {
      await other.destroy();
    }
  });
});
