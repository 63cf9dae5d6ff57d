/**
 * Keeps ended spans until the collector has taken them, within bounds on how many wait and how many go together, one request at a time.
 * Spans beyond the bounds are dropped and counted. Only a shutdown waits for it, and not for long.
 */
import { toAppError } from '../../core/errors.ts';
import type { HttpClient } from '../http-client.ts';
import type { Logger } from '../logger.ts';
import { type CollectorAddress, sendToCollector } from './collector.ts';
import { type EndedSpan, type SpanSource, toOtlpJson } from './otlp-json.ts';

export interface SpanExporterOptions {
  readonly http: Pick<HttpClient, 'send'>;
  readonly collector: CollectorAddress;
  readonly source: SpanSource;
  readonly count: (result: 'sent' | 'dropped', spans: number) => void;
  readonly log: Logger;
  /** For tests. */
  readonly limits?: Partial<ExporterLimits>;
}

export interface ExporterLimits {
  /** The most spans that wait, about 600 bytes each. */
  readonly waiting: number;
  readonly together: number;
  /** How long a span waits for others. */
  readonly gatherMs: number;
  /** How often the same spans are sent before they are dropped. */
  readonly attempts: number;
  /** The least time between two log lines about the collector. */
  readonly silenceMs: number;
  readonly closeMs: number;
}

const usualLimits: ExporterLimits = {
  waiting: 8_192,
  together: 512,
  gatherMs: 2_000,
  attempts: 3,
  silenceMs: 600_000,
  closeMs: 2_000,
};

export interface SpanExporter {
  /** Never waits and never throws. */
  add(span: EndedSpan): void;
  close(): Promise<void>;
}

export function createSpanExporter(options: SpanExporterOptions): SpanExporter {
  return new BoundedExporter(options);
}

class BoundedExporter implements SpanExporter {
  readonly #options: SpanExporterOptions;
  readonly #limits: ExporterLimits;
  readonly #waiting: EndedSpan[] = [];
  readonly #breakingOff = new AbortController();
  readonly #running: Promise<void>;
  #isClosing = false;
  #attempts = 0;
  #wake: () => void = () => undefined;
  /** Spans dropped since the last log line. */
  #untold = 0;
  #toldAt: number | null = null;
  /** The last log line said that the collector does not take spans. */
  #isInTrouble = false;

  constructor(options: SpanExporterOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
    this.#running = this.#run();
  }

  add(span: EndedSpan): void {
    if (this.#isClosing || this.#waiting.length >= this.#limits.waiting) this.#drop(1);
    else this.#waiting.push(span);
    if (this.#waiting.length === this.#limits.together) this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    const patience = setTimeout(() => this.#breakingOff.abort(), this.#limits.closeMs);
    await this.#running;
    clearTimeout(patience);
  }

  /** A separate loop, so that requests begin here and not where a span ends, which may be within a transaction. */
  async #run(): Promise<void> {
    const { gatherMs, together } = this.#limits;
    let pauseMs = 0;
    while (!this.#isClosing) {
      if (pauseMs > 0) await this.#pause(pauseMs);
      else if (this.#waiting.length < together) await this.#sleep(gatherMs);
      if (!this.#isClosing) pauseMs = await this.#trySend();
    }
    while (this.#waiting.length > 0 && !this.#breakingOff.signal.aborted) {
      // There is no time to try again.
      if ((await this.#trySend()) > 0) break;
    }
    this.#drop(this.#waiting.splice(0).length);
    if (this.#untold > 0) this.#tell('the process ends');
  }

  /** Never rejects: no answer of a collector may end the process. */
  async #trySend(): Promise<number> {
    try {
      return await this.#send();
    } catch (error) {
      const reason = toAppError(error).message;
      this.#attempts = 0;
      this.#drop(this.#waiting.splice(0, this.#limits.together).length);
      this.#report(reason);
      return this.#limits.gatherMs;
    }
  }

  /** Returns how long to leave the collector alone. */
  async #send(): Promise<number> {
    const { http, collector, source, count } = this.#options;
    const batch = this.#waiting.slice(0, this.#limits.together);
    if (batch.length === 0) return 0;
    const answer = await sendToCollector(http, collector, toOtlpJson(source, batch), this.#breakingOff.signal);
    this.#attempts += 1;
    if (!answer.isTaken && answer.afterMs !== null && this.#attempts < this.#limits.attempts) {
      this.#report(answer.reason);
      return answer.afterMs;
    }
    this.#attempts = 0;
    this.#waiting.splice(0, batch.length);
    if (!answer.isTaken) {
      this.#drop(batch.length);
      this.#report(answer.reason);
      return answer.afterMs ?? 0;
    }
    // A collector may say that it refused more than it was sent.
    const refused = Math.min(answer.refused, batch.length);
    count('sent', batch.length - refused);
    if (refused > 0) {
      this.#drop(refused);
      this.#report('some spans were refused');
    } else if (this.#isInTrouble) this.#reportRecovery();
    return 0;
  }

  #drop(spans: number): void {
    if (spans === 0) return;
    this.#untold += spans;
    this.#options.count('dropped', spans);
  }

  #report(reason: string): void {
    if (this.#isSilent()) return;
    this.#isInTrouble = true;
    this.#tell(reason);
  }

  #tell(reason: string): void {
    this.#toldAt = performance.now();
    const facts = { collector: this.#options.collector.url.host, reason, dropped: this.#untold };
    this.#options.log.warn(facts, 'traces are not taken by their collector');
    this.#untold = 0;
  }

  /** A collector that is in trouble every other moment has not recovered. */
  #reportRecovery(): void {
    if (this.#isSilent()) return;
    this.#isInTrouble = false;
    this.#toldAt = performance.now();
    const facts = { collector: this.#options.collector.url.host, dropped: this.#untold };
    this.#options.log.info(facts, 'traces are taken again by their collector');
    this.#untold = 0;
  }

  #isSilent(): boolean {
    return this.#toldAt !== null && performance.now() - this.#toldAt < this.#limits.silenceMs;
  }

  /** Waits until enough spans for a request are there, the time is over, or the exporter closes. */
  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms).unref();
    await promise;
    clearTimeout(timer);
  }

  /** Waits the whole time, even if enough spans for a request are there, unless the exporter closes. */
  async #pause(ms: number): Promise<void> {
    for (const end = performance.now() + ms; !this.#isClosing && performance.now() < end; ) {
      await this.#sleep(end - performance.now());
    }
  }
}
