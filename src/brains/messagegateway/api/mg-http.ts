/** Requests to the Bot or Transport API: token, JSON, rate limit, and the translation of every failure. Knows no method by name. */

import type { ConnectorTools, RateLimiter } from '../../../core/connector-tools.ts';
import { type AppError, type AppErrorOptions, RemoteRefused, RemoteUnreachable } from '../../../core/errors.ts';
import { jsonOrUndefined, parseJson } from '../../../lib/bounded-json.ts';
import type { Clock } from '../../../lib/clock.ts';
import { retryAfterMs } from './retry-after.ts';
import type { UploadBody } from './upload-body.ts';

export type MgQuery = Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;

export interface MgRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the prefix, for example `/messages`. */
  readonly path: string;
  readonly query?: MgQuery;
  readonly json?: unknown;
  /** A file, instead of JSON. */
  readonly bytes?: Pick<UploadBody, 'contentType' | 'body'>;
  readonly signal?: AbortSignal;
}

export interface MgHttp {
  /**
   * The parsed answer; an empty one is `{}`. Throws MgRefused (4xx), `messagegateway.token_revoked` (401, 403), `messagegateway.busy`
   * (429, 503; with the wait it asked for), `messagegateway.server_error` (other 5xx), `messagegateway.garbage`, and the http client's errors.
   */
  call(request: MgRequest): Promise<unknown>;
  /** Address of a path of this API, for requests that `call` cannot make. */
  address(path: string): URL;
}

export interface MgHttpOptions {
  readonly http: ConnectorTools['http'];
  readonly api: 'bot' | 'transport';
  readonly endpointUrl: string;
  readonly token: string;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** MessageGateway refused the request. It sends no error codes, so its sentences are kept for matching. */
export class MgRefused extends RemoteRefused {
  readonly sentences: readonly string[];

  constructor(options: AppErrorOptions & { readonly status: number; readonly sentences: readonly string[] }) {
    super(options);
    this.sentences = options.sentences;
  }
}

/** Whether the error is a refusal with a sentence that matches. */
export function isRefusal(error: unknown, pattern: RegExp): error is MgRefused {
  return error instanceof MgRefused && error.sentences.some((sentence) => pattern.test(sentence));
}

const names = { bot: 'Bot API', transport: 'Transport API' } as const;

/** A client of one API with one token. */
export function createMgHttp(options: MgHttpOptions): MgHttp {
  const base = baseOf(options);
  const address = (path: string): URL => new URL(`${base}${path}`);
  return {
    address,
    async call(request) {
      await options.rateLimiter.acquire(request.signal);
      const url = address(request.path);
      for (const [name, value] of Object.entries(request.query ?? {})) append(url, name, value);
      const response = await options.http.send({
        method: request.method,
        url,
        headers: { [tokenHeader(options.api)]: options.token, accept: 'application/json', ...contentType(request) },
        timeoutMs: options.timeoutMs,
        ...bodyOf(request),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      const where = `${request.method} ${request.path} of MessageGateway's ${names[options.api]}`;
      if (response.status >= 200 && response.status < 300) return parse(response.body, where);
      const wait = retryAfterMs(response.headers['retry-after'], options.clock.now());
      if (response.status === 429 || response.status === 503) await options.rateLimiter.throttle(wait);
      throw failure({
        status: response.status,
        wait,
        where,
        api: options.api,
        sentences: sentencesOf(response.body, options.token),
      });
    },
  };
}

/** The header that carries the token. */
export function tokenHeader(api: 'bot' | 'transport'): string {
  return api === 'bot' ? 'x-bot-token' : 'x-transport-token';
}

/** `endpointUrl` is a bare origin, but other integrations got addresses with an API's path; that path is cut off. */
function baseOf({ endpointUrl, api }: Pick<MgHttpOptions, 'endpointUrl' | 'api'>): string {
  const path = endpointUrl.indexOf('/api/');
  let end = path === -1 ? endpointUrl.length : path;
  while (endpointUrl.charAt(end - 1) === '/') end -= 1;
  return `${endpointUrl.slice(0, end)}/api/${api}/v1`;
}

/** The path prefix of an API's methods, without a trailing slash. */
export function apiPath(access: Pick<MgHttpOptions, 'endpointUrl' | 'api'>): string {
  return new URL(baseOf(access)).pathname;
}

function append(url: URL, name: string, value: MgQuery[string]): void {
  const values = Array.isArray(value) ? value : [value];
  for (const one of values) {
    if (one === undefined) continue;
    // Booleans in queries are the strings 0 and 1.
    url.searchParams.append(name, typeof one === 'boolean' ? String(Number(one)) : String(one));
  }
}

function contentType(request: MgRequest): Record<string, string> {
  if (request.bytes !== undefined) return { 'content-type': request.bytes.contentType };
  return request.json === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf(request: MgRequest): { body?: string | UploadBody['body'] } {
  if (request.bytes !== undefined) return { body: request.bytes.body };
  return request.json === undefined ? {} : { body: JSON.stringify(request.json) };
}

function parse(body: Buffer, where: string): unknown {
  const text = body.toString('utf8').trim();
  if (text === '') return {};
  try {
    return parseJson(text);
  } catch {
    // The text is not kept: it may be any page, with any content.
    throw garbage(where);
  }
}

/** The error for an answer that does not follow the protocol. The request may have taken effect all the same. */
export function garbage(where: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'messagegateway.garbage',
    message: `${where} was not answered in its protocol`,
    fate: 'unknown',
  });
}

/** Limits what one refusal writes to the log. */
const maxSentences = 20;

/** `{"errors":["…"]}`. The token is removed in case the answer repeats it. */
function sentencesOf(body: Buffer, token: string): readonly string[] {
  // 5xx bodies may be empty or HTML pages.
  const parsed = jsonOrUndefined(body);
  const errors = typeof parsed === 'object' && parsed !== null && 'errors' in parsed ? parsed.errors : [];
  if (!Array.isArray(errors)) return [];
  return errors
    .slice(0, maxSentences)
    .filter((one) => typeof one === 'string')
    .map((one) => one.replaceAll(token, '***').slice(0, 300));
}

interface Failure {
  readonly status: number;
  readonly wait: number;
  readonly where: string;
  readonly api: 'bot' | 'transport';
  readonly sentences: readonly string[];
}

/** Sentences about a channel that is off or deleted. The documentation shows none, so several forms are recognized. */
const channelIsOff = /^channel\b.*\b(?:not active|inactive|deactivated|disabled|deleted|not found|does not exist)\b/i;

export const channelOffCode = 'messagegateway.channel_off';

/** The error for a channel that does not work. It leads to a health check, which repairs the channel by joining again. */
export function channelOff(why: string): RemoteRefused {
  return new RemoteRefused({
    code: channelOffCode,
    message: `${why}; the channel of this connection is switched off or gone, it will be switched on again`,
    status: 403,
    report: true,
  });
}

/** The error for a refusal or failure; also for refused socket handshakes. */
export function failure({ status, wait, where, api, sentences }: Failure): AppError {
  const said = sentences.length === 0 ? '' : `: ${sentences.join('; ')}`;
  if (status === 429 || status === 503) {
    return new RemoteRefused({
      code: 'messagegateway.busy',
      message: `${where} throttled the request (${status})`,
      status,
      retry: { afterMs: wait },
      isThrottled: true,
      fate: status === 429 ? 'none' : 'unknown',
    });
  }
  if (status === 401 || status === 403) {
    return new RemoteRefused({
      code: 'messagegateway.token_revoked',
      message: `MessageGateway no longer accepts the token of the ${names[api]} (${status}); check that the module is switched on in the CRM, then join the connection again`,
      status,
      report: true,
    });
  }
  if (api === 'transport' && status >= 400 && status < 500 && sentences.some((one) => channelIsOff.test(one))) {
    return channelOff(`${where} was refused${said}`);
  }
  if (status >= 400 && status < 500) {
    return new MgRefused({
      code: 'messagegateway.refused',
      message: `${where} was refused (${status})${said}`,
      status,
      sentences,
      report: true,
    });
  }
  const code = status >= 500 ? 'messagegateway.server_error' : 'messagegateway.garbage';
  return new RemoteUnreachable({ code, message: `${where} failed (${status})${said}`, fate: 'unknown' });
}
