/** Rules for what a brain said in one message and Bitrix24 holds in several. */
import { describe, expect, it } from 'vitest';
import type { PortalAction } from '../../../src/core/actions.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, SentPart } from '../../../src/core/bridge-result.ts';
import { newConversation } from '../../../src/core/conversation.ts';
import { type BrainEvent, type Button, type ChatKind, type Reply, textReply } from '../../../src/core/events.ts';
import { capabilitiesWith } from '../../support/factories/rules.ts';

const bot: BridgeBot = {
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'B',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ receipts: true }),
};

function done(event: BrainEvent, parts: readonly SentPart[] = [], kind: ChatKind = 'private'): PortalAction[] {
  const conversation = { ...newConversation('bridge_x', 'chat1', 'ref'), kind };
  const { actions } = bridge(event, conversation, bot, { at: new Date('2026-11-21T06:00:00Z'), parts });
  return actions.flatMap((one) => (one.target === 'portal' ? [one.action] : []));
}

const text = (messageId: string, internal = false): SentPart => ({ messageId, kind: 'text', internal });
const file = (messageId: string): SentPart => ({ messageId, kind: 'file', internal: false });
const pieces = (count: number): string => Array.from({ length: count }, () => 'а'.repeat(20_000)).join('');
const say: Button = { type: 'say', label: 'Да', text: 'да, везите' };
const edited = (words: string, buttons: readonly Button[] | null = null): BrainEvent => ({
  type: 'reply_edited',
  portalMessageId: '9',
  text: words,
  cards: [{ title: 'Чай', url: null, image: null, facts: [] }],
  buttons,
});
const brief = (action: PortalAction) =>
  action.type === 'edit' || action.type === 'delete' ? [action.type, action.messageId] : [action.type];

describe('parts of a reply', () => {
  it('all answer for the one message, and know their place; a whole one has none', () => {
    const reply: Reply = {
      ...textReply(pieces(2), 'm1'),
      files: [{ id: 'f', name: 'а.png', kind: 'image', size: null }],
    };
    expect(done(reply)).toMatchObject([
      { type: 'send', remoteMessageId: 'm1', part: { index: 0, count: 3 } },
      { type: 'send', remoteMessageId: 'm1', part: { index: 1, count: 3 } },
      { type: 'send_file', remoteMessageId: 'm1', part: { index: 2, count: 3 } },
    ]);
    expect(done(textReply('одно', 'm1'))[0]).not.toHaveProperty('part');
  });
});

describe('an edit', () => {
  it('changes the message that is named where nothing more is remembered, and says no more than fits there', () => {
    expect(done(edited(pieces(2))).map(brief)).toEqual([['edit', '9']]);
  });

  it('leaves files alone, unless there is nothing else', () => {
    expect(done(edited('новое'), [text('7'), file('8'), file('9')]).map(brief)).toEqual([['edit', '7']]);
    expect(done(edited('новое'), [file('8'), file('9')]).map(brief)).toEqual([['edit', '9']]);
  });

  it('goes on naming the file that the edited message shows', () => {
    const shown = (messageId: string): SentPart => ({
      ...{ messageId, kind: 'file', internal: true },
      file: { id: messageId, name: 'а.pdf', kind: 'file', size: null },
    });
    expect(done(edited('новое'), [shown('8'), shown('9')])).toMatchObject([
      { type: 'edit', messageId: '9', shows: { file: { id: '9' }, internal: true } },
    ]);
    expect(done(edited('новое'), [text('8'), shown('9')])[0]).not.toHaveProperty('shows');
  });

  it('of a shorter text keeps the last messages, where cards and buttons hang', () => {
    const actions = done(edited('новое', [say]), [text('7'), text('8'), text('9')]);
    expect(actions).toMatchObject([
      { type: 'edit', messageId: '9', text: 'новое', cards: [{ title: 'Чай' }], buttons: [say] },
      { type: 'delete', messageId: '7' },
      { type: 'delete', messageId: '8' },
    ]);
  });

  it('of a longer text says the rest behind, to the same readers, and moves cards and buttons there', () => {
    expect(done(edited(pieces(2), [say]), [text('9', true)])).toMatchObject([
      { type: 'edit', messageId: '9', cards: [], buttons: [] },
      { type: 'send', cards: [{ title: 'Чай' }], buttons: [say], internal: true, remoteMessageId: null, partOf: '9' },
    ]);
  });

  it('keeps buttons nobody spoke of', () => {
    expect(done(edited('новое'), [text('9')])).toMatchObject([{ buttons: null }]);
  });
});

describe('a deletion', () => {
  it('takes all that is there', () => {
    const gone: BrainEvent = { type: 'reply_deleted', portalMessageId: '9' };
    expect(done(gone, [text('7'), file('9')]).map(brief)).toEqual([
      ['delete', '7'],
      ['delete', '9'],
    ]);
    expect(done(gone).map(brief)).toEqual([['delete', '9']]);
  });
});

describe('a quick reply', () => {
  it('is a command in a group, where plain words are not heard, and words elsewhere', () => {
    const reply: Reply = { ...textReply('Везём?', 'm1'), buttons: [say] };
    const command = { type: 'command', label: 'Да', command: 'press', params: 'да, везите' };
    expect(done(reply, [], 'group')).toMatchObject([{ buttons: [command] }]);
    expect(done(edited('Везём?', [say]), [text('9')], 'group')).toMatchObject([{ buttons: [command] }]);
    expect(done(reply, [], 'private')).toMatchObject([{ buttons: [say] }]);
  });
});
