/**
 * The REST endpoint of the portal: reads a request, identifies the caller, applies limits and ordered faults, runs the method
 * and wraps its result. The methods themselves are in `methods/`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { actOut } from '../kit/faults.ts';
import { readBody } from '../kit/http.ts';
import { LeakyBucket } from '../kit/rate-limit.ts';
import { withoutCredentials } from './call-log.ts';
import { REST_FAULT_ANSWERS } from './faults.ts';
import { OperatingTime, type RequestTime } from './operating-time.ts';
import { answerError, answerRest } from './rest-answer.ts';
import { RestError, systemError } from './rest-error.ts';
import { type Caller, PortalDied, runMethod } from './run-method.ts';
import type { PortalState } from './state.ts';
import { isMap, type Params, parseForm } from './wire-format.ts';

interface Addressed {
  readonly method: string;
  readonly webhook: { readonly userId: number; readonly secret: string } | null;
}

function addressed(path: string): Addressed | null {
  const found = /^\/rest\/(?:(\d+)\/([^/]+)\/)?([^/]+?)(?:\.json)?\/?$/.exec(path);
  if (found === null) return null;
  const [, userId, secret, method = ''] = found;
  const webhook = userId === undefined || secret === undefined ? null : { userId: Number(userId), secret };
  return { method: decodeURIComponent(method), webhook };
}

/** Enough for a 100 MB file in base64. */
const MAX_BODY_MEGABYTES = 145;

async function readParams(incoming: IncomingMessage, query: string): Promise<Params> {
  const fromQuery = parseForm(query);
  if (incoming.method !== 'POST') return fromQuery;
  const body = (await readBody(incoming, MAX_BODY_MEGABYTES)).toString('utf8');
  if (!(incoming.headers['content-type'] ?? '').includes('json')) return { ...fromQuery, ...parseForm(body) };
  if (body.trim() === '') return fromQuery;
  try {
    const json = JSON.parse(body) as unknown;
    return isMap(json) ? { ...fromQuery, ...json } : fromQuery;
  } catch (broken) {
    // As in PHP, an unreadable JSON body counts as no parameters.
    if (broken instanceof SyntaxError) return fromQuery;
    throw broken;
  }
}

/** The parameters for the method: without credentials, `state` and `start`, which the server handles itself, and without the tracing fields of SDKs. */
function methodParams(params: Params): Params {
  const given = Object.entries(withoutCredentials(params));
  return Object.fromEntries(given.filter(([key]) => !['state', 'start'].includes(key) && !key.startsWith('bx24_')));
}

function accessToken(incoming: IncomingMessage, params: Params): string {
  const bearer = /^Bearer\s+(\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
  const given = bearer ?? params['auth'] ?? params['access_token'];
  return typeof given === 'string' ? given : '';
}

function identify(state: PortalState, incoming: IncomingMessage, target: Addressed, params: Params): Caller {
  if (target.webhook !== null) {
    const { userId, secret } = target.webhook;
    if (secret !== state.webhookSecret || !state.users.has(userId)) throw systemError('INVALID_CREDENTIALS');
    return { userId, clientId: null, scopes: state.options.webhookScope, eventDepth: null };
  }
  const given = accessToken(incoming, params);
  if (given === '') throw systemError('NO_AUTH_FOUND');
  const token = state.tokens.findAccess(given);
  if (token === undefined) throw systemError('NO_AUTH_FOUND');
  const isOurs = token.clientId === state.options.clientId;
  if (token.revoked || (isOurs && state.app?.active !== true)) throw systemError('APPLICATION_NOT_FOUND');
  if (state.tokens.isExpired(token)) throw systemError('expired_token');
  if (state.users.get(token.userId)?.active !== true) throw systemError('authorization_error');
  return {
    userId: token.userId,
    clientId: token.clientId,
    scopes: state.options.scope,
    eventDepth: token.eventDepth,
  };
}

export class RestGateway {
  readonly #state: PortalState;
  readonly #bucket: LeakyBucket;
  readonly #operating: OperatingTime;

  constructor(state: PortalState) {
    this.#state = state;
    this.#bucket = new LeakyBucket(state.options.rate, state.now);
    this.#operating = new OperatingTime(state.options.operatingLimitSeconds, state.now);
  }

  /** Answers a request under /rest/. */
  async handle(incoming: IncomingMessage, answer: ServerResponse, url: URL): Promise<void> {
    const target = addressed(url.pathname);
    const params = await readParams(incoming, url.search.slice(1));
    if (target === null) {
      answerError(answer, systemError('ERROR_METHOD_NOT_FOUND'));
      return;
    }
    const fault = this.#state.faults.takeRest(target.method);
    if (await actOut(fault, answer, REST_FAULT_ANSWERS)) {
      this.#recordCut(target.method, params, fault?.kind ?? '');
      return;
    }
    const requestTime: RequestTime = new Map();
    try {
      if (!this.#bucket.admits(incoming.socket.remoteAddress ?? '')) throw systemError('QUERY_LIMIT_EXCEEDED');
      const caller = identify(this.#state, incoming, target, params);
      if ('token' in params) throw new RestError('INVALID_CREDENTIALS', 'Link check failed', 403);
      const running = { state: this.#state, operating: this.#operating, requestTime, fault, inBatch: false };
      const outcome = await runMethod(running, caller, target.method, methodParams(params));
      if (fault?.kind === 'reset-after') incoming.socket.destroy();
      else answerRest(answer, 200, outcome);
    } catch (thrown) {
      const hasDied = fault?.kind === 'die-inside' || thrown instanceof PortalDied;
      if (hasDied) incoming.socket.destroy();
      else answerError(answer, thrown instanceof RestError ? thrown : systemError('INTERNAL_SERVER_ERROR'));
      if (!(thrown instanceof RestError) && !hasDied) throw thrown;
    } finally {
      this.#operating.keep(requestTime);
    }
  }

  #recordCut(method: string, params: Params, kind: string): void {
    this.#state.calls.record({
      method: method.toLowerCase(),
      params: withoutCredentials(params),
      userId: 0,
      appId: null,
      status: 0,
      error: `fault:${kind}`,
      ms: 0,
      at: Date.now(),
      executed: false,
      inBatch: false,
    });
  }
}
