import { describe, expect, it } from 'vitest';
import { REACTIONS } from '../../../sandbox/bitrix24/reactions.ts';
import { reactionCodes } from '../../../src/bitrix24/formatting/reactions.ts';
import { knownReactions, readReaction } from '../../../src/core/reactions.ts';

describe('reactions', () => {
  it('have each a code of the documented list, and every code an emoji', () => {
    expect(new Set(Object.values(reactionCodes))).toEqual(REACTIONS);
    expect(Object.keys(reactionCodes)).toEqual([...knownReactions]);
  });

  it.each([
    ['❤️', '❤'],
    ['👍🏽', '👍'],
    [' 🔥 ', '🔥'],
    ['🦄', null],
    ['', null],
    [null, null],
    ['like', null],
  ])('are read whatever their look: %s', (emoji, known) => {
    expect(readReaction(emoji)).toBe(known);
  });
});
