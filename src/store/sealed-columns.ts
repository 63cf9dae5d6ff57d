/** Every column that holds secrets sealed with APP_SECRET. Add new ones here; test/integration/store/sealed-columns.test.ts finds missing ones. */
import { type Db, query } from './database.ts';

export interface SealedColumn {
  readonly table: 'portal_token' | 'connection' | 'awaiting_connection';
  readonly column: string;
  /** SQL for the part of a secret's context (see `Sealer`) that names the row. */
  readonly subject: string;
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** SQL: the row must not be changed now, because another process compares the sealed value with the one it has read. */
  readonly isBusy: string;
}

const token = {
  table: 'portal_token',
  subject: 'portal',
  key: ['portal'],
  // A process that exchanges a pair of tokens stores the new pair only if the sealed old one is still there: sealing it anew meanwhile would lose
  // the new pair. The mark of a process that was killed is ignored after an hour.
  isBusy: "refreshing_by is not null and refreshing_until > now() - interval '1 hour'",
} as const;
const connection = { table: 'connection', subject: 'id', key: ['portal', 'id'], isBusy: 'false' } as const;

export const sealedColumns: readonly SealedColumn[] = [
  { ...token, column: 'access_sealed' },
  { ...token, column: 'refresh_sealed' },
  { ...connection, column: 'config_sealed' },
  { ...connection, column: 'webhook_secret_sealed' },
  { table: 'awaiting_connection', column: 'config_sealed', subject: 'id', key: ['id'], isBusy: 'false' },
];

/** SQL: the id of the key a value was sealed with, as hexadecimal digits (its bytes 2 to 5, see `lib/encryption.ts`). */
const keyIdOf = (column: string): string => `encode(substring(${column} from 2 for 4), 'hex')`;

/** How many stored secrets each key has sealed, by the id of the key. */
export async function countSealedByKey(db: Db): Promise<ReadonlyMap<string, number>> {
  const parts = sealedColumns.map(({ table, column }) => `select ${keyIdOf(column)} as key_id from ${table}`);
  const result = await query<{ key_id: string; count: number }>(
    db,
    `select key_id, count(*)::int as count from (${parts.join(' union all ')}) keys group by key_id order by key_id`,
  );
  return new Map(result.rows.map((row) => [row.key_id, row.count]));
}

/** A stored secret and its place. */
export interface SealedSecret {
  readonly subject: string;
  /** Values of the primary key, as text. */
  readonly key: readonly string[];
  readonly sealed: Buffer;
}

/** The next secrets of a column that another key than `keyId` has sealed, in the order of the primary key, after `after`. */
export async function listSealedOtherwise(
  db: Db,
  { table, column, subject, key }: SealedColumn,
  { keyId, after, limit }: { readonly keyId: string; readonly after: readonly string[] | null; readonly limit: number },
): Promise<readonly SealedSecret[]> {
  const texts = key.map((name) => `${name}::text`).join(', ');
  const result = await query<SealedSecret>(
    db,
    `select ${subject}::text as subject, array[${texts}] as key, ${column} as sealed from ${table}
     where ${keyIdOf(column)} <> ? and (?::text[] is null or array[${texts}] > ?::text[])
     order by array[${texts}] limit ?`,
    [keyId, after, after, limit],
  );
  return result.rows;
}

/** Puts the newly sealed secret in the place of the one that was read. False when that one has been replaced, or must not be touched now. */
export async function replaceSealed(
  db: Db,
  { table, column, key, isBusy }: SealedColumn,
  { key: values, sealed }: SealedSecret,
  resealed: Buffer,
): Promise<boolean> {
  const place = key.map((name) => `${name}::text = ?`).join(' and ');
  const result = await query<unknown>(
    db,
    `update ${table} set ${column} = ? where ${place} and ${column} = ? and not (${isBusy})`,
    [resealed, ...values, sealed],
  );
  return result.rowCount > 0;
}
