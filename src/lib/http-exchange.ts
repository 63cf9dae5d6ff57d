/**
 * One request under way, seen without its engine: the deadline, the caller's signal, the size limit, whether the request
 * has left, and the one outcome. Engines report what happens on the line and obey `cancel`.
 */
import { AppError, BadInput, RemoteUnreachable } from '../core/errors.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';

export interface Exchange {
  readonly outcome: Promise<HttpResponse>;
  /** True once the outcome is known; an engine that starts late must not send any more. */
  readonly isOver: () => boolean;
  /** From now on bytes of the request may have reached the far side. */
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

/** Starts the clock of a request. `cancel` is called once, when our side gives up while the engine is still at work. */
export function openExchange(request: HttpRequest, cancel: () => void): Exchange {
  const limit = request.maxResponseBytes ?? defaultMaxResponseBytes;
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  let hasLeft = false;
  let answer: Omit<HttpResponse, 'body'> | undefined;

  const finish = (): boolean => {
    if (over) return false;
    over = true;
    clearTimeout(deadline);
    request.signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const giveUp = (kind: FailureKind): void => {
    if (!finish()) return;
    reject(failure(request, kind, hasLeft));
    cancel();
  };
  const onAbort = (): void => giveUp('aborted');
  const deadline = setTimeout(() => giveUp('timeout'), request.timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted === true) onAbort();

  return {
    outcome: promise,
    isOver: () => over,
    left() {
      hasLeft = true;
    },
    head(status, headers) {
      if (status < 200) return;
      hasLeft = true;
      answer = { status, headers: joinHeaders(headers) };
      if (Number(answer.headers['content-length'] ?? 0) > limit) giveUp('too_large');
    },
    chunk(data) {
      size += data.length;
      if (size > limit) giveUp('too_large');
      else if (!over) chunks.push(data);
    },
    end() {
      if (!finish()) return;
      if (answer === undefined) reject(failure(request, 'broken', hasLeft));
      else resolve({ ...answer, body: Buffer.concat(chunks, size) });
    },
    broke(error) {
      if (finish()) reject(translate(request, error, hasLeft));
    },
  };
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
