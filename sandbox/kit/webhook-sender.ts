/** Posts webhooks as JSON: headers, time-out, attempts, order, faults, record. Their content is up to the fake server that sends them. */
import { RecentList } from './call-log.ts';
import { wait } from './wait.ts';

export interface WebhookOptions {
  readonly timeoutMs: number;
  /** Attempts per webhook when the receiver cannot be reached or answers 5xx. */
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly concurrency: number;
  /** One webhook at a time per lane. */
  readonly ordered: boolean;
}

export interface WebhookResult {
  readonly outcome: 'answered' | 'network_error' | 'malformed_response';
  readonly status: number | null;
  readonly body: unknown;
}

interface Attempt extends WebhookResult {
  readonly error: string | null;
}

/** One webhook; `about` is recorded with each attempt. */
export interface Webhook<About> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly about: About;
}

/** One attempt. */
export interface Attempted {
  readonly id: number;
  readonly url: string;
  readonly body: unknown;
  readonly attempt: number;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly response: unknown;
  readonly error: string | null;
  readonly ms: number;
  readonly at: number;
}

const NO_ANSWER: WebhookResult = { outcome: 'network_error', status: null, body: null };

export class WebhookSender<About extends object> {
  readonly #options: WebhookOptions;
  readonly #recent: RecentList<Attempted & About>;
  readonly #onSent: () => void;
  readonly #stop = new AbortController();
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #running = 0;
  #nextId = 1;
  #toDrop = 0;
  #toRepeat = 0;

  constructor(options: WebhookOptions, recordLimit: number, onSent: () => void) {
    this.#options = options;
    this.#recent = new RecentList(recordLimit);
    this.#onSent = onSent;
  }

  /** The next `count` webhooks are lost on the way: to the sender it seems that the receiver cannot be reached. */
  drop(count: number): void {
    this.#toDrop += count;
  }

  /** The next `count` webhooks are sent twice. */
  repeat(count: number): void {
    this.#toRepeat += count;
  }

  latest(count?: number): readonly (Attempted & About)[] {
    return this.#recent.latest(count);
  }

  /** Resolves when no webhook is under way. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const start of this.#waiting.splice(0)) start();
    await this.idle();
  }

  /** Calls `prepare` when all earlier webhooks of the lane are done, and sends what it returns; null = there is no receiver. */
  send(lane: string, prepare: () => Webhook<About> | null): Promise<WebhookResult> {
    const before = this.#options.ordered ? this.#lanes.get(lane) : undefined;
    const work = before === undefined ? this.#deliver(prepare) : before.then(() => this.#deliver(prepare));
    const kept = work.finally(() => {
      this.#pending.delete(kept);
      if (this.#lanes.get(lane) === kept) this.#lanes.delete(lane);
    });
    this.#pending.add(kept);
    if (this.#options.ordered) this.#lanes.set(lane, kept);
    return kept;
  }

  async #deliver(prepare: () => Webhook<About> | null): Promise<WebhookResult> {
    const webhook = prepare();
    if (webhook === null) return NO_ANSWER;
    if (this.#toDrop > 0) {
      this.#toDrop -= 1;
      return NO_ANSWER;
    }
    const isDouble = this.#toRepeat > 0;
    if (isDouble) this.#toRepeat -= 1;
    const result = await this.#tryAll(webhook);
    return isDouble ? await this.#tryAll(webhook) : result;
  }

  async #tryAll(webhook: Webhook<About>): Promise<WebhookResult> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#post(webhook, attempt);
      const isFinal = result.outcome !== 'network_error' && (result.status ?? 0) < 500;
      if (isFinal || attempt >= this.#options.attempts || this.#stop.signal.aborted) return result;
      await wait(this.#options.retryDelayMs);
    }
  }

  async #post(webhook: Webhook<About>, attempt: number): Promise<WebhookResult> {
    await this.#enter();
    const started = performance.now();
    const { url, body, about } = webhook;
    try {
      const result = await this.#exchange(webhook);
      this.#recent.push({
        id: this.#nextId++,
        ...about,
        url,
        body,
        attempt,
        status: result.status,
        response: result.body,
        error: result.error,
        ms: Math.round(performance.now() - started),
        at: Date.now(),
      });
      return result;
    } finally {
      this.#leave();
      this.#onSent();
    }
  }

  async #exchange({ url, headers, body }: Webhook<About>): Promise<Attempt> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#options.timeoutMs)]);
    let status: number | null = null;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal,
        redirect: 'manual',
      });
      status = answer.status;
      const text = await answer.text();
      try {
        return { outcome: 'answered', status, body: JSON.parse(text) as unknown, error: null };
      } catch (cause) {
        const error = cause instanceof Error ? cause.message : 'not JSON';
        return { outcome: 'malformed_response', status, body: text.slice(0, 500), error };
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      return { outcome: 'network_error', status, body: null, error };
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= this.#options.concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }

  #leave(): void {
    this.#running -= 1;
    this.#waiting.shift()?.();
  }
}
