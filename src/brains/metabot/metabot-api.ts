/** The two calls of Metabot: address, token, rate limit, and the translation of every failure. */
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { type AppError, RemoteRefused, RemoteUnreachable } from '../../core/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { waitWithin } from '../../lib/retry-after.ts';
import type { MetabotConfig } from './config.ts';
import { type Job, jobBody } from './job.ts';

export interface MetabotApi {
  /**
   * Calls the endpoint that the alias names; returns the body of the answer. Throws `metabot.token_refused` (401, 403),
   * `metabot.busy` (429, 503), `metabot.refused` (other 3xx and 4xx), `metabot.failed` (other 5xx) and the http client's errors.
   */
  call(params: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Buffer>;
  /**
   * Schedules a job. The answer is not documented, so only its status counts. Throws the same, `metabot.unreadable_answer` for a page, and
   * `metabot.bad_job` before anything is sent.
   */
  schedule(job: Job, signal?: AbortSignal): Promise<Buffer>;
}

export interface MetabotApiOptions {
  readonly config: MetabotConfig;
  readonly tools: Pick<ConnectorTools, 'http' | 'rateLimiter'>;
  readonly clock: Clock;
}

const maxAnswerBytes = 1024 * 1024;
/** Waits after a refusal: the usual one, and bounds for Retry-After. */
const waitLimits = { usual: 2_000, least: 1_000, most: 300_000 } as const;

export function createMetabotApi({ config, tools, clock }: MetabotApiOptions): MetabotApi {
  const { origin, botId, callsPerSecond } = config;
  const rate = { perSecond: callsPerSecond, burst: Math.max(1, Math.ceil(callsPerSecond)) };
  const limiter = tools.rateLimiter(`metabot ${new URL(origin).host} ${botId}`, rate);

  async function post(path: string, content: unknown, signal?: AbortSignal): Promise<Buffer> {
    await limiter.acquire(signal);
    const { status, headers, body } = await tools.http.send({
      method: 'POST',
      url: new URL(pathOf(botId, path), origin),
      headers: { ...tokenHeaders(config), accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(content),
      timeoutMs: config.requestTimeoutMs,
      maxResponseBytes: maxAnswerBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    if (status >= 200 && status < 300) return body;
    const waitMs = waitWithin(headers['retry-after'], clock.now(), waitLimits);
    if (status === 429 || status === 503) await limiter.throttle(waitMs);
    throw failure(status, waitMs);
  }

  return {
    call: (params, signal) => post(callPath(config), { script_request_params: params }, signal),
    schedule: async (job, signal) => {
      const body = await post(schedulePath, jobBody(job, config.timeZone), signal);
      // A page with status 200, for example of a maintenance, is not an answer to a job.
      if (/^\s*</.test(body.toString('utf8', 0, 200))) throw unreadableAnswer();
      return body;
    },
  };
}

const schedulePath = 'jobs/schedule';
const callPath = ({ alias }: MetabotConfig): string => `call/${alias}`;
const pathOf = (botId: number, path: string): string => `/api/v1/bots/${botId}/${path}`;

/** The path of the call by which messages are handed over. */
export function handOverPath(config: MetabotConfig): string {
  return pathOf(config.botId, config.mode === 'call' ? callPath(config) : schedulePath);
}

/** The script may have run. The text is not repeated: it may be any page. */
export function unreadableAnswer(): RemoteUnreachable {
  const message = 'Metabot answered something that is not its protocol';
  return new RemoteUnreachable({ code: 'metabot.unreadable_answer', message, fate: 'unknown' });
}

/** docs/platform-notes/metabot.md#token */
function tokenHeaders({ authHeader, token }: MetabotConfig): Readonly<Record<string, string>> {
  return {
    ...(authHeader === 'raw' ? {} : { authorization: `Bearer ${token}` }),
    ...(authHeader === 'bearer' ? {} : { authentication: token }),
  };
}

/** Nothing of the body is repeated: it may be any page, with any content. */
function failure(status: number, waitMs: number): AppError {
  if (status === 429 || status === 503) {
    const message = `Metabot asks for fewer calls (${status})`;
    return new RemoteRefused({
      code: 'metabot.busy',
      message,
      status,
      retry: { afterMs: waitMs },
      isThrottled: true,
    });
  }
  if (status === 401 || status === 403) {
    const message = `Metabot does not accept the token (${status}); create a token of an API user of this bot`;
    return new RemoteRefused({ code: 'metabot.token_refused', message, status, report: true });
  }
  if (status >= 500) {
    // 500 is the answer of the platform itself, which has given up. A gateway (502, 504) does not know what became of the call.
    const fate = status === 500 ? 'none' : 'unknown';
    return new RemoteUnreachable({ code: 'metabot.failed', message: `Metabot failed with ${status}`, fate });
  }
  const hint = status === 404 ? '; check bot id, alias and address' : '';
  return new RemoteRefused({
    code: 'metabot.refused',
    message: `Metabot refused with ${status}${hint}`,
    status,
    // Someone may just be creating the endpoint, or publishing it again.
    retry: status === 404 ? 'backoff' : 'never',
    report: true,
  });
}
