/** How long people wait for answers: read from the outbox some minutes later, so that no message is delayed by counting. */
import { inTransaction, type Pool, query, type Transaction } from '../database.ts';

/** A question whose answer takes longer counts as unanswered. */
const answerSeconds = 300;

/** The width of a class of times: each ends a quarter above the one before, so a percentile is off by no more than that. */
const growth = 1.25;

/** The end of the first class, in milliseconds. */
const firstEnd = 50;

/** `name` of a question that was not answered in time. */
export const unanswered = 'none';

/** A step counts the questions of this span at most. */
const stepMinutes = 10;

/** How far back the newest rows of a dialog are searched for the answer and for the message that asked. */
const searchedRows = 100;

/** The end of a class, in milliseconds. @param name of an `answer` count */
export function classEnd(name: string): number {
  return firstEnd * growth ** Number(name);
}

/**
 * Counts the questions of the next span. True: there is more to count. Counts and progress are committed together, so each question is
 * counted once, and several processes take turns.
 */
export async function countAnswers(db: Pool): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const span = await nextSpan(trx);
    if (span === null) return false;
    await query(trx, countSpan, [span.from, span.from, span.until]);
    await query(trx, 'update answers_counted set until = ?', [span.until]);
    return span.hasMore;
  });
}

interface Span {
  readonly from: Date;
  readonly until: Date;
  readonly hasMore: boolean;
}

/** Null: another process counts now, or nothing can be counted yet. A gap of more than a day is left out: those hours are not looked at closely. */
async function nextSpan(trx: Transaction): Promise<Span | null> {
  const result = await query<{ from: Date; until: Date; end: Date }>(
    trx,
    `select greatest(until, now() - interval '1 day') as from, now() - interval '${answerSeconds} seconds' as end,
       least(greatest(until, now() - interval '1 day') + interval '${stepMinutes} minutes',
         now() - interval '${answerSeconds} seconds') as until
     from answers_counted for update skip locked`,
  );
  const [span] = result.rows;
  if (span === undefined || span.until <= span.from) return null;
  return { from: span.from, until: span.until, hasMore: span.until < span.end };
}

/**
 * Reads only portals that have events in those hours; others have nothing to count. A question is a message that was sent to the brain; its answer the first
 * message shown in the dialog after it. The time runs from the moment the question came in until the answer was in the portal.
 */
const countSpan = `
  insert into hourly_count as h (portal, hour, bot_code, brain, kind, name, count)
  select t.portal, date_trunc('hour', t.asked_at, 'UTC'), t.bot_code, coalesce(b.brain, ''), 'answer', t.name, count(*)::int
  from (
    select q.portal, q.bot_code, coalesce(e.received_at, q.created_at) as asked_at,
      case when a.done_at is null or a.done_at > q.created_at + interval '${answerSeconds} seconds' then '${unanswered}'
        else greatest(0, ceil(ln(greatest(1, extract(epoch from a.done_at - coalesce(e.received_at, q.created_at)) * 1000)
          / ${firstEnd}) / ln(${growth})))::int::text end as name
    from (select distinct portal from hourly_count where hour >= ?::timestamptz - interval '1 hour' and kind = 'event') p
    cross join lateral (
      select o.portal, o.lane, o.bot_code, o.trace, o.created_at from outbox o
      where o.portal = p.portal and o.target = 'brain' and o.created_at >= ? and o.created_at < ?
        and o.action->>'type' = 'message' and o.bot_code is not null and o.state <> 'dropped'
    ) q
    left join lateral (
      select min(r.done_at) as done_at from (
        select s.created_at, s.done_at, s.state, s.action->>'type' as type from outbox s
        where s.portal = q.portal and s.lane = left(q.lane, -length('>brain')) || '>portal'
        order by s.seq desc limit ${searchedRows}
      ) r where r.created_at >= q.created_at and r.state = 'done' and r.type in ('send', 'send_file')
    ) a on true
    left join lateral (
      select min(r.received_at) as received_at from (
        select i.received_at, i.trace from inbox i
        where i.portal = q.portal and i.lane = left(q.lane, -length('>brain'))
        order by i.seq desc limit ${searchedRows}
      ) r where r.trace = q.trace
    ) e on true
  ) t
  left join bot b on b.portal = t.portal and b.code = t.bot_code
  group by 1, 2, 3, 4, 6
  order by 1, 2, 3, 4, 5, 6
  on conflict (portal, hour, bot_code, brain, kind, name) do update set count = h.count + excluded.count`;
