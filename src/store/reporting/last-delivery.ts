/** What became of the newest message that was carried to a brain. */
import { type Db, query } from '../database.ts';

export interface LastDelivery {
  readonly state: string;
  readonly outcome: string | null;
  readonly at: Date;
}

/** The newest delivery of a week, of any of these bots, that was tried at least once; null when there is none. */
export async function findLastDelivery(
  db: Db,
  portal: string,
  botCodes: readonly string[],
): Promise<LastDelivery | null> {
  const result = await query<LastDelivery>(
    db,
    `select state, outcome, coalesce(done_at, created_at) as at from outbox
     where portal = ? and bot_code = any(?::text[]) and target = 'brain' and created_at > now() - interval '7 days'
       and (state in ('done', 'dead_letter', 'unknown') or (state = 'waiting' and outcome is not null))
     order by created_at desc, seq desc limit 1`,
    [portal, botCodes],
  );
  return result.rows[0] ?? null;
}
