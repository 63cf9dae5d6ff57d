/**
 * Calls REST methods of a portal with the app's stored token. Knows the protocol: addresses, tokens, the refresh after `expired_token`,
 * moved portals. Token storage and the rate limit are passed in as interfaces.
 */
import { type AppError, RemoteRefused, toAppError } from '../../core/errors.ts';
import type { OpenedFile } from '../../core/opened-file.ts';
import type { HttpClient, HttpResponse, StreamedBody } from '../../lib/http-client.ts';
import {
  type AccountRefusals,
  accountCodes,
  createAccountRefusals,
  deadWebhookCodes,
  fileAgain,
  movedElsewhere,
} from './account-refusals.ts';
import { type BatchCall, type BatchOutcome, batchParams, readBatch } from './batch.ts';
import { ownerOf } from './bot-owner.ts';
import { codeOf, exhaustedCode, patiently } from './patiently.ts';
import type { PortalAccess, PortalRateLimiter, TokenProvider } from './portal-access.ts';
import { bitrixCode, readTimedAnswer, type TimedResult } from './rest-errors.ts';
import { streamedJson } from './streamed-json.ts';

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * How long the call may wait for the rate limiter, and, if the portal says that its own limit is exceeded, for the portal. Answers in
   * chats do not wait here (`batched-calls.ts`).
   */
  readonly patienceMs?: number;
  /** The rate limiter has let the first request pass already. */
  readonly hasPassed?: boolean;
  /** For a batch: calls after a failed one are not made, and fail too. */
  readonly stopsAtError?: boolean;
  /** Sent in place of `fileContent` in the parameters. It can be read once: a call that would have to repeat it throws `bitrix24.file_again`. */
  readonly file?: Pick<OpenedFile, 'stream' | 'size'> | undefined;
}

/** The cloud ends a request after 60 s; a chat answer that takes longer than this is better retried. */
const defaultTimeoutMs = 30_000;

/** A call that has ended, for metrics and the log of REST calls. */
export interface ObservedCall {
  readonly portal: string;
  readonly method: string;
  readonly code: string;
  readonly ms: number;
  /** The call was part of a batch, not a request of its own. */
  readonly isInBatch: boolean;
  /** Without credentials. Empty for a batch, whose calls are reported one by one. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What the portal answered; if the call failed, the message of its error. */
  readonly answer: unknown;
}

export type CallObserver = (call: ObservedCall) => void;

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

/** A call whose parameters may depend on the credentials. */
interface Request {
  readonly method: string;
  readonly params: (access: PortalAccess) => Readonly<Record<string, unknown>>;
}

/** Sends one request of a call with the given credentials. */
type Send = (access: PortalAccess) => Promise<HttpResponse>;

class RestClient {
  readonly #http: HttpClient;
  readonly #tokenProvider: TokenProvider;
  readonly #rateLimiter: PortalRateLimiter;
  readonly #accountRefusals: AccountRefusals;
  readonly #observe: CallObserver;
  readonly #timeoutMs: number;

  constructor(
    http: HttpClient,
    tokenProvider: TokenProvider,
    rateLimiter: PortalRateLimiter,
    { observe, timeoutMs = defaultTimeoutMs }: PortalClientOptions,
  ) {
    this.#http = http;
    this.#tokenProvider = tokenProvider;
    this.#rateLimiter = rateLimiter;
    this.#accountRefusals = createAccountRefusals(tokenProvider);
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
    return (await this.timedCall(portal, { method, params }, options)).result;
  }

  /** Like `call`, with the execution time that the portal has counted for the method. */
  timedCall(portal: string, { method, params }: BatchCall, options: CallOptions = {}): Promise<TimedResult> {
    return patiently(options, (left) => this.#observed(portal, { method, params: () => params }, left, params));
  }

  async #observed(
    portal: string,
    request: Request,
    options: CallOptions,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<TimedResult> {
    const { method } = request;
    const started = performance.now();
    let code = 'ok';
    let answer: unknown = null;
    try {
      const timed = await this.#attempt(portal, request, options);
      // The answers of a batch are reported with its calls.
      if (method !== 'batch') answer = timed.result;
      return timed;
    } catch (error) {
      code = codeOf(error);
      answer = toAppError(error).message;
      if (code === exhaustedCode) this.#rateLimiter.exhausted(portal);
      throw error;
    } finally {
      this.#observe({ portal, method, code, ms: performance.now() - started, isInBatch: false, params, answer });
    }
  }

  /**
   * Up to 50 calls in one request, which may take twice as long as a single call. Each call has its own value or error; the batch itself
   * throws only when it could not be made at all.
   */
  async batch(portal: string, calls: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    const started = performance.now();
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs * 2;
    // The token provider is asked for access only once: for a portal in trouble it lets a single request through, which finds out whether
    // the portal works again.
    const request: Request = {
      method: 'batch',
      params: ({ clientId }) => batchParams(calls, clientId, options.stopsAtError),
    };
    const { result: answer } = await patiently({ ...options, timeoutMs }, (left) =>
      this.#observed(portal, request, left),
    );
    const ms = (performance.now() - started) / calls.length;
    const outcomes: BatchOutcome[] = [];
    for (const [index, outcome] of readBatch(calls, answer).entries()) {
      const method = calls[index]?.method ?? '';
      const judged =
        'error' in outcome ? { error: await this.#judgeInBatch(portal, method, outcome.error, options) } : outcome;
      const told =
        'error' in judged
          ? { code: judged.error.code, answer: judged.error.message }
          : { code: 'ok', answer: judged.result };
      this.#observe({ portal, method, ...told, ms, isInBatch: true, params: calls[index]?.params ?? {} });
      outcomes.push(judged);
    }
    return outcomes;
  }

  /** False for a portal in webhook mode, where no app is installed: methods that need an app's context refuse there. */
  async isApp(portal: string): Promise<boolean> {
    return (await this.ownerOf(portal)) === null;
  }

  /** The name that owns the bots of a portal in webhook mode; null if the app owns them. */
  async ownerOf(portal: string): Promise<string | null> {
    const { accessToken, clientId } = await this.#tokenProvider.current(portal);
    return accessToken === null ? clientId : null;
  }

  /** Makes the function that sends one request of a call. Each request must pass the rate limiter, except a first one that has already passed. */
  #sender({ method, params }: Request, options: CallOptions): Send {
    let hasPassed = options.hasPassed === true;
    return async (access) => {
      if (!hasPassed) await this.#rateLimiter.pass(access.portal, options.patienceMs ?? 0);
      hasPassed = false;
      const { accessToken, clientId } = access;
      const auth = accessToken === null ? ownerOf(method, clientId ?? '') : { auth: accessToken };
      return await this.#http.send({
        method: 'POST',
        url: new URL(method, access.endpoint),
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: bodyOf({ ...params(access), ...auth }, options),
        timeoutMs: options.timeoutMs ?? this.#timeoutMs,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    };
  }

  /** One request, and further ones if the token was stale or the portal has moved. */
  async #attempt(portal: string, call: Request, options: CallOptions): Promise<TimedResult> {
    const { method } = call;
    const send = this.#sender(call, options);
    const first = await this.#tokenProvider.current(portal);
    let access = first;
    for (let renewals = 0; ; renewals += 1) {
      const response = await send(access);
      try {
        const result = isMoved(response)
          ? await this.#afterMove(access, response, method, options.file === undefined ? send : sendsNoFileAgain)
          : readTimedAnswer({ method, ...response });
        if (first.isProbe === true) await this.#tokenProvider.recovered(access);
        return result;
      } catch (error) {
        if (!(error instanceof RemoteRefused)) throw error;
        const isDead = access.accessToken === null && deadWebhookCodes.has(error.code);
        if (isDead) throw await this.#tokenProvider.lost(portal, access, error);
        if (access.accessToken === null || !staleCodes.has(error.code))
          throw await this.#judge(access, method, error, options);
        // The stored token may be as invalid as the cached one; then a refresh decides. If that fails too, only a person can help.
        if (renewals === 2) throw await this.#tokenProvider.lost(portal, access, error);
        access = await this.#tokenProvider.renew(portal, access, 'refused');
        if (options.file !== undefined) throw fileAgain(error);
      }
    }
  }

  /** A portal whose domain changed answers with a redirect, and the body is lost. The OAuth host knows its current address. */
  async #afterMove(access: PortalAccess, response: HttpResponse, method: string, send: Send): Promise<TimedResult> {
    const location = response.headers['location'] ?? '';
    const host = URL.canParse(location, access.endpoint) ? new URL(location, access.endpoint).host : '';
    const renewed =
      access.accessToken === null ? access : await this.#tokenProvider.renew(access.portal, access, 'moved');
    if (new URL(renewed.endpoint).host !== host || renewed.endpoint === access.endpoint) {
      throw await this.#tokenProvider.suspended(renewed, movedElsewhere(response));
    }
    return readTimedAnswer({ method, ...(await send(renewed)) });
  }

  #judge(access: PortalAccess, method: string, error: RemoteRefused, options: CallOptions): Promise<unknown> {
    // This question is a request of its own.
    const asked = { ...options, hasPassed: false, file: undefined };
    return this.#accountRefusals.judge(access, method, error, (harmless) =>
      this.#sender({ method: harmless, params: () => ({}) }, asked)(access),
    );
  }

  /** The refusal of one call of a batch may concern the whole account too. */
  async #judgeInBatch(portal: string, method: string, error: AppError, options: CallOptions): Promise<AppError> {
    if (error.code === exhaustedCode) this.#rateLimiter.exhausted(portal);
    if (!(error instanceof RemoteRefused) || !accountCodes.has(error.code)) return error;
    try {
      const access = await this.#tokenProvider.current(portal);
      return toAppError(await this.#judge(access, method, error, options));
    } catch (unclear) {
      return toAppError(unclear);
    }
  }
}

/** Credentials follow the parameters, so an upload that breaks off never carried any. */
function bodyOf(params: Readonly<Record<string, unknown>>, { file }: CallOptions): string | StreamedBody {
  return file === undefined ? JSON.stringify(params) : streamedJson(params, file);
}

const sendsNoFileAgain: Send = () => Promise.reject(fileAgain(null));

const isMoved = (response: HttpResponse): boolean => [301, 302, 307, 308].includes(response.status);

/** The codes of a refused token that a newer one may replace (docs/platform-notes/bitrix24.md#refused-tokens). */
export const staleCodes: ReadonlySet<string> = new Set(
  ['expired_token', 'invalid_token', 'NO_AUTH_FOUND', 'APPLICATION_NOT_FOUND', 'authorization_error'].map(bitrixCode),
);
