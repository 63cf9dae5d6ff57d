import { describe, expect, it } from 'vitest';
import type { BatchOutcome } from '../../../src/bitrix24/rest/batch.ts';
import { type ChatCall, createBatchedCalls } from '../../../src/bitrix24/rest/batched-calls.ts';
import { batchError } from '../../../src/bitrix24/rest/rest-errors.ts';
import { RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { noMoments } from '../../support/no-moments.ts';

type Request = readonly string[];

interface Setting {
  /** Whether the budget has room: the milliseconds to wait, one for each question; then there is room. */
  readonly budget?: number[];
  /** What becomes of a call, by its method; `ok` unless given. */
  readonly outcomes?: (method: string, request: Request) => BatchOutcome;
  /** What becomes of a whole batch. */
  readonly refuse?: (request: Request) => Error | null;
}

const ok = (method: string): BatchOutcome => ({ result: `${method} done`, time: null });
const refused = (method: string, error: string): BatchOutcome => ({ error: batchError(method, { error }) });

function setUp({ budget = [], outcomes = ok, refuse = () => null }: Setting = {}) {
  const clock = createFakeClock();
  /** Every request that left: the methods in it. */
  const requests: Request[] = [];
  const asked: string[] = [];
  const calls = createBatchedCalls({
    clock,
    rateLimiter: {
      tryPass(portal, leaves = 0) {
        asked.push(`${portal} ${leaves}`);
        return Promise.resolve(budget.shift() ?? 0);
      },
    },
    client: {
      async timedCall(_portal, { method }) {
        requests.push([method]);
        const outcome = outcomes(method, [method]);
        if ('error' in outcome) throw outcome.error;
        return await Promise.resolve(outcome);
      },
      async batch(_portal, batch) {
        const request = batch.map(({ method }) => method);
        requests.push(request);
        const error = refuse(request);
        if (error !== null) throw error;
        return await Promise.resolve(request.map((method) => outcomes(method, request)));
      },
    },
  });
  /** Resolves with the result or the code of the error. */
  const call = (method: string, fields: Partial<ChatCall> = {}): Promise<unknown> =>
    calls
      .call({ portal: 'p', method, params: {}, urgency: 'answer', ...fields })
      .catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));
  return { clock, calls, call, requests, asked };
}

describe('calls of chats', () => {
  it('go alone and at once while the budget has room', async () => {
    const { call, requests, asked } = setUp();
    expect(await Promise.all(['a', 'b', 'c'].map((method) => call(method)))).toEqual(['a done', 'b done', 'c done']);
    expect(requests).toEqual([['a'], ['b'], ['c']]);
    expect(asked).toEqual(['p 0.2', 'p 0.2', 'p 0.2']);
  });

  it('go together when they have to wait, and each gets its own result', async () => {
    const { clock, call, requests } = setUp({
      budget: [1, 500],
      outcomes: (method) => (method === 'b' ? refused(method, 'WRONG') : ok(method)),
    });
    const first = call('a');
    await clock.advance(0);
    const all = Promise.all([first, call('b'), call('c')]);
    await clock.advance(499);
    expect(requests).toEqual([]);
    await clock.advance(400);
    expect(requests).toEqual([['a', 'b', 'c']]);
    expect(await all).toEqual(['a done', 'bitrix24.WRONG', 'c done']);
  });

  it('that come at the same moment go together without much delay while a rest of the budget is kept for batches', async () => {
    const { clock, call, requests, asked } = setUp({ budget: [1] });
    const first = call('a');
    await clock.advance(0);
    const all = Promise.all([first, call('b'), call('c')]);
    await clock.advance(50);
    expect(requests).toEqual([['a', 'b', 'c']]);
    expect(await all).toEqual(['a done', 'b done', 'c done']);
    expect(asked).toEqual(['p 0.2', 'p 0']);
  });

  it('of another portal do not wait for this one', async () => {
    const { clock, call, requests } = setUp({ budget: [1] });
    void call('a');
    await clock.advance(0);
    expect(await call('b', { portal: 'q' })).toBe('b done');
    expect(requests).toEqual([['b']]);
  });

  it('of which one is left waiting go alone', async () => {
    const { clock, call, requests } = setUp({ budget: [1, 500] });
    const only = call('a');
    await clock.advance(900);
    expect(await only).toBe('a done');
    expect(requests).toEqual([['a']]);
  });

  it('are put off when the budget stays used up for long, and nothing was sent', async () => {
    const { clock, call, requests } = setUp({ budget: [1, 60_000] });
    const first = call('a');
    await clock.advance(0);
    const both = Promise.all([first, call('b')]);
    await clock.advance(1_000);
    expect(await both).toEqual(['bitrix24.budget', 'bitrix24.budget']);
    expect(requests).toEqual([]);
    expect(await call('c')).toBe('c done');
  });

  it('that nobody waits for are left out while others wait, and where less than half of the budget is free', async () => {
    const { clock, call, requests, asked } = setUp({ budget: [0, 200, 1, 500] });
    expect(await call('typing', { urgency: 'optional' })).toBe('typing done');
    expect(await call('typing', { urgency: 'optional' })).toBe('bitrix24.budget_scarce');
    const waiting = call('a');
    await clock.advance(0);
    expect(await call('typing', { urgency: 'optional' })).toBe('bitrix24.budget_scarce');
    await clock.advance(900);
    expect(await waiting).toBe('a done');
    expect(requests).toEqual([['typing'], ['a']]);
    expect(asked.filter((one) => one === 'p 0.5')).toHaveLength(2);
  });

  it('that are files go alone', async () => {
    const { clock, call, requests } = setUp({ budget: [1, 500] });
    const all = [call('a')];
    await clock.advance(0);
    all.push(call('file', { isAlone: true }), call('b'));
    await clock.advance(2_000);
    await Promise.all(all);
    expect(requests).toEqual([['a', 'b'], ['file']]);
  });
});

describe('what speaks against a call at the last moment', () => {
  it('keeps this call back and no other, and is looked up after the wait', async () => {
    const { clock, call, requests } = setUp({ budget: [1, 500] });
    const looked: number[] = [];
    const first = call('a');
    await clock.advance(0);
    const leaves = (): Promise<void> => {
      looked.push(clock.monotonicMs());
      return Promise.reject(new RemoteRefused({ code: 'taken.over', status: 400, message: 'a person leads' }));
    };
    const all = Promise.all([first, call('b', { moments: { ...noMoments, leaves } }), call('c')]);
    await clock.advance(900);
    expect(await all).toEqual(['a done', 'taken.over', 'c done']);
    expect(requests).toEqual([['a', 'c']]);
    expect(looked[0]).toBeGreaterThanOrEqual(500);
  });

  it('is told how many calls travel together', async () => {
    const { clock, call } = setUp({ budget: [1, 500] });
    const told: (number | 'waits')[] = [];
    const moments = {
      waits: () => void told.push('waits'),
      leaves: (calls: number) => {
        told.push(calls);
        return Promise.resolve();
      },
    };
    const first = call('a', { moments });
    await clock.advance(0);
    const all = Promise.all([first, call('b')]);
    await clock.advance(900);
    await all;
    await call('c', { moments });
    expect(told).toEqual(['waits', 2, 1]);
  });

  it('is the end of its worker, as long as the call has not left', async () => {
    const { clock, call, requests } = setUp({ budget: [1, 500] });
    const ending = new AbortController();
    const only = call('a', { signal: ending.signal });
    await clock.advance(100);
    ending.abort();
    expect(await only).toBe('http.aborted');
    await clock.advance(2_000);
    expect(requests).toEqual([]);
    expect(await call('b', { signal: ending.signal })).toBe('b done');
  });
});

describe('a batch', () => {
  async function three(setting: Setting) {
    const scene = setUp({ budget: [1, 500], ...setting });
    const first = scene.call('a');
    await scene.clock.advance(0);
    const all = Promise.all([first, scene.call('b'), scene.call('c')]);
    await scene.clock.advance(5_000);
    return { ...scene, results: await all };
  }

  it('whose fate is unknown leaves the fate of each of its calls unknown, and repeats none', async () => {
    const cut = new RemoteUnreachable({ code: 'http.broken', message: 'cut', fate: 'unknown' });
    const { results, requests } = await three({ refuse: () => cut });
    expect(results).toEqual(['http.broken', 'http.broken', 'http.broken']);
    expect(requests).toHaveLength(1);
  });

  it('that meets a limit is no failure of its calls', async () => {
    const full = batchError('batch', { error: 'QUERY_LIMIT_EXCEEDED' });
    const { results } = await three({ refuse: () => full });
    expect(new Set(results)).toEqual(new Set(['bitrix24.QUERY_LIMIT_EXCEEDED']));
  });

  it('that the portal refuses as such is made call by call, then and for a while', async () => {
    const { requests, results, call, clock } = await three({
      refuse: () => batchError('batch', { error: 'ERROR_METHOD_NOT_FOUND' }),
    });
    expect(results).toEqual(['a done', 'b done', 'c done']);
    expect(requests).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
    void call('d');
    await clock.advance(0);
    expect(requests.at(-1)).toEqual(['d']);
  });

  it('repeats a call alone whose token was refused inside of it, and no other', async () => {
    const { requests, results } = await three({
      outcomes: (method, request) =>
        method === 'b' && request.length > 1 ? refused(method, 'expired_token') : ok(method),
    });
    expect(results).toEqual(['a done', 'b done', 'c done']);
    expect(requests).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('holds back a method that has used up its time, and goes on with others', async () => {
    const scene = await three({
      outcomes: (method) => (method === 'b' ? refused(method, 'OPERATION_TIME_LIMIT') : ok(method)),
    });
    expect(scene.results).toEqual(['a done', 'bitrix24.OPERATION_TIME_LIMIT', 'c done']);
    expect(await scene.call('b')).toBe('bitrix24.operating');
    expect(await scene.call('a')).toBe('a done');
    expect(scene.requests).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('lets calls of other methods go although one that is nearly used up waits', async () => {
    const time = { usedSeconds: 320, callSeconds: 1, resetInMs: 120_000 };
    const { clock, call, requests } = setUp({
      outcomes: (method) => (method === 'slow' ? { result: 'slow done', time } : ok(method)),
    });
    await call('slow');
    await call('slow');
    const waiting = call('slow');
    await clock.advance(50);
    const other = call('a');
    await clock.advance(300);
    expect(await other).toBe('a done');
    expect(requests).toEqual([['slow'], ['slow'], ['a']]);
    await clock.advance(2_000);
    expect(await waiting).toBe('slow done');
  });
});
