/** Who is mentioned by a text, and what group events leave of it. */
import { describe, expect, it } from 'vitest';
import { mentionedIds, withoutMentions } from '../../../sandbox/bitrix24/mentions.ts';

describe('a mention', () => {
  it.each([
    ['[USER=5]A[/USER], hi', [5], 'hi'],
    ['[USER=5]A[/USER] , hi', [5], ', hi'],
    ['[USER=5]A[/USER] and [user=7]B[/user] compare', [5, 7], 'and  compare'],
    ['[USER=5 REPLACE]A[/USER] hi', [5], '[USER=5 REPLACE]A[/USER] hi'],
    ['[user=all]everyone[/user] hi', [], '[user=all]everyone[/user] hi'],
    ['[USER=5]A[/USER] [USER=5]A[/USER]', [5], ''],
  ])('in %j names %j and leaves %j', (text, ids, left) => {
    expect(mentionedIds(text)).toEqual(ids);
    expect(withoutMentions(text)).toBe(left);
  });
});
