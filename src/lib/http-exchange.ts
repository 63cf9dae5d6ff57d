/**
 * What HTTP clients have in common, whatever engine carries their calls: the guard, the deadline, the caller's signal, the size limit,
 * whether a request has left, and its one outcome. Engines report what happens on the line.
 */
import type { AppError } from '../core/errors.ts';
import type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse, OpenedResponse } from './http-client.ts';
import { type FailureKind, failure, translate, unsent } from './http-failures.ts';
import { checkNoTransaction } from './network-in-transaction.ts';
import { type AnswerReader, readWhole, StreamedAnswer } from './response-stream.ts';
import { isStreamed, watchBody } from './streamed-request-body.ts';

/** A request as engines send it: its address is allowed, its headers are complete. */
export type OutgoingRequest = Pick<HttpRequest, 'method' | 'url'> & {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | AsyncGenerator<Uint8Array>;
};

export interface HttpEngine {
  /** Sends the request and reports to the exchange; if the exchange is over by then, sends nothing. May throw before anything was sent. */
  begin(request: OutgoingRequest, exchange: Exchange): void;
  /** Closes the connections. Called when nothing is under way any more. */
  close(): Promise<void>;
}

/** Pauses and resumes the bytes of an answer. */
export interface Line {
  pause(): void;
  resume(): void;
}

/** One request under way. */
export interface Exchange {
  /** True once the outcome is known; an engine that starts late must not send any more. */
  isOver(): boolean;
  /** Sets what the engine does when our side gives up while it is still at work; called at once if our side has given up already. */
  onGivenUp(cancel: () => void): void;
  /** The engine reports, before the answer's first byte, how it can be paused. */
  onLine(line: Line): void;
  /** From now on bytes of the request may have reached the remote. */
  left(): void;
  /** Status and headers have come; interim (1xx) ones are ignored. */
  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  chunk(data: Buffer): void;
  end(): void;
  /** The engine met an error. */
  broke(error: unknown): void;
}

const defaultMaxResponseBytes = 8 * 1024 * 1024;

/** The client over an engine. */
export function createClient({ guard, userAgent }: HttpClientOptions, engine: HttpEngine): HttpClient {
  const usual: Readonly<Record<string, string>> = userAgent === undefined ? {} : { 'user-agent': userAgent };
  const underWay = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await Promise.all(underWay);
    await engine.close();
  }

  function begin(request: HttpRequest, readerFor: (exchange: RunningExchange) => AnswerReader): void {
    const url = guard.checkUrl(request.url);
    checkNoTransaction(`${request.method} ${url.host}`);
    const exchange = new RunningExchange(request, readerFor);
    underWay.add(exchange.over);
    void exchange.over.then(() => underWay.delete(exchange.over));
    try {
      if (closing !== null) exchange.broke(Object.assign(new Error('closed'), { code: 'ERR_CLIENT_CLOSED' }));
      if (!exchange.isOver())
        engine.begin({ method: request.method, url, ...sent(request, usual, exchange) }, exchange);
    } catch (error) {
      exchange.broke(error);
    }
  }

  return {
    async send(request) {
      const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
      begin(request, () => readWhole(resolve, reject));
      return await promise;
    },
    async open(request) {
      const { promise, resolve, reject } = Promise.withResolvers<OpenedResponse>();
      begin(request, (exchange) => new StreamedAnswer(resolve, reject, exchange.flow));
      return await promise;
    },
    close: () => (closing ??= close()),
  };
}

/** Headers and body as the engine sends them. */
function sent(
  { headers, body }: HttpRequest,
  usual: Readonly<Record<string, string>>,
  exchange: RunningExchange,
): Pick<OutgoingRequest, 'headers' | 'body'> {
  const all = { ...usual, ...headers };
  if (body === undefined) return { headers: all };
  if (!isStreamed(body)) return { headers: all, body };
  const length = body.size === null ? {} : { 'content-length': String(body.size) };
  return { headers: { ...all, ...length }, body: watchBody(body, exchange.bodyProgress) };
}

class RunningExchange implements Exchange {
  readonly #request: HttpRequest;
  readonly #limit: number;
  readonly #reader: AnswerReader;
  readonly #ended = Promise.withResolvers<void>();
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#giveUp('aborted');
  #size = 0;
  #isOver = false;
  #isGivenUp = false;
  #hasLeft = false;
  #hasHead = false;
  #cancel: (() => void) | undefined;
  #line: Line | undefined;
  #idle: NodeJS.Timeout | undefined;
  #bodyError: AppError | undefined;

  /** What the reader of a streamed answer does with this exchange. */
  readonly flow = {
    pause: (): void => this.#line?.pause(),
    resume: (): void => this.#line?.resume(),
    waits: (isWaiting: boolean): void => this.#waitForRemote(isWaiting),
    cancel: (): void => this.#giveUp('aborted'),
  };

  /** What the streamed body of the request reports. */
  readonly bodyProgress = {
    reading: (): void => this.#waitForRemote(false),
    writing: (): void => this.#waitForRemote(true),
    completing: (): void => {
      this.#hasLeft = true;
      this.#waitForRemote(true);
    },
    failed: (error: unknown): void => {
      this.#bodyError = unsent(error);
    },
  };

  constructor(request: HttpRequest, readerFor: (exchange: RunningExchange) => AnswerReader) {
    this.#request = request;
    this.#limit = request.maxResponseBytes ?? defaultMaxResponseBytes;
    this.#reader = readerFor(this);
    this.#deadline = setTimeout(() => this.#giveUp('timeout'), request.timeoutMs);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (request.signal?.aborted === true) this.#onAbort();
  }

  /** Resolves when the request is over. */
  get over(): Promise<void> {
    return this.#ended.promise;
  }

  isOver(): boolean {
    return this.#isOver;
  }

  onGivenUp(cancel: () => void): void {
    if (this.#isGivenUp) cancel();
    this.#cancel = cancel;
  }

  onLine(line: Line): void {
    this.#line = line;
  }

  left(): void {
    // A streamed body itself reports when the remote may have all of it.
    if (isStreamed(this.#request.body)) return;
    this.#hasLeft = true;
    this.#waitForRemote(true);
  }

  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    if (status < 200 || this.#isOver) return;
    // An answer that comes before the whole body was sent still counts: a refusal is a refusal.
    this.#hasLeft = true;
    this.#hasHead = true;
    const joined = joinHeaders(headers);
    if (Number(joined['content-length'] ?? 0) > this.#limit) this.#giveUp('too_large');
    else this.#reader.head({ status, headers: joined });
  }

  chunk(data: Buffer): void {
    this.#size += data.length;
    if (this.#size > this.#limit) this.#giveUp('too_large');
    else if (!this.#isOver) this.#reader.chunk(data);
  }

  end(): void {
    if (!this.#finish()) return;
    if (this.#hasHead) this.#reader.end();
    else this.#reader.fail(failure(this.#request, 'broken', this.#hasLeft));
  }

  broke(error: unknown): void {
    if (this.#finish()) this.#reader.fail(this.#bodyError ?? translate(this.#request, error, this.#hasLeft));
  }

  #waitForRemote(isWaiting: boolean): void {
    clearTimeout(this.#idle);
    const { idleMs } = this.#request;
    if (isWaiting && !this.#isOver && idleMs !== undefined) {
      this.#idle = setTimeout(() => this.#giveUp('timeout'), idleMs);
    }
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#idle);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    this.#ended.resolve();
    return true;
  }

  #giveUp(kind: FailureKind): void {
    if (!this.#finish()) return;
    this.#isGivenUp = true;
    this.#reader.fail(failure(this.#request, kind, this.#hasLeft));
    this.#cancel?.();
  }
}

function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
