/** What managers do besides writing: they react, make templates, and attach links. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, openLineTalk } from '../../support/messagegateway-stage.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let talk: LineTalk;
let chat: number;

const stage = useMgStage();
beforeAll(async () => {
  talk = await openLineTalk(stage, 'Кто там?');
  chat = talk.mgChat;
  await until(() => stage.gateway.sockets().open === 1);
});

describe('a reaction of a manager', () => {
  const reactions = (text: string): string[] => {
    const message = stage.bridge.portal.messages(talk.chatId).find((one) => one.text === text);
    return Object.values(message?.reactions ?? {}).flat();
  };

  it('is shown on the customer’s message, replaced, and taken back', async () => {
    const id = stage.gateway.messages(chat).find(({ text }) => text === 'Кто там?')?.id ?? 0;
    await stage.gateway.react(id, '👍');
    await until(() => reactions('Кто там?').includes('like'));
    await stage.gateway.react(id, '🔥');
    await until(() => reactions('Кто там?').join() === 'fire');
    await stage.gateway.react(id, null);
    await until(() => reactions('Кто там?').length === 0);
    expect(stage.bridge.portal.messages(talk.chatId).some(({ text }) => text === '👍')).toBe(false);
  });

  it('stays while another manager has the same one', async () => {
    const id = await stage.gateway.managerAnswers(chat, 'Это мы');
    await stage.done();
    const second = stage.gateway.addManager({ name: 'Второй Менеджер' }).id;
    await stage.gateway.react(id, '❤');
    await stage.gateway.react(id, '❤', second);
    await until(() => reactions('Это мы').includes('redHeart'));
    await stage.gateway.react(id, null);
    await stage.done();
    expect(reactions('Это мы')).toEqual(['redHeart']);
    await stage.gateway.react(id, null, second);
    await until(() => reactions('Это мы').length === 0);
  });

  it('that Bitrix24 does not have is not offered', async () => {
    const id = stage.gateway.messages(chat).find(({ text }) => text === 'Кто там?')?.id ?? 0;
    await expect(stage.gateway.react(id, '🦄')).rejects.toThrow('not allowed');
  });
});

describe('a template of a manager', () => {
  const fields = { name: 'Приветствие', lang: 'ru', category: 'utility', body: 'Здравствуйте, {{1}}' };
  const channel = (): number => stage.config.joined.channelId;
  const lineChannel = (): number => stage.gateway.chats().find(({ id }) => id === chat)?.channelId ?? 0;

  async function listed(): Promise<
    {
      readonly code: string;
      readonly channel_id: number;
      readonly verification_status: string;
      readonly body: string;
    }[]
  > {
    const { endpointUrl, token } = stage.config.joined.transport;
    const answer = await fetch(`${endpointUrl}/api/transport/v1/templates`, {
      headers: { 'x-transport-token': token },
    });
    return (await answer.json()) as never;
  }

  const kept = (): Promise<number> =>
    stage.probe.count(`select count(*) from connector_state where key like 'template:%'`);

  it('is taken, kept, changed and deleted', async () => {
    const code = await stage.gateway.createTemplate(channel(), fields);
    expect(await listed()).toMatchObject([{ code, verification_status: 'approved', body: fields.body }]);
    expect(await kept()).toBe(1);
    await stage.gateway.changeTemplate(channel(), code, { body: 'Добрый день, {{1}}' });
    const [row] = await stage.probe.rows(`select value from connector_state where key like 'template:%'`);
    expect(row?.['value']).toMatchObject({ code, body: 'Добрый день, {{1}}' });
    expect(stage.gateway.webhooks().at(-1)).toMatchObject({ status: 200 });
    await stage.gateway.changeTemplate(channel(), code, null);
    expect(await kept()).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['the main channel', () => channel()],
    ['the channel of a line', () => lineChannel()],
  ])('of %s is put back where MessageGateway has lost it', async (_, channelOf) => {
    const code = await stage.gateway.createTemplate(channelOf(), fields);
    const { endpointUrl, token } = stage.config.joined.transport;
    const path = `${endpointUrl}/api/transport/v1/channels/${channelOf()}/templates/${encodeURIComponent(code)}`;
    await fetch(path, { method: 'DELETE', headers: { 'x-transport-token': token } });
    expect(await listed()).toEqual([]);
    stage.gateway.cutSockets();
    await expect
      .poll(async () => (await listed()).map((one) => [one.channel_id, one.code]))
      .toEqual([[channelOf(), code]]);
    await stage.gateway.changeTemplate(channelOf(), code, null);
  });

  it('of a line is apart from the same one of the main channel', async () => {
    const codes = [
      await stage.gateway.createTemplate(channel(), fields),
      await stage.gateway.createTemplate(lineChannel(), fields),
    ];
    expect(await kept()).toBe(2);
    await stage.gateway.changeTemplate(lineChannel(), codes[1] ?? '', { body: 'Добрый день, {{1}}' });
    await stage.gateway.changeTemplate(channel(), codes[0] ?? '', null);
    const [row, ...others] = await stage.probe.rows(`select value from connector_state where key like 'template:%'`);
    expect(row?.['value']).toMatchObject({ code: codes[1], body: 'Добрый день, {{1}}' });
    expect(others).toEqual([]);
    await stage.gateway.changeTemplate(lineChannel(), codes[1] ?? '', null);
  });
});

describe('a link among quick replies', () => {
  it('keeps its address in the text of a customer outside', async () => {
    const suggestions = [
      { type: 'text', title: 'Да' },
      { type: 'url', title: 'Оплатить', payload: 'https://pay.example/7' },
    ];
    await stage.gateway.managerAnswers(chat, 'Ваш счёт готов', { suggestions });
    await until(() => talk.shown().some((text) => text.startsWith('Ваш счёт готов')));
    expect(talk.shown().at(-1)).toBe('Ваш счёт готов\n1 – Да\nОплатить: https://pay.example/7');
  });
});
