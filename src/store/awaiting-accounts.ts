/** Accounts of brains that have been registered over there while nobody has said yet which portal they are for; sealed. */
import { type Db, query } from './database.ts';

/** Replaces what is kept under the id. */
export async function keepAwaiting(db: Db, brain: string, id: string, box: Buffer): Promise<void> {
  await query(
    db,
    `insert into awaiting_account (id, brain, box) values (?, ?, ?)
     on conflict (id) do update set box = excluded.box where awaiting_account.brain = excluded.brain`,
    [id, brain, box],
  );
}

export async function findAwaiting(db: Db, brain: string, id: string): Promise<Buffer | null> {
  const result = await query<{ box: Buffer }>(db, 'select box from awaiting_account where id = ? and brain = ?', [
    id,
    brain,
  ]);
  return result.rows[0]?.box ?? null;
}

/** False when there is none. */
export async function dropAwaiting(db: Db, brain: string, id: string): Promise<boolean> {
  const result = await query<unknown>(db, 'delete from awaiting_account where id = ? and brain = ? returning 1', [
    id,
    brain,
  ]);
  return result.rows.length > 0;
}
