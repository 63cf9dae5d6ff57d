import { describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { disabledCode, disabledError, onRefusedCredentials } from '../../../src/connections/connection-trouble.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';

const hoursAgo = (hours: number) => ({ created_at: new Date(Date.now() - hours * 3_600_000) });

describe('a delivery to a paused account', () => {
  it('waits for a day', () => {
    const error = disabledError(hoursAgo(23), 'frozen');
    expect(error.code).toBe(disabledCode);
    expect(error.retry).toEqual({ afterMs: 30_000 });
  });

  it('is then left to a person, with the reason', () => {
    const error = disabledError(hoursAgo(25), 'frozen');
    expect(error.retry).toBe('never');
    expect(error.message).toContain('frozen');
  });
});

describe('a refused credential', () => {
  const brain = { ...echoBrain, checkHealth: () => Promise.resolve({ works: true as const, config: null }) };
  const bot = { portal: 'p', connection_id: 'c' };
  const noDatabase = (() => {
    throw new Error('no look was to be asked for');
  }) as unknown as Parameters<typeof onRefusedCredentials>[0];

  it.each(['bitrix24.expired_token', 'bitrix24.insufficient_scope'])(
    'of Bitrix24 itself is not the account’s: %s',
    async (code) => {
      const error = new RemoteRefused({ code, status: 401, message: 'Bitrix24 said no' });
      expect(await onRefusedCredentials(noDatabase, bot, brain, error)).toBe(error);
    },
  );

  it('is none where the remote refuses the message', async () => {
    const error = new RemoteRefused({ code: 'messagegateway.refused', status: 400, message: 'no' });
    expect(await onRefusedCredentials(noDatabase, bot, brain, error)).toBe(error);
  });
});
