/**
 * What HTTP clients have in common, whatever engine carries their calls: the guard, the deadline, the caller's signal, the size limit,
 * whether a request has left, and its one outcome. Engines report what happens on the line.
 */
import { AppError, BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse } from './http-client.ts';
import { checkNoTransaction } from './network-in-transaction.ts';

/** A request as engines send it: its address is allowed, its headers are complete. */
export type OutgoingRequest = Pick<HttpRequest, 'method' | 'url' | 'body'> & {
  readonly headers: Readonly<Record<string, string>>;
};

export interface HttpEngine {
  /** Sends the request and reports to the exchange; sends nothing of one that is over by then. May throw before anything was sent. */
  begin(request: OutgoingRequest, exchange: Exchange): void;
  /** Closes the connections. Called when nothing is under way any more. */
  close(): Promise<void>;
}

/** One request under way. */

export interface Exchange {
  /** True once the outcome is known; an engine that starts late must not send any more. */
  isOver(): boolean;
  /** What the engine does when our side gives up while it is still at work; at once, where that has happened. */
  onGivenUp(cancel: () => void): void;
  /** From now on bytes of the request may have reached the remote. */
  left(): void;
  /** Status and headers have come; interim (1xx) ones are passed over. */
  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  chunk(data: Buffer): void;
  end(): void;
  /** The engine met an error. */
  broke(error: unknown): void;
}

const defaultMaxResponseBytes = 8 * 1024 * 1024;
/** Codes of node:http and undici for a header or an option that can never be sent. */
const malformedCodes = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'UND_ERR_INVALID_ARG']);
const timeoutCodes = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

/** The client over an engine. */
export function createClient({ guard, userAgent }: HttpClientOptions, engine: HttpEngine): HttpClient {
  const usual: Readonly<Record<string, string>> = userAgent === undefined ? {} : { 'user-agent': userAgent };
  const underWay = new Set<Promise<HttpResponse>>();
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await Promise.allSettled(underWay);
    await engine.close();
  }

  return {
    async send(request) {
      const url = guard.checkUrl(request.url);
      checkNoTransaction(`${request.method} ${url.host}`);
      const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
      underWay.add(promise);
      const exchange = new RunningExchange(request, resolve, reject);
      const headers = { ...usual, ...request.headers };
      try {
        if (closing !== null) exchange.broke(Object.assign(new Error('closed'), { code: 'ERR_CLIENT_CLOSED' }));
        if (!exchange.isOver()) engine.begin({ method: request.method, url, headers, ...bodyOf(request) }, exchange);
      } catch (error) {
        exchange.broke(error);
      }
      return await promise.finally(() => underWay.delete(promise));
    },
    close: () => (closing ??= close()),
  };
}

function bodyOf({ body }: HttpRequest): Pick<HttpRequest, 'body'> {
  return body === undefined ? {} : { body };
}

class RunningExchange implements Exchange {
  readonly #request: HttpRequest;
  readonly #limit: number;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #deadline: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#giveUp('aborted');
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #isOver = false;
  #isGivenUp = false;
  #hasLeft = false;
  #answer: Omit<HttpResponse, 'body'> | undefined;
  #cancel: (() => void) | undefined;

  constructor(request: HttpRequest, resolve: (response: HttpResponse) => void, reject: (error: unknown) => void) {
    this.#request = request;
    this.#limit = request.maxResponseBytes ?? defaultMaxResponseBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#deadline = setTimeout(() => this.#giveUp('timeout'), request.timeoutMs);
    request.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (request.signal?.aborted === true) this.#onAbort();
  }

  isOver(): boolean {
    return this.#isOver;
  }

  onGivenUp(cancel: () => void): void {
    if (this.#isGivenUp) cancel();
    this.#cancel = cancel;
  }

  left(): void {
    this.#hasLeft = true;
  }

  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    if (status < 200) return;
    this.#hasLeft = true;
    this.#answer = { status, headers: joinHeaders(headers) };
    if (Number(this.#answer.headers['content-length'] ?? 0) > this.#limit) this.#giveUp('too_large');
  }

  chunk(data: Buffer): void {
    this.#size += data.length;
    if (this.#size > this.#limit) this.#giveUp('too_large');
    else if (!this.#isOver) this.#chunks.push(data);
  }

  end(): void {
    if (!this.#finish()) return;
    if (this.#answer === undefined) this.#reject(failure(this.#request, 'broken', this.#hasLeft));
    else this.#resolve({ ...this.#answer, body: Buffer.concat(this.#chunks, this.#size) });
  }

  broke(error: unknown): void {
    if (this.#finish()) this.#reject(translate(this.#request, error, this.#hasLeft));
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }

  #giveUp(kind: FailureKind): void {
    if (!this.#finish()) return;
    this.#isGivenUp = true;
    this.#reject(failure(this.#request, kind, this.#hasLeft));
    this.#cancel?.();
  }
}

type FailureKind = 'aborted' | 'broken' | 'connect' | 'timeout' | 'too_large';

const sentences: Readonly<Record<FailureKind, string>> = {
  aborted: 'was broken off by this side',
  broken: 'broke off or was not answered in HTTP',
  connect: 'could not connect',
  timeout: 'took too long',
  too_large: 'was answered with more than is accepted',
};

function translate(request: HttpRequest, error: unknown, hasLeft: boolean): AppError {
  const refusal = causes(error).find((cause) => cause instanceof AppError);
  if (refusal !== undefined) return refusal;
  const code = systemCode(error);
  if (code !== undefined && malformedCodes.has(code)) {
    return new BadInput({ code: 'http.bad_request', message: `${describe(request)} has a malformed header (${code})` });
  }
  if (code !== undefined && timeoutCodes.has(code) && !hasLeft) return failure(request, 'timeout', hasLeft, code);
  return failure(request, hasLeft ? 'broken' : 'connect', hasLeft, code);
}

/** No cause is kept: the engines' errors carry the whole request, tokens included. */
function failure(request: HttpRequest, kind: FailureKind, hasLeft: boolean, code?: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: `http.${kind}`,
    message: `${describe(request)} ${sentences[kind]}${code === undefined ? '' : ` (${code})`}`,
    fate: hasLeft ? 'unknown' : 'none',
    // The same answer would be too large again.
    retry: kind === 'too_large' ? 'never' : 'backoff',
  });
}

function describe({ method, url }: HttpRequest): string {
  return `${method} ${url.host}`;
}

/** The first system or library error code (`ECONNREFUSED`) along the causes. */
function systemCode(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    const code = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
  }
  return undefined;
}

function causes(error: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error && found.length < 8; at = at.cause) found.push(at);
  return found;
}

function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
