/** The rules of the bridge as tables: who is answered, who is not, and who owns the conversation afterwards. */
import { describe, expect, it } from 'vitest';
import { newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, ChatEvent, ChatKind } from '../../../src/core/events.ts';
import { textReply } from '../../../src/core/events.ts';
import {
  atTheMoment as at,
  bot,
  bridgeAtOnce as bridge,
  chat,
  from,
  message,
  talked,
} from '../../support/factories/plain-talk.ts';

describe('who is answered', () => {
  const rows: readonly [string, ChatKind, AuthorKind, boolean, string, string][] = [
    ['an employee in a private chat', 'private', 'employee', true, 'привет', 'forwarded'],
    ['an employee who mentions the bot in a group', 'group', 'employee', true, 'привет', 'forwarded'],
    ['an employee who does not mention it in a group', 'group', 'employee', false, 'привет', 'ignored_not_mentioned'],
    ['a customer in an Open Channel', 'line', 'client', true, 'привет', 'forwarded'],
    ['an operator in an Open Channel', 'line', 'employee', true, 'привет', 'ignored_operator'],
    ['a customer who sends 0 to be rid of the bot', 'line', 'client', true, '0', 'ignored_operator_called'],
    ['an employee who sends 0 in a private chat', 'private', 'employee', true, '0', 'forwarded'],
    ['a bot anywhere', 'private', 'bot', true, 'привет', 'ignored_bot'],
    ['a bot that mentions ours in a group', 'group', 'bot', true, 'привет', 'ignored_bot'],
    ['a system line', 'group', 'system', true, 'привет', 'ignored_system'],
    ['an empty message', 'private', 'employee', true, '', 'ignored_empty'],
  ];
  it.each(rows)('%s', (_, kind, author, mentionsBot, text, outcome) => {
    const event = message({ chat: chat(kind), author: from(author), mentionsBot, text });
    const bridged = bridge(event, talked({ kind }), bot());
    expect(bridged.outcome).toBe(outcome);
    const forwarded = bridged.actions.some(({ target, action }) => target === 'brain' && action.type === 'message');
    expect(forwarded).toBe(outcome === 'forwarded');
  });
});

describe('who owns the conversation', () => {
  it('is a person once an operator has written, and the brain hears nothing more', () => {
    const taken = bridge(
      message({ chat: chat('line'), author: from('employee') }),
      talked({ sessionId: '343' }),
      bot(),
    );
    expect(taken.conversation.owner).toBe('person');
    const next = bridge(message({ chat: chat('line'), author: from('client') }), taken.conversation, bot());
    expect(next).toMatchObject({ outcome: 'ignored_person_owns', actions: [] });
  });

  it('is a person after the customer has called one with 0', () => {
    const taken = bridge(message({ chat: chat('line'), author: from('client'), text: '0' }), talked(), bot());
    expect(taken.conversation.owner).toBe('person');
  });

  it('is the brain again in a new Open Channel session', () => {
    const owned = talked({ owner: 'person', sessionId: '343' });
    const event = message({ chat: chat('line', '344'), author: from('client') });
    expect(bridge(event, owned, bot())).toMatchObject({ outcome: 'forwarded', conversation: { owner: 'brain' } });
  });

  it('is the brain again when the portal puts the bot into an Open Channel chat', () => {
    const joined: ChatEvent = { type: 'joined', chat: chat('line', null), language: 'ru' };
    expect(bridge(joined, talked({ owner: 'person' }), bot()).conversation.owner).toBe('brain');
  });

  it.each([
    ['operator', 'person'],
    ['bot', 'brain'],
  ] as const)('changes with /%s', (command, owner) => {
    const event: ChatEvent = {
      type: 'command',
      command,
      params: '',
      messageId: '5',
      via: 'text',
      text: `/${command}`,
      author: from('employee'),
      chat: chat('private'),
      mentionsBot: true,
      language: 'ru',
      sentAt: null,
      quoteOf: null,
    };
    const before = talked({ owner: owner === 'brain' ? 'person' : 'brain' });
    expect(bridge(event, before, bot()).conversation.owner).toBe(owner);
  });

  it('lets go of the Open Channel session when the brain hands over', () => {
    const bridged = bridge({ type: 'handover', note: null }, talked({ kind: 'line' }), bot());
    expect(bridged.conversation.owner).toBe('person');
    expect(bridged.actions.map(({ action }) => action.type)).toEqual(['handover']);
  });

  it('is told to a brain that wants to know', () => {
    const bridged = bridge({ type: 'handover', note: null }, talked(), bot({ ownership: true }));
    expect(bridged.actions).toContainEqual({
      target: 'brain',
      action: { type: 'owner_changed', owner: 'person', at, since: null },
    });
  });
});

describe('a brain that has done with the conversation', () => {
  it('ends the session of an Open Channel, unless people lead it', () => {
    const line = talked({ kind: 'line', sessionId: '31' });
    expect(bridge({ type: 'finish' }, line, bot())).toMatchObject({
      outcome: 'finished',
      actions: [{ action: { type: 'finish', sessionId: '31' } }],
    });
    expect(bridge({ type: 'finish' }, { ...line, owner: 'person' }, bot())).toMatchObject({
      outcome: 'dropped_person_owns',
      actions: [],
    });
  });
});

describe('a brain that takes the conversation back', () => {
  it('tells the people who led it, and nobody where none did', () => {
    const taken = bridge({ type: 'taken_back' }, talked({ owner: 'person' }), bot());
    expect(taken).toMatchObject({
      outcome: 'handed_back',
      conversation: { owner: 'brain' },
      actions: [{ action: { type: 'send', internal: true, text: expect.stringContaining('снова ведёт бот') } }],
    });
    expect(bridge({ type: 'taken_back' }, talked(), bot())).toMatchObject({ outcome: 'noted', actions: [] });
  });
});

describe('what a brain says', () => {
  const reply = textReply('ответ', 'm1');

  it('is sent to the people', () => {
    expect(bridge(reply, talked(), bot()).actions).toEqual([
      {
        target: 'portal',
        action: {
          type: 'send',
          text: 'ответ',
          buttons: [],
          cards: [],
          quoteOf: null,
          internal: false,
          remoteMessageId: 'm1',
        },
      },
    ]);
  });

  it('is dropped while a person leads, and the brain is told where it wants receipts', () => {
    const owned = talked({ owner: 'person' });
    expect(bridge(reply, owned, bot())).toMatchObject({ outcome: 'dropped_person_owns', actions: [] });
    const [action] = bridge(reply, owned, bot({ receipts: true })).actions;
    expect(action?.action).toMatchObject({ type: 'receipt', remoteMessageId: 'm1', error: 'person_owns' });
  });

  it('is cut into what Bitrix24 keeps, and nothing of it is lost', () => {
    const text = 'слово '.repeat(7_000);
    const { actions } = bridge({ ...reply, text }, talked(), bot());
    const parts = actions.map(({ action }) => (action.type === 'send' ? action.text : ''));
    expect(parts.length).toBe(3);
    expect(parts.join('')).toBe(text.trim());
  });

  it('is nothing when it is empty', () => {
    expect(bridge({ ...reply, text: '  ' }, talked(), bot())).toMatchObject({ outcome: 'ignored_empty', actions: [] });
  });
});

describe('the greeting', () => {
  it('comes once, whether the first thing seen is a join or a message', () => {
    const fresh = newConversation('bridge_x', '27', 'ref');
    const joined = bridge({ type: 'joined', chat: chat('private'), language: 'ru' }, fresh, bot());
    expect(joined.outcome).toBe('greeted');
    expect(
      bridge({ type: 'joined', chat: chat('private'), language: 'ru' }, joined.conversation, bot()).actions,
    ).toEqual([]);
    const wrote = bridge(message(), fresh, bot());
    expect(wrote.actions.map(({ target }) => target)).toEqual(['portal', 'brain']);
    expect(bridge(message(), wrote.conversation, bot()).actions.map(({ target }) => target)).toEqual(['brain']);
  });

  it('lists the commands for employees and spares customers them', () => {
    const fresh = newConversation('bridge_x', '27', 'ref');
    const text = (kind: ChatKind): string => {
      const [first] = bridge({ type: 'joined', chat: chat(kind), language: 'ru' }, fresh, bot()).actions;
      return first?.action.type === 'send' ? first.action.text : '';
    };
    expect(text('private')).toContain('/help');
    expect(text('group')).toContain('/help');
    expect(text('line')).not.toContain('/');
  });
});
