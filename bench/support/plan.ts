/** Durations and repetitions of all measurements. */

export interface Plan {
  /** Measurements of each subject; the median counts. */
  readonly runs: number;
  /** Load before the first run of a subject, for the compiler and the caches. */
  readonly warmSeconds: number;
  /** Duration of a run under load. */
  readonly seconds: number;
  /** Events drained during the measurement. */
  readonly drainEvents: number;
  /** The longest duration of a pg-boss drain: all its events would take minutes, and its speed does not change. */
  readonly bossSeconds: number;
  readonly backlogEvents: number;
  /** Events sent through the whole app in a run. */
  readonly flowEvents: number;
  /** Messages each way whose latency is measured. */
  readonly latencyMessages: number;
  /** How long an hour of the day of ten thousand portals lasts. */
  readonly hourSeconds: number;
  readonly idleSeconds: number;
  readonly idleRuns: number;
  /** Before each measure: how long to wait until other programs leave the processor idle. */
  readonly patienceSeconds: number;
}

/** Events drained before the measurement. */
export const drainWarmEvents = 6_000;

export const connections = 64;

/** Sockets of a brain that one process holds. */
export const sockets = 1_000;

/** About 10 minutes on two cores. */
export const fullPlan: Plan = {
  runs: 5,
  warmSeconds: 3,
  seconds: 6,
  drainEvents: 60_000,
  bossSeconds: 10,
  backlogEvents: 1_000_000,
  flowEvents: 10_000,
  latencyMessages: 300,
  hourSeconds: 25,
  idleSeconds: 10,
  idleRuns: 3,
  patienceSeconds: 20,
};

/** Under 3 minutes. The figures are rougher, and fewer events wait. */
export const quickPlan: Plan = {
  ...fullPlan,
  runs: 3,
  warmSeconds: 1.5,
  seconds: 2,
  drainEvents: 30_000,
  bossSeconds: 3,
  backlogEvents: 200_000,
  flowEvents: 2_000,
  latencyMessages: 100,
  hourSeconds: 3,
  idleRuns: 1,
  patienceSeconds: 3,
};
