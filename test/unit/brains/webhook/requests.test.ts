import { expect, it } from 'vitest';
import { askCommand, askSchema } from '../../../../src/brains/webhook/requests.ts';

it('what follows /ask is cut at the longest text a request takes, and never in the middle of a character', () => {
  const asked = askSchema.parse(askCommand.read(` ${'a'.repeat(1_999)}😀 and more`));
  expect(asked.text).toHaveLength(2_000);
  expect(asked.text.isWellFormed()).toBe(true);
});
