/** Fills the figures of the big portal: 30 days of five bots with 37 different counts in every hour. */
import type { Bench } from './bench.ts';
import { bigPortal } from './fill-conversations.ts';

export const figureDays = 30;

export async function fillFigures(bench: Bench, database: string): Promise<void> {
  await bench.server.rows(
    database,
    `insert into hourly_count (portal, hour, bot_code, brain, kind, name, count)
     select '${bigPortal}', date_trunc('hour', now()) - h * interval '1 hour', 'bench_' || b, 'echo', k.kind, k.name, 1 + (h * 7 + b) % 50
     from generate_series(0, ${figureDays * 24 - 1}) h, generate_series(0, 4) b,
       (select 'event' as kind, unnest(array['forwarded', 'helped', 'chosen', 'noted', 'ignored_own', 'ignored_person_owns', 'greeted',
          'session_started', 'session_finished', 'requested', 'overheard', 'forwarded+helped']) as name
        union all select 'answer', n::text from generate_series(8, 31) n
        union all select 'answer', 'none') k`,
  );
}
