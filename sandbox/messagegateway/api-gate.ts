/** What every call of the Bot and Transport APIs passes through: token, rate limit, ordered faults, route, answer, log. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, readBody } from '../kit/http.ts';
import { findRoute } from '../kit/routes.ts';
import { ApiError } from './api-error.ts';
import { shownValue } from './call-log.ts';
import { breaksBefore, hits } from './faults.ts';
import type { ModuleRecord } from './records.ts';
import type { AccountState, GatewayState, TokenOwner } from './state.ts';

export interface ApiCall {
  readonly account: AccountState;
  readonly module: ModuleRecord;
  /** Variables of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when the body was empty. Throws a 400 when it is not JSON. */
  json(): unknown;
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ApiRoute {
  readonly method: string;
  /** `/dialogs/:dialog_id/assign`. */
  readonly path: string;
  readonly run: (call: ApiCall) => ApiAnswer | Promise<ApiAnswer>;
}

/** 200 with this body. */
export function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

function demandRoute(
  routes: readonly ApiRoute[],
  method: string,
  path: string,
): { readonly route: ApiRoute; readonly params: Readonly<Record<string, string>> } {
  const found = findRoute(routes, method, path);
  if (found === 'unknown path') throw new ApiError(404, 'Page not found');
  if (found === 'unknown method') throw new ApiError(405, 'Method not allowed');
  return found;
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ApiError(400, 'invalid JSON in the request body');
    throw cause;
  }
}

/** The owner of the token. Throws when there is none, or when the module is switched off. */
export function ownerOf(gateway: GatewayState, token: unknown, api: 'bot' | 'transport'): TokenOwner {
  const owner = typeof token === 'string' ? gateway.tokens.get(token) : undefined;
  const link = api === 'bot' ? owner?.module.bot : owner?.module.transport;
  if (owner === undefined || owner.api !== api || link?.isActive !== true) {
    throw new ApiError(gateway.options.badTokenStatus, 'Access denied');
  }
  return owner;
}

/** Headers of a "slow down" answer. */
function retryHeaders(gateway: GatewayState): Record<string, string> {
  const { retryAfterSeconds } = gateway.options;
  return retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
}

export class ApiGate {
  readonly #gateway: GatewayState;
  readonly #api: 'bot' | 'transport';
  readonly #routes: readonly ApiRoute[];

  constructor(gateway: GatewayState, api: 'bot' | 'transport', routes: readonly ApiRoute[]) {
    this.#gateway = gateway;
    this.#api = api;
    this.#routes = routes;
  }

  /** Answers one request; `path` is what follows the API prefix. */
  async handle(incoming: IncomingMessage, answer: ServerResponse, path: string, query: URLSearchParams): Promise<void> {
    const started = performance.now();
    const method = incoming.method ?? 'GET';
    const bytes = await readBody(incoming);
    const fault = this.#gateway.faults.take((one) => hits(one, this.#api, method, path));
    const token = incoming.headers[`x-${this.#api}-token`];
    const owner = typeof token === 'string' ? this.#gateway.tokens.get(token) : undefined;
    const log = (status: number, body: unknown): void => {
      const search = query.size === 0 ? '' : `?${query.toString()}`;
      const seen = {
        method,
        path: path + search,
        body: shownBody(incoming, bytes),
        status,
        answer: shownValue(body),
      };
      this.#log(owner, seen, started);
    };
    if (await breaksBefore(fault, answer)) {
      log(typeof fault?.kind === 'number' ? fault.kind : 0, fault?.kind);
      return;
    }
    const found = await this.#result({ incoming, method, path, query, bytes, token });
    const { status, body, headers } = this.#gateway.options.changeAnswer({ api: this.#api, method, path }, found);
    log(status, body);
    if (fault?.kind === 'reset-after') answer.destroy();
    else answerJson(answer, status, body, { ...(status === 429 ? retryHeaders(this.#gateway) : {}), ...headers });
  }

  async #result(request: {
    readonly incoming: IncomingMessage;
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly bytes: Buffer;
    readonly token: unknown;
  }): Promise<ApiAnswer> {
    try {
      const { account, module } = ownerOf(this.#gateway, request.token, this.#api);
      if (!this.#gateway.mgRate.admits(String(request.token))) throw new ApiError(429, 'Too many requests');
      const { route, params } = demandRoute(this.#routes, request.method, request.path);
      return await route.run({
        account,
        module,
        params,
        query: request.query,
        json: () => parseJson(request.bytes),
        bytes: request.bytes,
        contentType: request.incoming.headers['content-type'] ?? '',
      });
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return { status: thrown.status, body: { errors: thrown.messages } };
    }
  }

  #log(
    owner: TokenOwner | undefined,
    seen: { method: string; path: string; body: unknown; status: number; answer: unknown },
    started: number,
  ): void {
    this.#gateway.calls.record({
      api: this.#api,
      account: owner?.account.code ?? '',
      moduleCode: owner?.module.code ?? '',
      ...seen,
      ms: Math.round(performance.now() - started),
      at: Date.now(),
    });
  }
}

function shownBody(incoming: IncomingMessage, bytes: Buffer): unknown {
  if (bytes.length === 0) return null;
  if (bytes.length > 200_000 || (incoming.headers['content-type'] ?? '').startsWith('multipart/')) {
    return `(${bytes.length} bytes)`;
  }
  try {
    return shownValue(JSON.parse(bytes.toString('utf8')));
  } catch {
    // Raw uploads are not JSON; the log needs only their size.
    return `(${bytes.length} bytes)`;
  }
}
