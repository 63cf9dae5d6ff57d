/** A fresh installation repeats nothing to customers: they get people until an administrator has chosen who answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/config.ts';
import { install } from '../../support/bridge.ts';
import { type OwnBridge, startAnotherApp, startOwnBridge } from '../../support/installed-bridge.ts';
import { botTalk, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;

beforeAll(async () => {
  // As it is where nobody sets it.
  const { DEFAULT_BRAIN } = readSettings({
    PUBLIC_URL: 'https://x.example',
    B24_CLIENT_ID: 'a',
    B24_CLIENT_SECRET: 'b',
  });
  own = await startOwnBridge({ settings: { DEFAULT_BRAIN } });
  await install(own.bridge);
  await done();
});
afterAll(() => own.close());

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** A customer writes on a line that our bot meets. Returns the chat. */
async function customerWrites(text: string): Promise<number> {
  const { portal } = own.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const lineId = portal.addLine({ name: 'Поддержка', botId: ourBot(portal, 'line').id, queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, text);
  await done();
  return chatId;
}

const visible = (chatId: number): string[] => botTalk(own.bridge.portal, `chat${chatId}`).map(({ text }) => text);

describe('a portal in which nobody has chosen who answers', () => {
  it('gives a customer to people, and repeats nothing', async () => {
    const chatId = await customerWrites('Где мой заказ?');
    expect(visible(chatId)).toContain('Спасибо за сообщение. Зову коллегу, он ответит вам здесь.');
    expect(visible(chatId).join(' ')).not.toContain('Где мой заказ?');
    const [row] = await own.probe.rows('select owner from conversation where dialog_id = $1', [`chat${chatId}`]);
    expect(row?.['owner']).toBe('person');
    expect(own.bridge.portal.calls().map(({ method }) => method)).toContain('imopenlines.bot.session.operator');
  });

  it('says to customers what its administrator has set', async () => {
    await own.probe.rows(`update bot set unanswered = '{"ru":"Мы открываемся в 9."}' where code = 'bridge_line'`);
    const another = await startAnotherApp(own);
    const chatId = await customerWrites('Вы работаете?');
    await another.stop();
    expect(visible(chatId)).toContain('Мы открываемся в 9.');
  });

  it('tells an employee how to connect somebody', async () => {
    const { portal } = own.bridge;
    const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
    portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, 'Привет');
    await done();
    const texts = botTalk(portal, String(id)).map(({ text }) => text);
    expect(texts.join('\n')).toContain('Пока я не могу ответить');
    expect(texts.join('\n')).not.toContain('Напишите вопрос, и я отвечу');
  });
});

describe('the brain of new portals', () => {
  it('is one that there is, and needs no account', async () => {
    await expect(startAnotherApp(own, { DEFAULT_BRAIN: 'messagegateway' })).rejects.toThrow(
      'DEFAULT_BRAIN: is one of none, echo',
    );
  });
});
