/** Connector state: JSON values that a brain keeps per connection, by key, optionally with an expiry. */
import { type Db, query } from '../database.ts';

/** The connection the state belongs to. */
export interface StateOwner {
  readonly portal: string;
  readonly connectionId: string;
}

/** The value; null when there is none or it has expired. */
export async function readFact(db: Db, owner: StateOwner, key: string): Promise<unknown> {
  const result = await query<{ value: unknown }>(
    db,
    `select value from connector_state where portal = ? and connection_id = ? and key = ?
       and (expires_at is null or expires_at > now())`,
    [owner.portal, owner.connectionId, key],
    'read_fact',
  );
  return result.rows[0]?.value ?? null;
}

export async function writeFact(
  db: Db,
  owner: StateOwner,
  key: string,
  /** The value as storable JSON. */
  { json, keepDays }: { readonly json: string; readonly keepDays: number | null },
): Promise<void> {
  await query(
    db,
    `insert into connector_state (portal, connection_id, key, value, expires_at)
     values (?, ?, ?, ?::json, now() + ?::float8 * interval '1 day')
     on conflict (portal, connection_id, key) do update set
       value = excluded.value, expires_at = excluded.expires_at, updated_at = excluded.updated_at`,
    [owner.portal, owner.connectionId, key, json, keepDays],
  );
}

/** Writes the value if there is none or if it has expired. Returns whether it was written. */
export async function claimFact(
  db: Db,
  owner: StateOwner,
  fact: { readonly key: string; readonly json: string; readonly keepSeconds: number },
): Promise<boolean> {
  const claimed = await query<unknown>(
    db,
    `insert into connector_state as m (portal, connection_id, key, value, expires_at)
     values (?, ?, ?, ?::json, now() + ?::float8 * interval '1 second')
     on conflict (portal, connection_id, key) do update set
       value = excluded.value, expires_at = excluded.expires_at, updated_at = excluded.updated_at
     where m.expires_at <= now()
     returning 1`,
    [owner.portal, owner.connectionId, fact.key, fact.json, fact.keepSeconds],
  );
  return claimed.rows.length > 0;
}

export async function deleteFact(db: Db, owner: StateOwner, key: string): Promise<void> {
  await query(db, 'delete from connector_state where portal = ? and connection_id = ? and key = ?', [
    owner.portal,
    owner.connectionId,
    key,
  ]);
}

/** The character that sorts last in byte order. */
const lastCharacter = '\u{10ffff}';

/** All values whose keys begin with the prefix, ordered by the bytes of the key; scans only that prefix's range of the index. */
export async function listFacts(
  db: Db,
  owner: StateOwner,
  prefix: string,
): Promise<readonly { readonly key: string; readonly value: unknown }[]> {
  const result = await query<{ key: string; value: unknown }>(
    db,
    `select key, value from connector_state where portal = ? and connection_id = ?
       and key collate "C" >= ? and key collate "C" < ? and (expires_at is null or expires_at > now())
     order by key collate "C"`,
    [owner.portal, owner.connectionId, prefix, `${prefix}${lastCharacter}`],
  );
  return result.rows;
}
