/** When our bot introduces itself, with which words, and who hears of it. */
import { describe, expect, it } from 'vitest';
import type { Greeting } from '../../../src/core/bot.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridged.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import { type ChatEvent, type ChatKind, type PortalEvent, textReply } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const bot = (greeting: Partial<Greeting> = {}, mirrors = true): BridgeBot => ({
  code: 'bridge_x',
  name: 'Ассистент',
  type: 'O',
  giveBackAfterMinutes: null,
  greeting: { texts: {}, isOff: false, afterSeconds: 3, ...greeting },
  capabilities: capabilitiesWith({ mirrors }),
});
const place = (kind: ChatKind) => ({
  kind,
  dialogId: 'chat7',
  title: 'Кирилл - Линия',
  line: kind === 'line' ? { lineId: '1', connector: 'telegrambot', sessionId: '1', crm: [] } : null,
});
const said = (kind: ChatKind): PortalEvent =>
  portalMessage({
    author: { id: '5', name: 'Кирилл', kind: kind === 'line' ? 'client' : 'employee' },
    chat: place(kind),
  });
const joined = (kind: ChatKind): PortalEvent => ({ type: 'joined', chat: place(kind), language: 'ru' });
const due: ChatEvent = { type: 'greeting_due', chat: place('line') };
const fresh = (changes: Partial<Conversation> = {}): Conversation => ({
  ...newConversation('bridge_x', 'chat7', 'ref'),
  kind: 'line',
  language: 'ru',
  sessionId: '1',
  ...changes,
});
const brief = ({ actions }: Bridged): string[] => actions.map(({ target, action }) => `${target} ${action.type}`);
const run = (event: ChatEvent, conversation: Conversation, by: BridgeBot): Bridged =>
  bridge(event, conversation, by, { at: new Date('2026-11-21T09:00:00Z') });

describe('the greeting', () => {
  it.each<readonly [string, ChatEvent, Conversation, BridgeBot, readonly string[]]>([
    ['waits for an answer in an Open Channel', said('line'), fresh(), bot(), ['app greet', 'brain message']],
    ['waits when the bot has come into an Open Channel', joined('line'), fresh(), bot(), ['app greet']],
    ['comes when nobody has answered', due, fresh(), bot(), ['portal send', 'brain mirrored']],
    ['does not come when the brain has answered', due, fresh({ isGreeted: true }), bot(), []],
    ['does not talk over a person', due, fresh({ owner: 'person' }), bot(), []],
    [
      'comes at once when it is to come in any case',
      said('line'),
      fresh(),
      bot({ afterSeconds: 0 }),
      ['portal send', 'brain message', 'brain mirrored'],
    ],
    [
      'comes at once in a private chat',
      said('private'),
      fresh(),
      bot(),
      ['portal send', 'brain message', 'brain mirrored'],
    ],
    ['is not told to a brain nobody has spoken to', joined('private'), fresh(), bot(), ['portal send']],
    ['is not told of groups', said('group'), fresh(), bot(), ['portal send', 'brain message']],
    ['is not told to a brain that does not mirror', due, fresh(), bot({}, false), ['portal send']],
    ['is left out when it is off', said('line'), fresh(), bot({ isOff: true }), ['brain message']],
    ['is left out when it was switched off meanwhile', due, fresh(), bot({ isOff: true }), []],
    ['is left out of private chats when it is off', joined('private'), fresh(), bot({ isOff: true }), []],
  ])('%s', (_, event, conversation, by, expected) => {
    expect(brief(run(event, conversation, by))).toEqual(expected);
  });

  it('is not needed once the brain has answered the customer, a note to staff is no answer', () => {
    expect(run(textReply('ответ'), fresh(), bot()).conversation.isGreeted).toBe(true);
    expect(run({ ...textReply('заметка'), isInternal: true }, fresh(), bot()).conversation.isGreeted).toBe(false);
    expect(run({ type: 'typing' }, fresh(), bot()).conversation.isGreeted).toBe(false);
  });

  it('speaks the words that were set, in the language of the conversation', () => {
    const by = bot({ texts: { ru: 'Привет, я {name}!', en: 'Hi, {name} here' } });
    expect(run(due, fresh(), by).actions.map(({ action }) => action)).toMatchObject([
      { text: 'Привет, я Ассистент!', internal: false },
      { text: 'Привет, я Ассистент!', author: { kind: 'bot', name: 'Ассистент' }, messageId: 'greeting' },
    ]);
    expect(run(due, fresh({ language: 'en' }), by).actions[0]?.action).toMatchObject({ text: 'Hi, Ассистент here' });
    expect(run(due, fresh(), bot()).actions[0]?.action).toMatchObject({
      text: expect.stringContaining('Чтобы позвать оператора'),
    });
  });

  it('comes once', () => {
    const first = run(due, fresh(), bot());
    expect(run(due, first.conversation, bot()).actions).toEqual([]);
    expect(brief(run(said('line'), first.conversation, bot()))).toEqual(['brain message']);
  });
});
