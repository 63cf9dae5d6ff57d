import { describe, expect, it } from 'vitest';
import { crmAddress } from '../../../src/bitrix24/crm-address.ts';
import { batchError, readAnswer, readId } from '../../../src/bitrix24/rest/rest-errors.ts';
import { AppError, type Retry } from '../../../src/core/errors.ts';

function errorOf(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): AppError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    readAnswer({ method: 'imbot.message.add', status, body: Buffer.from(text), headers });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the answer was taken for a result');
}

const coded = (error: string) => ({ error, error_description: 'said so' });

describe('a limit answer', () => {
  it.each<readonly [status: number, code: string, retry: Retry]>([
    [503, 'QUERY_LIMIT_EXCEEDED', { afterMs: 1_000 }],
    [429, 'QUERY_LIMIT_EXCEEDED', { afterMs: 1_000 }],
    [429, 'OPERATION_TIME_LIMIT', { afterMs: 60_000 }],
    [503, 'OVERLOAD_LIMIT', { afterMs: 300_000 }],
    [401, 'OVERLOAD_LIMIT', { afterMs: 300_000 }],
    [402, 'PAYMENT_REQUIRED', { afterMs: 300_000 }],
    [403, 'PORTAL_DELETED', { afterMs: 300_000 }],
    [500, 'PORTAL_DELETED', { afterMs: 300_000 }],
  ])('with status %i and code %s asks for a pause, and nothing was done', (status, code, retry) => {
    expect(errorOf(status, coded(code))).toMatchObject({
      code: `bitrix24.${code}`,
      isThrottled: true,
      fate: 'none',
      retry,
    });
  });

  it.each(['QUERY_LIMIT_EXCEEDED', 'OPERATION_TIME_LIMIT', 'OVERLOAD_LIMIT'])(
    'is one as well in the place of a sub-call of a batch (%s)',
    (code) => {
      expect(batchError('imbot.command.register', coded(code))).toMatchObject({ isThrottled: true, fate: 'none' });
    },
  );

  it('without a code is a pause too: 429 comes before anything is done, of a 503 that cannot be known', () => {
    const html = '<html><body><h1>nginx</h1></body></html>';
    expect(errorOf(429, '')).toMatchObject({ isThrottled: true, fate: 'none', retry: 'backoff' });
    expect(errorOf(503, html)).toMatchObject({ isThrottled: true, fate: 'unknown', retry: 'backoff' });
    expect(errorOf(502, html)).toMatchObject({ isThrottled: false, fate: 'unknown', retry: 'backoff' });
    expect(errorOf(500, coded('INTERNAL_SERVER_ERROR'))).toMatchObject({ isThrottled: false, fate: 'unknown' });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['86400', 600_000],
    ['soon', 0],
    ['-5', 0],
  ])('with Retry-After %s is waited for accordingly, within bounds', (header, ms) => {
    const { retry } = errorOf(503, '', { 'retry-after': header });
    expect(retry).toEqual(ms === 0 ? 'backoff' : { afterMs: ms });
  });

  it('is never waited for shorter than its code wants', () => {
    const short = errorOf(429, coded('OPERATION_TIME_LIMIT'), { 'retry-after': '2' });
    expect(short.retry).toEqual({ afterMs: 60_000 });
    const date = errorOf(503, '', { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }).retry;
    expect(date).toMatchObject({ afterMs: expect.any(Number) });
    expect((date as { afterMs: number }).afterMs).toBeGreaterThan(20_000);
  });
});

describe('a refusal of what was asked', () => {
  it.each(['ACCESS_DENIED', 'MESSAGE_EMPTY', 'insufficient_scope'])('asks for no pause (%s)', (code) => {
    expect(errorOf(403, coded(code))).toMatchObject({ isThrottled: false, retry: 'never', fate: 'none' });
  });
});

function answer(body: unknown) {
  return { method: 'imbot.message.add', status: 400, body: Buffer.from(JSON.stringify(body)), headers: {} };
}

describe('names from outside that every object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an error like any unknown one', (code) => {
    expect(() => readAnswer(answer({ error: code }))).toThrow(
      expect.objectContaining({ code: `bitrix24.${code}`, retry: 'never', fate: 'none', report: true }),
    );
    expect(crmAddress('a.bitrix24.com', { type: code, id: '1' })).toBeNull();
  });
});

describe('an answer that must hold an id', () => {
  it.each([
    [7, '7'],
    ['7', '7'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%j holds one', (value, id) => {
    expect(readId('imbot.message.add', value)).toBe(id);
  });

  it.each([null, undefined, true, false, 0, -1, 1.5, Number.NaN, '', '0', 'ok', {}, [], [7], { id: 7 }])(
    '%j holds none, so what became of the call is unknown',
    (value) => {
      expect(() => readId('imbot.message.add', value)).toThrow(
        expect.objectContaining({ code: 'bitrix24.no_id', fate: 'unknown' }),
      );
    },
  );
});
