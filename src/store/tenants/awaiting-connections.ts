/** Accounts that a remote has registered before anybody has said which portal they are for; sealed. */
import { type Db, query } from '../database.ts';

/** Replaces what is kept under the id. */
export async function keepAwaiting(db: Db, brain: string, id: string, sealed: Buffer): Promise<void> {
  await query(
    db,
    `insert into awaiting_connection (id, brain, sealed) values (?, ?, ?)
     on conflict (id) do update set sealed = excluded.sealed where awaiting_connection.brain = excluded.brain`,
    [id, brain, sealed],
  );
}

export async function findAwaiting(db: Db, brain: string, id: string): Promise<Buffer | null> {
  const result = await query<{ sealed: Buffer }>(
    db,
    'select sealed from awaiting_connection where id = ? and brain = ?',
    [id, brain],
  );
  return result.rows[0]?.sealed ?? null;
}

/** False when there is none. */
export async function dropAwaiting(db: Db, brain: string, id: string): Promise<boolean> {
  const result = await query<unknown>(db, 'delete from awaiting_connection where id = ? and brain = ? returning 1', [
    id,
    brain,
  ]);
  return result.rows.length > 0;
}
