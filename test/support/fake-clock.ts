/** A clock that a test advances itself: sleepers wake only then, and in order. */
import type { Clock } from '../../src/lib/clock.ts';

export interface FakeClock extends Clock {
  /** Advances the time. Wakes sleepers in the order of their times and lets each continue before the next one is woken. */
  advance(ms: number): Promise<void>;
  /** The number of sleepers. */
  sleepers(): number;
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A fake clock that shows the given time until it is advanced. */
export function createFakeClock(start: Date | string = '2026-01-01T00:00:00Z'): FakeClock {
  const startMs = new Date(start).getTime();
  const asleep = new Set<Sleeper>();
  let passedMs = 0;
  return {
    now: () => new Date(startMs + passedMs),
    monotonicMs: () => passedMs,
    sleepers: () => asleep.size,
    sleep(ms, signal) {
      if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper: Sleeper = {
          dueMs: passedMs + ms,
          wake() {
            asleep.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        asleep.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      });
    },
    async advance(ms) {
      const endMs = passedMs + ms;
      await settle();
      for (let next = firstDue(asleep, endMs); next !== undefined; next = firstDue(asleep, endMs)) {
        passedMs = next.dueMs;
        next.wake();
        await settle();
      }
      passedMs = endMs;
    },
  };
}

function firstDue(asleep: ReadonlySet<Sleeper>, endMs: number): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of asleep) {
    if (sleeper.dueMs <= endMs && (first === undefined || sleeper.dueMs < first.dueMs)) first = sleeper;
  }
  return first;
}

/** Lets everything that is ready run, both microtasks and callbacks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
