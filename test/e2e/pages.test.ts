/** The app's pages as an administrator meets them, in a real browser, at both widths and in both languages. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bridge, install, startBridge, until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, openBrowser, overflows, widths } from '../support/browser.ts';
import { type ClonedDatabase, cloneDatabase } from '../support/database.ts';

describe.skipIf(!hasBrowser)('the pages in a portal', () => {
  let browser: Browser;
  let clone: ClonedDatabase;
  let bridge: Bridge;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    clone = await cloneDatabase();
    bridge = await startBridge({ databaseUrl: clone.url });
  });
  afterAll(async () => {
    await browser.close();
    await bridge.close();
    await clone.drop();
  });

  async function open(width: number): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, locale: 'ru-RU' });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    return page;
  }

  /** Posts the form a portal's frame would post. */
  async function post(page: Page, url: string, body: string): Promise<void> {
    await page.goto('about:blank');
    const fields = [...new URLSearchParams(body)];
    await page.setContent(
      `<form method="post" action="${url.replaceAll('&', '&amp;')}">${fields
        .map(([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`)
        .join('')}<button>go</button></form>`,
    );
    await page.click('button');
    await page.waitForLoadState();
  }

  it.each(widths)('installs, shows the bots, and says that it is done (%i px)', async (width) => {
    const page = await open(width);
    const form = bridge.portal.installPageForm();
    await post(page, form.url, form.body);
    await page.getByText('Боты подключены').waitFor();
    await page.getByText('Помощник линии').waitFor();
    await keepPicture(page, `installer-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.close();
  });

  it('closes the installation in Bitrix24 when everything is set up, so that events begin to come', async () => {
    const page = await open(1280);
    await page.goto(bridge.portal.origin);
    await page.getByRole('tab', { name: 'Приложение' }).click();
    await expect.poll(() => bridge.portal.app?.installed, { timeout: 15_000 }).toBe(true);
    await page.close();
  });

  it.each(widths)('explains a refused installation in the reader\u2019s language (%i px)', async (width) => {
    const page = await open(width);
    const form = bridge.portal.installPageForm();
    await post(page, form.url.replace('LANG=ru', 'LANG=en'), form.body.replace(/AUTH_ID=\w+/, 'AUTH_ID=forged'));
    await page.getByText('Bitrix24 did not confirm the request').waitFor();
    await keepPicture(page, `installer-refused-en-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.close();
    // The status of the page itself is the one expected line in the console.
    expect(faults.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  it.each(widths)('shows an empty portal, then what the bots did and why (%i px)', async (width) => {
    await install(bridge);
    const page = await open(width);
    const form = bridge.portal.appPageForm();
    await post(page, form.url, form.body);
    await page
      .getByText(width === 1280 ? 'Событий пока нет' : 'передано в подключённый сервис')
      .first()
      .waitFor();
    await keepPicture(page, `portal-before-ru-${width}`);
    const employee = bridge.portal.addEmployee({ name: 'Константин Константинопольский-Длиннофамильный' });
    const bot = bridge.portal.bots().find((entry) => entry.type === 'B')?.id ?? 0;
    bridge.portal.employeeWritesPrivate(employee.id, bot, 'Очень длинное слово '.repeat(40));
    await until(() =>
      bridge.portal.messages(String(employee.id)).some((message) => message.isBot && message.text.startsWith('Очень')),
    );
    await page.getByRole('button', { name: 'Обновить' }).click();
    await page.getByText('передано в подключённый сервис').first().waitFor();
    expect(await page.locator('#problem').isVisible()).toBe(false);
    expect(await page.getByText('остановлено').count()).toBe(0);
    await keepPicture(page, `portal-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    await post(page, form.url.replace('LANG=ru', 'LANG=en'), form.body);
    await page.getByText('passed to the connected service').first().waitFor();
    await keepPicture(page, `portal-en-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.close();
    expect(faults.splice(0)).toEqual([]);
  });

  it('says so when the app cannot be reached', async () => {
    const page = await open(375);
    const form = bridge.portal.appPageForm();
    await page.route('**/bitrix24/app/data*', (route) => route.abort());
    await post(page, form.url, form.body);
    await page.getByText('Нет связи с приложением').waitFor();
    expect(await overflows(page)).toBe(false);
    await keepPicture(page, 'portal-unreachable-ru-375');
    await page.close();
    faults.length = 0;
  });
});
