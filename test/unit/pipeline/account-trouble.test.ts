import { describe, expect, it } from 'vitest';
import { pausedCode, pausedError } from '../../../src/pipeline/account-trouble.ts';

const hoursAgo = (hours: number) => ({ created_at: new Date(Date.now() - hours * 3_600_000) });

describe('a delivery to a paused account', () => {
  it('waits for a day', () => {
    const error = pausedError(hoursAgo(23), 'frozen');
    expect(error.code).toBe(pausedCode);
    expect(error.retry).toEqual({ afterMs: 30_000 });
  });

  it('is then left to a person, with the reason', () => {
    const error = pausedError(hoursAgo(25), 'frozen');
    expect(error.retry).toBe('never');
    expect(error.message).toContain('frozen');
  });
});
