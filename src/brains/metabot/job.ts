/** A job of Metabot: the body of `POST /bots/{botId}/jobs/schedule` (docs/platform-notes/metabot.md#schedule-a-job). */
import { badInput } from '../../core/errors.ts';
import { runAt } from './run-at.ts';

export type JobKind = 'script' | 'trigger' | 'broadcast';

/** What to run, and when. Exactly one of `id` and `code` is needed, and at most one of `runAt` and `runAfterSec` is allowed. */
export interface Job {
  readonly kind: JobKind;
  readonly id?: number | undefined;
  readonly code?: string | undefined;
  readonly leadId?: number | null | undefined;
  readonly ticketId?: number | undefined;
  /** See `runAt` for its forms. */
  readonly runAt?: string | undefined;
  readonly runAfterSec?: number | undefined;
  readonly isPeriodic?: boolean | undefined;
  /** Code that Metabot runs. It must come from the connection's settings or from an administrator, never from a chat. */
  readonly condition?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
}

/** The request body with Metabot's field names; absent fields are omitted. Throws BadInput `metabot.bad_job`: such a job is never sent. */
export function jobBody(job: Job, timeZone: string): Readonly<Record<string, unknown>> {
  const { kind, id, code, runAfterSec } = job;
  if ((id === undefined) === (code === undefined)) {
    throw badInput('metabot.bad_job', `a job runs exactly one ${kind}: by its code or by its id`);
  }
  if (job.runAt !== undefined && runAfterSec !== undefined) {
    throw badInput('metabot.bad_job', 'a job runs at a time or after a delay, not both');
  }
  const at = job.runAt === undefined ? undefined : runAt(job.runAt, timeZone);
  if (at === null) throw badInput('metabot.bad_job', 'the time of a job is written YYYY-MM-DD hh:mm:ss');
  const fields = {
    [`${kind}_id`]: id,
    [`${kind}_code`]: code,
    lead_id: job.leadId ?? undefined,
    ticket_id: job.ticketId,
    run_at: at,
    run_after_sec: runAfterSec,
    is_periodic: job.isPeriodic,
    condition_script_code: job.condition,
    script_request_params: job.params,
    add_tags: tags(job.addTags),
    remove_tags: tags(job.removeTags),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function tags(list: readonly string[] | undefined): string | undefined {
  return list === undefined || list.length === 0 ? undefined : list.join(',');
}
