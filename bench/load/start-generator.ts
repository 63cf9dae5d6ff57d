/** Starts the load generator and gives it orders. */
import { startChild } from '../support/child.ts';
import type { Endings } from '../support/endings.ts';
import { connections } from '../support/plan.ts';
import { type LoadOrder, type LoadResult, loadResultSchema } from './orders.ts';

export type Load = Pick<LoadOrder, 'port' | 'path'> & Partial<LoadOrder>;

export interface Generator {
  /** Throws if any request was not answered with 200: then the figures cannot be compared. */
  run(load: Load): Promise<LoadResult>;
  stop(): Promise<void>;
}

/** The number of dialogs when the order names no other. */
export const usualDialogs = 1_000;

export async function startGenerator(endings: Endings): Promise<Generator> {
  const child = await startChild(endings, new URL('./generator.ts', import.meta.url));
  return {
    async run(load) {
      const order: LoadOrder = {
        kind: 'event',
        connections,
        dialogs: usualDialogs,
        warmSeconds: 0,
        seconds: null,
        messages: null,
        ...load,
      };
      const result = await child.ask('run', order, loadResultSchema);
      if (result.refused > 0) throw new Error(`${load.path}: ${result.refused} requests were not answered with 200`);
      return result;
    },
    stop: () => child.stop(),
  };
}
