/** Edits and deletions of messages that reach the brain as one: while they wait, and after they were delivered. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import type { ChatEvent } from '../../../src/core/events.ts';
import { bot, deleted, edited, play, playRows, type Row, said, start } from '../../support/factories/burst-talk.ts';

const rows: readonly Row[] = [
  [
    'an edit changes what waits',
    [
      [0, said('1')],
      [10, said('2')],
      [20, edited('1', 'ещё')],
    ],
    ['message 1+2: ещё\n2'],
  ],
  [
    'a deleted one never leaves',
    [
      [0, said('1')],
      [10, said('2')],
      [20, deleted('1')],
    ],
    ['message 2: 2'],
  ],
  [
    'nothing leaves of what was deleted',
    [
      [0, said('1')],
      [20, deleted('1')],
    ],
    [],
  ],
  [
    'an edit that makes them too long sends them apart',
    [
      [0, said('1')],
      [10, said('2', 'б'.repeat(60))],
      [20, edited('1', 'а'.repeat(60))],
    ],
    [`message 1: ${'а'.repeat(60)}`, `message 2: ${'б'.repeat(60)}`],
  ],
  [
    'an edit of what has left follows it',
    [
      [0, said('1')],
      [9_000, edited('1', 'ещё')],
    ],
    ['message 1: 1', 'edit 1: ещё'],
  ],
  [
    'an edit of an earlier one does not overtake what waits',
    [
      [0, said('1')],
      [9_000, said('2')],
      [9_010, edited('1', 'ещё')],
    ],
    ['message 1: 1', 'message 2: 2', 'edit 1: ещё'],
  ],
];

describe('a message that waits to be delivered with others', () => {
  playRows(rows);

  it('says that a message waits, and that it was changed before it left', () => {
    const { results } = play([
      [0, said('1')],
      [10, edited('1', 'ещё')],
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['forwarded_later', 'changed_before_delivery', 'forwarded']);
  });
});

describe('a message that was delivered with others', () => {
  const joined = { messageId: '3', messageIds: ['1', '2', '3'], texts: ['один', 'два', 'три'] };
  const changed = (event: ChatEvent, capabilities = {}) =>
    bridge(event, { ...newConversation('b', 'chat1777', 'ref'), sessionId: '343' }, bot({}, capabilities), {
      at: new Date(start),
      isKnownToBrain: true,
      joined,
    });

  it.each([
    [edited('2', 'ДВА'), { type: 'edit', messageId: '3', text: 'один\nДВА\nтри', texts: ['один', 'ДВА', 'три'] }],
    [deleted('3'), { type: 'edit', messageId: '3', text: 'один\nдва', messageIds: ['1', '2'] }],
  ])('changes as a whole', (event, action) => {
    expect(changed(event).actions).toMatchObject([{ target: 'brain', action }]);
  });

  it('is deleted with the last of them', () => {
    const last = { messageId: '3', messageIds: ['1'], texts: ['один'] };
    const result = bridge(deleted('1'), { ...newConversation('b', 'chat1777', 'ref'), sessionId: '343' }, bot(), {
      at: new Date(start),
      joined: last,
    });
    expect(result.actions).toMatchObject([{ action: { type: 'delete', messageId: '3' } }]);
  });

  it('stays as it is where the brain takes no edits', () => {
    expect(changed(edited('2', 'ДВА'), { edits: false })).toMatchObject({
      outcome: 'ignored_unsupported',
      actions: [],
    });
    expect(changed(deleted('2'), { edits: false })).toMatchObject({ outcome: 'ignored_unsupported', actions: [] });
  });
});
