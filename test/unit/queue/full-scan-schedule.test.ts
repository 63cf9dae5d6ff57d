import { describe, expect, it } from 'vitest';
import { createFullScanSchedule } from '../../../src/queue/full-scan-schedule.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const crowded = { isCrowded: true };
const roomy = { isCrowded: false };

/** Makes a claim that reads every destination and takes so long. */
async function look(
  scene: { clock: ReturnType<typeof createFakeClock>; turns: ReturnType<typeof createFullScanSchedule> },
  ms: number,
) {
  expect(scene.turns.isDue()).toBe(true);
  await scene.clock.advance(ms);
  scene.turns.record(roomy);
}

function setUp() {
  const clock = createFakeClock();
  return { clock, turns: createFullScanSchedule(clock) };
}

describe('a claim that reads every destination', () => {
  it('comes after a claim that has met a crowd, and after no other', () => {
    const { turns } = setUp();
    turns.record(roomy);
    expect(turns.isDue()).toBe(false);
    expect(turns.dueInMs()).toBeNull();
    turns.record(crowded);
    expect(turns.dueInMs()).toBe(0);
    expect(turns.isDue()).toBe(true);
  });

  it('takes a tenth of the time: a quick one comes again soon', async () => {
    const scene = setUp();
    scene.turns.record(crowded);
    await look(scene, 2);
    scene.turns.record(crowded);
    expect(scene.turns.dueInMs()).toBe(18);
    expect(scene.turns.isDue()).toBe(false);
    await scene.clock.advance(18);
    expect(scene.turns.isDue()).toBe(true);
  });

  it('is never put off for longer than a tenth of a second, however long the last one took', async () => {
    const scene = setUp();
    scene.turns.record(crowded);
    await look(scene, 5_000);
    scene.turns.record(crowded);
    expect(scene.turns.dueInMs()).toBe(100);
  });

  it('comes again a while after one that failed', async () => {
    const { clock, turns } = setUp();
    turns.record(crowded);
    expect(turns.isDue()).toBe(true);
    expect(turns.isDue()).toBe(false);
    turns.record(crowded);
    expect(turns.dueInMs()).toBe(100);
    await clock.advance(100);
    expect(turns.isDue()).toBe(true);
  });
});
