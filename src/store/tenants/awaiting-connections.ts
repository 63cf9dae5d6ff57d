/** Connections that a brain has registered in its remote before anybody has said which portal they are for; sealed. */
import { type Db, query } from '../database.ts';

/** Keeps the sealed config under the id, replacing an earlier one; the time limit for connecting it begins anew. */
export async function keepAwaiting(db: Db, brain: string, id: string, sealed: Buffer): Promise<void> {
  await query(
    db,
    `insert into awaiting_connection (id, brain, config_sealed) values (?, ?, ?)
     on conflict (id) do update set config_sealed = excluded.config_sealed, created_at = excluded.created_at where awaiting_connection.brain = excluded.brain`,
    [id, brain, sealed],
  );
}

export async function findAwaiting(db: Db, brain: string, id: string): Promise<Buffer | null> {
  const result = await query<{ config_sealed: Buffer }>(
    db,
    'select config_sealed from awaiting_connection where id = ? and brain = ?',
    [id, brain],
  );
  return result.rows[0]?.config_sealed ?? null;
}

/** False when there is none. */
export async function dropAwaiting(db: Db, brain: string, id: string): Promise<boolean> {
  const result = await query<unknown>(db, 'delete from awaiting_connection where id = ? and brain = ? returning 1', [
    id,
    brain,
  ]);
  return result.rows.length > 0;
}
