/** Pictures of bots, stored apart from the bots themselves, which are read with every message. */
import { type Db, query } from '../database.ts';

/** Part of a transaction that locks the portal. @param image null: the usual picture again */
export async function storePicture(db: Db, portal: string, code: string, image: Buffer | null): Promise<void> {
  await query(db, 'delete from bot_picture where portal = ? and code = ?', [portal, code]);
  if (image === null) return;
  await query(db, 'insert into bot_picture (portal, code, image) values (?, ?, ?)', [portal, code, image]);
}

/** Null for a bot with the usual picture. */
export async function findPicture(db: Db, portal: string, code: string): Promise<Buffer | null> {
  const result = await query<{ image: Buffer }>(db, 'select image from bot_picture where portal = ? and code = ?', [
    portal,
    code,
  ]);
  return result.rows[0]?.image ?? null;
}

/** Finds a picture by its `picture_id`, in whichever portal: bots with the same picture share its address. */
export async function findPictureById(db: Db, id: string): Promise<Buffer | null> {
  const result = await query<{ image: Buffer }>(
    db,
    `select image from bot join bot_picture using (portal, code) where picture_id = ? limit 1`,
    [id],
  );
  return result.rows[0]?.image ?? null;
}

/** The pictures of a portal by the code of the bot. */
export async function listPictures(db: Db, portal: string): Promise<ReadonlyMap<string, Buffer>> {
  const result = await query<{ code: string; image: Buffer }>(
    db,
    'select code, image from bot_picture where portal = ?',
    [portal],
  );
  return new Map(result.rows.map(({ code, image }) => [code, image]));
}
