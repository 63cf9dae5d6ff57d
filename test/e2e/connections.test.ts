/** The generic form of a connection as an administrator uses it: connect, correct, change, figures, and what the brain has scheduled. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brains } from '../../src/brains/index.ts';
import { install, until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, openBrowser, overflows, widths } from '../support/browser.ts';
import { formBrain, goodKey } from '../support/factories/form-brain.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../support/installed-bridge.ts';

describe.skipIf(!hasBrowser)('the connections on the page', () => {
  let browser: Browser;
  let own: OwnBridge;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    own = await startOwnBridge({ brains: [...brains, formBrain] });
    await install(own.bridge);
  });
  afterAll(async () => {
    await browser.close();
    await own.close();
  });

  async function open(width: number, language: 'ru' | 'en' = 'ru'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const form = own.bridge.portal.appPageForm();
    await page.setContent(
      `<form method="post" action="${form.url.replace('LANG=ru', `LANG=${language}`).replaceAll('&', '&amp;')}">${[
        ...new URLSearchParams(form.body),
      ]
        .map(([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`)
        .join('')}<button>go</button></form>`,
    );
    await page.click('button');
    return page;
  }

  const stored = async () =>
    await own.probe.rows(`select c.title, b.code from connection c left join bot b on b.connection_id = c.id`);

  it('connects an account, after what is missing and what is wrong was named', async () => {
    const page = await open(1280);
    await page.getByRole('button', { name: 'Подключить Formed' }).click();
    await page.getByLabel('Какой бот будет отвечать').selectOption('bridge_assistant');
    await page.getByRole('button', { name: 'Подключить', exact: true }).click();
    await expect.poll(() => page.getByText('Заполните это поле.').count()).toBe(2);
    await keepPicture(page, 'connection-missing-ru-1280');
    await page.getByLabel('Адрес сервиса').fill('no address');
    await page.getByRole('textbox', { name: 'Ключ *' }).fill('a wrong key');
    await page.getByText('Дополнительные настройки').click();
    await page.getByLabel('Ответов в разговоре').fill('1000');
    await page.getByRole('button', { name: 'Подключить', exact: true }).click();
    await page.getByText('Исправьте отмеченные поля.').waitFor();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
    expect(await page.locator('.field-problem:visible').allTextContents()).toEqual([
      expect.stringContaining('Неверный'),
      expect.stringContaining('100'),
    ]);
    await page.getByLabel('Ответов в разговоре').fill('много');
    await page.getByRole('button', { name: 'Подключить', exact: true }).click();
    await page.getByText('Введите число.').waitFor();
    await page.getByLabel('Адрес сервиса').fill('https://demo.example');
    await page.getByLabel('Ответов в разговоре').fill('7');
    await page.getByRole('button', { name: 'Подключить', exact: true }).click();
    await page.getByText('the service does not know this key').waitFor();
    expect(await stored()).toEqual([]);
    await page.getByRole('textbox', { name: 'Ключ *' }).fill(goodKey);
    await page.getByLabel('Метки').fill('один, два');
    await page.getByRole('button', { name: 'Подключить', exact: true }).click();
    await page.getByText('Formed · Боты:').waitFor();
    expect(await stored()).toEqual([{ title: 'Formed', code: 'bridge_assistant' }]);
    expect(await page.content()).not.toContain(goodKey);
    await page.close();
    // A refused form is answered with 422, which the browser's console names.
    expect(faults.splice(0).filter((text) => !text.includes('422'))).toEqual([]);
  });

  it.each(widths)(
    'shows it, its webhook address and its figures, and changes it without the secret (%i px)',
    async (width) => {
      const page = await open(width);
      await page.getByText('Адрес для уведомлений').click();
      await page.getByText(`${own.bridge.url}/brains/formed/`).waitFor();
      await page.getByRole('button', { name: 'Показатели' }).click();
      await page.getByText('Осталось ответов').waitFor();
      await keepPicture(page, `connections-ru-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('button', { name: 'Изменить' }).click();
      expect(await page.getByRole('textbox', { name: 'Ключ *' }).inputValue()).toBe('');
      await page.getByText('Сохранён. Чтобы заменить, введите новый.').waitFor();
      await page.getByText('Дополнительные настройки').click();
      expect(await page.getByLabel('Метки').inputValue()).toBe('один, два');
      await page.getByLabel('Ответов в разговоре').fill(String(width % 90));
      await page.getByLabel('Как отвечать').selectOption('careful');
      await page.getByLabel('Громко').selectOption('true');
      await keepPicture(page, `connection-form-ru-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.getByRole('button', { name: 'Сохранить' }).click();
      await page.getByRole('button', { name: 'Показатели' }).click();
      await page
        .locator('.figures')
        .getByText(String(width % 90))
        .waitFor();
      await page.close();
      expect(faults.splice(0)).toEqual([]);
    },
  );

  it('sends only what was changed, so that nothing else is written back as this page had read it', async () => {
    const page = await open(1280);
    await page.getByRole('button', { name: 'Изменить' }).click();
    await page.getByText('Дополнительные настройки').click();
    await page.getByLabel('Ответов в разговоре').fill('33');
    const sent = page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/connections'),
    );
    await page.getByRole('button', { name: 'Сохранить' }).click();
    expect((await sent).postDataJSON().values).toEqual({ 'limits.turns': '33' });
    await page.getByText('Сохранено.').waitFor();
    await page.close();
    expect(faults.splice(0)).toEqual([]);
  });

  it('shows what the brain has scheduled, and cancels it', async () => {
    sayToAssistant(own.bridge, 'привет');
    await until(async () => (await own.probe.count('select count(*) from follow_up')) === 1);
    const page = await open(375, 'en');
    await page.getByText('Run a script').waitFor();
    await keepPicture(page, 'follow-ups-en-375');
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').waitFor();
    expect(await own.probe.count('select count(*) from follow_up')).toBe(0);
    await page.close();
    expect(faults.splice(0)).toEqual([]);
  });

  it('is for administrators only', async () => {
    for (const [method, path] of [
      ['GET', 'connections'],
      ['GET', 'connections/figures?id=x'],
      ['POST', 'connections'],
      ['POST', 'follow-ups/cancel'],
    ] as const) {
      const answer = await fetch(`${own.bridge.url}/bitrix24/app/${path}`, { method });
      expect(answer.status).toBe(401);
    }
  });
});
