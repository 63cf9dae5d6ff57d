/** How often steps that are not finished were tried, and when they are tried again. */
import { type Db, query } from '../database.ts';
import type { Step } from './history.ts';

/** The state of a waiting step. Finished steps have none: the store keeps their outcome, not their number of tries. */
export interface Wait {
  /** Tries so far, one under way included; 0 for a step behind others of its lane. */
  readonly attempts: number;
  readonly isUnderWay: boolean;
  /** When it is tried next at the earliest; null when it is under way, or behind others. */
  readonly nextTryAt: Date | null;
}

interface LaneRow {
  readonly portal: string;
  readonly queue: string;
  readonly key: string;
  readonly done: string;
  readonly attempts: number;
  readonly ready_at: Date;
  readonly is_taken: boolean;
}

/** Returns a function that looks up the wait of a step; null for a step that does not wait. */
export async function readWaits(db: Db, steps: readonly Step[]): Promise<(step: Step) => Wait | null> {
  const waiting = steps.filter((step) => step.state === 'waiting');
  if (waiting.length === 0) return () => null;
  const result = await query<LaneRow>(
    db,
    `select portal, queue, key, done, attempts, ready_at, locked_by is not null and ready_at > now() as is_taken
     from lane join unnest(?::text[], ?::text[], ?::text[]) as i(portal, queue, key) using (portal, queue, key)
     where ready_at < 'infinity'`,
    [waiting.map((step) => step.portal), waiting.map((step) => step.queue), waiting.map((step) => step.lane)],
  );
  const lanes = new Map(result.rows.map((row) => [`${row.portal}\n${row.queue}\n${row.key}`, row]));
  return (step) => {
    const lane = lanes.get(`${step.portal}\n${step.queue}\n${step.lane}`);
    if (step.state !== 'waiting' || lane === undefined) return null;
    if (step.seq !== Number(lane.done) + 1) return { attempts: 0, isUnderWay: false, nextTryAt: null };
    return { attempts: lane.attempts, isUnderWay: lane.is_taken, nextTryAt: lane.is_taken ? null : lane.ready_at };
  };
}
