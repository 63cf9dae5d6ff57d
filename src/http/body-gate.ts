/**
 * Admits large request bodies as memory allows: each gets memory for its whole length before it is read; the others wait unread. Senders
 * take turns, and the newest of a sender's bodies goes first, because bodies held back on purpose are old ones. While others wait, an
 * admitted body that stops arriving is dropped.
 */
import type { Clock } from '../lib/clock.ts';

export interface GateOptions {
  readonly capacityBytes: number;
  /** The largest number of waiting bodies. Beyond it, the sender with most waiting bodies loses its oldest one. */
  readonly maxWaiting: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export interface Admission {
  /** The body is complete: it is being processed and is no longer dropped. */
  complete(): void;
  /** Releases the memory; repeatable. */
  close(): void;
}

export interface BodyGate {
  /** Resolves when there is memory for the body; null when there was none in time. Aborting the signal ends the wait. */
  enter(body: LargeBody, signal: AbortSignal): Promise<Admission | null>;
  usedBytes(): number;
}

export interface LargeBody {
  readonly sender: string;
  readonly bytes: number;
  /** Bytes that have arrived so far. */
  readonly arrived: () => number;
  /** Called when the admitted body is dropped; its memory has been released by then. */
  readonly drop: () => void;
}

/** The longest wait for memory. Bitrix24 gives a handler about as long. */
const patienceMs = 10_000;

/** While others wait, a body must bring this much in each second and be complete within ten seconds, or it is dropped. */
const leastBytes = 16 * 1024;
const windowMs = 1_000;
const completeWithinMs = 10_000;

const sweepMs = 250;

interface Waiting extends LargeBody {
  readonly since: number;
  readonly settle: (admission: Admission | null) => void;
}

interface Admitted {
  readonly body: LargeBody;
  readonly since: number;
  readonly close: () => void;
  /** Start of the current one-second window, and the bytes that had arrived then. */
  windowAt: number;
  arrived: number;
}

export function createBodyGate({ capacityBytes, maxWaiting, clock }: GateOptions): BodyGate {
  /** Waiting bodies by sender; a sender that has been served goes to the end. */
  const queues = new Map<string, Waiting[]>();
  const unfinished = new Set<Admitted>();
  let waiting = 0;
  let held = 0;
  let sweeper: NodeJS.Timeout | null = null;
  let sweptAt = 0;

  function admit(body: Waiting): void {
    let isOpen = true;
    held += body.bytes;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      unfinished.delete(admitted);
      held -= body.bytes;
      admitNext();
    };
    const now = clock.monotonicMs();
    const admitted: Admitted = { body, since: now, close, windowAt: now, arrived: body.arrived() };
    unfinished.add(admitted);
    body.settle({ complete: () => void unfinished.delete(admitted), close });
  }

  /** Admits waiting bodies while they fit. One that does not fit keeps its turn: otherwise small ones would pass a large one for ever. */
  function admitNext(): void {
    for (;;) {
      const next = queues.entries().next().value;
      const first = next?.[1].at(-1);
      if (next === undefined || first === undefined || held + first.bytes > capacityBytes) return;
      leave(first);
      const rest = queues.get(first.sender);
      if (rest !== undefined) {
        queues.delete(first.sender);
        queues.set(first.sender, rest);
      }
      admit(first);
    }
  }

  /** Removes it from its queue. False when it was no longer there. */
  function leave(one: Waiting): boolean {
    const queue = queues.get(one.sender);
    const at = queue?.indexOf(one) ?? -1;
    if (queue === undefined || at === -1) return false;
    queue.splice(at, 1);
    if (queue.length === 0) queues.delete(one.sender);
    waiting -= 1;
    return true;
  }

  function refuse(one: Waiting): void {
    if (leave(one)) one.settle(null);
  }

  function sweep(): void {
    const now = clock.monotonicMs();
    // If this process was stalled, bytes may have arrived without having been read.
    const wasStalled = now - sweptAt > 3 * sweepMs;
    sweptAt = now;
    for (const queue of [...queues.values()]) {
      for (const one of [...queue]) if (now - one.since >= patienceMs) refuse(one);
    }
    for (const admitted of [...unfinished]) if (isStalled(admitted, now, wasStalled)) evict(admitted);
    if (waiting > 0 || sweeper === null) return;
    clearInterval(sweeper);
    sweeper = null;
  }

  function isStalled(admitted: Admitted, now: number, wasStalled: boolean): boolean {
    if (waiting === 0) return false;
    if (now - admitted.since >= completeWithinMs) return true;
    if (!wasStalled && now - admitted.windowAt < windowMs) return false;
    const arrived = admitted.body.arrived();
    const hasStopped = arrived - admitted.arrived < leastBytes;
    Object.assign(admitted, { windowAt: now, arrived });
    return hasStopped && !wasStalled;
  }

  function evict(admitted: Admitted): void {
    admitted.close();
    admitted.body.drop();
  }

  function refuseExcess(): void {
    let longest: readonly Waiting[] = [];
    for (const queue of queues.values()) if (queue.length > longest.length) longest = queue;
    const oldest = longest[0];
    if (oldest !== undefined) refuse(oldest);
  }

  return {
    enter(body, signal) {
      const { promise, resolve } = Promise.withResolvers<Admission | null>();
      const one: Waiting = { ...body, since: clock.monotonicMs(), settle: resolve };
      const queue = queues.get(body.sender);
      if (queue === undefined) queues.set(body.sender, [one]);
      else queue.push(one);
      waiting += 1;
      signal.addEventListener('abort', () => refuse(one), { once: true });
      admitNext();
      if (waiting > maxWaiting) refuseExcess();
      if (waiting > 0 && sweeper === null) {
        sweptAt = clock.monotonicMs();
        sweeper = setInterval(sweep, sweepMs).unref();
      }
      return promise;
    },
    usedBytes: () => held,
  };
}
