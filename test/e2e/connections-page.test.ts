/** The page "Who answers" as an administrator uses it: connect by the form or a code, correct, test, pause, change, figures, remove. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brains } from '../../src/brains/index.ts';
import { install, until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { formBrain, goodKey } from '../support/factories/form-brain.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../support/installed-bridge.ts';
import { type OpenPages, openPagesOf } from '../support/page-stage.ts';

describe.skipIf(!hasBrowser)('the page "Who answers"', () => {
  let own: OwnBridge;
  let pages: OpenPages;

  beforeAll(async () => {
    own = await startOwnBridge({ brains: [...brains, formBrain] });
    await install(own.bridge);
    pages = await openPagesOf(own.bridge);
  });
  afterAll(async () => {
    await pages.close();
    await own.close();
  });

  const stored = async () =>
    await own.probe.rows(`select c.title, b.code from connection c left join bot b on b.connection_id = c.id`);

  async function idOf(title: string): Promise<string> {
    const [row] = await own.probe.rows(`select id from connection where title like '${title}%'`);
    return String(row?.['id']);
  }

  const field = (page: Page, key: string) => page.locator(`[data-field="${key}"]`);

  it.each(widths)('says what can be connected while nothing is (%i px)', async (width) => {
    for (const language of ['ru', 'en']) {
      const page = await pages.open({ width, language, path: '/connections' });
      await page.getByRole('link', { name: language === 'ru' ? 'Подключить Formed' : 'Connect Formed' }).waitFor();
      await keepPicture(page, `connections-empty-${language}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.close();
    }
    expect(pages.takeFaults()).toEqual([]);
  });

  it('connects an account, after what is missing and what is wrong was named at its field', async () => {
    const page = await pages.open({ width: 1280, language: 'ru', path: '/connections' });
    await page.getByRole('link', { name: 'Подключить Formed' }).click();
    // Bots without anybody who answers are offered; one of them is to be it.
    await page.locator('input[value="bridge_assistant"]').waitFor();
    const others = page.locator('input[type="checkbox"][value^="bridge_"]:not([value="bridge_assistant"]):checked');
    for (let left = await others.count(); left > 0; left -= 1) await others.first().uncheck();
    const connect = page.getByRole('button', { name: 'Подключить', exact: true });
    await connect.click();
    await expect.poll(() => page.getByText('Заполните это поле.').count()).toBe(2);
    await keepPicture(page, 'connect-missing-ru-1280');
    await page.getByLabel('Адрес сервиса').fill('no address');
    await field(page, 'key').locator('input').fill('a wrong key');
    await page.getByRole('button', { name: 'Дополнительные настройки (3)' }).click();
    await page.getByLabel('Ответов в разговоре').fill('1000');
    await connect.click();
    await page.getByText('Исправьте отмеченные поля.').waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
    await expect.poll(() => field(page, 'host').locator(':focus').count()).toBe(1);
    await expect.poll(() => field(page, 'limits.turns').textContent()).toContain('100');
    await keepPicture(page, 'connect-wrong-ru-1280');
    await page.getByLabel('Ответов в разговоре').fill('много');
    await connect.click();
    await page.getByText('Введите число.').waitFor();
    await page.getByLabel('Адрес сервиса').fill('https://demo.example');
    await page.getByLabel('Ответов в разговоре').fill('7');
    await connect.click();
    await page.getByText('the service does not know this key').waitFor();
    expect(await stored()).toEqual([]);
    await field(page, 'key').locator('input').fill(goodKey);
    // The last one is no tag yet when the button is pressed.
    await field(page, 'tags').locator('input').first().pressSequentially('один, два');
    await connect.click();
    await page.getByText('Подключено: Formed').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Formed' }).waitFor();
    expect(await stored()).toEqual([{ title: 'Formed', code: 'bridge_assistant' }]);
    expect(await page.content()).not.toContain(goodKey);
    await page.close();
    // A refused form is answered with 422, which the browser's console names.
    expect(pages.takeFaults().filter((text) => !text.includes('422'))).toEqual([]);
  });

  it.each(widths)(
    'shows it with its figures, and changes only what was changed, without the secret (%i px)',
    async (width) => {
      const page = await pages.open({ width, language: 'ru', path: '/connections' });
      await page.getByRole('link', { name: /^Formed/ }).click();
      await page.getByText('Осталось ответов').waitFor();
      await page.getByRole('button', { name: 'Показать адрес' }).click();
      await page.getByText(`${own.bridge.url}/brains/formed/`).waitFor();
      await page.getByText('сохранён').waitFor();
      expect(await field(page, 'key').locator('input').count()).toBe(0);
      await keepPicture(page, `connection-ru-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('button', { name: 'Дополнительные настройки (3)' }).click();
      await field(page, 'tags').getByText('один').waitFor();
      await field(page, 'tags').getByText('два').waitFor();
      await page.getByLabel('Ответов в разговоре').fill(String(width % 90));
      await page.getByLabel('Как отвечать').selectOption(width === 375 ? 'careful' : 'fast');
      await keepPicture(page, `connection-form-ru-${width}`);
      expect(await overflows(page)).toBe(false);
      const sent = page.waitForRequest((request) => request.method() === 'PATCH');
      await page.getByRole('button', { name: 'Сохранить' }).click();
      const mode = width === 375 ? { mode: 'careful' } : {};
      expect((await sent).postDataJSON()).toEqual({ values: { ...mode, 'limits.turns': String(width % 90) } });
      await page.getByText('Сохранено').waitFor();
      await page.close();
      expect(pages.takeFaults()).toEqual([]);
    },
  );

  it('is paused and goes on, is tested, and gets another name and another address', async () => {
    const page = await pages.open({ width: 375, language: 'en', path: `/connections/${await idOf('Formed')}` });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused. Messages of customers wait.').waitFor();
    await page.getByText('Nothing is sent to the service.').waitFor();
    await keepPicture(page, 'connection-paused-en-375');
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('What has waited is being sent.').waitFor();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('The service answers, and the account works.').waitFor();
    const long = `Formed ${'очень-длинное-название-без-пробелов'.repeat(2)}`;
    await page.getByLabel('Name of the connection').fill(long);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: long }).waitFor();
    await page.getByRole('button', { name: 'Show the address' }).click();
    const address = await page.locator('code').textContent();
    await page.getByRole('button', { name: 'New address' }).click();
    await page.getByText('Enter the new one at the service right away').waitFor();
    await page.getByRole('button', { name: 'Make a new address' }).click();
    await page.getByText('The new address is valid.').waitFor();
    await expect.poll(() => page.locator('code').textContent()).not.toBe(address);
    expect(await overflows(page)).toBe(false);
    await keepPicture(page, 'connection-long-en-375');
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('shows what the brain has scheduled, and cancels it', async () => {
    sayToAssistant(own.bridge, 'привет');
    await until(async () => (await own.probe.count('select count(*) from follow_up')) === 1);
    const page = await pages.open({ width: 375, language: 'en', path: '/connections' });
    await page.getByText('Run a script').waitFor();
    await keepPicture(page, 'connections-en-375');
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Cancel: Run a script' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await until(async () => (await own.probe.count('select count(*) from follow_up')) === 0);
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it.each(widths)('gives a code to whoever would rather connect on the page of the service (%i px)', async (width) => {
    const page = await pages.open({ width, language: 'ru', path: '/connections/connect/messagegateway' });
    await page.getByRole('button', { name: 'Подключить со стороны сервиса' }).click();
    await page.getByRole('button', { name: 'Получить код' }).click();
    const code = (await page.getByLabel('Код', { exact: true }).textContent()) ?? '';
    expect(code).toMatch(/^(\w{4}-){2}\w{4}$/);
    const link = page.getByRole('link', { name: 'Открыть страницу подключения' });
    expect(await link.getAttribute('href')).toBe(`/messagegateway/connect#code=${code}`);
    await keepPicture(page, `connect-code-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('is removed when no bot answers with it, after what happens was said', async () => {
    const id = await idOf('Formed');
    const page = await pages.open({ width: 1280, language: 'ru', path: `/connections/${id}` });
    await page.getByText('Сначала выберите другое подключение для этих ботов').waitFor();
    await own.probe.rows(
      `update bot set brain = 'echo', connection_id = null where connection_id = '${id}' returning 1`,
    );
    await page.getByRole('link', { name: '← Кто отвечает' }).click();
    await page.getByText('не используется').waitFor();
    await page.getByRole('link', { name: /^Formed/ }).click();
    await page.getByRole('button', { name: 'Удалить' }).click();
    await page.getByText('удаляется вместе с данными для доступа').waitFor();
    await keepPicture(page, 'connection-remove-ru-1280');
    await page.getByRole('button', { name: 'Да, удалить' }).click();
    await page.getByText('Подключение удалено').waitFor();
    expect(await stored()).toEqual([]);
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('says why it cannot be shown, and shows it when it is asked again', async () => {
    const page = await pages.open({ width: 375, language: 'ru' });
    await page.route('**/api/connections', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.evaluate(`window.location.hash = '#/connections'`);
    await page.getByText('Приложение занято или обновляется.').waitFor();
    await keepPicture(page, 'connections-failed-ru-375');
    await page.unroute('**/api/connections');
    await page.getByRole('button', { name: 'Попробовать снова' }).click();
    await page.getByText('Пока ничего не подключено').waitFor();
    await page.close();
    expect(pages.takeFaults().filter((text) => !text.includes('503'))).toEqual([]);
  });
});
