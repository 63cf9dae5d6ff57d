/**
 * Translates Bitrix24's answers, once, into the app's errors. Branches on the `error` code only: statuses and texts differ between portals
 * (docs/platform-notes/bitrix24.md#rest-errors).
 */

import { type AppError, RemoteRefused, RemoteUnreachable, type Retry } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';

interface ErrorRule {
  readonly retry: Retry;
  readonly report?: boolean;
  /** True when the portal throttles us: the call does not count as an attempt. */
  readonly isThrottled?: boolean;
  /** True when the portal answers this before doing anything. */
  readonly isNotExecuted?: boolean;
}

/** How long to wait for a portal that Bitrix24's staff has blocked. */
const blockedMs = 300_000;

/** Codes that are not a final refusal, and some that are but have to be reported (docs/platform-notes/bitrix24.md#refused-tokens). */
const errorRules: Readonly<Record<string, ErrorRule>> = {
  QUERY_LIMIT_EXCEEDED: { retry: { afterMs: 1_000 }, isThrottled: true, isNotExecuted: true },
  OPERATION_TIME_LIMIT: { retry: { afterMs: 60_000 }, isThrottled: true, isNotExecuted: true },
  OVERLOAD_LIMIT: { retry: { afterMs: blockedMs }, isThrottled: true, report: true, isNotExecuted: true },
  // The portal or the app is not paid for; retrying does not change that.
  PAYMENT_REQUIRED: { retry: { afterMs: blockedMs }, isThrottled: true, report: true, isNotExecuted: true },
  // No call is answered until the portal is back, if it ever is.
  PORTAL_DELETED: { retry: { afterMs: blockedMs }, isThrottled: true, report: true, isNotExecuted: true },
  CONNECTION_ERROR: { retry: 'backoff', isNotExecuted: true },
  INTERNAL_SERVER_ERROR: { retry: 'backoff' },
  ERROR_UNEXPECTED_ANSWER: { retry: 'backoff' },
  // The first attempt with this UUID is still in flight, or died; its reservation lasts an hour, and most builds answer SENDING_FAILED
  // (docs/platform-notes/bitrix24.md#sending-once).
  MESSAGE_DUPLICATED_BY_UUID: { retry: { afterMs: 5_000 } },
  SENDING_FAILED: { retry: 'backoff' },
  expired_token: { retry: 'backoff', isNotExecuted: true },
  invalid_token: { retry: 'backoff', report: true, isNotExecuted: true },
  NO_AUTH_FOUND: { retry: 'never', report: true },
  APPLICATION_NOT_FOUND: { retry: 'never', report: true },
  insufficient_scope: { retry: 'never', report: true },
  user_access_error: { retry: 'never', report: true },
  authorization_error: { retry: 'never', report: true },
  ACCESS_DENIED: { retry: 'never', report: true },
};

/** The app's code of a Bitrix24 error: `bitrix24.` and the portal's own code. */
export const bitrixCode = (error: string): string => `bitrix24.${error}`;

export interface PortalAnswer {
  readonly method: string;
  readonly status: number;
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The execution time of a method in the last ten minutes, as the portal counts it (docs/platform-notes/bitrix24.md#operating-time). */
export interface MethodTime {
  readonly usedSeconds: number;
  /** How long this call took. */
  readonly callSeconds: number;
  /** After how long the portal forgets the oldest part of the used time. */
  readonly resetInMs: number;
}

export interface TimedResult {
  readonly result: unknown;
  /** Null if the portal does not count it. */
  readonly time: MethodTime | null;
}

/** Returns the `result` of a call, or throws the error it reports. */
export function readAnswer(answer: PortalAnswer): unknown {
  return readTimedAnswer(answer).result;
}

/** Like `readAnswer`, with what the portal says about the time the method has used. */
export function readTimedAnswer(answer: PortalAnswer): TimedResult {
  const parsed = jsonOrUndefined(answer.body);
  if (!isRecord(parsed)) throw unreadableAnswer(answer);
  if (typeof parsed['error'] === 'string' && parsed['error'] !== '') throw refusal(parsed['error'], answer, parsed);
  if (answer.status >= 400 || !('result' in parsed)) throw unreadableAnswer(answer);
  return { result: parsed['result'], time: readMethodTime(parsed['time']) };
}

/** The longest that a portal remembers the time a method has used. */
const operatingWindowMs = 600_000;

/** Reads the `time` of an answer. The span until the reset is taken from the portal's own clock. */
export function readMethodTime(time: unknown): MethodTime | null {
  if (!isRecord(time)) return null;
  const [used, processing, resetAt, finish] = ['operating', 'processing', 'operating_reset_at', 'finish'].map((name) =>
    typeof time[name] === 'number' && Number.isFinite(time[name]) ? time[name] : null,
  );
  if (typeof used !== 'number' || used < 0) return null;
  const untilReset =
    typeof resetAt === 'number' && typeof finish === 'number' ? (resetAt - finish) * 1_000 : Number.NaN;
  return {
    usedSeconds: used,
    callSeconds: Math.max(0, processing ?? 0),
    resetInMs: untilReset > 0 ? Math.min(untilReset, operatingWindowMs) : operatingWindowMs / 10,
  };
}

/**
 * The id in an answer that must hold one: of a message, a bot, a file. Throws RemoteUnreachable `bitrix24.no_id` for anything else: whether
 * the portal did what was asked is then unknown.
 */
export function readId(method: string, value: unknown): string {
  const isId = (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) || isIdText(value);
  if (isId) return String(value);
  throw new RemoteUnreachable({
    code: 'bitrix24.no_id',
    message: `Bitrix24 answered ${method} without the id of the created object`,
    fate: 'unknown',
  });
}

function isIdText(value: unknown): boolean {
  return typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value);
}

/** A batch answered nothing about one of its calls: whether that call was made is unknown. */
export function missingInBatch(method: string): AppError {
  return new RemoteUnreachable({
    code: 'bitrix24.no_answer_in_batch',
    message: `Bitrix24 answered a batch without a word about ${method}`,
    fate: 'unknown',
  });
}

/** The error of a sub-call of `batch`, which is returned beside the results. */
export function batchError(method: string, error: unknown): AppError {
  const code = isRecord(error) && typeof error['error'] === 'string' ? error['error'] : 'unknown';
  return refusal(code, { method, status: 200, body: Buffer.alloc(0) }, isRecord(error) ? error : {});
}

function refusal(code: string, answer: PortalAnswer, parsed: Readonly<Record<string, unknown>>): AppError {
  // The code comes from outside and may be the name of a property that every object inherits.
  const rule = (Object.hasOwn(errorRules, code) ? errorRules[code] : undefined) ?? {
    retry: 'never' as const,
    isNotExecuted: true,
  };
  const description = typeof parsed['error_description'] === 'string' ? parsed['error_description'].slice(0, 200) : '';
  return new RemoteRefused({
    code: bitrixCode(code),
    status: answer.status,
    message: `Bitrix24 refused ${answer.method}: ${code}${description === '' ? '' : ` (${description})`}`,
    retry: rule.isThrottled === true ? withRetryAfter(rule.retry, answer) : rule.retry,
    isThrottled: rule.isThrottled ?? false,
    report: rule.report ?? rule.retry === 'never',
    fate: rule.isNotExecuted === true || rule.retry === 'never' ? 'none' : 'unknown',
  });
}

/**
 * HTML pages of a proxy, empty bodies, a broken answer: the portal may have done what was asked. 429 and 503 throttle us. A rate limiter
 * answers 429 before anything is done. 503 may come from a limiter, from a server that is restarting, or from one that broke off half-way,
 * so whether the call took effect is unknown.
 */
function unreadableAnswer(answer: PortalAnswer): AppError {
  const isThrottled = answer.status === 429 || answer.status === 503;
  return new RemoteUnreachable({
    code: 'bitrix24.not_json',
    message: `Bitrix24 answered ${answer.method} with status ${answer.status} and no readable result`,
    retry: isThrottled ? withRetryAfter('backoff', answer) : 'backoff',
    isThrottled,
    fate: answer.status === 404 || answer.status === 429 ? 'none' : 'unknown',
  });
}

/** The longest delay that a header can ask for. */
const longestWaitMs = 600_000;

/** The given delay, or that of the portal's `Retry-After` (seconds, or a date) if it is longer. */
function withRetryAfter(retry: Retry, { headers }: PortalAnswer): Retry {
  const header = headers?.['retry-after']?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  if (!(ms > 0)) return retry;
  const least = typeof retry === 'object' ? retry.afterMs : 0;
  return { afterMs: Math.max(least, Math.min(ms, longestWaitMs)) };
}
