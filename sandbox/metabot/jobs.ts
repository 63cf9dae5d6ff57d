/** Scheduled jobs: stored, run when they are due, and run at once or cancelled by the person at the page. */
import { runInNewContext } from 'node:vm';
import { inBackground } from '../kit/background.ts';
import type { Script } from './script.ts';
import type { MetabotState, ScheduledJob } from './state.ts';
import { type JobBody, readJob, tagsIn } from './validate-job.ts';

/** The longest span that setTimeout accepts; no sandbox runs that long. */
const longestTimerMs = 2_147_483_647;

export class Jobs {
  readonly #state: MetabotState;
  readonly #script: Script;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #nextId = 1;

  constructor(state: MetabotState, script: Script) {
    this.#state = state;
    this.#script = script;
  }

  /** Schedules a job. Returns what is wrong with the body, as a sentence; null when the job is scheduled or its condition is false. */
  schedule(given: unknown): string | null {
    const read = readJob(given);
    if (typeof read === 'string') return read;
    const { body, kind, target } = read;
    const params = body.script_request_params ?? {};
    const conversation = params['conversation_id'];
    const job: ScheduledJob = {
      id: this.#nextId++,
      kind,
      target,
      leadId: body.lead_id ?? null,
      conversationId: typeof conversation === 'string' ? conversation : null,
      params,
      body,
      dueAt: dueAt(body),
      state: isTrue(body) ? 'waiting' : 'condition false',
    };
    this.#state.jobs.push(job);
    this.#state.changes.announce('change');
    if (job.state === 'waiting') this.#arm(job);
    return null;
  }

  /** Runs a waiting job at once. Throws an error with a sentence when there is none. */
  async runNow(id: number): Promise<void> {
    const job = this.#waiting(id);
    this.#disarm(id);
    await this.#run(job);
  }

  cancel(id: number): void {
    this.#waiting(id).state = 'cancelled';
    this.#disarm(id);
    this.#state.changes.announce('change');
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #waiting(id: number): ScheduledJob {
    const job = this.#state.jobs.find((one) => one.id === id && one.state === 'waiting');
    if (job === undefined) throw new Error('there is no such waiting job');
    return job;
  }

  #arm(job: ScheduledJob): void {
    const wait = Math.min(Math.max(0, job.dueAt - Date.now()), longestTimerMs);
    const timer = setTimeout(() => inBackground(this.#run(job)), wait);
    timer.unref();
    this.#timers.set(job.id, timer);
  }

  #disarm(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  async #run(job: ScheduledJob): Promise<void> {
    this.#timers.delete(job.id);
    job.state = 'done';
    const lead = this.#state.leads.get(job.leadId ?? 0);
    for (const tag of tagsIn(job.body['add_tags'] as string | undefined)) lead?.tags.add(tag);
    for (const tag of tagsIn(job.body['remove_tags'] as string | undefined)) lead?.tags.delete(tag);
    this.#state.changes.announce('change');
    await this.#script.runJob(job.kind, job.target, job.params);
  }
}

/** When the job is due, in milliseconds. Times without an offset are UTC. */
function dueAt({ run_at: at, run_after_sec: after = 0 }: JobBody): number {
  return at === undefined ? Date.now() + after * 1_000 : Date.parse(`${at.replace(' ', 'T')}Z`);
}

/** Evaluates the condition, which is JavaScript; true for a job without one. */
function isTrue({ condition_script_code: code, lead_id: leadId }: JobBody): boolean {
  if (code === undefined || code.trim() === '') return true;
  try {
    return runInNewContext(`(() => {${code}\n})()`, { leadId: leadId ?? null }, { timeout: 100 }) === true;
  } catch {
    // A condition that throws counts as false.
    return false;
  }
}
