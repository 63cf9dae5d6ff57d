/** The pages of conversations in a real browser: the list with search and filters, one conversation, and what an administrator does in it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type OwnBridge, startInstalled } from '../support/installed-bridge.ts';
import { type OpenPages, openPagesOf } from '../support/page-stage.ts';
import { botTalk, everythingDone, ourBot } from '../support/talk.ts';

const longName = 'Константин Константинопольский-Длиннофамильный';
const longWord = 'Донаудампфшиффартсгезельшафтскапитан'.repeat(4);

describe.skipIf(!hasBrowser)('the pages of conversations', () => {
  let own: OwnBridge;
  let pages: OpenPages;
  let chatId: number;
  let clientId: number;
  const settled = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

  beforeAll(async () => {
    own = await startInstalled();
    pages = await openPagesOf(own.bridge);
  });
  afterAll(async () => {
    await pages.close();
    await own.close();
  });

  async function talk(): Promise<void> {
    const { portal } = own.bridge;
    const line = portal.addLine({ name: 'Магазин', botId: ourBot(portal, 'line').id, left: 'close' });
    clientId = portal.addClient({ name: longName, lineId: line.id }).id;
    ({ chatId } = portal.clientWrites(clientId, 'Здравствуйте! Где мой заказ №105?'));
    await settled();
    portal.clientWrites(clientId, `Адрес: ${longWord}`);
    await settled();
    const operator = portal.addEmployee({ name: 'Олег Операторов' });
    portal.operatorJoins(chatId, operator.id);
    portal.operatorWrites(chatId, operator.id, 'Сейчас проверю.');
    await settled();
    portal.clientWrites(clientId, 'Жду');
    await settled();
    for (let number = 0; number < 45; number += 1) {
      const { id } = portal.addEmployee({ name: `Сотрудник ${number}` });
      portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, `Сколько дней отпуска у номера ${number}?`);
    }
    await settled();
  }

  const rows = (page: Page) => page.locator('main ul > li a');
  const texts = {
    ru: { search: 'Поиск', none: 'Диалогов пока нет', more: 'Показать ещё', list: 'Диалоги' },
    en: { search: 'Search', none: 'No conversations yet', more: 'Show more', list: 'Conversations' },
  } as const;

  it('say what to do while there are none', async () => {
    for (const language of ['ru', 'en'] as const) {
      const page = await pages.open({ width: 375, language, path: '/conversations' });
      await page.getByText(texts[language].none).waitFor();
      await keepPicture(page, `conversations-empty-${language}-375`);
      expect(await overflows(page)).toBe(false);
      await page.close();
    }
    await talk();
  });

  it.each(widths)('list them, search and filter them (%i px)', async (width) => {
    for (const language of ['ru', 'en'] as const) {
      const words = texts[language];
      const page = await pages.open({ width, language, path: '/conversations' });
      await rows(page).first().waitFor();
      expect(await rows(page).count()).toBe(40);
      await page.getByRole('button', { name: words.more }).click();
      await until(async () => (await rows(page).count()) === 46);
      await keepPicture(page, `conversations-list-${language}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('searchbox', { name: words.search }).fill('длиннофамильный');
      await until(async () => (await rows(page).count()) === 1);
      await page.getByRole('searchbox', { name: words.search }).fill('%');
      await page
        .locator('main')
        .getByText(language === 'ru' ? 'Ничего не нашлось' : 'Nothing found')
        .waitFor();
      await page.getByRole('combobox', { name: words.search }).selectOption('messages');
      await page.getByRole('searchbox', { name: words.search }).fill('ОТПУСКА У НОМЕРА 7');
      const further = page.getByRole('button', { name: language === 'ru' ? 'Искать дальше' : 'Search further back' });
      await until(async () => {
        // Each step takes a bounded time: a busy server looks through fewer of them.
        const isThere = (await rows(page).count()) === 1;
        if (!isThere && (await further.isVisible())) await further.click();
        return isThere;
      });
      await keepPicture(page, `conversations-found-${language}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('button', { name: language === 'ru' ? 'Сбросить фильтры' : 'Clear filters' }).click();
      await page.getByLabel(language === 'ru' ? 'Кто ведёт' : 'Who leads').selectOption('taken');
      await until(async () => (await rows(page).count()) === 1);
      // The way back keeps the filters.
      await rows(page).first().click();
      await page.getByRole('heading', { level: 1, name: longName }).waitFor();
      await page.goBack();
      await until(async () => (await rows(page).count()) === 1);
      await page.close();
    }
    expect(pages.takeFaults()).toEqual([]);
  });

  it.each(widths)('tell one as a chat that explains itself (%i px)', async (width) => {
    for (const [language, isDark] of [
      ['ru', false],
      ['en', true],
    ] as const) {
      const path = `/conversations/bridge_line/chat${chatId}`;
      const page = await pages.open({ width, language, path, isDark });
      await page.getByText('Здравствуйте! Где мой заказ №105?').first().waitFor();
      await page
        .getByText(language === 'ru' ? /ответ через .* с/ : /answered after .* s/)
        .first()
        .waitFor();
      await page
        .getByText(language === 'ru' ? 'промолчал: разговор ведёт человек' : /a person/)
        .first()
        .waitFor();
      await keepPicture(page, `conversation-${language}${isDark ? '-dark' : ''}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.close();
    }
    expect(pages.takeFaults()).toEqual([]);
  });

  it('are live, and an administrator gives back, speaks as the bot once, and takes over', async () => {
    const { portal } = own.bridge;
    const path = `/conversations/bridge_line/chat${chatId}`;
    const page = await pages.open({ width: 1280, language: 'ru', path });
    await page.getByText('Этот диалог ведёт человек').waitFor();
    await page.getByRole('button', { name: 'Вернуть боту' }).click();
    await page.getByRole('group').getByRole('button', { name: 'Вернуть боту' }).click();
    await page.getByText('Распоряжение отдано').waitFor();
    const box = page.getByRole('textbox', { name: 'Написать от имени бота' });
    await box.fill('Ваш заказ уже в пути.');
    await page.getByRole('button', { name: 'Отправить от бота' }).dblclick();
    await page.getByText('Сообщение отправляется.').waitFor();
    await settled();
    expect(botTalk(portal, chatId).filter(({ text }) => text === 'Ваш заказ уже в пути.')).toHaveLength(1);
    await page.getByText('Ваш заказ уже в пути.').waitFor();
    await page.getByText('написано на этой странице').waitFor();
    await page.getByRole('button', { name: 'Взять на себя' }).click();
    await keepPicture(page, 'conversation-ask-ru-1280');
    await page.getByRole('group').getByRole('button', { name: 'Взять на себя' }).click();
    await page.getByText('Диалог взят на себя на этой странице').waitFor();
    await settled();
    portal.clientWrites(clientId, 'Спасибо, жду ещё');
    await page.getByText('Спасибо, жду ещё').waitFor();
    await keepPicture(page, 'conversation-acted-ru-1280');
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('show a conversation that is not there as gone', async () => {
    const page = await pages.open({ width: 375, language: 'ru', path: '/conversations/bridge_line/chat424242' });
    await page.getByRole('alert').getByText('Этого больше нет.').first().waitFor();
    await keepPicture(page, 'conversation-gone-ru-375');
    expect(await overflows(page)).toBe(false);
    await page.close();
    pages.takeFaults();
  });
});
