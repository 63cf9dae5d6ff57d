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

export function createBodyGate(options: GateOptions): BodyGate {
  return new SharedGate(options);
}

class SharedGate implements BodyGate {
  readonly #options: GateOptions;
  /** By sender; a sender that has had its turn goes to the end. */
  readonly #queues = new Map<string, Waiting[]>();
  readonly #unfinished = new Set<Admitted>();
  #waiting = 0;
  #held = 0;
  #sweeper: NodeJS.Timeout | null = null;
  #sweptAt = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  enter(body: LargeBody, signal: AbortSignal): Promise<Admission | null> {
    const { promise, resolve } = Promise.withResolvers<Admission | null>();
    const one: Waiting = { ...body, since: this.#options.clock.monotonicMs(), settle: resolve };
    const queue = this.#queues.get(body.sender);
    if (queue === undefined) this.#queues.set(body.sender, [one]);
    else queue.push(one);
    this.#waiting += 1;
    signal.addEventListener('abort', () => this.#refuse(one), { once: true });
    this.#letIn();
    if (this.#waiting > this.#options.maxWaiting) this.#refuseOneTooMany();
    if (this.#waiting > 0 && this.#sweeper === null) {
      this.#sweptAt = this.#options.clock.monotonicMs();
      this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
    }
    return promise;
  }

  heldBytes(): number {
    return this.#held;
  }

  #admit(body: Waiting): void {
    let isOpen = true;
    this.#held += body.bytes;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#unfinished.delete(admitted);
      this.#held -= body.bytes;
      this.#letIn();
    };
    const now = this.#options.clock.monotonicMs();
    const admitted: Admitted = { body, since: now, close, windowAt: now, arrived: body.arrived() };
    this.#unfinished.add(admitted);
    body.settle({ whole: () => void this.#unfinished.delete(admitted), close });
  }

  /** Lets in whose turn it is while they fit. Who does not fit keeps the turn: otherwise small ones would pass a large one for ever. */
  #letIn(): void {
    for (;;) {
      const next = this.#queues.entries().next().value;
      const first = next?.[1].at(-1);
      if (next === undefined || first === undefined || this.#held + first.bytes > this.#options.capacityBytes) return;
      this.#leave(first);
      const rest = this.#queues.get(first.sender);
      if (rest !== undefined) {
        this.#queues.delete(first.sender);
        this.#queues.set(first.sender, rest);
      }
      this.#admit(first);
    }
  }

  /** Takes it out of its queue. False when it was not there any more. */
  #leave(one: Waiting): boolean {
    const queue = this.#queues.get(one.sender);
    const at = queue?.indexOf(one) ?? -1;
    if (queue === undefined || at === -1) return false;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(one.sender);
    this.#waiting -= 1;
    return true;
  }

  #refuse(one: Waiting): void {
    if (this.#leave(one)) one.settle(null);
  }

  #sweep(): void {
    const now = this.#options.clock.monotonicMs();
    // After a stall of this process nothing has been read that may well have arrived.
    const wasStalled = now - this.#sweptAt > 3 * sweepMs;
    this.#sweptAt = now;
    for (const queue of [...this.#queues.values()]) {
      for (const one of [...queue]) if (now - one.since >= patienceMs) this.#refuse(one);
    }
    for (const admitted of [...this.#unfinished]) if (this.#mustGo(admitted, now, wasStalled)) this.#makeWay(admitted);
    if (this.#waiting > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  #mustGo(admitted: Admitted, now: number, wasStalled: boolean): boolean {
    if (this.#waiting === 0) return false;
    if (now - admitted.since >= wholeMs) return true;
    if (!wasStalled && now - admitted.windowAt < windowMs) return false;
    const arrived = admitted.body.arrived();
    const hasStopped = arrived - admitted.arrived < leastBytes;
    Object.assign(admitted, { windowAt: now, arrived });
    return hasStopped && !wasStalled;
  }

  #makeWay(admitted: Admitted): void {
    admitted.close();
    admitted.body.drop();
  }

  #refuseOneTooMany(): void {
    let longest: readonly Waiting[] = [];
    for (const queue of this.#queues.values()) if (queue.length > longest.length) longest = queue;
    const oldest = longest[0];
    if (oldest !== undefined) this.#refuse(oldest);
  }
}
