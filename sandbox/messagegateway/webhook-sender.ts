/** Posts webhooks to transports: headers, time-out, attempts, order, record. What the answer means is decided elsewhere. */
import { RecentList } from './call-log.ts';
import type { WebhookOptions } from './options.ts';
import { pause } from './pause.ts';
import type { ModuleRecord } from './records.ts';
import type { WebhookOrder, WebhookResult, WebhookSink } from './state.ts';

export interface WebhookRecord {
  readonly id: number;
  readonly account: string;
  readonly moduleCode: string;
  readonly url: string;
  readonly type: string;
  readonly body: unknown;
  readonly attempt: number;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly response: unknown;
  readonly error: string | null;
  readonly ms: number;
  readonly at: number;
}

interface Attempt extends WebhookResult {
  readonly error: string | null;
}

const NO_ANSWER: WebhookResult = { outcome: 'network_error', status: null, body: null };

export class WebhookSender implements WebhookSink {
  readonly #options: WebhookOptions;
  readonly #recent: RecentList<WebhookRecord>;
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

  /** The next `count` webhooks are lost on the way: MG believes the transport unreachable. */
  drop(count: number): void {
    this.#toDrop += count;
  }

  /** The next `count` webhooks are sent twice. */
  repeat(count: number): void {
    this.#toRepeat += count;
  }

  latest(count?: number): readonly WebhookRecord[] {
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

  send(order: WebhookOrder): Promise<WebhookResult> {
    const before = this.#options.ordered ? this.#lanes.get(order.lane) : undefined;
    const work = before === undefined ? this.#deliver(order) : before.then(() => this.#deliver(order));
    const kept = work.finally(() => {
      this.#pending.delete(kept);
      if (this.#lanes.get(order.lane) === kept) this.#lanes.delete(order.lane);
    });
    this.#pending.add(kept);
    if (this.#options.ordered) this.#lanes.set(order.lane, kept);
    return kept;
  }

  async #deliver(order: WebhookOrder): Promise<WebhookResult> {
    const channel = order.account.channels.get(order.channelId);
    const module = channel === undefined ? undefined : order.account.modules.get(channel.moduleCode);
    if (module?.transport?.isActive !== true) return NO_ANSWER;
    if (this.#toDrop > 0) {
      this.#toDrop -= 1;
      return NO_ANSWER;
    }
    const isDouble = this.#toRepeat > 0;
    if (isDouble) this.#toRepeat -= 1;
    const body = { type: order.type, meta: { timestamp: Math.floor(Date.now() / 1000) }, data: order.data };
    const result = await this.#tryAll(order, module, body);
    return isDouble ? await this.#tryAll(order, module, body) : result;
  }

  async #tryAll(order: WebhookOrder, module: ModuleRecord, body: unknown): Promise<WebhookResult> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#post(order, module, body, attempt);
      const isFinal = result.outcome !== 'network_error' && (result.status ?? 0) < 500;
      if (isFinal || attempt >= this.#options.attempts || this.#stop.signal.aborted) return result;
      await pause(this.#options.retryDelayMs);
    }
  }

  async #post(order: WebhookOrder, module: ModuleRecord, body: unknown, attempt: number): Promise<WebhookResult> {
    await this.#enter();
    const started = performance.now();
    const url = module.transport?.webhookUrl ?? '';
    try {
      const result = await this.#exchange(url, module.clientId, JSON.stringify(body));
      this.#recent.push({
        id: this.#nextId++,
        account: order.account.code,
        moduleCode: module.code,
        url,
        type: order.type,
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

  async #exchange(url: string, clientId: string, body: string): Promise<Attempt> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#options.timeoutMs)]);
    let status: number | null = null;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', clientid: clientId, 'user-agent': 'MG/1.0' },
        body,
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
