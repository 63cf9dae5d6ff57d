/** How much happened lately in a portal. */
import { type Db, query } from '../database.ts';

/** Events of the last day by bot and outcome. */
export interface DayCount {
  readonly bot_code: string;
  readonly outcome: string;
  readonly events: number;
}

const dialogLane = `lane !~ '^[/~]'`;

export async function countDay(db: Db, portal: string): Promise<DayCount[]> {
  const result = await query<DayCount>(
    db,
    `select split_part(lane, '/', 1) as bot_code, coalesce(outcome, state) as outcome, count(*)::int as events
     from inbox_history where portal = ? and received_at > now() - interval '1 day' and ${dialogLane}
     group by 1, 2 order by 1, 3 desc`,
    [portal],
  );
  return result.rows;
}
