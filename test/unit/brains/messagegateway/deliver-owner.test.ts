/** Who owns a conversation, as MessageGateway is told, and whose chat it is. */
import { describe, expect, it } from 'vitest';
import type { BrainAction } from '../../../../src/core/actions.ts';
import type { ConnectorTools } from '../../../../src/core/connector-tools.ts';
import { connector, far, key, refused, signal, to } from '../../../support/factories/messagegateway-delivery.ts';

describe('a chat number that is of another account', () => {
  const stranger = {
    id: 9000,
    channel: { id: 14 },
    customer: { external_id: 'somebody-else' },
    last_dialog: { id: 20 },
  };
  const own = {
    id: 9100,
    channel: { id: 61 },
    customer: { external_id: 'ref-of-talk' },
    last_dialog: { id: 31, responsible: { id: 12, type: 'user' } },
  };
  const person: BrainAction = { type: 'owner_changed', owner: 'person', at: '2026-11-21T06:00:00.000Z', since: null };
  const crm: BrainAction = { type: 'crm', links: [{ type: 'LEAD', id: '1209' }] };

  const chat = { kind: 'private' as const, dialogId: '27', title: '', line: null };
  const opened: BrainAction = { type: 'context', data: { order: '164' }, chat };

  it('nor the data of a link where we have no chat yet, which the trace says', async () => {
    const { http, lines } = far({ 'GET /chats': [200, [stranger]] });
    const { warnings } = await connector(http).deliver(opened, to, key, signal);
    expect(warnings).toEqual([expect.stringContaining('no chat yet')]);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /chats']);
  });

  it.each<readonly [string, BrainAction]>([
    ['a change of owner', person],
    ['CRM records', crm],
    ['the data of a link', opened],
  ])('is not written into: %s goes to our own chat, which is linked', async (_, action) => {
    const { http, calls, lines } = far({
      'GET /chats': [
        [200, [stranger]],
        [200, [stranger, own]],
      ],
    });
    const delivery = await connector(http).deliver(action, to, key, signal);
    expect(delivery).toEqual({ remoteConversationId: '9100' });
    expect(calls.find(({ line }) => line === 'bot POST /messages')?.json).toMatchObject({ chat_id: 9100 });
    expect(lines()).not.toContain('bot PATCH /dialogs/20/unassign');
  });

  it('is not written into where we have no chat yet', async () => {
    const { http, lines } = far({ 'GET /chats': [200, [stranger]] });
    expect(await connector(http).deliver(person, to, key, signal)).toEqual({});
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /chats']);
  });

  it('is not believed of our customer in somebody else’s channel', async () => {
    const { http, lines } = far({ 'GET /chats': [200, [{ ...own, id: 9000, channel: { id: 14 } }]] });
    expect(await connector(http).deliver(person, to, key, signal)).toEqual({});
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /chats']);
  });
});

describe('the data of a link', () => {
  it('are a private note, a line each', async () => {
    const { http, calls } = far();
    const chat = { kind: 'private' as const, dialogId: '27', title: '', line: null };
    await connector(http).deliver({ type: 'context', data: { order: '164', from: 'mail' }, chat }, to, key, signal);
    expect(calls.find(({ line }) => line === 'bot POST /messages')?.json).toMatchObject({
      scope: 'private',
      content: expect.stringContaining('order: 164\nfrom: mail'),
    });
  });
});

describe('a change of owner', () => {
  const person: BrainAction = { type: 'owner_changed', owner: 'person', at: '2026-11-21T06:00:00.000Z', since: null };

  it.each([
    ['note', []],
    ['unassign', ['bot PATCH /dialogs/20/unassign']],
    ['close', ['bot DELETE /dialogs/20/close']],
  ])('is noted for managers, and the dialog is let go of as configured (%s)', async (onPersonTakesOver, more) => {
    const { http, lines, calls } = far();
    await connector(http, { onPersonTakesOver }).deliver(person, to, key, signal);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages', 'bot POST /messages', ...more]);
    expect(calls[2]?.json).toMatchObject({ scope: 'private', content: expect.stringContaining('/bot') });
  });

  it('back to the brain is a note alone', async () => {
    const { http, lines, calls } = far();
    await connector(http).deliver(
      { type: 'owner_changed', owner: 'brain', at: '2026-11-21T06:40:11.000Z', since: null },
      to,
      key,
      signal,
    );
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages', 'bot POST /messages']);
    expect(calls[2]?.json).toMatchObject({ content: expect.stringContaining('/operator') });
  });

  it('is not noted twice when it is told again', async () => {
    const text = 'Разговор ведёт сотрудник в Битрикс24: ответы отсюда клиент не увидит. Вернуть разговор: /bot';
    const own = [
      { id: 4, chat_id: 9000, content: 'older' },
      { id: 5, chat_id: 9000, content: ` ${text.replaceAll('/', '&#47;')}` },
    ];
    const { http, lines } = far({ 'GET /messages': [200, own] });
    await connector(http, { onPersonTakesOver: 'note' }).deliver(person, to, key, signal);
    expect(lines()).toEqual(['bot GET /chats', 'bot GET /messages']);
  });

  it.each(['dialog is not assigned', 'dialog is not the latest in the chat', 'dialog #20 not found'])(
    'is done where somebody was quicker (%s)',
    async (sentence) => {
      const { http } = far({ 'PATCH /dialogs/20/unassign': refused(sentence) });
      await expect(connector(http).deliver(person, to, key, signal)).resolves.toEqual({});
    },
  );

  describe('back to the brain', () => {
    const back: BrainAction = {
      type: 'owner_changed',
      owner: 'brain',
      at: '2026-11-21T06:40:11.250Z',
      since: '2026-11-21T06:00:05.100Z',
    };
    const said = (name: string, text: string, files: readonly string[] = []) => ({
      at: new Date('2026-11-21T06:10:00Z'),
      author: { id: '1', name, kind: 'employee' as const },
      text,
      files,
    });
    const talk = [said('Ольга', 'Скидка будет\nзавтра'), said('Кирилл', '', ['чек.png']), said('', 'ясно')];
    const head =
      'Разговор снова ведётся отсюда. Передать сотруднику в Битрикс24: /operator\nРазговор вели сотрудники в Битрикс24: 21.11.2026 09:00:05 – 09:40:11 (Europe/Moscow)';
    const note = async (given: Record<string, unknown>, own: readonly unknown[] = []) => {
      const { http, calls } = far({ 'GET /messages': [200, own] });
      const asked: string[] = [];
      const missedMessages: ConnectorTools['missedMessages'] = (_to, from, until) => {
        asked.push(`${from.toISOString()} ${until.toISOString()}`);
        return Promise.resolve(talk);
      };
      const config = { timeZone: 'Europe/Moscow', mirrorWhilePersonLeads: false, ...given };
      await connector(http, config, { missedMessages }).deliver(back, to, key, signal);
      return { text: calls.find(({ line }) => line === 'bot POST /messages')?.json['content'], asked };
    };

    it('sums up from when to when people led, and what was said', async () => {
      expect(await note({})).toEqual({
        text: `${head}\n\nЗа это время написали:\nОльга: Скидка будет / завтра\nКирилл: 📎 чек.png\n—: ясно`,
        asked: ['2026-11-21T06:00:05.100Z 2026-11-21T06:40:11.250Z'],
      });
    });

    it('keeps the last words where all are too many, and tells how many there were before', async () => {
      const { text } = await note({ summaryLength: 30 });
      expect(text).toBe(`${head}\n\nЗа это время написали:\n… (до этого сообщений: 1)\nКирилл: 📎 чек.png\n—: ясно`);
    });

    it('tells the times alone where that is set', async () => {
      expect(await note({ summaryLength: 0 })).toEqual({ text: head, asked: [] });
      expect(await note({ mirrorWhilePersonLeads: true })).toEqual({ text: head, asked: [] });
    });

    it('is summed up once, even when it is told again after another note', async () => {
      const own = [
        { id: 5, chat_id: 9000, content: `${head}\n\nЗа это время написали:\nОльга: …` },
        { id: 6, chat_id: 9000, content: 'Клиент в CRM Битрикс24:' },
      ];
      expect((await note({}, own)).text).toBeUndefined();
    });
  });

  it('before anything was said there concerns nobody', async () => {
    const { http, lines } = far({ 'GET /chats': [200, []] });
    await connector(http).deliver(person, { ...to, remoteId: null }, key, signal);
    expect(lines()).toEqual(['bot GET /chats']);
  });
});
