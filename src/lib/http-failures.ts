/** The errors of the HTTP client: what happened, and whether the request may have been executed. */
import { AppError, BadInput, RemoteUnreachable, toAppError } from '../core/errors.ts';
import type { HttpRequest } from './http-client.ts';

/** Codes of node:http and undici for a header or an option that can never be sent. */
const malformedCodes = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'UND_ERR_INVALID_ARG']);
const timeoutCodes = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

/**
 * The error of a request body that could not be read, so that the remote never had a complete request. Code and text stay; its class no
 * longer says anything about that remote.
 */
export function unsent(thrown: unknown): AppError {
  const { code, message, retry, report, isThrottled, cause } = toAppError(thrown);
  return new AppError({ code, message, retry, report, isThrottled, cause, fate: 'none' });
}

export type FailureKind = 'aborted' | 'broken' | 'connect' | 'timeout' | 'too_large';

const sentences: Readonly<Record<FailureKind, string>> = {
  aborted: 'was broken off by this side',
  broken: 'broke off or was not answered in HTTP',
  connect: 'could not connect',
  timeout: 'took too long',
  too_large: 'was answered with more than is accepted',
};

/** Translates an engine's error into an AppError. */
export function translate(request: HttpRequest, error: unknown, hasLeft: boolean): AppError {
  const refusal = causes(error).find((cause) => cause instanceof AppError);
  if (refusal !== undefined) return refusal;
  const code = systemCode(error);
  if (code !== undefined && malformedCodes.has(code)) {
    return new BadInput({ code: 'http.bad_request', message: `${describe(request)} has a malformed header (${code})` });
  }
  if (code !== undefined && timeoutCodes.has(code) && !hasLeft) return failure(request, 'timeout', hasLeft, code);
  return failure(request, hasLeft ? 'broken' : 'connect', hasLeft, code);
}

/** Keeps no cause: the engines' errors carry the whole request, tokens included. */
export function failure(request: HttpRequest, kind: FailureKind, hasLeft: boolean, code?: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: `http.${kind}`,
    message: `${describe(request)} ${sentences[kind]}${code === undefined ? '' : ` (${code})`}`,
    fate: hasLeft ? 'unknown' : 'none',
    // The answer would be too large again.
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
