/**
 * Translates Bitrix24's answers, once, into the app's errors. Branches on the `error` code only: statuses and texts differ between portals
 * (docs/platform-notes/bitrix24.md#rest-errors).
 */

import { type AppError, RemoteRefused, RemoteUnreachable, type Retry } from '../../core/errors.ts';
import { parseJson } from '../../lib/bounded-json.ts';

interface Verdict {
  readonly retry: Retry;
  readonly report?: boolean;
  /** True when the portal asks to be left alone: no attempt of what was asked. */
  readonly isThrottled?: boolean;
  /** True when the portal answers this before doing anything. */
  readonly isBefore?: boolean;
}

/** How long to leave a portal alone that Bitrix24 itself has blocked by hand. */
const blockedMs = 300_000;

/** Codes that do not mean a final refusal, and some that do but should be reported (docs/platform-notes/bitrix24.md#refused-tokens). */
const verdicts: Readonly<Record<string, Verdict>> = {
  QUERY_LIMIT_EXCEEDED: { retry: { afterMs: 1_000 }, isThrottled: true, isBefore: true },
  OPERATION_TIME_LIMIT: { retry: { afterMs: 60_000 }, isThrottled: true, isBefore: true },
  OVERLOAD_LIMIT: { retry: { afterMs: blockedMs }, isThrottled: true, report: true, isBefore: true },
  // The portal's account or the app is not paid: this ends, and not by an attempt of ours.
  PAYMENT_REQUIRED: { retry: { afterMs: blockedMs }, isThrottled: true, report: true, isBefore: true },
  CONNECTION_ERROR: { retry: 'backoff', isBefore: true },
  INTERNAL_SERVER_ERROR: { retry: 'backoff' },
  ERROR_UNEXPECTED_ANSWER: { retry: 'backoff' },
  // The first attempt with this UUID is still under way, or died; its reservation lasts an hour, and most builds answer SENDING_FAILED
  // (docs/platform-notes/bitrix24.md#sending-once).
  MESSAGE_DUPLICATED_BY_UUID: { retry: { afterMs: 5_000 } },
  SENDING_FAILED: { retry: 'backoff' },
  expired_token: { retry: 'backoff', isBefore: true },
  invalid_token: { retry: 'backoff', report: true, isBefore: true },
  NO_AUTH_FOUND: { retry: 'never', report: true },
  APPLICATION_NOT_FOUND: { retry: 'never', report: true },
  PORTAL_DELETED: { retry: 'never', report: true },
  insufficient_scope: { retry: 'never', report: true },
  user_access_error: { retry: 'never', report: true },
  authorization_error: { retry: 'never', report: true },
  ACCESS_DENIED: { retry: 'never', report: true },
};

/** The code under which a Bitrix24 error is known in the house: `bitrix24.` and the portal's own code. */
export const bitrixCode = (error: string): string => `bitrix24.${error}`;

export interface PortalAnswer {
  readonly method: string;
  readonly status: number;
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The `result` of a call, or the error it deserves. */
export function readAnswer(answer: PortalAnswer): unknown {
  const parsed = parseObject(answer.body);
  if (parsed === null) throw notTheProtocol(answer);
  if (typeof parsed['error'] === 'string' && parsed['error'] !== '') throw refusal(parsed['error'], answer, parsed);
  if (answer.status >= 400 || !('result' in parsed)) throw notTheProtocol(answer);
  return parsed['result'];
}

/**
 * The id in an answer that must hold one: of a message, a bot, a file. Throws RemoteUnreachable `bitrix24.no_id` for everything else: whether
 * the portal has done what was asked is then unknown.
 */
export function readId(method: string, value: unknown): string {
  const isId = (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) || isIdText(value);
  if (isId) return String(value);
  throw new RemoteUnreachable({
    code: 'bitrix24.no_id',
    message: `Bitrix24 answered ${method} without the id of what it was to make`,
    fate: 'unknown',
  });
}

function isIdText(value: unknown): boolean {
  return typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value);
}

/** The error of a sub-call of `batch`, which arrives beside the results. */
export function batchError(method: string, error: unknown): AppError {
  const code = isRecord(error) && typeof error['error'] === 'string' ? error['error'] : 'unknown';
  return refusal(code, { method, status: 200, body: Buffer.alloc(0) }, isRecord(error) ? error : {});
}

function refusal(code: string, answer: PortalAnswer, parsed: Readonly<Record<string, unknown>>): AppError {
  // The code comes from outside, and may be the name of something every object has.
  const verdict = (Object.hasOwn(verdicts, code) ? verdicts[code] : undefined) ?? {
    retry: 'never' as const,
    isBefore: true,
  };
  const description = typeof parsed['error_description'] === 'string' ? parsed['error_description'].slice(0, 200) : '';
  return new RemoteRefused({
    code: bitrixCode(code),
    status: answer.status,
    message: `Bitrix24 refused ${answer.method}: ${code}${description === '' ? '' : ` (${description})`}`,
    retry: verdict.isThrottled === true ? longer(verdict.retry, answer) : verdict.retry,
    isThrottled: verdict.isThrottled ?? false,
    report: verdict.report ?? verdict.retry === 'never',
    fate: verdict.isBefore === true || verdict.retry === 'never' ? 'none' : 'unknown',
  });
}

/**
 * HTML pages of a proxy, empty bodies, a broken answer: the portal may well have done what was asked. 429 and 503 ask for a pause. A
 * limiter says 429 before anything is done. 503 may come from a limiter, from a server that is being restarted, or from one that broke
 * off in the midst of it, so its fate is unknown.
 */
function notTheProtocol(answer: PortalAnswer): AppError {
  const isThrottled = answer.status === 429 || answer.status === 503;
  return new RemoteUnreachable({
    code: 'bitrix24.not_json',
    message: `Bitrix24 answered ${answer.method} with status ${answer.status} and no readable result`,
    retry: isThrottled ? longer('backoff', answer) : 'backoff',
    isThrottled,
    fate: answer.status === 404 || answer.status === 429 ? 'none' : 'unknown',
  });
}

/** Nobody is made to wait longer than this by a header. */
const longestWaitMs = 600_000;

/** The wait, or the longer one the portal's `Retry-After` asks for (seconds, or a date). */
function longer(retry: Retry, { headers }: PortalAnswer): Retry {
  const said = headers?.['retry-after']?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.now();
  if (!(ms > 0)) return retry;
  const least = typeof retry === 'object' ? retry.afterMs : 0;
  return { afterMs: Math.max(least, Math.min(ms, longestWaitMs)) };
}

function parseObject(body: Buffer): Record<string, unknown> | null {
  try {
    const parsed = parseJson(body);
    return isRecord(parsed) ? parsed : null;
  } catch {
    // Not JSON: an HTML page of the proxy in between. The caller says so with the status.
    return null;
  }
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
