import { describe, expect, it } from 'vitest';
import { type WaitingCall, WaitingCalls } from '../../../src/bitrix24/rest/waiting-calls.ts';

interface Named extends WaitingCall {
  readonly name: string;
}

const call = (name: string, fields: Partial<WaitingCall> = {}): Named => ({
  name,
  command: name,
  urgency: 'answer',
  since: 0,
  ...fields,
});

function waitingFor(...calls: Named[]): WaitingCalls<Named> {
  const waiting = new WaitingCalls<Named>();
  for (const one of calls) waiting.add(one);
  return waiting;
}

const always = (): boolean => true;
const names = (calls: readonly Named[]): string[] => calls.map(({ name }) => name);

describe('the calls of a portal that wait', () => {
  it('go in the order they came, fifty in one request', () => {
    const waiting = waitingFor(...Array.from({ length: 70 }, (_, at) => call(`c${at}`, { since: at })));
    expect(names(waiting.takeRound(100, always))).toEqual(Array.from({ length: 50 }, (_, at) => `c${at}`));
    expect(names(waiting.takeRound(7, always))).toEqual(['c50', 'c51', 'c52', 'c53', 'c54', 'c55', 'c56']);
    expect(waiting.size).toBe(13);
  });

  it('go answers first, and changes only so much later that their turn does come', () => {
    const waiting = waitingFor(
      call('edit', { urgency: 'change', since: 0 }),
      call('late edit', { urgency: 'change', since: 100 }),
      call('answer', { since: 200 }),
      call('answer after five seconds', { since: 5_050 }),
    );
    expect(names(waiting.takeRound(50, always))).toEqual(['answer', 'edit', 'answer after five seconds', 'late edit']);
  });

  it('go alone where they must, first come first served', () => {
    const waiting = waitingFor(call('a'), call('file', { command: null, since: 1 }), call('b', { since: 2 }));
    expect(names(waiting.takeRound(50, always))).toEqual(['a', 'b']);
    waiting.add(call('c', { since: 3 }));
    expect(names(waiting.takeRound(50, always))).toEqual(['file']);
    expect(names(waiting.takeRound(50, always))).toEqual(['c']);
  });

  it('fill no request beyond its size: what is huge goes with little beside it, or alone', () => {
    const kilobytes = (count: number): string => 'x'.repeat(count * 1024);
    const waiting = waitingFor(
      call('400 KB', { command: kilobytes(400) }),
      call('200 KB', { command: kilobytes(200), since: 1 }),
      call('1 KB', { command: kilobytes(1), since: 2 }),
      call('2 MB', { command: kilobytes(2_048), since: 3 }),
    );
    expect(names(waiting.takeRound(50, always))).toEqual(['400 KB', '1 KB']);
    expect(names(waiting.takeRound(50, always))).toEqual(['200 KB']);
    expect(names(waiting.takeRound(50, always))).toEqual(['2 MB']);
  });

  it('wait on while their method is held back', () => {
    const waiting = waitingFor(call('held'), call('free'));
    expect(names(waiting.takeRound(50, ({ name }) => name !== 'held'))).toEqual(['free']);
    expect(names(waiting.takeAll())).toEqual(['held']);
    expect(waiting.size).toBe(0);
  });
});
