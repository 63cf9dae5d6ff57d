/**
 * The REST door of the portal: reads a request, finds out who calls, applies limits and ordered faults, runs the method
 * and wraps its result. What methods do is in `methods/`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { withoutCredentials } from './call-log.ts';
import type { RestFault } from './faults.ts';
import { answerHtml, answerJson, readBody } from './http-basics.ts';
import { pause } from './pause.ts';
import { LeakyBucket, OperatingTime } from './rate-limit.ts';
import { RestError, systemError } from './rest-error.ts';
import { type Caller, runMethod } from './run-method.ts';
import type { PortalState } from './state.ts';
import { isMap, type Params, parseForm } from './wire-format.ts';

const HTML_502 =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>';
const HTML_503 =
  '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1><hr>nginx</body></html>';
const HTML_200 = '<!DOCTYPE html><html><body>Site maintenance</body></html>';

const FAULT_ERRORS = {
  '500': 'INTERNAL_SERVER_ERROR',
  'query-limit': 'QUERY_LIMIT_EXCEEDED',
  'operation-limit': 'OPERATION_TIME_LIMIT',
  'portal-deleted': 'PORTAL_DELETED',
  'expired-token': 'expired_token',
  'invalid-token': 'invalid_token',
  'no-auth': 'NO_AUTH_FOUND',
} as const;

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

async function readParams(incoming: IncomingMessage, query: string): Promise<Params> {
  const fromQuery = parseForm(query);
  if (incoming.method !== 'POST') return fromQuery;
  const body = await readBody(incoming);
  if (!(incoming.headers['content-type'] ?? '').includes('json')) return { ...fromQuery, ...parseForm(body) };
  if (body.trim() === '') return fromQuery;
  try {
    const json = JSON.parse(body) as unknown;
    return isMap(json) ? { ...fromQuery, ...json } : fromQuery;
  } catch (broken) {
    // As PHP: an unreadable JSON body counts as no parameters.
    if (broken instanceof SyntaxError) return fromQuery;
    throw broken;
  }
}

/** What is left for the method: credentials, `state` and `start` are eaten by the server, tracing marks of SDKs are of no interest. */
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
  readonly #hanging = new Set<ServerResponse>();

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
    if (fault !== null && (await this.#breaksBefore(fault, answer))) {
      this.#recordCut(target.method, params, fault.kind);
      return;
    }
    try {
      if (!this.#bucket.admits(incoming.socket.remoteAddress ?? '')) throw systemError('QUERY_LIMIT_EXCEEDED');
      const caller = identify(this.#state, incoming, target, params);
      if ('token' in params) throw new RestError('INVALID_CREDENTIALS', 'Link check failed', 403);
      const running = { state: this.#state, operating: this.#operating, fault };
      const outcome = await runMethod(running, caller, target.method, methodParams(params), false);
      if (fault?.kind === 'reset-after') incoming.socket.destroy();
      else answerJson(answer, 200, outcome);
    } catch (thrown) {
      if (fault?.kind === 'die-inside') incoming.socket.destroy();
      else answerError(answer, thrown instanceof RestError ? thrown : systemError('INTERNAL_SERVER_ERROR'));
      if (!(thrown instanceof RestError) && fault?.kind !== 'die-inside') throw thrown;
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

  /** Acts out a fault that comes before the method; true when the request is thereby answered or cut. */
  async #breaksBefore(fault: RestFault, answer: ServerResponse): Promise<boolean> {
    switch (fault.kind) {
      case 'html502':
        answerHtml(answer, 502, HTML_502);
        return true;
      case 'html503':
        answerHtml(answer, 503, HTML_503);
        return true;
      case 'bare429':
        answer.writeHead(429, { 'retry-after': '1' });
        answer.end();
        return true;
      case 'redirect':
        // A closed portal sends everybody to another place; its OAuth host knows nothing of it.
        answer.writeHead(302, { location: fault.location ?? 'https://closed.example.com/' });
        answer.end();
        return true;
      case 'html200':
        answerHtml(answer, 200, HTML_200);
        return true;
      case 'null-result':
        answerJson(answer, 200, { result: null });
        return true;
      case '500':
      case 'query-limit':
      case 'operation-limit':
      case 'portal-deleted':
      case 'expired-token':
      case 'invalid-token':
      case 'no-auth':
        answerError(answer, systemError(FAULT_ERRORS[fault.kind]));
        return true;
      case 'error':
        answerError(answer, new RestError(fault.error ?? 'ERROR_CORE', 'Ordered by a test', fault.status ?? 400));
        return true;
      case 'reset-before':
        answer.socket?.destroy();
        return true;
      case 'hang':
        this.#hanging.add(answer);
        answer.on('close', () => this.#hanging.delete(answer));
        return true;
      case 'slow':
        await pause(fault.ms ?? 1_000);
        return false;
      case 'reset-after':
      case 'slow-inside':
      case 'die-inside':
        return false;
    }
  }
}

function answerError(answer: ServerResponse, error: RestError): void {
  answerJson(answer, error.status, { error: error.error, error_description: error.message });
}
