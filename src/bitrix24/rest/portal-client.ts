/**
 * Calls REST methods of a portal with the app's stored token. Knows the protocol: addresses, tokens, the one refresh after
 * `expired_token`, moved portals. Where tokens live and how the rate is shared is told to it through the ports.
 */
import { type AppError, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { HttpClient, HttpResponse } from '../../lib/http-client.ts';
import { batchError, bitrixCode, isRecord, readAnswer } from './rest-errors.ts';
import { toQuery } from './to-query.ts';

/** How to reach a portal and as whom. */
export interface PortalAccess {
  readonly portal: string;
  /** Ends with `/rest/`, or with the secret of an incoming webhook. */
  readonly endpoint: string;
  /** Null in webhook mode, where the address itself is the secret. */
  readonly accessToken: string | null;
  /** Sent as CLIENT_ID where the portal runs in webhook mode. */
  readonly clientId: string | null;
  /** The one call by which a portal in trouble is tried again. */
  readonly isProbe?: boolean;
}

/** Why another access is wanted: the portal refuses the token, or it redirects to another address. */
export type RenewalReason = 'refused' | 'moved';

/** Keeps tokens; implemented over the store. */
export interface TokenProvider {
  /** Throws the error for which the portal is left alone at the moment: it asks for a pause. */
  current(portal: string): Promise<PortalAccess>;
  /**
   * A newer access than `stale`: another process's refresh if there was one, else a refresh. Single-flight per portal over all
   * processes. Does not wait long: throws `bitrix24.refresh_waits` or `bitrix24.oauth_away` (pauses) and goes on by itself.
   */
  renew(portal: string, stale: PortalAccess, reason: RenewalReason): Promise<PortalAccess>;
  /** The portal refuses even what was just renewed: remembers that it is disconnected, and returns the error to throw. */
  lost(portal: string, access: PortalAccess, cause: AppError): Promise<unknown>;
  /** The portal refuses everything, whoever asks (not paid, moved away): remembers it as suspended, and returns the error to throw. */
  suspended(access: PortalAccess, cause: AppError): Promise<unknown>;
  /** A call by which a portal in trouble was tried again has been answered. */
  recovered(access: PortalAccess): Promise<void>;
}

/** Shares the portal's request budget; implemented over the store. */
export interface PortalRateLimiter {
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

/** The cloud ends a request after 60 s; a chat answer that takes longer than this is better tried again. */
const usualTimeoutMs = 30_000;

export type CallObserver = (call: { readonly method: string; readonly code: string; readonly ms: number }) => void;

export type PortalClient = Pick<RestClient, keyof RestClient>;

export interface PortalClientOptions {
  /** Hears of every call with `ok` or the code of its error: for metrics and the REST log the marketplace asks for. */
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
    { observe, timeoutMs = usualTimeoutMs }: PortalClientOptions,
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
      body: JSON.stringify({ ...params, ...auth }),
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** One request and, when the token was stale or the portal has moved, further ones. */
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
          ? await this.#afterMove(access, response, method, (renewed) => this.#send(renewed, method, params, options))
          : readAnswer({ method, ...response });
        if (first.isProbe === true) await this.#tokenProvider.recovered(access);
        return result;
      } catch (error) {
        if (!(error instanceof RemoteRefused) || access.accessToken === null) throw error;
        if (!staleCodes.has(error.code)) throw await this.#connectionTrouble(access, method, error, options);
        // What is stored may be as dead as what was remembered: then a refresh decides, and after that only a person can help.
        if (renewals === 2) throw await this.#tokenProvider.lost(portal, access, error);
        access = await this.#tokenProvider.renew(portal, access, 'refused');
      }
    }
  }

  /** A portal whose domain changed answers with a redirect, and the body is lost. The OAuth host says where it lives now. */
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

  /** The error to throw for a refusal: the portal's own, unless it refuses whatever is asked, because of its account. */
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
   * `ACCESS_DENIED` is said of one method that this user may not call, and of all methods where the portal's plan has no REST. The texts
   * differ between portals; whether a method that everybody may call is refused too does not. Asked once in a while per portal.
   */
  async #refusesEverything(access: PortalAccess, options: CallOptions): Promise<boolean> {
    const now = performance.now();
    if ((this.#worksUntil.get(access.portal) ?? 0) > now) return false;
    try {
      readAnswer({ method: harmlessMethod, ...(await this.#send(access, harmlessMethod, {}, options)) });
    } catch (error) {
      if (!(error instanceof RemoteRefused)) throw stillUnclear(error);
      if (error.code === bitrixCode('ACCESS_DENIED')) return true;
      if (error.isThrottled || error.retry !== 'never') throw error;
    }
    if (this.#worksUntil.size >= maxRemembered) this.#worksUntil.clear();
    this.#worksUntil.set(access.portal, now + worksForMs);
    return false;
  }
}

/** A method every token may call. */
const harmlessMethod = 'profile';

/** How long a portal that has answered `harmlessMethod` is believed to refuse single methods only. */
const worksForMs = 300_000;

/** Portals of which that is remembered. */
const maxRemembered = 5_000;

/** Waits as long as the portal is left alone: a message is not to be given up because its portal is in trouble. */
const troubleMs = 300_000;

function movedElsewhere(response: HttpResponse): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.moved_elsewhere',
    status: response.status,
    message: 'the portal redirects to an address that its OAuth host does not confirm',
    retry: { afterMs: troubleMs },
    isThrottled: true,
    report: true,
  });
}

/** The portal refused the call that matters, and could not be asked why: nothing was done, and it may be tried again. */
function stillUnclear(cause: unknown): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.refusal_unclear',
    message: 'the portal refused a call, and did not answer when it was asked whether it refuses them all',
    cause,
  });
}

function notPaid(cause: RemoteRefused): RemoteRefused {
  return new RemoteRefused({
    code: 'bitrix24.payment_required',
    status: cause.status,
    message: 'the portal refuses every call: its plan has no REST, or it has not paid',
    retry: { afterMs: troubleMs },
    isThrottled: true,
    report: true,
    cause,
  });
}

const isMoved = (response: HttpResponse): boolean => [301, 302, 307, 308].includes(response.status);

/** How a portal refuses a token that is not good while a newer one may be (docs/platform-notes/bitrix24.md#refused-tokens). */
const staleCodes = new Set(
  ['expired_token', 'invalid_token', 'NO_AUTH_FOUND', 'APPLICATION_NOT_FOUND', 'authorization_error'].map(bitrixCode),
);
