import { describe, expect, it } from 'vitest';
import { RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import { createRefreshLimiter, type RefreshLimiterOptions } from '../../../src/portals/refresh-limiter.ts';

const away = new RemoteUnreachable({ code: 'http.connect', message: 'away' });
const leftAlone = { code: 'bitrix24.oauth_away', isThrottled: true, fate: 'none' };
const host = 'oauth.example';

function setUp(changes: Partial<RefreshLimiterOptions> = {}) {
  let now = 0;
  const gate = createRefreshLimiter({
    perHost: 2,
    waiting: 3,
    slowMs: 60_000,
    failures: 2,
    openMs: 1_000,
    maxOpenMs: 3_000,
    nowMs: () => now,
    ...changes,
  });
  const fail = () => gate.run(host, () => Promise.reject(away)).catch((error: unknown) => error);
  return {
    gate,
    fail,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

/** Work that ends when it is told to. */
function openEnded() {
  const started: (() => void)[] = [];
  return { started, work: () => new Promise<number>((resolve) => started.push(() => resolve(1))) };
}

describe('refreshes at one OAuth host', () => {
  it('are bounded; the rest waits its turn, and a line that is too long is sent away', async () => {
    const { gate } = setUp();
    const { started, work } = openEnded();
    const running = Array.from({ length: 5 }, () => gate.run(host, work));
    await expect(gate.run(host, work)).rejects.toMatchObject(leftAlone);
    expect(started).toHaveLength(2);
    for (let at = 0; at < 5; at += 1) {
      started[at]?.();
      await running[at];
      expect(started.length - at - 1).toBeLessThanOrEqual(2);
    }
    expect(await Promise.all(running)).toEqual([1, 1, 1, 1, 1]);
  });

  it('cost another host nothing', async () => {
    const { gate, fail } = setUp();
    await fail();
    await fail();
    await expect(gate.run('other.example', () => Promise.resolve('fine'))).resolves.toBe('fine');
  });
});

describe('an OAuth host that fails again and again', () => {
  it('is left alone, then asked by one, ever more rarely, until it answers', async () => {
    const { gate, fail, pass } = setUp();
    expect(await fail()).toBe(away);
    expect(await fail()).toBe(away);
    expect(await fail()).toMatchObject({ ...leftAlone, retry: { afterMs: 1_000 } });
    pass(1_000);
    const { started, work } = openEnded();
    const probe = gate.run(host, work);
    expect(await fail()).toMatchObject(leftAlone);
    started[0]?.();
    await probe;
    // It answered: everybody may ask again, and one failure is not held against it.
    expect(await fail()).toBe(away);
    await expect(gate.run(host, () => Promise.resolve(2))).resolves.toBe(2);
    await fail();
    await fail();
    for (const wait of [1_000, 2_000, 3_000, 3_000]) {
      expect(await fail()).toMatchObject({ ...leftAlone, retry: { afterMs: wait } });
      pass(wait);
      expect(await fail()).toBe(away);
    }
  });

  it('counts an answer that says no as an answer', async () => {
    const { gate, fail } = setUp();
    const no = new RemoteRefused({ code: 'bitrix24.disconnected', status: 400, message: 'no' });
    await fail();
    await expect(gate.run(host, () => Promise.reject(no))).rejects.toBe(no);
    expect(await fail()).toBe(away);
    await expect(gate.run(host, () => Promise.resolve(1))).resolves.toBe(1);
  });

  it('is left alone while it hangs, long before its calls end, and those in line are sent away', async () => {
    const { gate } = setUp({ slowMs: 5 });
    const { started, work } = openEnded();
    const hanging = [gate.run(host, work), gate.run(host, work)];
    await expect(gate.run(host, work)).rejects.toMatchObject(leftAlone);
    await expect(gate.run(host, work)).rejects.toMatchObject(leftAlone);
    // A late answer is one: the circuit closes.
    started[0]?.();
    await hanging[0];
    await expect(gate.run(host, () => Promise.resolve(1))).resolves.toBe(1);
    started[1]?.();
    await hanging[1];
  });
});
