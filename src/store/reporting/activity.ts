/** What the app's page shows an administrator: how much happened lately, and why each bot answered or did not. */
import { type Db, query } from '../database.ts';

/** Events of the last day by bot and outcome. */
export interface DayCount {
  readonly bot_code: string;
  readonly outcome: string;
  readonly events: number;
}

/** Holds no message texts: the page explains what the bots did; it is not for reading other people's messages. */
export interface RecentEvent {
  readonly trace: string;
  readonly bot_code: string;
  readonly dialog_id: string;
  readonly source: string;
  readonly at: Date;
  readonly state: string;
  readonly outcome: string | null;
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

/** The newest events of a portal's dialogs, newest first. */
export async function listRecent(db: Db, portal: string, limit: number): Promise<RecentEvent[]> {
  const result = await query<RecentEvent>(
    db,
    `select trace, split_part(lane, '/', 1) as bot_code, substr(lane, strpos(lane, '/') + 1) as dialog_id, source,
            received_at as at, state, outcome
     from inbox_history where portal = ? and received_at > now() - interval '7 days' and ${dialogLane}
     order by received_at desc limit ?`,
    [portal, limit],
  );
  return result.rows;
}
