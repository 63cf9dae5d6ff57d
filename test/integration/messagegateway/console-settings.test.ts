import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type ConsoleStage, startConsoleStage } from '../../support/console-stage.ts';
import { answersIn, ourBot } from '../../support/talk.ts';

let stage: ConsoleStage;

const notes = (chatId: number): (string | null)[] =>
  stage.gateway
    .messages(chatId)
    .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot')
    .map(({ text }) => text);

describe('the settings of the console', () => {
  beforeAll(async () => {
    stage = await startConsoleStage({
      config: { console: { overheard: 'note', privateBots: ['bridge_assistant'], showStaffTalk: false } },
    });
  });
  afterAll(() => stage.close());

  it('can have talk past the bot noted for staff, which the customer never sees', async () => {
    const { chatId } = await stage.messenger.writes({ id: 'n1', name: 'Нина' }, 'здравствуйте');
    const group = await stage.openGroup('Заметки');
    group.chatters('ещё не привязано');
    await group.asks(`привязать ${chatId}`);
    group.chatters('дадим ей скидку?');
    await until(() => notes(chatId).length > 0);
    await stage.done();
    expect(notes(chatId)).toEqual(['Иван Петров (Bitrix24): дадим ей скидку?']);
    expect(stage.messenger.sent()).toEqual([]);
    await group.asks('отвязать');
    await group.asks('/отвязать');
    group.chatters('а это уже мимо');
    await stage.done();
    expect(notes(chatId)).toHaveLength(1);
  });

  it('can keep what managers say among themselves out of the group', async () => {
    const customer = { id: 'n2', name: 'Олег' };
    const { chatId } = await stage.messenger.writes(customer, 'день добрый');
    const group = await stage.openGroup('Без закулисья');
    await group.asks(`привязать ${chatId}`);
    await stage.gateway.managerAnswers(chatId, 'тайное', { private: true });
    await stage.messenger.writes(customer, 'явное');
    await until(() => group.said().some((text) => text.includes('явное')));
    expect(group.said().join()).not.toContain('тайное');
  });

  it('can make private chats with a bot consoles', async () => {
    const { portal } = stage.bridge;
    const { chatId } = await stage.messenger.writes({ id: 'n3', name: 'Инна' }, 'можно вопрос?');
    const userId = portal.addEmployee({ name: 'Павел Продавцов' }).id;
    const assistant = ourBot(portal, 'assistant');
    const before = stage.gateway.chats().length;
    const talk = portal.employeeWritesPrivate(userId, assistant.id, `ответить #${chatId} конечно`);
    await until(() => answersIn(portal, talk.chatId).some((text) => text.includes('Отправлено клиенту')));
    await stage.done();
    expect(stage.messenger.sent()).toContain('конечно');
    // The employee has not become a customer of ours.
    expect(stage.gateway.chats()).toHaveLength(before);
  });

  it('keep people from outside the company from commanding', async () => {
    const { portal } = stage.bridge;
    const { chatId } = await stage.messenger.writes({ id: 'n4', name: 'Яна' }, 'привет');
    const externalUserId = portal.addEmployee({ name: 'Гость', extranet: true }).id;
    const supervisor = ourBot(portal, 'supervisor');
    const group = portal.addGroup({ title: 'С гостем', ownerId: externalUserId, botIds: [supervisor.id] });
    portal.writesInGroup(externalUserId, group.chatId, `[USER=${supervisor.id}]С[/USER] закрыть #${chatId}`);
    await until(() => answersIn(portal, group.chatId).some((text) => text.includes('нет доступа')));
    expect(stage.gateway.dialogs().findLast((dialog) => dialog.chatId === chatId)?.isOpen).toBe(true);
  });
});

describe('a list of employees', () => {
  beforeAll(async () => {
    stage = await startConsoleStage({ config: { console: { employees: ['1'] }, language: 'en' } });
  });
  afterAll(() => stage.close());

  it('keeps the others from the console', async () => {
    const group = await stage.openGroup('Not yours');
    expect(await group.asks('list')).toBe('You may not use this console. Ask your administrator.');
  });
});
