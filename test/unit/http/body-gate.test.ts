import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Admission, createBodyGate } from '../../../src/http/body-gate.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function gateOf(capacityBytes: number, maxWaiting = 100) {
  const gate = createBodyGate({ capacityBytes, maxWaiting, clock: { monotonicMs: () => Date.now() } });
  const entered: string[] = [];
  const refused: string[] = [];
  const dropped: string[] = [];
  const admissions = new Map<string, Admission>();
  const arrived = new Map<string, number>();
  const enter = async (sender: string, name: string, bytes: number, signal = new AbortController().signal) => {
    const body = { sender, bytes, arrived: () => arrived.get(name) ?? 0, drop: () => void dropped.push(name) };
    const admission = await gate.enter(body, signal);
    if (admission === null) refused.push(name);
    else {
      entered.push(name);
      admissions.set(name, admission);
    }
  };
  return { gate, enter, entered, refused, dropped, admissions, arrived, settled: () => vi.advanceTimersByTimeAsync(0) };
}

describe('the gate for large bodies', () => {
  it('lets in what fits, and the others when there is room again', async () => {
    const { gate, enter, entered, admissions, settled } = gateOf(100);
    for (const name of ['a1', 'a2', 'a3']) void enter('a', name, 50);
    await settled();
    expect(entered).toEqual(['a1', 'a2']);
    admissions.get('a1')?.close();
    admissions.get('a1')?.close();
    await settled();
    expect(entered).toEqual(['a1', 'a2', 'a3']);
    expect(gate.usedBytes()).toBe(100);
  });

  it('lets senders take turns, however many bodies one of them brings', async () => {
    const { enter, entered, admissions, settled } = gateOf(10);
    for (let body = 0; body < 50; body += 1) void enter('loud', `loud${body}`, 10);
    void enter('quiet', 'quiet', 10);
    await settled();
    for (let turn = 0; turn < 3 && !entered.includes('quiet'); turn += 1) {
      admissions.get(entered.at(-1) ?? '')?.close();
      await settled();
    }
    expect(entered).toContain('quiet');
  });

  it('lets the newest body of a sender go first', async () => {
    const { enter, entered, admissions, settled } = gateOf(10);
    for (const name of ['held', 'old', 'new']) void enter('a', name, 10);
    admissions.get('held')?.close();
    await settled();
    admissions.get('held')?.close();
    await settled();
    expect(entered).toEqual(['held', 'new']);
  });

  it('takes the room from bodies that do not come on while others wait, and from no other', async () => {
    const { enter, entered, dropped, admissions, arrived } = gateOf(30);
    for (const name of ['whole', 'held', 'coming']) void enter('a', name, 10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dropped).toEqual([]);
    admissions.get('whole')?.complete();
    void enter('b', 'next', 10);
    for (let step = 1; step <= 6; step += 1) {
      arrived.set('coming', step * 8_192);
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(dropped).toContain('held');
    expect(dropped).not.toContain('whole');
    expect(entered).toContain('next');
  });

  it('does not blame bodies for a process that was stalled', async () => {
    const { enter, dropped } = gateOf(10);
    void enter('a', 'first', 10);
    void enter('a', 'second', 10);
    await vi.advanceTimersByTimeAsync(500);
    vi.setSystemTime(Date.now() + 5_000);
    await vi.advanceTimersByTimeAsync(250);
    expect(dropped).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(dropped).toEqual(['first']);
  });

  it('refuses who has waited too long, who has gone, and the oldest of the loudest when too many wait', async () => {
    const { enter, refused, admissions, entered } = gateOf(10, 3);
    const leaving = new AbortController();
    void enter('a', 'a1', 10);
    await vi.advanceTimersByTimeAsync(0);
    admissions.get('a1')?.complete();
    void enter('a', 'a2', 10, leaving.signal);
    leaving.abort();
    for (const name of ['a3', 'a4', 'a5']) void enter('a', name, 10);
    void enter('b', 'b1', 10);
    await vi.advanceTimersByTimeAsync(0);
    expect(refused).toEqual(['a2', 'a3']);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(refused.toSorted()).toEqual(['a2', 'a3', 'a4', 'a5', 'b1']);
    expect(entered).toEqual(['a1']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
