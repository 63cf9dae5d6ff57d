/**
 * The queue that carries events from the portal to the app: asynchronous, parallel, without redelivery. Records what
 * happened to each. It does not know what an event means.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { RecentList } from './call-log.ts';

export interface QueuedEvent {
  readonly event: string;
  readonly url: string;
  readonly body: string;
  /** Events of one lane keep their order when ordered delivery is on. */
  readonly lane: string;
}

export interface Delivery extends QueuedEvent {
  readonly id: number;
  /** HTTP status, 0 when nobody answered. */
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
  readonly #busyLanes = new Set<string>();
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
      // One lane for both, so that the second really arrives before the first.
      const lane = `swapped:${this.#nextId}`;
      this.#waiting.push({ ...event, lane }, { ...this.#swapHeld, lane });
      this.#swapHeld = null;
      this.#swapWanted -= 1;
    } else {
      this.#waiting.push(event);
    }
    if (this.#duplicates > 0) {
      this.#duplicates -= 1;
      this.#waiting.push(event);
    }
    this.#pump();
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

  deliveries(): readonly Delivery[] {
    return this.#recent.all();
  }

  /** The newest `count`, oldest first. */
  latest(count: number): readonly Delivery[] {
    return this.#recent.latest(count);
  }

  /** Resolves when nothing waits and nothing is under way (while paused: when nothing is under way). */
  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /** Drops what waits, breaks off what is under way and closes the sockets. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting = [];
    this.#head = 0;
    this.#swapHeld = null;
    this.#abort.abort();
    await this.idle();
    this.#http.destroy();
    this.#https.destroy();
  }

  #isIdle(): boolean {
    const nothingWaits = this.#paused || this.#head >= this.#waiting.length;
    return this.#running === 0 && nothingWaits;
  }

  #pump(): void {
    while (!this.#paused && this.#running < this.#settings.concurrency) {
      const event = this.#takeNext();
      if (event === null) break;
      this.#running += 1;
      const lane = this.#laneOf(event);
      if (lane !== null) this.#busyLanes.add(lane);
      this.#send(event).then(
        () => this.#finished(lane),
        () => this.#finished(lane),
      );
    }
    if (this.#isIdle()) {
      const waiters = this.#idleWaiters;
      this.#idleWaiters = [];
      for (const wake of waiters) wake();
    }
  }

  #finished(lane: string | null): void {
    this.#running -= 1;
    if (lane !== null) this.#busyLanes.delete(lane);
    this.#pump();
  }

  #laneOf(event: QueuedEvent): string | null {
    return this.#settings.ordered || event.lane.startsWith('swapped:') ? event.lane : null;
  }

  #takeNext(): QueuedEvent | null {
    for (let at = this.#head; at < this.#waiting.length; at += 1) {
      const event = this.#waiting[at];
      if (event === undefined) break;
      const lane = this.#laneOf(event);
      if (lane !== null && this.#busyLanes.has(lane)) continue;
      if (at === this.#head) this.#dropHead();
      else this.#waiting.splice(at, 1);
      return event;
    }
    return null;
  }

  #dropHead(): void {
    this.#head += 1;
    if (this.#head > 1_000 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
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
