/** What the rules make of a message that its brain counts as failed: every order in which failure, message and receipt may come. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, MessageFate } from '../../../src/core/bridged.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import { type ChatEvent, textReply } from '../../../src/core/events.ts';
import { capabilitiesWith } from '../../support/factories/rules.ts';

const bot = (receipts = true): BridgeBot => ({
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'O',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ receipts }),
});

const fate = (changes: Partial<MessageFate> = {}): MessageFate => ({
  told: null,
  waiting: 0,
  shownAs: null,
  error: null,
  ...changes,
});
const failed: ChatEvent = { type: 'reply_failed', remoteMessageId: 'm', withdraw: true };
const receipt = (portalMessageId: string | null, error: string | null): ChatEvent => ({
  type: 'receipt',
  remoteMessageId: 'm',
  portalMessageId,
  error,
});
const withdrawn = { told: { isWithdrawn: true } };
const late = { told: { isWithdrawn: false } };
const plain = (portalMessageId: string | null, error: string | null) => ({
  type: 'receipt',
  remoteMessageId: 'm',
  portalMessageId,
  error,
});
const isLate = (portalMessageId: string | null, error: string | null) => ({
  ...plain(portalMessageId, error),
  isLate: true,
});

describe('a message that counts as failed', () => {
  it.each<readonly [string, ChatEvent, MessageFate | undefined, readonly object[]]>([
    ['the failure of what nobody knows', failed, fate(), []],
    ['the failure of what still waits', failed, fate({ waiting: 1 }), []],
    ['the failure of what was shown', failed, fate({ shownAs: '7' }), [isLate('7', null)]],
    ['the failure of what was shown in part', failed, fate({ shownAs: '7', error: 'x' }), []],
    ['the failure while a part is under way', failed, fate({ shownAs: '7', waiting: 1 }), []],
    ['the failure of what failed here too', failed, fate({ error: 'x' }), []],
    ['the failure that is told again', failed, fate({ ...withdrawn, shownAs: '7' }), []],
    ['the receipt of what nobody counts as failed', receipt('7', null), undefined, [plain('7', null)]],
    ['the receipt of what was shown all the same', receipt('7', null), fate(withdrawn), [isLate('7', null)]],
    ['the receipt of what was shown late', receipt('7', null), fate(late), [isLate('7', null)]],
    ['the receipt of a part that was shown', receipt('7', 'withdrawn'), fate(withdrawn), [isLate('7', 'withdrawn')]],
    ['the end of what was withdrawn', receipt(null, 'withdrawn'), fate(withdrawn), []],
    ['the end nobody knows', receipt(null, 'fate_unknown (x)'), fate(withdrawn), [isLate(null, 'fate_unknown (x)')]],
    ['the end of what failed late', receipt(null, 'x'), fate(late), [plain(null, 'x')]],
  ])('%s', (_, event, known, expected) => {
    const conversation = newConversation('bridge_x', 'chat1', 'ref');
    const found = known === undefined ? {} : { fate: known };
    const told = bridge(event, conversation, bot(), { at: new Date('2026-11-21T06:00:00Z'), ...found }).actions;
    expect(told.map(({ action }) => action)).toEqual(expected);
    expect(bridge(event, conversation, bot(false), { at: new Date(), ...found }).actions).toEqual([]);
  });

  it.each([
    ['not said when it comes behind its withdrawal', fate(withdrawn), 0, 'withdrawn'],
    ['said when late answers are wanted', fate(late), 1, 'answered'],
    ['said when nobody has heard of a failure', undefined, 1, 'answered'],
  ] as const)('is %s', (_, known, count, outcome) => {
    const conversation = newConversation('bridge_x', 'chat1', 'ref');
    const found = known === undefined ? {} : { fate: known };
    const done = bridge(textReply('да', 'm'), conversation, bot(), { at: new Date(), ...found });
    expect(done.actions).toHaveLength(count);
    expect(done.outcome).toBe(outcome);
  });
});
