/** Connections to accounts of brains, with their secrets encrypted, and the leases of their listeners. */
import { type Db, query } from '../database.ts';

export interface ConnectionRow {
  readonly portal: string;
  readonly id: string;
  readonly brain: string;
  readonly title: string;
  readonly config_sealed: Buffer;
  readonly webhook_secret_sealed: Buffer;
  readonly cursor: string | null;
  /** Why it is disabled; null while it works. */
  readonly disabled_reason: string | null;
  readonly updated_at: Date;
}

const columns = 'portal, id, brain, title, config_sealed, webhook_secret_sealed, cursor, disabled_reason, updated_at';

export async function addConnection(
  db: Db,
  connection: {
    readonly portal: string;
    readonly id: string;
    readonly brain: string;
    readonly title: string;
    readonly configSealed: Buffer;
    readonly webhookSecretSealed: Buffer;
    /** SHA-256 of the webhook secret, for finding the connection a webhook belongs to. */
    readonly webhookSecretHash: Buffer;
  },
): Promise<void> {
  await query(
    db,
    `insert into connection (portal, id, brain, title, config_sealed, webhook_secret_sealed, webhook_secret_hash) values (?, ?, ?, ?, ?, ?, ?)`,
    [
      connection.portal,
      connection.id,
      connection.brain,
      connection.title,
      connection.configSealed,
      connection.webhookSecretSealed,
      connection.webhookSecretHash,
    ],
  );
}

export async function listConnections(db: Db, portal?: string): Promise<ConnectionRow[]> {
  const result = await query<ConnectionRow>(
    db,
    `select ${columns} from connection where ?::text is null or portal = ? order by portal, created_at`,
    [portal ?? null, portal ?? null],
  );
  return result.rows;
}

export async function findConnection(db: Db, portal: string, id: string): Promise<ConnectionRow | null> {
  const result = await query<ConnectionRow>(db, `select ${columns} from connection where portal = ? and id = ?`, [
    portal,
    id,
  ]);
  return result.rows[0] ?? null;
}

/** The connection with this id, in whichever portal. Knowing an id proves nothing. */
export async function findConnectionById(db: Db, brain: string, id: string): Promise<ConnectionRow | null> {
  const result = await query<ConnectionRow>(db, `select ${columns} from connection where id = ? and brain = ?`, [
    id,
    brain,
  ]);
  return result.rows[0] ?? null;
}

/** The connection whose webhook address ends in a secret with this SHA-256. */
export async function findConnectionByWebhook(
  db: Db,
  brain: string,
  webhookSecretHash: Buffer,
): Promise<ConnectionRow | null> {
  const result = await query<ConnectionRow>(
    db,
    `select ${columns} from connection where webhook_secret_hash = ? and brain = ?`,
    [webhookSecretHash, brain],
  );
  return result.rows[0] ?? null;
}

/** False when it was removed meanwhile. */
export async function renameConnection(db: Db, portal: string, id: string, title: string): Promise<boolean> {
  const result = await query(db, 'update connection set title = ? where portal = ? and id = ?', [title, portal, id]);
  return result.rowCount > 0;
}

/** False when there is none, or when a bot still uses it. */
export async function removeConnection(db: Db, portal: string, id: string): Promise<boolean> {
  const result = await query<unknown>(
    db,
    `delete from connection c where portal = ? and id = ?
       and not exists (select 1 from bot b where b.portal = c.portal and b.connection_id = c.id) returning 1`,
    [portal, id],
  );
  return result.rows.length > 0;
}

/** Leases connections of these brains that have no live listener to this owner, until the lease ends. */
export async function claimListeners(
  db: Db,
  owner: string,
  brains: readonly string[],
  { limit, leaseSeconds }: { readonly limit: number; readonly leaseSeconds: number },
): Promise<ConnectionRow[]> {
  const result = await query<ConnectionRow>(
    db,
    `update connection c set listening_by = ?, listening_until = now() + ? * interval '1 second'
     from (
       select portal, id from connection join portal p using (portal)
       where brain = any(?) and p.state = 'installed' and p.move_state is null and disabled_reason is null
         and (listening_until is null or listening_until < now())
       order by listening_until nulls first limit ? for update of connection skip locked
     ) free
     where c.portal = free.portal and c.id = free.id
     returning ${columns.replaceAll(/(\w+)/g, 'c.$1')}`,
    [owner, leaseSeconds, brains, limit],
    'claim_listeners',
  );
  return result.rows;
}

/** Extends the leases of listeners; returns those still held, each with the moment its connection was last changed. */
export async function renewListeners(db: Db, owner: string, leaseSeconds: number): Promise<Map<string, Date>> {
  const result = await query<{ id: string; updated_at: Date }>(
    db,
    `update connection c set listening_until = now() + ? * interval '1 second'
     from portal p where p.portal = c.portal and p.state = 'installed' and p.move_state is null
       and c.disabled_reason is null and c.listening_by = ?
     returning c.id, c.updated_at`,
    [leaseSeconds, owner],
    'renew_listeners',
  );
  return new Map(result.rows.map((row) => [row.id, row.updated_at]));
}

/** Releases listeners so that another process can take them at once. */
export async function releaseListeners(db: Db, owner: string, ids: readonly string[]): Promise<void> {
  await query(
    db,
    'update connection set listening_by = null, listening_until = null where listening_by = ? and id = any(?::uuid[])',
    [owner, ids],
  );
}

/** Releases listeners that could not be started; they can be claimed again after this many seconds. */
export async function putOffListeners(db: Db, owner: string, ids: readonly string[], seconds: number): Promise<void> {
  await query(
    db,
    `update connection set listening_by = null, listening_until = now() + ? * interval '1 second'
     where listening_by = ? and id = any(?::uuid[])`,
    [seconds, owner, ids],
  );
}

/** Moves a listener's cursor, in the transaction that stores the messages before it. False when the listener is no longer leased to this owner. */
export async function moveCursor(
  db: Db,
  owner: string,
  { portal, id }: Pick<ConnectionRow, 'portal' | 'id'>,
  cursor: string,
): Promise<boolean> {
  const result = await query<unknown>(
    db,
    'update connection set cursor = ? where portal = ? and id = ? and listening_by = ? returning 1',
    [cursor, portal, id, owner],
  );
  return result.rows.length > 0;
}
