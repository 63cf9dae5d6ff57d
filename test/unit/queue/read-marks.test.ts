import { describe, expect, it } from 'vitest';
import { createReadMarks } from '../../../src/queue/read-marks.ts';

describe('how far polled events are acknowledged', () => {
  it('is not at once: an event with a lower number may still appear', () => {
    const marks = createReadMarks(1);
    expect(marks.read(103, false, 0)).toBe(true);
    expect(marks.offset()).toBe(1);
    expect(marks.read(103, false, 4_999)).toBe(false);
    expect(marks.offset()).toBe(1);
    marks.read(105, false, 5_000);
    expect(marks.offset()).toBe(103);
    marks.read(105, false, 10_000);
    expect(marks.offset()).toBe(105);
  });

  it('is at once for a full page, which would hide what follows it', () => {
    const marks = createReadMarks(1);
    marks.read(101, true, 0);
    expect(marks.offset()).toBe(101);
    marks.read(151, false, 100);
    expect(marks.offset()).toBe(101);
  });

  it('never goes beyond the page that was just stored', () => {
    const marks = createReadMarks(1);
    marks.read(110, false, 0);
    // The page before could not be stored as a whole; this one holds a single event of it.
    marks.read(102, true, 60_000);
    expect(marks.offset()).toBe(102);
  });

  it('never goes back', () => {
    const marks = createReadMarks(1);
    marks.read(50, true, 0);
    expect(marks.read(40, false, 60_000)).toBe(false);
    expect(marks.offset()).toBe(50);
  });
});
