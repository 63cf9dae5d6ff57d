import { describe, expect, it } from 'vitest';
import {
  isInShare,
  isTraceId,
  newSpanId,
  newTrace,
  spanIdOf,
  traceIdOf,
} from '../../../../src/lib/tracing/trace-ids.ts';

const traces = Array.from({ length: 20_000 }, newTrace);

describe('ids', () => {
  it('are those of W3C Trace Context, and all different', () => {
    expect(traces.every((trace) => /^[0-9a-f]{32}$/.test(trace))).toBe(true);
    expect(new Set(traces).size).toBe(traces.length);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('of a trace is the trace itself, or the digits of a UUID', () => {
    expect(traceIdOf('0af7651916cd43dd8448eb211c80319c')).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(traceIdOf('f0e9cfb4-1eb4-4ac2-88ee-30b4af28301d')).toBe('f0e9cfb41eb44ac288ee30b4af28301d');
  });

  it.each(['order-3f2a', 'aB3_x-9dQw1z', 'set-up-x', '0AF7651916CD43DD8448EB211C80319C', ''])(
    'of %j is always the same one of its own',
    (trace) => {
      expect(isTraceId(trace)).toBe(false);
      expect(traceIdOf(trace)).toMatch(/^[0-9a-f]{32}$/);
      expect(traceIdOf(trace)).toBe(traceIdOf(trace));
      expect(traceIdOf(trace)).not.toBe(traceIdOf(`${trace}.`));
    },
  );

  it('of a span follow from its trace and its role', () => {
    const [one = '', other = ''] = traces;
    expect(spanIdOf(one, 'receive')).toMatch(/^[0-9a-f]{16}$/);
    const ids = [one, other].flatMap((trace) =>
      ['receive', 'process a/1', 'process a/2'].map((role) => spanIdOf(trace, role)),
    );
    expect(new Set(ids).size).toBe(6);
    expect(spanIdOf(one, 'receive')).toBe(spanIdOf(one, 'receive'));
  });
});

describe('a share of all traces', () => {
  it.each([0.01, 0.1, 0.5])('of %d has about as many', (share) => {
    const found = traces.filter((trace) => isInShare(trace, share)).length / traces.length;
    // Five standard deviations: this fails once in two million runs.
    expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / traces.length));
  });

  it('of 1 has all, of 0 none', () => {
    expect(traces.every((trace) => isInShare(trace, 1))).toBe(true);
    expect(isInShare('f'.repeat(32), 1)).toBe(true);
    expect(traces.some((trace) => isInShare(trace, 0))).toBe(false);
    expect(isInShare(`${'f'.repeat(19)}${'0'.repeat(13)}`, 0)).toBe(false);
  });

  it('has those of every smaller share', () => {
    const small = traces.filter((trace) => isInShare(trace, 0.1));
    expect(small.every((trace) => isInShare(trace, 0.3))).toBe(true);
  });
});
