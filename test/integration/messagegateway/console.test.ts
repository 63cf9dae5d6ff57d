import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type ConsoleStage, type Group, startConsoleStage } from '../../support/console-stage.ts';

let stage: ConsoleStage;
let count = 0;

beforeAll(async () => {
  stage = await startConsoleStage();
});
afterAll(() => stage.close());

/** A customer of the foreign messenger with a first word, and a group that knows nothing yet. */
async function begin(name = 'Пётр'): Promise<{ group: Group; chatId: number; customer: { id: string; name: string } }> {
  count += 1;
  const customer = { id: `c${count}`, name: `${name} ${count}` };
  const { chatId } = await stage.messenger.writes(customer, `вопрос ${count}`);
  const group = await stage.openGroup(`Группа ${count}`);
  return { group, chatId, customer };
}

const dialogOf = (chatId: number) => stage.gateway.dialogs().findLast((dialog) => dialog.chatId === chatId);
const texts = (chatId: number) =>
  stage.gateway.messages(chatId).map(({ scope, authorType, text }) => ({ scope, authorType, text }));

describe('a supervisor group is a console', () => {
  it('says what it can do, and nothing of it reaches MessageGateway as a message', async () => {
    const before = stage.gateway.messages().length;
    const group = await stage.openGroup('Справка');
    expect(await group.asks('помощь')).toContain('/привязать 12');
    expect(await group.asks('абракадабра')).toContain('Не знаю команды «абракадабра»');
    expect(stage.gateway.messages()).toHaveLength(before);
  });

  it('lists open dialogs with a button for each, which binds', async () => {
    const { group, chatId, customer } = await begin('Лиза');
    const list = await group.asks('список');
    expect(list).toContain('Открытые диалоги');
    expect(list).toContain(`#${chatId} ${customer.name} · Витрина – никто не ведёт`);
    const bound = await group.presses(`Привязать #${chatId}`);
    expect(bound).toContain(`Беседа привязана: #${chatId} ${customer.name} · Витрина`);
    expect(bound).toContain(`вопрос ${count}`);
  });

  it('shows the customer in the group and takes mentions to him as public words of the bot', async () => {
    const { group, chatId, customer } = await begin();
    await group.asks(`привязать ${chatId}`);
    await stage.messenger.writes(customer, 'есть размер 42?');
    await until(() => group.said().some((text) => text.includes('есть размер 42?')));
    expect(group.said().at(-1)).toBe(`💬 ${customer.name} · Витрина:\nесть размер 42?`);
    expect(await group.asks('Да, есть')).toBe('');
    group.chatters('между нами: он надоел');
    await stage.done();
    expect(texts(chatId).at(-1)).toEqual({ scope: 'public', authorType: 'bot', text: 'Да, есть' });
    expect(stage.messenger.sent()).toContain('Да, есть');
    expect(JSON.stringify(texts(chatId))).not.toContain('надоел');
  });

  it('keeps mistyped commands of a bound group from the customer', async () => {
    const { group, chatId } = await begin();
    await group.asks(`bind ${chatId}`);
    expect(await group.asks('/закрытьь')).toContain('Клиенту ничего не отправлено');
    expect(texts(chatId).some(({ text }) => text?.includes('закрытьь'))).toBe(false);
  });

  it('assigns by link, by name, to the bot; unassigns, closes and opens', async () => {
    const { group, chatId } = await begin();
    await group.asks(`/привязать ${chatId}`);
    expect(await group.asks('/назначить мне')).toContain('Не знаю, кто вы');
    expect(await group.asks(`/связать ${stage.managerId}`)).toContain('Марина Менеджерова');
    expect(await group.presses('Назначить мне')).toContain('ведёт Марина Менеджерова');
    expect(dialogOf(chatId)?.responsible).toEqual({ type: 'user', id: stage.managerId });
    expect(await group.asks('/снять')).toContain('никто не ведёт');
    expect(dialogOf(chatId)?.responsible).toBeNull();
    await group.asks('/назначить боту');
    expect(dialogOf(chatId)?.responsible).toEqual({ type: 'bot', id: stage.config.joined.bot.botId });
    await group.asks('/assign марина');
    expect(dialogOf(chatId)?.responsible).toEqual({ type: 'user', id: stage.managerId });
    expect(await group.asks('/закрыть')).toContain('Диалог закрыт');
    expect(dialogOf(chatId)?.isOpen).toBe(false);
    expect(await group.asks('/снять')).toContain('нет открытого диалога');
    await group.asks('/открыть');
    expect(dialogOf(chatId)?.isOpen).toBe(true);
  });

  it('knows an employee by the e-mail address both sides have', async () => {
    const { chatId } = await begin();
    const manager = stage.gateway.addManager({ name: 'Глеб Главный', email: 'Gleb@shop.example' });
    const dialog = dialogOf(chatId);
    stage.gateway.assign(dialog?.id ?? 0, { userId: manager.id });
    const group = await stage.openGroup('Почта', { name: 'Глеб', email: 'gleb@shop.example' });
    expect(await group.asks('ктоя')).toBe('Вы – Глеб Главный (по почте)');
    expect(await group.asks('список мои')).toContain(`#${chatId} `);
    expect(await group.asks('отсвязать')).toBe('Связь удалена');
  });

  it('tags, untags, notes and shows the card and the history', async () => {
    const { group, chatId, customer } = await begin();
    await group.asks(`привязать ${chatId}`);
    await group.asks('/тег возврат, срочно');
    expect(dialogOf(chatId)?.tags.map(({ name }) => name)).toEqual(['возврат', 'срочно']);
    await group.asks('/безтега срочно');
    expect(dialogOf(chatId)?.tags.map(({ name }) => name)).toEqual(['возврат']);
    await group.asks('/заметка сложный клиент');
    expect(texts(chatId).at(-1)).toEqual({ scope: 'private', authorType: 'bot', text: 'сложный клиент' });
    expect(stage.messenger.sent()).not.toContain('сложный клиент');
    expect(await group.asks('/карточка')).toContain('Теги: возврат');
    const history = await group.asks('/история');
    expect(history).toContain(`${customer.name}: вопрос ${count}`);
    expect(history).toContain('(только сотрудникам): сложный клиент');
  });

  it('finds customers by name and phone', async () => {
    const { chatId } = await stage.messenger.writes({ id: 'find-me', name: 'Евграф', phone: '+7 911 222-33-44' }, 'ау');
    const group = await stage.openGroup('Поиск');
    expect(await group.asks('найти евграф')).toContain(`#${chatId}`);
    expect(await group.asks('найти 9112223344')).toContain('Евграф');
    expect(await group.asks('найти никого')).toBe('Ничего не найдено');
  });

  it('names people, members, channels, bots, chats and commands', async () => {
    const { group, chatId } = await begin();
    expect(await group.asks('сотрудники')).toContain(`#${stage.managerId} Марина Менеджерова`);
    expect(await group.asks(`участники #${chatId}`)).toContain('в чате');
    expect(await group.asks('каналы')).toContain('Витрина (whatsapp)');
    expect(await group.asks('боты')).toContain('←');
    expect(await group.asks('чаты')).toContain(`#${chatId}`);
    expect(await group.asks('команды добавить price Цена товара')).toContain('/price – Цена товара');
    expect(await group.asks('команды удалить price')).not.toContain('/price');
    expect(await group.asks('роли responsible')).toBe('Роли бота: responsible');
    expect(await group.asks('имя Мост')).toContain('«Мост»');
  });

  it('edits and deletes what was said, by number and by changing the message itself', async () => {
    const { group, chatId } = await begin();
    await group.asks(`привязать ${chatId}`);
    const id = group.mentions('цена 100');
    await stage.done();
    const supervisor = stage.bridge.portal.bots().find(({ code }) => code === 'bridge_supervisor');
    stage.bridge.portal.editMessage(id, `[USER=${supervisor?.id}]С[/USER] цена 200`);
    await until(() => texts(chatId).at(-1)?.text === 'цена 200');
    const mgId = stage.gateway.messages(chatId).at(-1)?.id ?? 0;
    await group.asks(`/изменить ${mgId} цена 300`);
    expect(texts(chatId).at(-1)?.text).toBe('цена 300');
    stage.bridge.portal.deleteMessage(id);
    await until(() => stage.gateway.messages(chatId).at(-1)?.isDeleted === true);
    expect(await group.asks(`/удалить ${mgId}`)).toContain('удалено');
  });

  it('edits the text that went out beside a file, and says when it cannot tell which text is meant', async () => {
    const { group, chatId } = await begin();
    const { portal } = stage.bridge;
    const mention = `[USER=${portal.bots().find(({ code }) => code === 'bridge_supervisor')?.id}]С[/USER]`;
    await group.asks(`привязать ${chatId}`);
    const both = group.mentions('прайс', [{ name: 'price.txt', content: Buffer.from('100') }]);
    const long = group.mentions('слово '.repeat(800));
    await stage.done();
    portal.editMessage(both, `${mention} новый прайс`);
    await until(() => texts(chatId).some(({ text }) => text === 'новый прайс'));
    const before = texts(chatId);
    portal.editMessage(long, `${mention} коротко`);
    await until(() => group.said().some((text) => text.includes('У клиента осталось как было')));
    expect(texts(chatId)).toEqual(before);
  });

  it('never lets a changed message become a command at the customer, nor a changed command his message', async () => {
    const { group, chatId } = await begin();
    const { portal } = stage.bridge;
    const bot = portal.bots().find(({ code }) => code === 'bridge_supervisor');
    const mention = `[USER=${bot?.id}]С[/USER]`;
    await group.asks(`привязать ${chatId}`);
    const words = group.mentions('уже едет');
    const command = group.mentions('/ответить и ещё одно');
    await stage.done();
    const before = texts(chatId);
    portal.editMessage(words, `${mention} /закрыть`);
    portal.editMessage(command, `${mention} /ответить что-то другое`);
    portal.deleteMessage(command);
    await until(() => group.said().filter((text) => text.includes('Изменённая команда')).length === 2);
    await stage.done();
    expect(texts(chatId)).toEqual(before);
    expect(stage.gateway.messages(chatId).some(({ isDeleted }) => isDeleted)).toBe(false);
  });

  it('sends on a file that MessageGateway has, and brings it here', async () => {
    const { group, chatId } = await begin();
    await group.asks(`привязать ${chatId}`);
    group.mentions('', [{ name: 'price.txt', content: Buffer.from('100') }]);
    await stage.done();
    const id = stage.gateway.messages(chatId).at(-1)?.items[0]?.id ?? '';
    expect(await group.asks(`/отправить ${id} ещё раз`)).toContain('Отправлено клиенту');
    expect(stage.gateway.messages(chatId).at(-1)).toMatchObject({ type: 'file', note: 'ещё раз', items: [{ id }] });
    await group.asks(`/файл ${id}`);
    await until(() => group.messages().some(({ files, isBot }) => isBot && files.length === 1));
    expect(await group.asks(`/расшифровка ${id} сто`)).toBe('Расшифровка сохранена');
  });

  it('says why a file could not be fetched', async () => {
    const { group } = await begin();
    expect(await group.asks('загрузить http://127.0.0.1:9/price.pdf')).toContain('https://');
    expect(await group.asks('загрузить https://127.0.0.1:9/price.pdf')).toContain('could not be downloaded');
  });

  it('carries files both ways', async () => {
    const { group, chatId, customer } = await begin();
    await group.asks(`привязать ${chatId}`);
    await stage.messenger.writes(customer, 'вот чек', [{ name: 'check.pdf', content: Buffer.from('%PDF-1.4 чек') }]);
    await until(() => group.messages().some(({ files }) => files.some(({ name }) => name === 'check.pdf')));
    group.mentions('смотрите', [{ name: 'price.txt', content: Buffer.from('100 руб.') }]);
    await stage.done();
    const sent = stage.gateway.messages(chatId).filter(({ authorType }) => authorType === 'bot');
    expect(sent.map(({ type }) => type)).toEqual(['text', 'file']);
    expect(stage.gateway.fileContent(sent[1]?.items[0]?.id ?? '')?.toString()).toBe('100 руб.');
  });

  it('lets a chat move to another group only when told so', async () => {
    const { group, chatId, customer } = await begin();
    await group.asks(`привязать ${chatId}`);
    const other = await stage.openGroup('Другая');
    expect(await other.asks(`привязать ${chatId}`)).toContain('уже привязан');
    await other.presses('Перенести сюда');
    await stage.messenger.writes(customer, 'кто теперь со мной?');
    await until(() => other.said().some((text) => text.includes('кто теперь со мной?')));
    expect(await group.asks('это не должно дойти')).toContain('Не знаю команды');
    expect(group.said().join()).not.toContain('кто теперь со мной?');
    expect(stage.messenger.sent()).not.toContain('это не должно дойти');
  });
});
