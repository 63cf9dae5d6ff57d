/** The orders and results of a drain, the same for all peers. */
import { z } from 'zod';

export const drainOrderSchema = z.object({
  /** Events to finish before the measurement. */
  warm: z.number(),
  /** Events to finish during the measurement; fewer when the time ends it. */
  events: z.number(),
  /** The longest duration of the measurement. */
  seconds: z.number(),
});
export type DrainOrder = z.infer<typeof drainOrderSchema>;

export const drainResultSchema = z.object({
  perSecond: z.number(),
  /** All events finished, before, during and after the measurement. */
  finished: z.number(),
  /** Events that were handled before their predecessor in the dialog, or twice. */
  outOfTurn: z.number(),
});
export type DrainResult = z.infer<typeof drainResultSchema>;

/** Counts finished events against the clock. */
export function createDrainClock(order: DrainOrder) {
  let finished = 0;
  let start: { readonly at: number; readonly count: number } | null = null;
  let end: { readonly at: number; readonly count: number } | null = null;
  return {
    isOver: (): boolean => end !== null,
    finish(count: number): void {
      finished += count;
      const now = performance.now();
      if (start === null) {
        if (finished >= order.warm) start = { at: now, count: finished };
      } else if (end === null && (finished - start.count >= order.events || now - start.at >= order.seconds * 1000)) {
        end = { at: now, count: finished };
      }
    },
    /** The result when nothing is left: the measurement ends with the last event. */
    result(outOfTurn: number): DrainResult {
      const first = start ?? { at: 0, count: 0 };
      const last = end ?? { at: performance.now(), count: finished };
      return { perSecond: ((last.count - first.count) * 1000) / (last.at - first.at), finished, outOfTurn };
    },
  };
}

/** Checks the order within each dialog. */
export function createTurnWatch() {
  const lastPlaces = new Map<string, number>();
  let outOfTurn = 0;
  return {
    /** @param place the event's position in its dialog, increasing by one; the first position may be any number */
    see: (dialog: string, place: number): void => {
      const last = lastPlaces.get(dialog);
      if (last !== undefined && place !== last + 1) outOfTurn += 1;
      lastPlaces.set(dialog, place);
    },
    outOfTurn: (): number => outOfTurn,
  };
}
