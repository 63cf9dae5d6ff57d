/**
 * Calls REST methods of a portal with the app's stored token. Knows the protocol: addresses, tokens, the one refresh after
 * `expired_token`, moved portals. Where tokens live and how the rate is shared is told to it through the ports.
 */
import { type AppError, RemoteRefused } from '../../core/errors.ts';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';
import { batchError, bitrixCode, isRecord, readAnswer } from './rest-errors.ts';

/** How to reach a portal and as whom. */
export interface PortalAccess {
  readonly portal: string;
  /** Ends with `/rest/`, or with the secret of an incoming webhook. */
  readonly endpoint: string;
  /** Null in webhook mode, where the address itself is the secret. */
  readonly accessToken: string | null;
  /** Sent as CLIENT_ID where the portal runs in webhook mode. */
  readonly clientId: string | null;
}

/** Keeps tokens; implemented over the store. */
export interface AccessKeeper {
  current(portal: string): Promise<PortalAccess>;
  /** A newer access than `stale`: another process's refresh if there was one, else a refresh. Single-flight per portal. */
  renew(portal: string, stale: PortalAccess): Promise<PortalAccess>;
  /** The portal refuses even what was just renewed: remembers that it is disconnected, and returns the error to throw. */
  lost(portal: string, access: PortalAccess, cause: AppError): Promise<unknown>;
}

/** Shares the portal's request budget; implemented over the store. */
export interface RateGate {
  /**
   * Resolves when the request may leave. With `patienceMs` 0 it throws `bitrix24.budget` (retry after the wait) instead of
   * waiting; otherwise it waits up to that long first.
   */
  pass(portal: string, patienceMs: number): Promise<void>;
  /** The portal itself said that the budget is used up. */
  exhausted(portal: string): void;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How long the call may wait for the rate budget. Answers in chats do not wait in line: their lane does. */
  readonly patienceMs?: number;
}

/** The cloud cuts a request off after 60 s (dossier §4.1); a chat answer that takes longer than this is better tried again. */
const defaultTimeoutMs = 30_000;

export type CallObserver = (call: { readonly method: string; readonly code: string; readonly ms: number }) => void;

export type PortalClient = ReturnType<typeof createPortalClient>;

/** @param observe hears of every call with `ok` or the code of its error: for metrics and the REST log the marketplace asks for */
export function createPortalClient(http: HttpClient, keeper: AccessKeeper, gate: RateGate, observe: CallObserver) {
  async function send(
    access: PortalAccess,
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<HttpResponse> {
    await gate.pass(access.portal, options.patienceMs ?? 0);
    const auth = access.accessToken === null ? { CLIENT_ID: access.clientId } : { auth: access.accessToken };
    return await http.send({
      method: 'POST',
      url: new URL(method, access.endpoint),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ ...params, ...auth }),
      timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** One request and, when the token was stale or the portal has moved, further ones. */
  async function attempt(
    portal: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<unknown> {
    let access = await keeper.current(portal);
    for (let renewals = 0; ; renewals += 1) {
      const response = await send(access, method, params, options);
      if (isMoved(response)) return await afterMove(access, response, method, params, options);
      try {
        return readAnswer({ method, ...response });
      } catch (error) {
        if (!(error instanceof RemoteRefused) || !staleCodes.has(error.code) || access.accessToken === null)
          throw error;
        // What is stored may be as dead as what was remembered: then a refresh decides, and after that only a person can help.
        if (renewals === 2) throw await keeper.lost(portal, access, error);
        access = await keeper.renew(portal, access);
      }
    }
  }

  /** A portal whose domain changed answers 302, and the body is lost (trap 68). The OAuth host says where it lives now. */
  async function afterMove(
    access: PortalAccess,
    response: HttpResponse,
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<unknown> {
    const location = response.headers['location'] ?? '';
    const host = URL.canParse(location, access.endpoint) ? new URL(location, access.endpoint).host : '';
    const renewed = await keeper.renew(access.portal, access);
    if (new URL(renewed.endpoint).host !== host) {
      throw new RemoteRefused({
        code: 'bitrix24.moved_elsewhere',
        status: response.status,
        message: 'the portal redirects to an address that its OAuth host does not confirm',
        report: true,
      });
    }
    return readAnswer({ method, ...(await send(renewed, method, params, options)) });
  }

  /** The result of a method. Throws AppErrors with codes `bitrix24.<portal's code>`, `bitrix24.not_json`, `bitrix24.budget`, `http.*`. */
  async function call(
    portal: string,
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    options: CallOptions = {},
  ): Promise<unknown> {
    const started = performance.now();
    let code = 'ok';
    try {
      return await attempt(portal, method, params, options);
    } catch (error) {
      code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
      if (code === 'bitrix24.QUERY_LIMIT_EXCEEDED') gate.exhausted(portal);
      throw error;
    } finally {
      observe({ method, code, ms: performance.now() - started });
    }
  }

  /**
   * Up to 50 calls in one request. Each answer is a value or an error in its own place; the batch itself throws only when it could
   * not be made at all.
   */
  async function batch(
    portal: string,
    calls: readonly { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[],
    options: CallOptions = {},
  ): Promise<({ readonly result: unknown } | { readonly error: Error })[]> {
    const { clientId } = await keeper.current(portal);
    const extra = clientId === null ? {} : { CLIENT_ID: clientId };
    const cmd = Object.fromEntries(
      calls.map((entry, index) => [`c${index}`, `${entry.method}?${toQuery({ ...entry.params, ...extra })}`]),
    );
    const answer = await call(portal, 'batch', { halt: 0, cmd }, options);
    const results = isRecord(answer) && isRecord(answer['result']) ? answer['result'] : {};
    const errors = isRecord(answer) && isRecord(answer['result_error']) ? answer['result_error'] : {};
    return calls.map((entry, index) => {
      const key = `c${index}`;
      return key in errors || !(key in results)
        ? { error: batchError(entry.method, errors[key]) }
        : { result: results[key] };
    });
  }

  /** False for a portal in webhook mode, where no app is installed: methods that need an app's context refuse there. */
  async function isApp(portal: string): Promise<boolean> {
    return (await keeper.current(portal)).accessToken !== null;
  }

  return { call, batch, isApp };
}

const isMoved = (response: HttpResponse): boolean => [301, 302, 307, 308].includes(response.status);

/** How a portal refuses a token that is not, or no longer, good (dossier §4.3): a newer one may be. */
const staleCodes = new Set(
  ['expired_token', 'invalid_token', 'NO_AUTH_FOUND', 'APPLICATION_NOT_FOUND', 'authorization_error'].map(bitrixCode),
);

/** PHP's way of writing nested values into a query. */
function toQuery(params: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  const add = (key: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) add(`${key}[${name}]`, inner);
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  };
  for (const [key, value] of Object.entries(params)) add(key, value);
  return pairs.join('&');
}
