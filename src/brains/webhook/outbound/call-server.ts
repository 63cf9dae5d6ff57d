/** Signs and sends one event, and translates what the server answers into the app's errors. */
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { type AppError, RemoteRefused, RemoteUnreachable } from '../../../core/errors.ts';
import { retryAfterMs } from '../../../lib/retry-after.ts';
import { type Config, keysAt } from '../config.ts';
import type { Event } from '../protocol/events.ts';
import { signedHeaders } from '../protocol/signature.ts';

/** The longest wait that one Retry-After header can cause. */
const longestWaitMs = 3_600_000;

/** A longer response is broken off. */
const maxResponseBytes = 1024 * 1024;

export interface ServerCall {
  readonly config: Config;
  readonly tools: Pick<ConnectorTools, 'http'>;
  readonly now: Date;
  /** The `webhook-id`: the same on every repetition. */
  readonly id: string;
  readonly signal?: AbortSignal;
}

/** Returns the body of a 2xx response. Throws AppErrors: their `retry` and `fate` decide whether the app tries again. */
export async function callServer(event: Event, { config, tools, now, id, signal }: ServerCall): Promise<Buffer> {
  const body = Buffer.from(JSON.stringify(event));
  const timestamp = Math.floor(now.getTime() / 1000);
  const {
    status,
    headers,
    body: answer,
  } = await tools.http.send({
    method: 'POST',
    url: new URL(config.url),
    headers: { 'content-type': 'application/json', ...signedHeaders({ id, timestamp, body }, keysAt(config, now)) },
    body,
    timeoutMs: config.timeoutSeconds * 1000,
    maxResponseBytes,
    ...(signal === undefined ? {} : { signal }),
  });
  if (status >= 200 && status < 300) return answer;
  throw errorOf(status, headers['retry-after'], now);
}

/** A server that is being started or deployed may answer these for a while. */
const passingStatuses: ReadonlySet<number> = new Set([404, 408, 425]);

/** With these a server, or the proxy before it, asks for a pause (docs/platform-notes/webhooks.md#delivery), if it says how long. */
const pausingStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** Only waits of a throttled call do not count as attempts; short waits that counted would use up all attempts within seconds. */
function errorOf(status: number, retryAfter: string | undefined, now: Date): AppError {
  const waitMs = retryAfterMs(retryAfter, now);
  const asked = waitMs === null ? 'backoff' : { afterMs: Math.min(waitMs, longestWaitMs) };
  if (status === 429) {
    const message = 'the server asks for fewer calls';
    return new RemoteRefused({ code: 'webhook.throttled', message, status, retry: asked, isThrottled: true });
  }
  if (status >= 500) {
    const isThrottled = waitMs !== null && pausingStatuses.has(status);
    const retry = isThrottled ? asked : 'backoff';
    const message = `the server failed with ${status}`;
    return new RemoteUnreachable({ code: 'webhook.failed', message, fate: 'unknown', retry, isThrottled });
  }
  if (passingStatuses.has(status)) {
    const message = `the server answered ${status}`;
    return new RemoteRefused({ code: 'webhook.not_there', message, status, retry: 'backoff' });
  }
  if (status >= 300 && status < 400) {
    const message = `the server redirects (${status}), which is not followed: set "url" to the address it leads to`;
    return new RemoteRefused({ code: 'webhook.redirected', message, status, report: true });
  }
  if (status === 410) {
    const message = 'the server wants no more events (410 Gone)';
    return new RemoteRefused({ code: 'webhook.gone', message, status, report: true, disables: 'gone' });
  }
  const [code, message] =
    status === 401 || status === 403
      ? ['webhook.signature_refused', `the server refuses the signature (${status})`]
      : ['webhook.refused', `the server refused the event with ${status}`];
  return new RemoteRefused({ code, message, status, report: true });
}
