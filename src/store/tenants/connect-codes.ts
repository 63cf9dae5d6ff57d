/** One-time codes by which an administrator of a portal proves, outside of it, that an account may be connected to that portal. */
import { type Db, query } from '../database.ts';

/** How long a code can be used, in minutes: long enough to find an API key in another service. */
export const codeMinutes = 30;

/** Stores a code; it replaces the former one of this portal and brain. Part of a transaction. */
export async function replaceCode(db: Db, portal: string, brain: string, codeHash: Buffer): Promise<void> {
  await query(db, 'delete from connect_code where portal = ? and (brain = ? or expires_at < now())', [portal, brain]);
  await query(
    db,
    `insert into connect_code (portal, brain, code_hash, expires_at) values (?, ?, ?, now() + ? * interval '1 minute')`,
    [portal, brain, codeHash, codeMinutes],
  );
}

/** Uses the code up and returns its portal; null for a wrong, expired or used one. */
export async function redeemCode(db: Db, brain: string, codeHash: Buffer): Promise<string | null> {
  const result = await query<{ portal: string; is_living: boolean }>(
    db,
    `delete from connect_code using (select now() as at) clock
     where code_hash = ? and brain = ? returning portal, expires_at > clock.at as is_living`,
    [codeHash, brain],
  );
  const found = result.rows[0];
  return found?.is_living === true ? found.portal : null;
}
