/**
 * Lets large request bodies in as memory allows: each is given room for its whole length before it is read, the others wait unread. Senders
 * take turns, and of one sender's bodies the newest goes first: where many are held back on purpose, those are the old ones. Whoever is
 * given room must use it: while others wait, a body that does not come on makes way.
 */
import type { Clock } from '../lib/clock.ts';

export interface GateOptions {
  readonly capacityBytes: number;
  /** Bodies that may wait. Beyond, the sender with most bodies waiting loses its oldest one. */
  readonly maxWaiting: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export interface Admission {
  /** The body is complete: it is being worked on and need not make way any more. */
  whole(): void;
  /** Gives the room back; repeatable. */
  close(): void;
}

export interface BodyGate {
  /**
   * Resolves when there is room for the body; null when there was none in time. Aborting the signal ends the waiting.
   */
  enter(body: LargeBody, signal: AbortSignal): Promise<Admission | null>;
  heldBytes(): number;
}

export interface LargeBody {
  readonly sender: string;
  readonly bytes: number;
  /** Bytes that have arrived so far; grows while the body comes in. */
  readonly arrived: () => number;
  /** Called when it has been admitted and has to make way; its room is given back by then. */
  readonly drop: () => void;
}

/** Longest wait for room. Bitrix24 itself gives a handler about that long. */
const patienceMs = 10_000;

/** While others wait, a body brings this much in a second, and is whole within ten, or makes way. */
const leastBytes = 16 * 1024;
const windowMs = 1_000;
const wholeMs = 10_000;

const sweepMs = 250;

interface Waiting extends LargeBody {
  readonly since: number;
  readonly settle: (admission: Admission | null) => void;
}

interface Admitted {
  readonly body: LargeBody;
  readonly since: number;
  readonly close: () => void;
  /** Beginning of the second that is looked at, and what had arrived then. */
  windowAt: number;
  arrived: number;
}

export function createBodyGate({ capacityBytes, maxWaiting, clock }: GateOptions): BodyGate {
  /** By sender; a sender that has had its turn goes to the end. */
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
      letIn();
    };
    const now = clock.monotonicMs();
    const admitted: Admitted = { body, since: now, close, windowAt: now, arrived: body.arrived() };
    unfinished.add(admitted);
    body.settle({ whole: () => void unfinished.delete(admitted), close });
  }

  /** Lets in whose turn it is while they fit. Who does not fit keeps the turn: otherwise small ones would pass a large one for ever. */
  function letIn(): void {
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

  /** Takes it out of its queue. False when it was not there any more. */
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
    // After a stall of this process nothing has been read that may well have arrived.
    const wasStalled = now - sweptAt > 3 * sweepMs;
    sweptAt = now;
    for (const queue of [...queues.values()]) {
      for (const one of [...queue]) if (now - one.since >= patienceMs) refuse(one);
    }
    for (const admitted of [...unfinished]) if (mustGo(admitted, now, wasStalled)) makeWay(admitted);
    if (waiting > 0 || sweeper === null) return;
    clearInterval(sweeper);
    sweeper = null;
  }

  function mustGo(admitted: Admitted, now: number, wasStalled: boolean): boolean {
    if (waiting === 0) return false;
    if (now - admitted.since >= wholeMs) return true;
    if (!wasStalled && now - admitted.windowAt < windowMs) return false;
    const arrived = admitted.body.arrived();
    const hasStopped = arrived - admitted.arrived < leastBytes;
    Object.assign(admitted, { windowAt: now, arrived });
    return hasStopped && !wasStalled;
  }

  function makeWay(admitted: Admitted): void {
    admitted.close();
    admitted.body.drop();
  }

  function refuseOneTooMany(): void {
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
      letIn();
      if (waiting > maxWaiting) refuseOneTooMany();
      if (waiting > 0 && sweeper === null) {
        sweptAt = clock.monotonicMs();
        sweeper = setInterval(sweep, sweepMs).unref();
      }
      return promise;
    },
    heldBytes: () => held,
  };
}
