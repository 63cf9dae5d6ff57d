import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BadInput } from '../../../src/core/errors.ts';
import { createRefusals, type Refusals } from '../../../src/http/refusals.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';

let captured: CapturedLog;
let refusals: Refusals;
const metrics = createMetrics();
const forged = new BadInput({ code: 'event.not_authentic', status: 403, message: 'wrong application token' });

beforeEach(() => {
  vi.useFakeTimers();
  captured = captureLog();
  refusals = createRefusals({ log: captured.log, metrics, clock: { monotonicMs: () => Date.now() } });
});

afterEach(() => {
  refusals.close();
  vi.useRealTimers();
});

interface Line {
  readonly level: string;
  readonly sender: string;
  readonly reason: string;
  readonly count: number;
  readonly err?: unknown;
}

const lines = (): Line[] =>
  captured
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

function refuse(sender: string, times = 1, thrown: unknown = forged, status = 403): void {
  for (let time = 0; time < times; time += 1) refusals.note({ sender, status, path: '/bitrix24/events', thrown });
}

describe('refused requests', () => {
  it('are told once a minute for each sender and reason, with their number and without a stack', () => {
    refuse('a', 5_000);
    refuse('b');
    vi.advanceTimersByTime(59_000);
    expect(lines().map(({ sender, count }) => [sender, count])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    vi.advanceTimersByTime(6_000);
    refuse('a', 10);
    expect(lines().map(({ sender, count }) => [sender, count])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 4_999],
    ]);
    expect(captured.text()).not.toContain('at ');
    expect(captured.text().length).toBeLessThan(1_500);
  });

  it('are all counted in the metrics', async () => {
    metrics.refused.reset();
    refuse('a', 300);
    refuse('a', 1, new BadInput({ code: 'body.too_large', status: 413, message: 'too large' }), 413);
    const { values } = await metrics.refused.get();
    expect(values.map(({ labels, value }) => [labels.reason, value])).toEqual([
      ['event.not_authentic', 300],
      ['body.too_large', 1],
    ]);
  });

  it('of any number of senders cost a bounded number of lines', () => {
    for (let sender = 0; sender < 20_000; sender += 1) refuse(String(sender));
    expect(lines().length).toBeLessThan(600);
    vi.advanceTimersByTime(70_000);
    const told = lines().reduce((sum, { count }) => sum + count, 0);
    expect(told).toBe(20_000);
    expect(lines().length).toBeLessThan(600);
  });

  it('that nobody expected show where they came from, once', () => {
    refuse('a', 100, new Error('a mistake of ours'), 503);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ level: 'error', count: 1, err: { causes: [{ message: 'a mistake of ours' }] } });
  });

  it('are not forgotten at the end', () => {
    refuse('a', 7);
    refusals.close();
    expect(lines().map(({ count }) => count)).toEqual([1, 6]);
  });
});
