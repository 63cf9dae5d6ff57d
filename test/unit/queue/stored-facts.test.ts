/** What is known without the database; what it adds is shown by the tests of conversations. */
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/core/events.ts';
import { readStoredFacts } from '../../../src/queue/stored-facts.ts';
import type { Db } from '../../../src/store/database.ts';

const lane = { portal: 'a'.repeat(32), lane: 'bot/7' };

const unasked = {
  raw() {
    throw new Error('the database was asked');
  },
} as unknown as Db;

const failed = { ...lane, remoteId: 'm1', isWithdrawn: true };

const factsOf = (event: object, hasReceipts: boolean) =>
  readStoredFacts(unasked, lane, event as ChatEvent, { failures: [failed], hasReceipts } as never);

describe('what is known of a reply before it is worked', () => {
  it('includes a failure that the same batch reports', async () => {
    const reported = { fate: { reported: failed, waiting: 0, shownAs: null, error: null } };
    expect(await factsOf({ type: 'reply', remoteMessageId: 'm1' }, true)).toEqual(reported);
    expect(await factsOf({ type: 'receipt', remoteMessageId: 'm1' }, true)).toEqual(reported);
  });

  it.each([
    ['of a brain that reports no failures', { type: 'reply', remoteMessageId: 'm2' }, false],
    ['without an id of the brain', { type: 'reply', remoteMessageId: null }, true],
  ])('is not searched for %s', async (_, event, hasReceipts) => {
    expect(await factsOf(event, hasReceipts)).toEqual({});
  });
});

describe('whether the brain was sent a message', () => {
  const about = (type: string, kind: string, more: object = {}) => ({ type, messageId: '5', chat: { kind }, ...more });
  const factsFor = (event: object, takesChanges: boolean) =>
    readStoredFacts(unasked, lane, event as ChatEvent, { failures: [], actions: [], takesChanges } as never);

  it.each([
    ['an edit, where the brain takes changes', about('message_edited', 'private'), true],
    ['a deletion, where the brain takes changes', about('message_deleted', 'private'), true],
    ['an edit in a group', about('message_edited', 'group'), false],
    ['a message in a group that mentions the bot', about('message', 'group', { mentionsBot: true }), false],
  ])('is looked up for %s', async (_, event, takesChanges) => {
    await expect(factsFor(event, takesChanges)).rejects.toThrow('the database was asked');
  });

  it.each([
    ['an edit that the brain is not told', about('message_edited', 'private'), false],
    ['a message in a private chat', about('message', 'private', { mentionsBot: true }), true],
    ['a message in a group that does not mention the bot', about('message', 'group', { mentionsBot: false }), true],
  ])('is not looked up for %s', async (_, event, takesChanges) => {
    expect(await factsFor(event, takesChanges)).toEqual({});
  });
});
