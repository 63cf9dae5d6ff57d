/** The page of bots as an administrator uses it: look, change, picture, Open Channels, add and remove. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualPicture } from '../../src/bitrix24/install/bot-avatar.ts';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type OwnBridge, startInstalled } from '../support/installed-bridge.ts';
import { type OpenPages, openPagesOf } from '../support/page-stage.ts';

const code = 'bridge_assistant';

describe.skipIf(!hasBrowser)('the page of bots', () => {
  let own: OwnBridge;
  let pages: OpenPages;

  beforeAll(async () => {
    own = await startInstalled();
    pages = await openPagesOf(own.bridge);
  });
  afterAll(async () => {
    await pages.close();
    await own.close();
  });

  const field = (page: Page, key: string) => page.locator(`[data-field="${key}"]`);

  async function row(columns: string, of = code): Promise<Record<string, unknown>> {
    const [found] = await own.probe.rows(`select ${columns} from bot where code = '${of}'`);
    return found ?? {};
  }

  const sentToPortal = (): string =>
    JSON.stringify(own.bridge.portal.calls().filter(({ method }) => /imbot\.(update|v2\.Bot\.update)/.test(method)));

  it.each(widths)('lists the bots with what they are, who answers and whether they work (%i px)', async (width) => {
    for (const language of ['ru', 'en']) {
      const page = await pages.open({ width, language, path: '/bots' });
      await page.getByRole('link', { name: 'Ассистент' }).waitFor();
      await page.getByText(language === 'ru' ? /Ботов: \d из 5/ : /\d of 5 bots/).waitFor();
      await keepPicture(page, `bots-${language}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.close();
    }
    expect(pages.takeFaults()).toEqual([]);
  });

  it.each(widths)('changes settings, sends only what was changed, and tells Bitrix24 (%i px)', async (width) => {
    const page = await pages.open({ width, language: 'ru', path: `/bots/${code}` });
    const name = `Маша ${width}`;
    await page.getByLabel('Имя').fill(name);
    await page.getByRole('radio', { name: width === 375 ? 'розовый' : 'мятный' }).check({ force: true });
    await field(page, 'greetings').locator('textarea').fill(`Привет, я {name}! ${width}`);
    await expect
      .poll(() => page.locator('[data-preview="greeting"]').textContent())
      .toBe(`Привет, я ${name}! ${width}`);
    await page.getByLabel('Вернуть разговор боту через, минут').fill('сорок');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Введите число.').waitFor();
    await page.getByLabel('Вернуть разговор боту через, минут').fill(String(1 + (width % 40)));
    await page.getByLabel('Ждать следующих сообщений, секунд').fill('1,5');
    await keepPicture(page, `bot-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    const color = width === 375 ? 'PINK' : 'MINT';
    const body = (await sent).postDataJSON();
    expect(body).toEqual({
      revision: expect.any(String),
      name,
      color,
      greeting: { texts: { ru: `Привет, я {name}! ${width}` } },
      giveBackMinutes: 1 + (width % 40),
      // The first width sets it.
      ...(width === widths[0] ? { burstMs: 1_500 } : {}),
    });
    await page.getByText('Сохранено. Битрикс24 узнает').waitFor();
    expect(await row('name, color, burst_ms, give_back_minutes')).toEqual({
      name,
      color,
      burst_ms: 1_500,
      give_back_minutes: 1 + (width % 40),
    });
    await until(() => sentToPortal().includes(name));
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('shows a problem of the server at its field, and what somebody else has changed meanwhile', async () => {
    const page = await pages.open({ width: 1280, language: 'en', path: `/bots/${code}` });
    await page.getByLabel('Call a person after, minutes').fill('50000');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => field(page, 'callPersonMinutes').textContent()).toContain('43200');
    await page.route('**/api/bots', (route) => route.abort());
    await own.probe.rows(
      `update bot set name = 'Somebody else', updated_at = now() where code = '${code}' returning 1`,
    );
    await page.getByLabel('Call a person after, minutes').fill('5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed this meanwhile').waitFor();
    await page.unroute('**/api/bots');
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Somebody else');
    // What was typed is not lost by it.
    expect(await page.getByLabel('Call a person after, minutes').inputValue()).toBe('5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Bitrix24 learns').waitFor();
    await page.close();
    const expected = /422|409|ERR_FAILED/;
    expect(pages.takeFaults().filter((text) => !expected.test(text))).toEqual([]);
  });

  it.each(widths)(
    'gets a picture that is cropped by mouse and keys, and the usual one again (%i px)',
    async (width) => {
      const page = await pages.open({ width, language: 'ru', path: `/bots/${code}` });
      await page
        .locator('input[type="file"]')
        .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
      await page.getByText('Браузер не может прочитать это как картинку').waitFor();
      await page
        .locator('input[type="file"]')
        .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: usualPicture('S', 1) });
      const canvas = page.locator('canvas');
      await canvas.focus();
      await page.getByLabel('Крупнее').fill('2');
      await page.keyboard.press('Tab');
      await canvas.press('ArrowLeft');
      await keepPicture(page, `bot-crop-ru-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('button', { name: 'Поставить эту картинку' }).click();
      await page.getByText('Картинка сохранена').waitFor();
      expect(await own.probe.count('select count(*) from bot_picture')).toBe(1);
      await expect.poll(() => page.locator('img[src^="data:image/png"]').count()).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Обычная картинка' }).click();
      await page.getByRole('button', { name: 'Вернуть обычную' }).click();
      await page.getByText('У бота снова обычная картинка.').waitFor();
      expect(await own.probe.count('select count(*) from bot_picture')).toBe(0);
      await page.close();
      expect(pages.takeFaults()).toEqual([]);
    },
  );

  it.each(widths)('is attached to an Open Channel and taken off again (%i px)', async (width) => {
    const name = `Линия ${width} с очень длинным названием без конца и края, как это бывает`;
    own.bridge.portal.addLine({ name });
    const page = await pages.open({ width, language: 'ru', path: '/bots/bridge_line' });
    const line = page.getByRole('listitem').filter({ hasText: name });
    await line.getByText('клиентов встречают операторы').waitFor();
    await line.getByRole('button', { name: `Подключить: ${name}` }).click();
    await line.getByText(/^клиентов встречает этот бот/).waitFor();
    await keepPicture(page, `bot-lines-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    await line.getByRole('button', { name: `Отключить: ${name}` }).click();
    await line.getByRole('button', { name: 'Да, отключить' }).click();
    await line.getByText('клиентов встречают операторы').waitFor();
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('are added until there is no room, and removed after what happens was said', async () => {
    const page = await pages.open({ width: 375, language: 'ru', path: '/bots' });
    const long = 'Константинопольский-Многословный-Без-Пробелов-'.repeat(2);
    await page.getByRole('button', { name: 'Добавить бота' }).click();
    await page.getByRole('radio', { name: 'Для клиентов' }).waitFor();
    await page.getByRole('button', { name: 'Добавить бота' }).click();
    await page.getByText('Заполните это поле.').waitFor();
    await keepPicture(page, 'bot-add-ru-375');
    expect(await overflows(page)).toBe(false);
    await page.getByLabel('Имя').fill(long);
    await page.getByRole('button', { name: 'Добавить бота' }).click();
    await page.getByText('Бот добавлен.').waitFor();
    await page.getByText('работает', { exact: true }).waitFor();
    await keepPicture(page, 'bot-long-ru-375');
    expect(await overflows(page)).toBe(false);
    const added = await own.probe.rows(`select code, bot_id from bot where name like 'Константинопольский%'`);
    expect(added).toHaveLength(1);
    await page.getByRole('button', { name: 'Удалить' }).click();
    await page.getByText('исчезнет из Битрикс24 вместе со своими личными чатами').waitFor();
    await keepPicture(page, 'bot-remove-ru-375');
    await page.getByRole('button', { name: 'Да, удалить бота' }).click();
    await page.getByText('удалён.').waitFor();
    expect(await row('1', String(added[0]?.['code']))).toEqual({});
    await until(() =>
      own.bridge.portal
        .calls()
        .some(
          ({ method, params }) => method === 'imbot.unregister' && String(params['BOT_ID']) === added[0]?.['bot_id'],
        ),
    );
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('show what a person deleted in Bitrix24, an empty list, the dark theme, and a failure', async () => {
    const page = await pages.open({ width: 1280, language: 'ru', isDark: true });
    await own.probe.rows(`update bot set state = 'deleted', bot_id = null where code = '${code}' returning 1`);
    await page.evaluate(`window.location.hash = '#/bots'`);
    await page.getByText('Этого бота удалили в Битрикс24.').waitFor();
    await keepPicture(page, 'bots-dark-ru-1280');
    await page.getByRole('listitem').filter({ hasText: 'Этого бота удалили' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Удалить' }).waitFor();
    await page.route('**/api/bots', (route) => route.fulfill({ status: 200, json: { bots: [], maxBots: 5 } }));
    await page.getByRole('link', { name: '← Боты' }).click();
    await page.getByText('Ботов пока нет').waitFor();
    await page.unroute('**/api/bots');
    await page.route('**/api/bots', (route) => route.fulfill({ status: 500, body: 'broken' }));
    await page.getByText('Что-то пошло не так').waitFor();
    await page.close();
    expect(pages.takeFaults().filter((text) => !text.includes('500'))).toEqual([]);
  });
});
