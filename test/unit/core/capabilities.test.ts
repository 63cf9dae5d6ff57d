/** What a brain cannot do is left out, cut or said in words. */
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/core/events.ts';
import { bot, bridgeAtOnce as bridge, chat, from, message, shown, talked } from '../../support/factories/plain-talk.ts';

describe('what a brain cannot do', () => {
  it('is told in words when a file comes to one that takes none', () => {
    const files = [{ id: '5', name: 'счёт.pdf', kind: 'file' as const, size: 10 }];
    const [action] = bridge(message({ text: '', files }), talked(), bot({ files: false })).actions;
    expect(action?.action).toMatchObject({ type: 'message', text: '[Файл: счёт.pdf]', files: [] });
  });

  it('is left out: edits and deletes', () => {
    const edited: ChatEvent = {
      type: 'message_edited',
      messageId: '1',
      text: 'x',
      author: { id: '27', name: '', kind: 'employee' },
      chat: chat('private'),
      ...shown,
    };
    const deleted: ChatEvent = {
      type: 'message_deleted',
      messageId: '1',
      author: { id: '27', name: '', kind: 'employee' },
      chat: chat('private'),
    };
    expect(bridge(edited, talked(), bot({ edits: false })).outcome).toBe('ignored_unsupported');
    expect(bridge(deleted, talked(), bot({ deletes: false })).outcome).toBe('ignored_unsupported');
    expect(bridge(edited, talked(), bot()).outcome).toBe('forwarded');
    expect(bridge(deleted, talked(), bot()).outcome).toBe('forwarded');
  });

  it('is cut for one that takes only short texts', () => {
    const text = 'а'.repeat(250);
    const { actions } = bridge(message({ text }), talked(), bot());
    const parts = actions.map(({ action }) =>
      action.type === 'message' ? [action.messageId, action.text.length] : [],
    );
    expect(parts).toEqual([
      ['1', 100],
      ['1.1', 100],
      ['1.2', 50],
    ]);
  });

  it('tells when it was said and what it answers, the latter once', () => {
    const said = message({ text: 'а'.repeat(150), sentAt: '2026-11-21T06:00:00Z', quoteOf: '12' });
    const told = bridge(said, talked(), bot()).actions.map(({ action }) =>
      action.type === 'message' ? [action.sentAt, action.quoteOf] : [],
    );
    expect(told).toEqual([
      ['2026-11-21T06:00:00Z', '12'],
      ['2026-11-21T06:00:00Z', null],
    ]);
  });

  it("does not hear of edits of an operator's words", () => {
    const author = { id: '1', name: '', kind: 'employee' } as const;
    const edited: ChatEvent = {
      type: 'message_edited',
      messageId: '1',
      text: 'x',
      author,
      chat: chat('line'),
      ...shown,
    };
    expect(bridge(edited, talked({ kind: 'line' }), bot())).toMatchObject({ outcome: 'ignored_operator', actions: [] });
    const own = { ...edited, author: { ...author, kind: 'client' } } as const;
    expect(bridge(own, talked({ kind: 'line' }), bot()).actions).toEqual([
      { target: 'brain', action: { type: 'edit', messageId: '1', text: 'x', author: own.author, chat: chat('line') } },
    ]);
  });

  it('is known of a slash line: an unknown one is an ordinary message', () => {
    const event: ChatEvent = {
      type: 'command',
      command: 'price',
      params: '5',
      messageId: '5',
      via: 'text',
      text: '/price 5',
      author: from('employee'),
      chat: chat('private'),
      mentionsBot: true,
      language: 'ru',
      sentAt: null,
      quoteOf: null,
    };
    expect(bridge(event, talked(), bot()).actions[0]?.action).toMatchObject({ type: 'message', text: '/price 5' });
    expect(bridge({ ...event, via: 'keyboard' }, talked(), bot()).outcome).toBe('ignored_unknown_command');
  });
});
