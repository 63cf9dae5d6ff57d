/** What every measure gets, and what a measure is. */
import type { DatabaseServer } from './database-server.ts';
import type { Endings } from './endings.ts';
import type { Verdict } from './figures.ts';
import type { Plan } from './plan.ts';

export interface Bench {
  readonly plan: Plan;
  readonly server: DatabaseServer;
  readonly endings: Endings;
  /** Tells the person who waits what is going on. */
  readonly say: (text: string) => void;
}

/** Measures something beside its peers. Leaves no process and no database behind. */
export type Measure = (bench: Bench) => Promise<readonly Verdict[]>;
