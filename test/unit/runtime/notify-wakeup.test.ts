import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createNotifyWakeup } from '../../../src/runtime/notify-wakeup.ts';
import type { Db } from '../../../src/store/database.ts';
import { captureLog } from '../../support/captured-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells other processes at once, and what comes soon after it together', async () => {
  let told = 0;
  const raw = (): Promise<unknown> => {
    told += 1;
    return Promise.resolve({ rows: [] });
  };
  const wakeup = createNotifyWakeup({ raw } as unknown as Db, 'inbox', captureLog().log);
  wakeup.ring();
  expect(told).toBe(1);
  for (let rings = 0; rings < 5; rings += 1) wakeup.ring();
  expect(told).toBe(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(told).toBe(2);
  await vi.advanceTimersByTimeAsync(20);
  expect(told).toBe(2);
  wakeup.ring();
  expect(told).toBe(3);
});
