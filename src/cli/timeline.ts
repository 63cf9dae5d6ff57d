/** Tells what happened to messages, step by step, for people and for `--json`. */
import type { Db } from '../store/database.ts';
import { dialogOf } from '../store/queue/lane-names.ts';
import type { Step } from '../store/reporting/history.ts';
import { readWaits, type Wait } from '../store/reporting/waiting-steps.ts';
import { domainsById } from './arguments/choose-portal.ts';
import { moment, table } from './framework/layout.ts';
import { outcomeText } from './outcome-texts.ts';

export interface ToldStep {
  readonly at: Date;
  readonly portal: string;
  readonly trace: string;
  readonly queue: 'inbox' | 'outbox';
  readonly lane: string;
  readonly seq: number;
  readonly side: string;
  readonly kind: string | null;
  readonly state: string;
  readonly outcome: string | null;
  readonly words: string;
  /** Tries so far of a step that waits; null for finished ones. */
  readonly attempts: number | null;
  readonly nextTryAt: Date | null;
  readonly doneAt: Date | null;
  readonly remoteId: string | null;
}

/** Adds to each step its words and, while it waits, its tries; the order stays. */
export async function tellSteps(db: Db, steps: readonly Step[]): Promise<ToldStep[]> {
  const waitOf = await readWaits(db, steps);
  return steps.map((step) => {
    const wait = waitOf(step);
    return {
      at: step.at,
      portal: step.portal,
      trace: step.trace,
      queue: step.queue,
      lane: step.lane,
      seq: step.seq,
      side: step.side,
      kind: step.kind,
      state: step.state,
      outcome: step.outcome,
      words: wordsOf(step, wait),
      attempts: wait?.attempts ?? null,
      nextTryAt: wait?.nextTryAt ?? null,
      doneAt: step.done_at,
      remoteId: step.remote_id,
    };
  });
}

function wordsOf(step: Step, wait: Wait | null): string {
  if (step.state !== 'waiting') return outcomeText(step.state, step.outcome);
  if (wait === null) return 'is being finished';
  if (wait.isUnderWay) return 'is being worked on now';
  if (wait.nextTryAt === null) return 'waits for earlier ones of its dialog';
  if (wait.attempts === 0) return 'waits for a worker';
  const failed = step.outcome === null ? 'the last try failed' : outcomeText('done', step.outcome);
  return `${failed}; tried again at ${moment(wait.nextTryAt).slice(11)}`;
}

/** A table for each trace, oldest first, under a line that says where it took place. */
export async function layTimeline(db: Db, steps: readonly ToldStep[]): Promise<string> {
  const domains = await domainsById(db);
  const traces = Map.groupBy(steps, (step) => step.trace);
  return [...traces.entries()].map(([trace, ofTrace]) => layTrace(trace, ofTrace, domains)).join('\n\n');
}

function layTrace(trace: string, steps: readonly ToldStep[], domains: ReadonlyMap<string, string>): string {
  const portals = [...new Set(steps.map((step) => domains.get(step.portal) ?? step.portal))].join(', ');
  const dialogs = [...new Set(steps.map((step) => placeOf(step.lane)))].join(', ');
  const day = moment(steps[0]?.at ?? null).slice(0, 10);
  const rows = steps.map((step) => [
    step.at.toISOString().slice(11, 23),
    step.queue,
    step.side,
    step.kind ?? '-',
    step.state,
    step.attempts === null ? '' : String(step.attempts),
    step.remoteId === null ? step.words : `${step.words} (id ${step.remoteId})`,
  ]);
  const body = table(['UTC', 'queue', 'side', 'kind', 'state', 'tries', 'what happened'], rows, '  ');
  return `trace ${trace}   ${day}   ${portals}   ${dialogs}\n${body}`;
}

/** A dialog of a bot, or what else the lane is for. */
function placeOf(lane: string): string {
  const { botCode, dialogId } = dialogOf(lane.replace(/>\w+$/, ''));
  if (botCode !== '') return `${botCode} in dialog ${dialogId}`;
  return lane.startsWith('~') ? 'a conversation not known yet' : 'the installation';
}
