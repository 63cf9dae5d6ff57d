/** Beside messages, through the real app: reactions, context links, sessions, and files for the staff. */
import { describe, expect, it } from 'vitest';
import { openLine, saidInLine } from '../../support/brain-stage.ts';
import { botTalk, ourBot } from '../../support/talk.ts';
import { useWebhookTalk } from '../../support/use-webhook-talk.ts';

const talk = useWebhookTalk();

describe('reactions and context links', () => {
  it('of people reach the server, with its own id of the message', async () => {
    const conversation = await talk.begun();
    await talk.stage.server.post(conversation, [{ type: 'message', id: 'mine', text: 'Готово' }]);
    await talk.stage.done();
    const shown = talk.person.talk().find(({ text }) => text === 'Готово');
    for (const isOn of [true, false]) {
      talk.stage.bridge.portal.react(talk.person.id, shown?.id ?? 0, 'fire', isOn);
      await talk.stage.done();
      expect(talk.lastEvent()).toMatchObject({
        type: 'message.reaction',
        data: {
          message: { id: String(shown?.id), yourId: 'mine' },
          author: { id: String(talk.person.id), kind: 'employee' },
          ...{ reaction: '🔥', change: isOn ? 'added' : 'removed' },
        },
      });
    }
  });

  it('of the server are put by the bot, and it reads', async () => {
    const conversation = await talk.begun();
    const id = talk.person.write('Спасибо!');
    await talk.stage.done();
    await talk.stage.server.post(conversation, [
      { type: 'read', upTo: String(id) },
      { type: 'reaction', to: String(id), add: ['❤'] },
    ]);
    await talk.stage.done();
    const { portal } = talk.stage.bridge;
    const reactions = () => portal.messages(String(talk.person.id)).find((one) => one.id === id)?.reactions;
    expect(Object.values(reactions() ?? {})).toEqual([['redHeart']]);
    expect(portal.calls().filter(({ method }) => method === 'imbot.v2.Chat.Message.read')).toHaveLength(1);
    await talk.stage.server.post(conversation, [{ type: 'reaction', to: String(id), remove: ['❤'] }]);
    await talk.stage.done();
    expect(Object.values(reactions() ?? {}).flat()).toEqual([]);
  });

  it('that open the bot bring their data', async () => {
    await talk.begun();
    const { portal } = talk.stage.bridge;
    portal.openBotContext(talk.person.id, ourBot(portal, 'assistant').id, { order: { id: '164' } });
    await talk.stage.done();
    expect(talk.lastEvent()).toMatchObject({
      type: 'context.opened',
      data: { context: { 'order.id': '164' }, author: { id: String(talk.person.id) } },
    });
  });
});

describe('a session of an Open Channel', () => {
  it('is told with its beginning and its end; nothing the server says to the end opens it again', async () => {
    const { chatId, clientId } = await openLine(talk.stage, 'здравствуйте');
    const { portal } = talk.stage.bridge;
    portal.finishSession(chatId);
    await talk.stage.done();
    portal.clientWrites(clientId, 'ещё вопрос');
    await talk.stage.done();
    const place = (data: object): boolean =>
      'bot' in data && (data as { bot: { code: string } }).bot.code === 'bridge_line';
    const heard = talk.stage.server.heard.flatMap(({ event }) => (place(event.data) ? [event] : []));
    expect(heard.map(({ type }) => type)).toEqual([
      ...['session.started', 'message.created', 'session.finished'],
      ...['session.started', 'message.created'],
    ]);
    const ids = heard.flatMap(({ data }) => ('session' in data ? [data.session.id] : []));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[1]);
    expect(saidInLine(talk.stage, chatId, 'customer')).toEqual(['re: здравствуйте', 're: ещё вопрос']);
  });
});

describe('a file for the staff alone', () => {
  it('is a link in a hidden message of an Open Channel, which the customer never sees', async () => {
    talk.stage.server.way = 'person';
    const { chatId } = await openLine(talk.stage, 'Договор?');
    const event = talk.lastEvent();
    const ref = event?.type === 'message.created' ? event.data.conversation : '';
    const url = `${talk.stage.server.origin}/page/main.js`;
    const note = { type: 'message', text: 'Проверьте', files: [{ url, name: 'договор.js' }], internal: true };
    await talk.stage.server.post(ref, [note]);
    await talk.stage.done();
    expect(saidInLine(talk.stage, chatId, 'customer')).toEqual([]);
    expect(botTalk(talk.stage.bridge.portal, chatId).flatMap(({ files }) => files)).toEqual([]);
    const [words, file = ''] = saidInLine(talk.stage, chatId, 'staff');
    expect([words, file.split('\n')[0]]).toEqual(['Проверьте', '📎 договор.js']);
    const link = file.split('\n').at(-1) ?? '';
    expect(link).toContain(`${talk.stage.bridge.url}/files/`);
    const [given, original] = await Promise.all([fetch(link), fetch(url)]);
    expect([given.status, await given.text()]).toEqual([200, await original.text()]);
    expect(given.headers.get('content-disposition')).toContain('attachment');
  });
});
