/** Leaving an account never stands in anybody's way: not for long, and not by an error. */
import { describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import type { AccountWork } from '../../../src/connections/account-work.ts';
import { leaveConnection } from '../../../src/connections/leave-connection.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';
import { captureLog } from '../../support/captured-log.ts';

const connection = { id: 'id', portal: 'p', config: {}, webhookSecret: 'secret' };

function leave(brain: Partial<Brain>, waitMs?: number) {
  const captured = captureLog();
  const work = {
    log: captured.log,
    hookUrl: () => 'https://bots.example/hook',
    toolsFor: () => ({}),
  } as unknown as AccountWork;
  const result = leaveConnection(work, { ...echoBrain, ...brain }, connection, waitMs);
  return { result, text: () => captured.text() };
}

describe('an account', () => {
  it('is left at the address it was joined with', async () => {
    const told: string[] = [];
    const { result } = leave({
      leave(_, hookUrl) {
        told.push(hookUrl);
        return Promise.resolve();
      },
    });
    expect(await result).toEqual({ isLeft: true });
    expect(told).toEqual(['https://bots.example/hook']);
  });

  it('need not be left where the brain has no such step', async () => {
    expect(await leave({}).result).toEqual({ isLeft: null });
  });

  it('is given up when the remote does not answer, and its late failure troubles nobody', async () => {
    let fail: (error: Error) => void = () => undefined;
    const never = new Promise<void>((_, reject) => {
      fail = reject;
    });
    const { result, text } = leave({ leave: () => never }, 5);
    expect(await result).toMatchObject({ isLeft: false, problem: { code: 'connection.leave_timeout' } });
    expect(text()).toContain('an account could not be left');
    fail(new Error('later'));
    await new Promise(setImmediate);
  });

  it('that refuses is told of, with its reason', async () => {
    const refused = new RemoteRefused({ code: 'account.refused', status: 403, message: 'no' });
    const { result } = leave({ leave: () => Promise.reject(refused) });
    expect(await result).toEqual({ isLeft: false, problem: refused });
  });
});
