/** The signed webhook through the real app: what a server is sent, and what its answers do in the chat. */
import { describe, expect, it } from 'vitest';
import { newKey, signed } from '../../../sandbox/webhook/signing.ts';
import type { Timeline } from '../../../src/api/schemas/conversations.ts';
import { traceSteps } from '../../../src/store/reporting/history.ts';
import { openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { useWebhookTalk } from '../../support/use-webhook-talk.ts';

const talk = useWebhookTalk();

describe('what a server is sent', () => {
  it('is every message, with its author, chat and the address for answers', async () => {
    const id = talk.person.write('привет');
    await talk.stage.done();
    expect(talk.lastEvent()).toMatchObject({
      type: 'message.created',
      data: {
        bot: { code: 'bridge_assistant', type: 'B' },
        answerUrl: talk.stage.hook,
        chat: { id: String(talk.person.id), kind: 'private' },
        message: { id: String(id), text: 'привет', author: { name: 'Вера Вебхукова', kind: 'employee' }, files: [] },
      },
    });
    expect(talk.person.answers()).toEqual(['re: привет']);
  });

  it('is every edit and deletion, and who leads', async () => {
    await talk.begun();
    const id = talk.person.write('опечтка');
    await talk.stage.done();
    talk.stage.bridge.portal.editMessage(id, 'опечатка');
    await talk.stage.done();
    expect(talk.lastEvent()).toMatchObject({
      type: 'message.edited',
      data: { message: { id: String(id), text: 'опечатка' } },
    });
    talk.stage.bridge.portal.deleteMessage(id);
    await talk.stage.done();
    expect(talk.lastEvent()).toMatchObject({ type: 'message.deleted', data: { message: { id: String(id) } } });
    talk.person.write('/operator');
    await talk.stage.done();
    expect(talk.lastEvent()).toMatchObject({ type: 'conversation.owner_changed', data: { owner: 'person' } });
  });
});

describe('answers', () => {
  it.each(['in-call', 'later', 'early', 'stream'] as const)('arrive once and in order (%s)', async (way) => {
    talk.stage.server.way = way;
    for (const text of ['раз', 'два', 'три']) {
      talk.person.write(text);
      await talk.stage.bridge.portal.idle();
      if (way === 'stream') await until(() => talk.person.answers().includes(`re: ${text}`));
    }
    await until(() => talk.person.answers().length === 3);
    await talk.stage.done();
    expect(talk.person.answers()).toEqual(['re: раз', 're: два', 're: три']);
  });

  it('can be read in the timeline of the conversation', async () => {
    talk.stage.server.way = 'later';
    talk.person.write('что видно?');
    await until(() => talk.person.answers().length === 1);
    await talk.stage.done();
    const { url, portal } = talk.stage.bridge;
    const path = `/api/conversations/bridge_assistant/${talk.person.id}/timeline`;
    const { entries } = await (await openApi(url, portal)).get<Timeline>(path);
    expect(
      entries.filter(({ queue, side }) => queue === 'inbox' && side === 'webhook').map(({ items }) => items),
    ).toEqual([[expect.objectContaining({ type: 'reply', text: 're: что видно?' })]]);
  });

  it('carry buttons, cards and a quote', async () => {
    const ref = await talk.begun();
    const quoteOf = String(talk.person.write('что это?'));
    const card = { title: 'Чайник', url: 'https://shop.example/1', facts: [{ name: 'Цена', value: '100' }] };
    const buttons = [{ type: 'link', label: 'Открыть', url: 'https://shop.example/1' }];
    await talk.stage.server.post(ref, [{ type: 'message', text: 'вот', cards: [card], buttons, quoteOf }]);
    await talk.stage.done();
    const shown = talk.person.talk().at(-1);
    expect(shown).toMatchObject({ text: 'вот', replyTo: Number(quoteOf) });
    expect(JSON.stringify(shown?.attach)).toContain('Чайник');
    expect(JSON.stringify(shown?.keyboard)).toContain('Открыть');
  });

  it('change and delete messages by the ids of the server, also while they are on their way', async () => {
    const ref = await talk.begun();
    await talk.stage.server.post(ref, [
      { type: 'message', id: 'a', text: 'раз' },
      { type: 'message.edit', id: 'a', text: 'два' },
      { type: 'message', id: 'b', text: 'лишнее' },
      { type: 'message.delete', id: 'b' },
    ]);
    await talk.stage.done();
    expect(talk.person.answers()).toEqual(['два']);
    await talk.stage.server.post(ref, [{ type: 'message.edit', id: 'a', text: 'три' }]);
    await talk.stage.done();
    expect(talk.person.talk().at(-1)).toMatchObject({ text: 'три', edited: true });
    await talk.stage.server.post(ref, [{ type: 'message.delete', id: 'a' }]);
    await talk.stage.done();
    expect(talk.person.answers()).toEqual([]);
  });

  it('change a message that is retried only after it was sent', async () => {
    const ref = await talk.begun();
    talk.stage.bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', times: 2, kind: '500' });
    await talk.stage.server.post(ref, [{ type: 'message', id: 'slow', text: 'начало ответа' }]);
    await talk.stage.server.post(ref, [{ type: 'message.edit', id: 'slow', text: 'весь ответ' }]);
    await talk.stage.done();
    expect(talk.person.answers()).toEqual(['весь ответ']);
  });

  it('change a text that was split into several messages as one', async () => {
    const ref = await talk.begun();
    await talk.stage.server.post(ref, [{ type: 'message', id: 'long', text: '['.repeat(15_000) }]);
    await talk.stage.done();
    expect(talk.person.answers().length).toBeGreaterThan(1);
    await talk.stage.server.post(ref, [{ type: 'message.edit', id: 'long', text: 'коротко' }]);
    await talk.stage.done();
    expect(talk.person.answers()).toEqual(['коротко']);
  });

  it('about a message the bot never said have no effect, which the trace says', async () => {
    const ref = await talk.begun();
    await talk.stage.server.post(ref, [{ type: 'message.edit', id: 'nothing', text: 'ничего' }], 'edit-of-nothing');
    await talk.stage.done();
    expect(talk.person.answers()).toEqual([]);
    const steps = await traceSteps(talk.stage.db, 'edit-of-nothing');
    expect(steps.map(({ outcome }) => outcome)).toContain('ignored_unknown_message');
  });

  it('hand over with a note, are not shown while a person leads, and take back', async () => {
    const ref = await talk.begun();
    await talk.stage.server.post(ref, [{ type: 'handover', note: 'Клиент просит человека' }]);
    await talk.stage.server.post(ref, [{ type: 'message', text: 'не вовремя' }]);
    await talk.stage.done();
    expect(talk.person.answers().join()).toContain('Клиент просит человека');
    expect(talk.person.answers()).not.toContain('не вовремя');
    await talk.stage.server.post(ref, [{ type: 'take_back' }, { type: 'message', text: 'снова я' }]);
    await talk.stage.done();
    expect(talk.person.answers().at(-1)).toBe('снова я');
  });

  it('with files fetch them through the network guard', async () => {
    const ref = await talk.begun();
    const name = 'смета.txt';
    const own = { type: 'message', files: [{ url: `${talk.stage.server.origin}/page/main.js`, name }] };
    await talk.stage.server.post(ref, [own]);
    await talk.stage.done();
    expect(talk.person.talk().flatMap(({ files }) => files.map((file) => file.name))).toEqual([name]);
    const inside = { type: 'message', files: [{ url: 'http://127.0.0.1:1/secret', name }] };
    await talk.stage.server.post(ref, [inside, { type: 'message', text: 'дальше' }]);
    await until(() => talk.person.answers().includes('дальше'));
    expect(talk.person.talk().flatMap(({ files }) => files)).toHaveLength(1);
  });
});

describe('a webhook', () => {
  const post = async (body: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(talk.stage.hook, { method: 'POST', body, headers });
    return { status: response.status, body: await response.json() };
  };
  const bodyFor = (ref: string, text: string): string =>
    JSON.stringify({ conversation: ref, answers: [{ type: 'message', text }] });

  it('that is repeated is accepted again and has no further effect', async () => {
    const ref = await talk.begun();
    for (let time = 0; time < 3; time += 1) {
      const body = bodyFor(ref, 'один раз');
      expect(await post(body, signed(talk.stage.server.keys[0] ?? '', 'same-id', body))).toMatchObject({ status: 200 });
    }
    await talk.stage.done();
    expect(talk.person.answers()).toEqual(['один раз']);
  });

  it.each([
    ['without a signature', (body: string) => ({ ...signed(newKey(), 'x', body), 'webhook-signature': '' }), 401],
    ['signed with another key', (body: string) => signed(newKey(), 'y', body), 401],
    ['with another body', (body: string) => signed(talk.stage.server.keys[0] ?? '', 'z', `${body} `), 401],
  ])('%s is refused and changes nothing', async (_, sign, status) => {
    const body = bodyFor(await talk.begun(), 'чужой');
    expect(await post(body, sign(body))).toMatchObject({ status, body: { error: 'webhook.bad_signature' } });
    await talk.stage.done();
    expect(talk.person.answers()).toEqual([]);
  });

  it.each([
    ['no JSON', '{"conversation":', 'webhook.no_json'],
    ['no answers', '{"conversation":"x"}', 'webhook.unreadable'],
    ['an unknown kind of answer', '{"conversation":"x","answers":[{"type":"sing"}]}', 'webhook.unreadable'],
    [
      'a message without content',
      '{"conversation":"x","answers":[{"type":"message","text":" "}]}',
      'webhook.unreadable',
    ],
    [
      'too many answers',
      `{"conversation":"x","answers":[${Array(21).fill('{"type":"typing"}').join()}]}`,
      'webhook.unreadable',
    ],
    ['nesting without end', `${'['.repeat(100_000)}`, 'webhook.no_json'],
  ])('with %s is refused with the reason', async (_, body, error) => {
    const answer = await post(body, signed(talk.stage.server.keys[0] ?? '', 'bad', body));
    expect(answer).toMatchObject({ status: 400, body: { error, problems: [expect.any(String)] } });
  });

  it('about a conversation that is not its own is refused', async () => {
    const body = bodyFor('some-other-conversation', 'чужое');
    const answer = await post(body, signed(talk.stage.server.keys[0] ?? '', 'foreign', body));
    expect(answer).toMatchObject({ status: 404, body: { error: 'webhook.unknown_conversation' } });
  });
});
