/** Connecting a CRM account as a person does it: from the app's page in the portal to the last page, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasBrowser, keepPicture, openBrowser, overflows, widths } from '../support/browser.ts';
import { type ConnectStage, startConnectStage } from '../support/connect-stage.ts';

describe.skipIf(!hasBrowser)('the pages that connect an account', () => {
  let browser: Browser;
  let stage: ConnectStage;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    stage = await startConnectStage();
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  beforeEach(() => {
    faults.length = 0;
  });

  async function open(width: number, locale: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale });
    const page = await context.newPage();
    watch(page);
    return page;
  }

  function watch(page: Page): void {
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
  }

  /** The app's page in the portal, as its frame posts it. */
  async function openApp(page: Page, language: string): Promise<void> {
    const form = stage.bridge.portal.appPageForm();
    const url = form.url.replace('LANG=ru', `LANG=${language}`);
    await page.setContent(
      `<form method="post" action="${url.replaceAll('&', '&amp;')}">${[...new URLSearchParams(form.body)]
        .map(([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`)
        .join('')}<button>go</button></form>`,
    );
    await page.click('button');
    await page.waitForLoadState();
  }

  it.each(widths)('lead an administrator from the portal to a connected bot, in Russian (%i px)', async (width) => {
    const page = await open(width, 'ru-RU');
    await openApp(page, 'ru');
    await page.getByRole('button', { name: 'Подключить MessageGateway' }).click();
    await page.getByText('Код для подключения').waitFor();
    await keepPicture(page, `connect-code-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Открыть страницу подключения' }).click();
    const form = await opened;
    watch(form);
    await form.getByText('Подключение чатов к Битрикс24').first().waitFor();
    // The page's script moves the code out of the address once it runs.
    const code = form.getByLabel('Код из Битрикс24');
    await expect.poll(() => code.inputValue()).toMatch(/^[\dA-Z]{4}(-[\dA-Z]{4}){2}$/);
    expect(form.url()).not.toContain('code=');
    await keepPicture(form, `connect-form-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    await form.getByLabel('Адрес CRM').fill(stage.gateway.crmOrigin);
    await form.getByLabel('API-ключ').fill('wrong-key');
    await form.getByRole('button', { name: 'Проверить и продолжить' }).click();
    await form.getByText('CRM не знает этого API-ключа').waitFor();
    await form.getByText('Портал подтверждён').waitFor();
    await keepPicture(form, `connect-wrong-key-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    await form.getByLabel('API-ключ').fill(stage.gateway.apiKey);
    await form.getByRole('button', { name: 'Проверить и продолжить' }).click();
    await form.getByText('Какого бота подключить?').waitFor();
    await form.getByRole('radio', { name: 'Ассистент' }).check();
    await keepPicture(form, `connect-choice-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    await form.getByRole('button', { name: 'Далее' }).click();
    await form.getByRole('heading', { name: 'Настройки бота' }).waitFor();
    await keepPicture(form, `connect-settings-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    await form.getByLabel('Команда передачи человеку').fill('два слова');
    await form.getByLabel('Кому можно').fill('Иван');
    await form.getByRole('button', { name: /^(Подключить|Сохранить)$/ }).click();
    await form.getByText('Исправьте отмеченные поля').waitFor();
    await keepPicture(form, `connect-settings-wrong-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    const command = form.getByLabel('Команда передачи человеку');
    expect(await command.getAttribute('aria-invalid')).toBe('true');
    expect(await command.inputValue()).toBe('два слова');
    await command.fill('operator');
    await form.getByLabel('Кому можно').fill('1, 42');
    await form.getByRole('button', { name: /^(Подключить|Сохранить)$/ }).click();
    await form.getByText('«Ассистент» подключён').waitFor();
    await keepPicture(form, `connect-done-ru-${width}`);
    expect(await overflows(form)).toBe(false);
    expect(await form.getByRole('link', { name: 'Вернуться в CRM' }).getAttribute('href')).toBe(
      stage.gateway.crmOrigin,
    );
    await page.context().close();
    // The refused forms' own statuses are the only lines expected in the console.
    expect(faults.splice(0)).toEqual([expect.stringContaining('422'), expect.stringContaining('422')]);
  });

  it.each(widths)('say in English that they are at work, and bear long names (%i px)', async (width) => {
    const long = 'Наименование-бота-без-единого-пробела-'.repeat(6);
    await stage.own.probe.rows(`update bot set name = $1 where code = 'bridge_line'`, [`<b>${long}</b>`]);
    const page = await open(width, 'en-US');
    await page.goto(`${stage.bridge.url}/messagegateway/connect?account=${'x'.repeat(200)}`);
    await page.getByText('Connect chats to Bitrix24').first().waitFor();
    await page.getByLabel('CRM address').fill(stage.gateway.crmOrigin);
    await page.getByLabel('API key').fill(stage.gateway.apiKey);
    await page.getByLabel('Code from Bitrix24').fill((await stage.newCode()).toLowerCase());
    // Held back once, so that the moment in between can be looked at.
    await page.evaluate(
      `document.querySelector('form').addEventListener('submit', (e) => e.preventDefault(), { once: true })`,
    );
    await page.getByRole('button', { name: 'Check and continue' }).click();
    const busy = page.getByRole('button', { name: 'Checking…' });
    await busy.waitFor();
    expect(await busy.isDisabled()).toBe(true);
    await keepPicture(page, `connect-busy-en-${width}`);
    await page.evaluate(`window.dispatchEvent(new Event('pageshow'))`);
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.getByText('Which bot do you want to connect?').waitFor();
    await page.getByText(`<b>${long}`).waitFor();
    await keepPicture(page, `connect-choice-en-${width}`);
    expect(await overflows(page)).toBe(false);
    await stage.own.probe.rows(`update bot set type = 'B' where code = 'bridge_line'`);
    await page.getByRole('radio', { name: long }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { name: 'Settings of the bot' }).waitFor();
    await page.getByLabel('Who may use it').fill('1'.repeat(2_000));
    await keepPicture(page, `connect-settings-en-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Choose another bot' }).click();
    await page.getByText('Which bot do you want to connect?').waitFor();
    await stage.own.probe.rows(`update bot set type = 'O' where code = 'bridge_line'`);
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });

  it('can be gone through by keyboard alone, without JavaScript', async () => {
    await stage.own.probe.rows(`update bot set brain = 'echo', connection_id = null`);
    const context = await browser.newContext({ locale: 'en-US', javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${stage.bridge.url}/messagegateway/connect`);
    const type = async (text: string): Promise<void> => {
      await page.keyboard.press('Tab');
      await page.keyboard.insertText(text);
    };
    await type(stage.gateway.crmOrigin);
    await type(stage.gateway.apiKey);
    await type(await stage.newCode());
    await page.keyboard.press('Enter');
    await page.getByText('Which bot do you want to connect?').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings of the bot' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await type('human');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await keepPicture(page, 'connect-settings-keyboard-en');
    expect(await page.getByLabel('Language of notes to managers').inputValue()).toBe('ru');
    expect(await page.getByRole('radio', { name: 'Close the dialog in the CRM' }).isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    expect(stage.gateway.bots().at(-1)?.commands).toContain('human');
    await context.close();
  });

  it.each(widths)('tell of a code that does not fit and of a portal without bots (%i px)', async (width) => {
    const page = await open(width, 'de-DE');
    const fill = async (code: string): Promise<void> => {
      await page.getByLabel('CRM address').fill(stage.gateway.crmOrigin);
      await page.getByLabel('API key').fill(stage.gateway.apiKey);
      await page.getByLabel('Code from Bitrix24').fill(code);
      await page.getByRole('button', { name: 'Check and continue' }).click();
    };
    await page.goto(`${stage.bridge.url}/messagegateway/connect`);
    await fill('AAAA-BBBB-CCCC');
    await page.getByText('The code is not valid').waitFor();
    await keepPicture(page, `connect-wrong-code-en-${width}`);
    const code = await stage.newCode();
    await stage.own.probe.rows(`update bot set state = 'deleted'`);
    await fill(code);
    await page.getByText('The portal has no bots yet').waitFor();
    await keepPicture(page, `connect-no-bots-en-${width}`);
    expect(await overflows(page)).toBe(false);
    await stage.own.probe.rows(`update bot set state = 'registered'`);
    await page.context().close();
    expect(faults.splice(0)).toEqual([expect.stringContaining('422')]);
  });
});
