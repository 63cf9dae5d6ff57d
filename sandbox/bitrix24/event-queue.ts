/**
 * The queue that carries events from the portal to the app: asynchronous, parallel, without redelivery. Records what
 * happened to each. It does not interpret events.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { RecentList } from '../kit/call-log.ts';

export interface QueuedEvent {
  readonly event: string;
  readonly url: string;
  readonly body: string;
  /** Events of one lane keep their order when ordered delivery is on. */
  readonly lane: string;
}

export interface Delivery extends QueuedEvent {
  readonly id: number;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  readonly error: string | null;
  readonly ms: number;
  readonly at: number;
}

export interface QueueSettings {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly timeoutMs: number;
  readonly recordLimit: number;
}

const MAX_ANSWER_BYTES = 65_536;

export class EventQueue {
  readonly #settings: QueueSettings;
  readonly #onDelivery: (delivery: Delivery) => void;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #recent: RecentList<Delivery>;
  readonly #abort = new AbortController();
  #waiting: QueuedEvent[] = [];
  #head = 0;
  /** Events that wait behind another one of their lane. A lane has a key here while one of its events is ready or being delivered. */
  readonly #lanes = new Map<string, QueuedEvent[]>();
  #behind = 0;
  #running = 0;
  #paused = false;
  #closed = false;
  #duplicates = 0;
  #swapHeld: QueuedEvent | null = null;
  #swapWanted = 0;
  #nextId = 1;
  #idleWaiters: (() => void)[] = [];

  constructor(settings: QueueSettings, onDelivery: (delivery: Delivery) => void) {
    this.#settings = settings;
    this.#onDelivery = onDelivery;
    this.#recent = new RecentList(settings.recordLimit);
    const agentOptions = { keepAlive: true, maxSockets: settings.concurrency };
    this.#http = new HttpAgent(agentOptions);
    this.#https = new HttpsAgent(agentOptions);
  }

  add(event: QueuedEvent): void {
    if (this.#closed) return;
    if (this.#swapWanted > 0) {
      if (this.#swapHeld === null) {
        this.#swapHeld = event;
        return;
      }
      // Both are put into one lane in swapped order, so that the second really arrives before the first.
      const lane = `swapped:${this.#nextId}`;
      this.#enqueue({ ...event, lane });
      this.#enqueue({ ...this.#swapHeld, lane });
      this.#swapHeld = null;
      this.#swapWanted -= 1;
    } else {
      this.#enqueue(event);
    }
    if (this.#duplicates > 0) {
      this.#duplicates -= 1;
      this.#enqueue(event);
    }
    this.#pump();
  }

  #enqueue(event: QueuedEvent): void {
    const lane = this.#laneOf(event);
    const behind = lane === null ? undefined : this.#lanes.get(lane);
    if (behind === undefined) {
      if (lane !== null) this.#lanes.set(lane, []);
      this.#waiting.push(event);
      return;
    }
    behind.push(event);
    this.#behind += 1;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  duplicateNext(): void {
    this.#duplicates += 1;
  }

  swapNextTwo(): void {
    this.#swapWanted += 1;
  }

  /** The newest `count`, oldest first. */
  latest(count?: number): readonly Delivery[] {
    return this.#recent.latest(count);
  }

  /** How many events wait or are under way. */
  undelivered(): number {
    return this.#waiting.length - this.#head + this.#behind + this.#running;
  }

  /** Resolves when no event waits and none is being delivered; while delivery is stopped, when none is being delivered. */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /** Drops waiting events, aborts deliveries and closes the sockets. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting = [];
    this.#head = 0;
    this.#lanes.clear();
    this.#behind = 0;
    this.#swapHeld = null;
    this.#abort.abort();
    await this.idle();
    this.#http.destroy();
    this.#https.destroy();
  }

  #isIdle(): boolean {
    const nothingWaits = this.#paused || (this.#head >= this.#waiting.length && this.#behind === 0);
    return this.#running === 0 && nothingWaits;
  }

  #pump(): void {
    while (!this.#paused && this.#running < this.#settings.concurrency) {
      const event = this.#takeNext();
      if (event === undefined) break;
      this.#running += 1;
      const goOn = (): void => this.#finished(this.#laneOf(event));
      this.#send(event).then(goOn, goOn);
    }
    if (this.#isIdle()) {
      const waiters = this.#idleWaiters;
      this.#idleWaiters = [];
      for (const wake of waiters) wake();
    }
  }

  /** The lane's next event, if any, becomes ready. */
  #finished(lane: string | null): void {
    this.#running -= 1;
    if (lane !== null) {
      const next = this.#lanes.get(lane)?.shift();
      if (next === undefined) {
        this.#lanes.delete(lane);
      } else {
        this.#behind -= 1;
        this.#waiting.push(next);
      }
    }
    this.#pump();
  }

  #laneOf(event: QueuedEvent): string | null {
    return this.#settings.ordered || event.lane.startsWith('swapped:') ? event.lane : null;
  }

  #takeNext(): QueuedEvent | undefined {
    const event = this.#waiting[this.#head];
    if (event === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1_000 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }

  async #send(event: QueuedEvent): Promise<void> {
    const started = performance.now();
    const outcome = await this.#post(event);
    const delivery: Delivery = {
      id: this.#nextId++,
      ...event,
      ...outcome,
      ms: Math.round((performance.now() - started) * 100) / 100,
      at: Date.now(),
    };
    this.#recent.push(delivery);
    this.#onDelivery(delivery);
  }

  #post(event: QueuedEvent): Promise<{ status: number; error: string | null }> {
    const secure = event.url.startsWith('https:');
    const start = secure ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const outgoing = start(
        event.url,
        {
          method: 'POST',
          agent: secure ? this.#https : this.#http,
          signal: this.#abort.signal,
          timeout: this.#settings.timeoutMs,
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(event.body),
            'user-agent': 'Bitrix24 Webhook Engine',
          },
        },
        (answer) => {
          let seen = 0;
          answer.on('data', (chunk: Buffer) => {
            seen += chunk.length;
            if (seen > MAX_ANSWER_BYTES) answer.destroy();
          });
          answer.on('error', (error) => resolve({ status: answer.statusCode ?? 0, error: error.message }));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, error: null }));
          answer.on('close', () => resolve({ status: answer.statusCode ?? 0, error: null }));
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
      outgoing.on('error', (error) => resolve({ status: 0, error: error.message }));
      outgoing.end(event.body);
    });
  }
}
