import { describe, expect, it } from 'vitest';
import { disabledError } from '../../../src/connections/connection-trouble.ts';
import { AppError, RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import { deliveryRetry, maxWaitMs, throttledRetry } from '../../../src/core/retry.ts';
import { decideActionRetry } from '../../../src/queue/retry-decision.ts';
import { rateLimitCode } from '../../../src/runtime/rate-limiter.ts';

const last = { attempts: deliveryRetry.maxAttempts, throttled: 1, ageMs: 0 };
const broken = new RemoteUnreachable({ code: 'http.connect', message: 'away' });
const rateLimiter = new AppError({ code: rateLimitCode, message: 'full', retry: { afterMs: 100 } });
const aborted = new RemoteUnreachable({ code: 'http.aborted', message: 'the app stops' });
const busy = new RemoteRefused({
  code: 'far.busy',
  message: 'busy',
  status: 503,
  retry: { afterMs: 1_500 },
  isThrottled: true,
});

describe('a send whose key the portal keeps reserved', () => {
  const reserved = (code: string): RemoteRefused =>
    new RemoteRefused({ code: `bitrix24.${code}`, message: '', status: 400, retry: 'backoff' });

  it.each(['SENDING_FAILED', 'MESSAGE_DUPLICATED_BY_UUID'])('is tried for more than the hour of %s', (code) => {
    let waitedMs = 0;
    let throttled = 0;
    for (;;) {
      throttled += 1;
      // Used up by other failures, and with the shortest pauses there are.
      const next = decideActionRetry(
        reserved(code),
        { attempts: deliveryRetry.maxAttempts, throttled, ageMs: waitedMs },
        0,
      );
      if (!next.again) break;
      expect(next).toMatchObject({ isFree: true, isThrottled: true });
      waitedMs += next.delayMs;
    }
    expect(waitedMs).toBeGreaterThan(3_600_000);
    expect(waitedMs).toBeLessThan(3 * 3_600_000);
  });

  it('is not given up sooner because the portal had put it off before', () => {
    const put = { attempts: 1, throttled: 200 };
    expect(decideActionRetry(reserved('SENDING_FAILED'), { ...put, ageMs: 70 * 60_000 }, 0)).toMatchObject({
      again: true,
      delayMs: 150_000,
    });
    expect(decideActionRetry(reserved('SENDING_FAILED'), { ...put, ageMs: 80 * 60_000 }, 0)).toEqual({ again: false });
  });
});

describe('after a failed attempt', () => {
  it('comes another, until they are used up', () => {
    expect(decideActionRetry(broken, { attempts: 1, throttled: 1, ageMs: 0 }, 0)).toEqual({
      again: true,
      delayMs: 500,
      isFree: false,
      isThrottled: false,
    });
    expect(decideActionRetry(broken, last, 0)).toEqual({ again: false });
  });

  it.each([
    ['the limit that all processes share', rateLimiter],
    ['the end of the program', aborted],
    ['a paused account', disabledError({ created_at: new Date() }, 'frozen')],
  ])('nothing is given up because of %s', (_, error) => {
    expect(decideActionRetry(error, last, 0)).toMatchObject({ again: true, isFree: true, isThrottled: false });
  });

  it('a delay the remote asked for costs nothing, however often it asks, for a day', () => {
    expect(decideActionRetry(busy, { ...last, throttled: 500, ageMs: maxWaitMs }, 0)).toEqual({
      again: true,
      delayMs: 30_000,
      isFree: true,
      isThrottled: true,
    });
    expect(
      decideActionRetry(busy, { attempts: 1, throttled: throttledRetry.maxAttempts, ageMs: maxWaitMs + 1 }, 0),
    ).toEqual({
      again: false,
    });
  });
});
