import { describe, expect, it } from 'vitest';
import { createPatience } from '../../support/patience.ts';

const never = (): boolean => false;

describe('the patience of a test', () => {
  it('names what it waited for, and what is to be seen instead', async () => {
    const patience = createPatience(20, () => Promise.resolve('shown: nothing'));
    await expect(patience.until('the answer is shown', never)).rejects.toThrow(
      'waited in vain until the answer is shown; shown: nothing',
    );
  });

  it('is one for all waits: when the first has used it up, the second fails at once with its own name', async () => {
    const patience = createPatience(20, () => '');
    await expect(patience.until('one', never)).rejects.toThrow('until one');
    let asked = 0;
    const count = (): boolean => {
      asked += 1;
      return asked > 5;
    };
    await expect(patience.until('two', count)).rejects.toThrow('until two');
    expect(asked).toBe(1);
  });

  it('takes what holds already, also at its end', async () => {
    await expect(createPatience(0, () => '').until('now', () => true)).resolves.toBeUndefined();
  });
});
