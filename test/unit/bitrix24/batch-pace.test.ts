import { expect, it } from 'vitest';
import { createBatchPace } from '../../../src/bitrix24/rest/batch-pace.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

it('sends as many calls at once as a portal makes in ten seconds, five at least, and fifty where nothing is known', () => {
  const pace = createBatchPace(createFakeClock());
  expect(pace.most('p')).toBe(50);
  pace.note('p', 50, 2_500);
  expect(pace.most('p')).toBe(50);
  pace.note('p', 50, 25_000);
  expect(pace.most('p')).toBe(20);
  pace.note('p', 20, 60_000);
  expect(pace.most('p')).toBe(5);
  pace.note('p', 5, 0);
  expect(pace.most('p')).toBe(50);
  expect(pace.most('q')).toBe(50);
});

it('sends one call at a time for ten minutes after a portal has refused a batch', async () => {
  const clock = createFakeClock();
  const pace = createBatchPace(clock);
  pace.refused('p');
  expect([pace.most('p'), pace.most('q')]).toEqual([1, 50]);
  await clock.advance(600_001);
  expect(pace.most('p')).toBe(50);
});
