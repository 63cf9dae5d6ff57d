/** ConnectionService of brains that have been registered over there while nobody has said yet which portal they are for; sealed. */
import { type Db, query } from '../database.ts';

/** Replaces what is kept under the id; its time to be connected begins anew. */
export async function keepAwaiting(db: Db, brain: string, id: string, queue: Buffer): Promise<void> {
  await query(
    db,
    `insert into awaiting_connection (id, brain, sealed) values (?, ?, ?)
     on conflict (id) do update set sealed = excluded.sealed, created_at = now() where awaiting_connection.brain = excluded.brain`,
    [id, brain, queue],
  );
}

export async function findAwaiting(db: Db, brain: string, id: string): Promise<Buffer | null> {
  const result = await query<{ queue: Buffer }>(
    db,
    'select sealed from awaiting_connection where id = ? and brain = ?',
    [id, brain],
  );
  return result.rows[0]?.queue ?? null;
}

/** False when there is none. */
export async function dropAwaiting(db: Db, brain: string, id: string): Promise<boolean> {
  const result = await query<unknown>(db, 'delete from awaiting_connection where id = ? and brain = ? returning 1', [
    id,
    brain,
  ]);
  return result.rows.length > 0;
}
