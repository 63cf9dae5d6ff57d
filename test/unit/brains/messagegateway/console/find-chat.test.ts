import { describe, expect, it } from 'vitest';
import { chatShape } from '../../../../../src/brains/messagegateway/api/mg-shapes.ts';
import { maxTextOf } from '../../../../../src/brains/messagegateway/console/find-chat.ts';

describe('the longest text of a channel', () => {
  it.each([
    [4096, 4096],
    [2.5, 2],
    [1, null],
    [0.5, null],
    [0, null],
    [-5, null],
    [null, null],
  ])('that says %j is %j', (said, limit) => {
    const channel = { id: 61, settings: { text: { max_chars_count: said } } };
    expect(maxTextOf(chatShape.parse({ id: 1, channel }))).toBe(limit);
  });

  it('that has no settings is not known', () => {
    expect(maxTextOf(chatShape.parse({ id: 1, channel: { id: 61 } }))).toBeNull();
    expect(maxTextOf(chatShape.parse({ id: 1 }))).toBeNull();
  });
});
