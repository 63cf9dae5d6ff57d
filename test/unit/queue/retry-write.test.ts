import { describe, expect, it } from 'vitest';
import { retryWrite } from '../../../src/queue/retry-write.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const away = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('results that cannot be written', () => {
  it('are written again until the database is back', async () => {
    const clock = createFakeClock();
    let tries = 0;
    const written = retryWrite(
      () => {
        tries += 1;
        return tries < 5 ? Promise.reject(away()) : Promise.resolve('written');
      },
      { clock, stopping: new AbortController().signal },
    );
    await clock.advance(1_000);
    expect(await written).toBe('written');
    expect(tries).toBe(5);
  });

  it('are given up at once for any other reason', async () => {
    const options = { clock: createFakeClock(), stopping: new AbortController().signal };
    await expect(retryWrite(() => Promise.reject(new Error('bad data')), options)).rejects.toThrow('bad data');
  });

  it('are given up some seconds after the process was told to stop', async () => {
    const clock = createFakeClock();
    const stopping = new AbortController();
    let tries = 0;
    const write = (): Promise<never> => {
      tries += 1;
      return Promise.reject(away());
    };
    const written = retryWrite(write, { clock, stopping: stopping.signal });
    const outcome = written.catch((error: unknown) => error);
    await clock.advance(60_000);
    stopping.abort();
    await clock.advance(6_000);
    expect(tries).toBe(60_000 / 250 + 5_000 / 250 + 2);
    expect(await outcome).toHaveProperty('code', 'ECONNREFUSED');
    expect(clock.sleepers()).toBe(0);
  });
});
