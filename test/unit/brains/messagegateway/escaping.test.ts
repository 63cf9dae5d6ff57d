/** Whether texts are decoded: as it is set, otherwise as it was found out. */
import { describe, expect, it } from 'vitest';
import { isEscaped, withLearnedEscaping } from '../../../../src/brains/messagegateway/account/escaping.ts';
import { mgConfig } from '../../../support/messagegateway-unit.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

async function found(isFound: boolean) {
  const state = stateInMemory();
  await state.put('escaping', { isEscaped: isFound });
  return state;
}

describe('the decoding of texts', () => {
  it.each([
    [undefined, true, true],
    [undefined, false, undefined],
    [false, true, false],
    [true, false, true],
  ])('set to %s and found to be %s is %s', async (unescapeHtml, isFound, expected) => {
    const config = mgConfig(unescapeHtml === undefined ? {} : { unescapeHtml });
    const then = await withLearnedEscaping(config, await found(isFound));
    expect(then.unescapeHtml).toBe(expected);
    expect(isEscaped(then)).toBe(expected ?? false);
  });
});
