/** The deliveries of a connection as an administrator meets them on the app's page, in a real browser, at both widths and in both languages. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, openBrowser, overflows, widths } from '../support/browser.ts';
import { startWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

describe.skipIf(!hasBrowser)('the deliveries of a connection', () => {
  let browser: Browser;
  let stage: WebhookStage;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    stage = await startWebhookStage();
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  async function open(width: number, language: 'RU' | 'EN'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const { url, body } = stage.bridge.portal.appPageForm();
    const inputs = [...new URLSearchParams(body)].map(
      ([name, value]) => `<input name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
    );
    const action = url.replace('LANG=ru', `LANG=${language.toLowerCase()}`).replaceAll('&', '&amp;');
    await page.setContent(`<form method="post" action="${action}">${inputs.join('')}<button>go</button></form>`);
    await page.click('button');
    await page.waitForLoadState();
    return page;
  }

  it.each(widths)('are shown, and sent again in the row itself (%i px)', async (width) => {
    const person = stage.person('Константин Константинопольский-Длиннофамильный');
    stage.server.refusesAll = true;
    person.write('не дойдёт');
    await until(
      async () => (await stage.db('outbox').where({ state: 'dead_letter' }).count())[0]?.['count'] !== '0',
      15_000,
    );
    stage.server.refusesAll = false;
    stage.person().write('дойдёт');
    await stage.settled();

    const page = await open(width, 'RU');
    await page.getByRole('button', { name: 'Отправленное' }).click();
    await page.locator('.deliveries .tag.bad').waitFor();
    await keepPicture(page, `deliveries-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    // A dead letter goes back at once.
    const dead = page.locator('.deliveries tr', { hasText: 'не доставлено' }).first();
    await dead.getByRole('button', { name: 'Отправить снова' }).click();
    await until(() => person.answers().includes('re: не дойдёт'), 15_000);
    // What has arrived is asked about first.
    await page.locator('.deliveries .tag.bad').waitFor({ state: 'detached' });
    const done = page.locator('.deliveries tr', { has: page.locator('.tag.good') }).first();
    await done.getByRole('button', { name: 'Отправить снова' }).click();
    await page.getByText('как новое событие').waitFor();
    await keepPicture(page, `deliveries-confirm-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    const heard = stage.server.heard.length;
    await page.getByRole('button', { name: 'Отправить', exact: true }).click();
    await until(() => stage.server.heard.length > heard, 15_000);
    await page.close();

    const english = await open(width, 'EN');
    await english.getByRole('button', { name: 'Deliveries' }).click();
    await english.getByText('delivered').first().waitFor();
    await keepPicture(english, `deliveries-en-${width}`);
    expect(await overflows(english)).toBe(false);
    await english.close();
    expect(faults.splice(0)).toEqual([]);
  });
});
