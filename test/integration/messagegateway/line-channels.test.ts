/** Managers see where a customer comes from: each Open Channel and messenger is a channel of its own, and the customer has a card. */
import { beforeAll, describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startApp } from '../../../src/start-app.ts';
import { until } from '../../support/bridge.ts';
import { mgChatOf } from '../../support/messagegateway-stage.ts';
import { ourBot } from '../../support/talk.ts';
import { useMgStage } from '../../support/use-messagegateway-stage.ts';

let lineId: number;

const stage = useMgStage();
beforeAll(() => {
  const { portal } = stage.bridge;
  const operator = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  lineId = portal.addLine({ name: 'Поддержка', botId: ourBot(portal, 'line').id, left: 'close', queue: [operator] }).id;
});

const profile = { avatar: '/upload/main/face.png', phone: '+79991234567', website: 'https://t.me/kirill' };
const come = async (name: string, connector: string, text: string): Promise<number> => {
  const { portal } = stage.bridge;
  const clientId = portal.addClient({ name, lineId, connector, email: 'kirill@example.com', profile }).id;
  const { chatId } = portal.clientWrites(clientId, text);
  await stage.done();
  return chatId;
};
const channelIn = (mgChat: number) => {
  const chat = stage.gateway.chats().find(({ id }) => id === mgChat);
  return stage.gateway.channels().find(({ id }) => id === chat?.channelId);
};
const shown = (chatId: number): string[] =>
  stage.bridge.portal
    .messages(chatId)
    .filter(({ isBot, skipConnector, deleted }) => isBot && !skipConnector && !deleted)
    .map(({ text }) => text);

describe('a customer of an Open Channel', () => {
  it('is in the channel of his line and messenger, with its type and limits', async () => {
    await come('Кирилл Телеграмов', 'telegrambot', 'из телеграма');
    await come('Вера Сайтова', 'livechat', 'с сайта');
    await come('Иван Иной', 'my_own_connector', 'откуда-то');
    const telegram = channelIn(mgChatOf(stage, 'из телеграма'));
    expect(telegram).toMatchObject({
      type: 'telegram',
      name: 'Поддержка · Telegram',
      isActive: true,
      settings: { text: { max_chars_count: 4_096 }, image: { note_max_chars_count: 1_024 } },
    });
    expect(channelIn(mgChatOf(stage, 'с сайта'))).toMatchObject({ type: 'consultant', name: 'Поддержка · Live chat' });
    const other = channelIn(mgChatOf(stage, 'откуда-то'));
    expect(other).toMatchObject({ type: 'custom', name: 'Поддержка · my_own_connector' });
    await come('Пётр Второй', 'telegrambot', 'тоже из телеграма');
    expect(channelIn(mgChatOf(stage, 'тоже из телеграма'))?.id).toBe(telegram?.id);
  });

  it('has a card: phone, mail, picture and page', () => {
    expect(stage.gateway.customers().find(({ nickname }) => nickname === 'Кирилл Телеграмов')).toMatchObject({
      phone: '+79991234567',
      email: 'kirill@example.com',
      avatar: expect.stringMatching(/^https:\/\/.+\/upload\/main\/face\.png$/),
    });
    const asked = stage.bridge.portal.calls().filter(({ method }) => method === 'imbot.v2.Chat.User.list');
    expect(asked).toHaveLength(4);
  });

  it('is answered, edited, handed over and receipted as in any channel', async () => {
    const chatId = await come('Анна Полная', 'viber', 'всё вместе');
    const mgChat = mgChatOf(stage, 'всё вместе');
    const id = await stage.gateway.managerAnswers(mgChat, 'отвечаю');
    const message = () => stage.gateway.messages(mgChat).find((one) => one.id === id);
    await until(() => message()?.status === 'sent');
    await stage.gateway.editMessage(id, 'отвечаю точнее');
    await until(() => shown(chatId).includes('отвечаю точнее'));
    const dialog = stage.gateway.dialogs().findLast((one) => one.chatId === mgChat);
    stage.gateway.runCommand(dialog?.id ?? 0, stage.config.joined.bot.botId, '/operator');
    const owner = async (): Promise<unknown> =>
      (await stage.probe.rows('select owner from conversation where dialog_id = $1', [`chat${chatId}`]))[0]?.['owner'];
    await until(async () => (await owner()) === 'person');
    await stage.done();
    const refused = await stage.gateway.managerAnswers(mgChat, 'поверх');
    await until(() => stage.gateway.messages(mgChat).find((one) => one.id === refused)?.status === 'failed');
    expect(shown(chatId)).not.toContain('поверх');
  });

  it('is heard by a process that did not make his channel', async () => {
    const { settings, appSecret } = stage.bridge;
    const log = createLogger({ level: 'silent', name: 'web' });
    const web = await startApp({
      settings: { ...settings, ROLES: ['web'], PORT: 0 },
      databaseUrl: stage.databaseUrl,
      appSecret,
      brains: [messageGatewayBrain],
      log,
    });
    try {
      const chatId = await come('Олег Соседов', 'avito', 'через соседа');
      const mgChat = mgChatOf(stage, 'через соседа');
      const ref = (await stage.probe.rows('select ref from conversation where dialog_id = $1', [`chat${chatId}`]))[0]?.[
        'ref'
      ];
      const post = async (channelId: number | undefined, id: number): Promise<number> => {
        const data = { id, channel_id: channelId, external_chat_id: ref, type: 'text', content: `слово ${id}` };
        const answer = await fetch(stage.hook.replace(/:\d+\//, `:${web.port}/`), {
          method: 'POST',
          headers: { ClientId: stage.config.joined.clientId, 'content-type': 'application/json' },
          body: JSON.stringify({ type: 'message_sent', meta: { timestamp: 1 }, data }),
        });
        return answer.status;
      };
      expect(await post(channelIn(mgChat)?.id, 900_001)).toBe(200);
      expect(await post(987_654, 900_002)).toBe(400);
      await until(() => shown(chatId).includes('слово 900001'));
    } finally {
      await web.stop();
    }
  });

  it('is found by a listener that was away: a wish of managers is not missed', async () => {
    const chatId = await come('Яна Пропавшая', 'vkgroup', 'во время обрыва');
    const mgChat = mgChatOf(stage, 'во время обрыва');
    const dialog = stage.gateway.dialogs().findLast((one) => one.chatId === mgChat);
    stage.gateway.cutSockets();
    stage.gateway.runCommand(dialog?.id ?? 0, stage.config.joined.bot.botId, '/operator');
    const owner = async (): Promise<unknown> =>
      (await stage.probe.rows('select owner from conversation where dialog_id = $1', [`chat${chatId}`]))[0]?.['owner'];
    await until(async () => (await owner()) === 'person');
    expect(await owner()).toBe('person');
  });
});
