/** Tests whether the database accepts writes: with a full or broken disk, or in read-only mode, a server still answers reads. */
import { randomUUID } from 'node:crypto';
import { inTransaction, type Pool, query } from './database.ts';

/** Portal ids have 32 hexadecimal digits, so no portal has this one. */
const nobody = 'write-probe';

const patience = '2s';

/**
 * Really writes, and leaves nothing behind: it inserts and deletes a row, committed to disk, and makes a temporary file, which needs new
 * blocks even where the tables still have free space. Throws the database's error.
 */
export async function tryWriting(db: Pool): Promise<void> {
  await inTransaction(db, async (trx) => {
    await query(
      trx,
      `select set_config('statement_timeout', '${patience}', true), set_config('work_mem', '64kB', true),
              set_config('synchronous_commit', 'on', true)`,
    );
    // Sorting 300 KB in 64 KB of memory goes through a file.
    await query(
      trx,
      `select count(*) from (
         select repeat(md5(n::text), 6) as filling from generate_series(1, 1500) n order by filling offset 0
       ) sorted`,
    );
    const key = randomUUID();
    await query(trx, 'insert into dedupe (portal, key) values (?, ?)', [nobody, key]);
    await query(trx, 'delete from dedupe where portal = ? and key = ?', [nobody, key]);
  });
}

/** SQLSTATE of a disk that is full (53100) or broken (58030), and of a server that takes no writes (25006). */
const refusals = new Set(['53100', '58030', '25006']);

/** True when the database answered, but would not write. */
export function isWriteRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && refusals.has(String(error.code));
}
