/**
 * Calls REST methods of a portal with the app's stored token. Knows the protocol: addresses, tokens, the one refresh after
 * `expired_token`, moved portals. Token storage and the rate limit are passed in as interfaces.
 */
import { type AppError, RemoteRefused } from '../../core/errors.ts';
import type { OpenedFile } from '../../core/opened-file.ts';
import type { HttpClient, HttpResponse, StreamedBody } from '../../lib/http-client.ts';
import { fileAgain, movedElsewhere, notPaid, refusalUnclear } from './portal-refusals.ts';
import { batchError, bitrixCode, isRecord, readAnswer } from './rest-errors.ts';
import { streamedJson } from './streamed-json.ts';
import { toQuery } from './to-query.ts';

/** How to reach a portal, and with which credentials. */
export interface PortalAccess {
  readonly portal: string;
  /** Ends with `/rest/`, or with the secret of an incoming webhook. */
  readonly endpoint: string;
  /** Null in webhook mode, where the address itself is the secret. */
  readonly accessToken: string | null;
  /** Sent as CLIENT_ID where the portal runs in webhook mode. */
  readonly clientId: string | null;
  /** This call tests whether a suspended or disconnected portal works again. */
  readonly isProbe?: boolean;
}

/** Why new credentials are needed: the portal refuses the token, or it redirects to another address. */
export type RenewalReason = 'refused' | 'moved';

/** Provides tokens; implemented over the store. */
export interface TokenProvider {
  /** Throws the stored error of a portal that must not be called at the moment; it names the delay. */
  current(portal: string): Promise<PortalAccess>;
  /**
   * Credentials newer than `stale`: those another process has refreshed, if any, else a refresh. Single-flight per portal over all
   * processes. Does not wait long: throws `bitrix24.refresh_waits` or `bitrix24.oauth_away` (throttled) while the refresh continues in the
   * background.
   */
  renew(portal: string, stale: PortalAccess, reason: RenewalReason): Promise<PortalAccess>;
  /** The portal refuses even renewed credentials: stores that it is disconnected, and returns the error to throw. */
  lost(portal: string, access: PortalAccess, cause: AppError): Promise<unknown>;
  /** The portal refuses every call (not paid, moved away): stores it as suspended, and returns the error to throw. */
  suspended(access: PortalAccess, cause: AppError): Promise<unknown>;
  /** A call with `isProbe` has been answered. */
  recovered(access: PortalAccess): Promise<void>;
}

/** Limits requests to a portal across processes; implemented over the store. */
export interface PortalRateLimiter {
  /**
   * Resolves when the request may be sent. With `patienceMs` 0 it throws `bitrix24.budget` (retry after the wait) instead of waiting;
   * otherwise it waits up to that long first.
   */
  pass(portal: string, patienceMs: number): Promise<void>;
  /** The portal reported that the limit was exceeded. */
  exhausted(portal: string): void;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How long the call may wait for the rate limiter. Answers in chats do not wait here: their lane is delayed instead. */
  readonly patienceMs?: number;
  /** Sent in place of `fileContent` in the parameters. It can be read once: a call that would have to repeat it throws `bitrix24.file_again`. */
  readonly file?: Pick<OpenedFile, 'stream' | 'size'>;
}

/** The cloud ends a request after 60 s; a chat answer that takes longer than this is better retried. */
const defaultTimeoutMs = 30_000;

export type CallObserver = (call: { readonly method: string; readonly code: string; readonly ms: number }) => void;

export type PortalClient = Pick<RestClient, keyof RestClient>;

export interface PortalClientOptions {
  /** Called after every call with `ok` or the code of its error: for metrics and the REST log that the marketplace requires. */
  readonly observe: CallObserver;
  readonly timeoutMs?: number | undefined;
}

export function createPortalClient(
  http: HttpClient,
  tokenProvider: TokenProvider,
  rateLimiter: PortalRateLimiter,
  options: PortalClientOptions,
) {
  return new RestClient(http, tokenProvider, rateLimiter, options);
}

class RestClient {
  readonly #http: HttpClient;
  readonly #tokenProvider: TokenProvider;
  readonly #rateLimiter: PortalRateLimiter;
  readonly #observe: CallObserver;
  readonly #timeoutMs: number;
  readonly #worksUntil = new Map<string, number>();

  constructor(
    http: HttpClient,
    tokenProvider: TokenProvider,
    rateLimiter: PortalRateLimiter,
    { observe, timeoutMs = defaultTimeoutMs }: PortalClientOptions,
  ) {
    this.#http = http;
    this.#tokenProvider = tokenProvider;
    this.#rateLimiter = rateLimiter;
    this.#observe = observe;
    this.#timeoutMs = timeoutMs;
  }

  /** The result of a method. Throws AppErrors with codes `bitrix24.<portal's code>`, `bitrix24.not_json`, `bitrix24.budget`, `http.*`. */
  async call(
    portal: string,
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    options: CallOptions = {},
  ): Promise<unknown> {
    const started = performance.now();
    let code = 'ok';
    try {
      return await this.#attempt(portal, method, params, options);
    } catch (error) {
      code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
      if (code === 'bitrix24.QUERY_LIMIT_EXCEEDED') this.#rateLimiter.exhausted(portal);
      throw error;
    } finally {
      this.#observe({ method, code, ms: performance.now() - started });
    }
  }

  /**
   * Up to 50 calls in one request. Each answer is a value or an error in its own place; the batch itself throws only when it could
   * not be made at all.
   */
  async batch(
    portal: string,
    calls: readonly { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[],
    options: CallOptions = {},
  ): Promise<({ readonly result: unknown } | { readonly error: Error })[]> {
    const { clientId } = await this.#tokenProvider.current(portal);
    const extra = clientId === null ? {} : { CLIENT_ID: clientId };
    const cmd = Object.fromEntries(
      calls.map((entry, index) => [`c${index}`, `${entry.method}?${toQuery({ ...entry.params, ...extra })}`]),
    );
    const answer = await this.call(portal, 'batch', { halt: 0, cmd }, options);
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
  async isApp(portal: string): Promise<boolean> {
    return (await this.#tokenProvider.current(portal)).accessToken !== null;
  }

  async #send(
    access: PortalAccess,
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<HttpResponse> {
    await this.#rateLimiter.pass(access.portal, options.patienceMs ?? 0);
    const auth = access.accessToken === null ? { CLIENT_ID: access.clientId } : { auth: access.accessToken };
    return await this.#http.send({
      method: 'POST',
      url: new URL(method, access.endpoint),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: bodyOf({ ...params, ...auth }, options),
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** One request, and further ones if the token was stale or the portal has moved. */
  async #attempt(
    portal: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<unknown> {
    const first = await this.#tokenProvider.current(portal);
    let access = first;
    for (let renewals = 0; ; renewals += 1) {
      const response = await this.#send(access, method, params, options);
      try {
        const result = isMoved(response)
          ? await this.#afterMove(access, response, method, async (renewed) => {
              if (options.file !== undefined) throw fileAgain(null);
              return await this.#send(renewed, method, params, options);
            })
          : readAnswer({ method, ...response });
        if (first.isProbe === true) await this.#tokenProvider.recovered(access);
        return result;
      } catch (error) {
        if (!(error instanceof RemoteRefused) || access.accessToken === null) throw error;
        if (!staleCodes.has(error.code)) throw await this.#connectionTrouble(access, method, error, options);
        // The stored token may be as invalid as the cached one: then a refresh decides, and after that only a person can help.
        if (renewals === 2) throw await this.#tokenProvider.lost(portal, access, error);
        access = await this.#tokenProvider.renew(portal, access, 'refused');
        if (options.file !== undefined) throw fileAgain(error);
      }
    }
  }

  /** A portal whose domain changed answers with a redirect, and the body is lost. The OAuth host knows its current address. */
  async #afterMove(
    access: PortalAccess,
    response: HttpResponse,
    method: string,
    again: (renewed: PortalAccess) => Promise<HttpResponse>,
  ): Promise<unknown> {
    const location = response.headers['location'] ?? '';
    const host = URL.canParse(location, access.endpoint) ? new URL(location, access.endpoint).host : '';
    const renewed =
      access.accessToken === null ? access : await this.#tokenProvider.renew(access.portal, access, 'moved');
    if (new URL(renewed.endpoint).host !== host || renewed.endpoint === access.endpoint) {
      throw await this.#tokenProvider.suspended(renewed, movedElsewhere(response));
    }
    return readAnswer({ method, ...(await again(renewed)) });
  }

  /** The error to throw for a refusal: the portal's own, unless it refuses every call because of its account. */
  async #connectionTrouble(
    access: PortalAccess,
    method: string,
    error: RemoteRefused,
    options: CallOptions,
  ): Promise<unknown> {
    if (error.code === bitrixCode('PAYMENT_REQUIRED')) return await this.#tokenProvider.suspended(access, error);
    if (error.code !== bitrixCode('ACCESS_DENIED') || method === harmlessMethod) return error;
    if (!(await this.#refusesEverything(access, options))) return error;
    return await this.#tokenProvider.suspended(access, notPaid(error));
  }

  /**
   * `ACCESS_DENIED` is returned for one method that this user may not call, and for all methods where the portal's plan has no REST. The
   * texts differ between portals, so a method that every token may call decides; it is called now and then per portal.
   */
  async #refusesEverything(access: PortalAccess, options: CallOptions): Promise<boolean> {
    const now = performance.now();
    if ((this.#worksUntil.get(access.portal) ?? 0) > now) return false;
    try {
      readAnswer({ method: harmlessMethod, ...(await this.#send(access, harmlessMethod, {}, options)) });
    } catch (error) {
      if (!(error instanceof RemoteRefused)) throw refusalUnclear(error);
      if (error.code === bitrixCode('ACCESS_DENIED')) return true;
      if (error.isThrottled || error.retry !== 'never') throw error;
    }
    if (this.#worksUntil.size >= maxRemembered) this.#worksUntil.clear();
    this.#worksUntil.set(access.portal, now + worksForMs);
    return false;
  }
}

/** Credentials follow the parameters: an upload that breaks off never had any. */
function bodyOf(params: Readonly<Record<string, unknown>>, { file }: CallOptions): string | StreamedBody {
  return file === undefined ? JSON.stringify(params) : streamedJson(params, file);
}

/** A method every token may call. */
const harmlessMethod = 'profile';

/** After a portal has answered `harmlessMethod`, how long it counts as refusing single methods only. */
const worksForMs = 300_000;

/** Number of portals for which that is remembered. */
const maxRemembered = 5_000;

const isMoved = (response: HttpResponse): boolean => [301, 302, 307, 308].includes(response.status);

/** The codes of a refused token that a newer one may replace (docs/platform-notes/bitrix24.md#refused-tokens). */
const staleCodes = new Set(
  ['expired_token', 'invalid_token', 'NO_AUTH_FOUND', 'APPLICATION_NOT_FOUND', 'authorization_error'].map(bitrixCode),
);
