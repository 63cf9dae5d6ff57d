import { describe, expect, it } from 'vitest';
import { createBodyShare } from '../../../src/http/body-share.ts';

function holder(share: ReturnType<typeof createBodyShare>, sender: string, bytes: number) {
  const drop = (): void => {
    body.isDropped = true;
  };
  const body = { isDropped: false, account: share.open(sender, drop) };
  expect(body.account.take(bytes)).toBe(true);
  return body;
}

describe('the share of memory for small bodies', () => {
  it('makes room by dropping the oldest bodies of whoever holds most', () => {
    const share = createBodyShare(1_000);
    const honest = holder(share, 'portal', 5);
    const held = Array.from({ length: 9 }, () => holder(share, 'attacker', 100));
    const late = holder(share, 'another portal', 100);
    expect(honest.isDropped).toBe(false);
    expect(late.isDropped).toBe(false);
    expect(held.map(({ isDropped }) => isDropped)).toEqual([true, ...Array<boolean>(8).fill(false)]);
    expect(share.usedBytes()).toBeLessThanOrEqual(1_000);
  });

  it('never drops the body that asks, nor one that is whole', () => {
    const share = createBodyShare(1_000);
    const whole = holder(share, 'a', 900);
    whole.account.complete();
    const asking = share.open('b', () => expect.unreachable());
    expect(asking.take(200)).toBe(false);
    expect(asking.take(100)).toBe(true);
    expect(whole.isDropped).toBe(false);
    whole.account.close();
    whole.account.close();
    asking.close();
    expect(share.usedBytes()).toBe(0);
  });

  it('takes nothing more for a body that was dropped', () => {
    const share = createBodyShare(100);
    const first = holder(share, 'a', 80);
    holder(share, 'b', 60);
    expect(first.isDropped).toBe(true);
    expect(first.account.take(1)).toBe(false);
    expect(share.usedBytes()).toBe(60);
  });

  it('is never exceeded by any number of senders', () => {
    const share = createBodyShare(10_000);
    for (let sender = 0; sender < 5_000; sender += 1) {
      share.open(String(sender % 700), () => undefined).take(1 + (sender % 64));
      expect(share.usedBytes()).toBeLessThanOrEqual(10_000);
    }
  });
});
