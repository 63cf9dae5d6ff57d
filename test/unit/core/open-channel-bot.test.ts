/** What our bots do in an Open Channel besides answering: notes for staff, what they say themselves, the first /start. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import { type ChatEvent, textReply } from '../../../src/core/events.ts';
import {
  bot,
  chat,
  client,
  command,
  edited,
  joined,
  play,
  said,
  start,
} from '../../support/factories/open-channel-talk.ts';

describe('a note of the brain for staff', () => {
  const files = [{ id: 'f', name: 'счёт.pdf', kind: 'file', size: null }] as const;
  const said = (isInternal: boolean, kind: Conversation['kind']) =>
    bridge({ ...textReply('Смотрите'), isInternal, files }, { ...start(), kind }, bot, { at: new Date() }).actions.map(
      ({ action }) => ('internal' in action ? [action.type, action.internal] : action.type),
    );

  it('has its files for the staff too in an Open Channel, where an upload would reach the customer', () => {
    const isInternal = true;
    expect(said(isInternal, 'line')).toEqual([
      ['send', true],
      ['send_file', true],
    ]);
    expect(said(!isInternal, 'line')).toEqual([['send', false], 'send_file']);
    expect(said(isInternal, 'group')).toEqual([['send', true], 'send_file']);
  });
});

describe('what our own bots do', () => {
  const capabilities = { ...bot.capabilities, mirrors: true };
  const ours = { id: '900', name: '', kind: 'employee' } as const;

  it.each(['help', 'bot', 'operator', 'start', 'press'])('/%s in their words is no command', (name) => {
    const own = command(name, { author: ours, params: 'слова', restText: 'ещё' });
    expect(bridge(own, start(), bot, { at: new Date() })).toEqual({
      conversation: { ...start(), lineId: '22', sessionId: '343', sessionLeader: '27', ...ledBy27 },
      actions: [expect.objectContaining({ action: expect.objectContaining({ type: 'owner_changed' }) })],
      outcome: 'ignored_bot',
    });
  });

  it('to their messages is nobody else’s change', () => {
    const changes: readonly ChatEvent[] = [
      { ...(edited('900') as object), author: ours } as ChatEvent,
      { type: 'message_deleted', messageId: '1', author: ours, chat: chat('900') },
    ];
    for (const event of changes) {
      const { actions, outcome } = bridge(
        event,
        start(),
        { ...bot, capabilities },
        { at: new Date(), isKnownToBrain: true },
      );
      expect([actions, outcome]).toEqual([[], 'ignored_bot']);
    }
  });
});

const ledBy27 = {
  owner: 'person',
  isTaken: true,
  ownedSince: expect.any(String) as unknown,
  inactiveSince: expect.any(String) as unknown,
};

describe('the first /start of a customer', () => {
  const begin = (): ChatEvent => said('client', chat('900'), { text: '/start' });

  it('greets him where he can see it, and is no question for the brain', () => {
    const { actions, outcome } = bridge(begin(), start(), bot, { at: new Date() });
    expect(outcome).toBe('greeted');
    expect(actions).toHaveLength(1);
    expect(actions[0]?.action).toMatchObject({
      type: 'send',
      internal: false,
      text: expect.stringContaining('Помощник'),
    });
  });

  it('adds nothing to the greeting of the moment before, and brings help later', () => {
    const greeted = play([joined('900')]);
    expect(greeted.outcome).toBe('greeted');
    const first = play([begin()], greeted.conversation);
    expect([first.outcome, first.speaks]).toEqual(['noted', false]);
    const later = play([begin()], first.conversation);
    expect([later.outcome, later.speaks]).toEqual(['helped', true]);
  });

  it('greets him also where the portal takes it for a command', () => {
    const command: ChatEvent = {
      type: 'command',
      command: 'start',
      params: '',
      messageId: '7',
      via: 'text',
      text: '/start',
      mentionsBot: true,
      author: { id: '599', name: '', kind: 'client' },
      chat: chat('900'),
      language: 'ru',
      sentAt: null,
      quoteOf: null,
    };
    expect(play([command])).toMatchObject({ outcome: 'greeted', speaks: true });
    expect(play([command, { ...command, command: 'help' }])).toMatchObject({ outcome: 'helped', speaks: true });
    expect(play([client('27'), command])).toMatchObject({ outcome: 'ignored_person_owns', speaks: false });
  });
});
