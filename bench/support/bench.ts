/** What every measure is given, and the type of a measure. */
import type { DatabaseServer } from './database-server.ts';
import type { Endings } from './endings.ts';
import type { Verdict } from './figures.ts';
import type { Plan } from './plan.ts';

export interface Bench {
  readonly plan: Plan;
  readonly server: DatabaseServer;
  readonly endings: Endings;
  /** Reports progress. */
  readonly say: (text: string) => void;
}

/** Measures something and its peers. Leaves no process and no database behind. */
export type Measure = (bench: Bench) => Promise<readonly Verdict[]>;
