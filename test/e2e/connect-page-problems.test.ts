/** What the connection page tells somebody whose code, key or CRM does not fit, in a real browser. */
import { describe, expect, it } from 'vitest';
import { hasBrowser, widths } from '../support/browser.ts';
import { expectGoodPage } from '../support/good-page.ts';
import { firstView, useConnectPages } from '../support/use-connect-pages.ts';

describe.skipIf(!hasBrowser)('the pages that connect an account', () => {
  const { stage, pages, pageUrl, fill } = useConnectPages();

  it.each(widths)('tell of a code that does not fit and of a portal without bots (%i px)', async (width) => {
    const page = await pages.openWindow({ width, locale: 'fr-FR' });
    await page.goto(pageUrl());
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.getByText('Fill in this field.').first().waitFor();
    await fill(page, firstView.en, 'AAAA-BBBB-CCCC');
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.getByText('The code is not valid').waitFor();
    await expectGoodPage(page, `connect-wrong-code-en-${width}`);
    const code = await stage.newCode();
    await stage.own.probe.rows(`update bot set state = 'deleted'`);
    await fill(page, firstView.en, code);
    await page.getByRole('button', { name: 'Check and continue' }).click();
    await page.getByText('There are no bots yet').waitFor();
    await expectGoodPage(page, `connect-no-bots-en-${width}`);
    await stage.own.probe.rows(`update bot set state = 'registered'`);
    await page.context().close();
    expect(pages.takeFaults()).toEqual([expect.stringContaining('422')]);
  });

  it('say what is missing in the CRM: rights of the key, chats, an account', async () => {
    const page = await pages.openWindow({ width: 375, locale: 'ru-RU' });
    await page.goto(pageUrl());
    await fill(page, firstView.ru, await stage.newCode());
    const check = page.getByRole('button', { name: 'Проверить и продолжить' });
    stage.gateway.setScopes(['integration_read']);
    await check.click();
    await page.getByText('API-ключу не хватает прав').waitFor();
    await expectGoodPage(page, 'connect-rights-ru-375');
    stage.gateway.setScopes(['integration_read', 'integration_write']);
    await page.getByLabel('Адрес CRM').fill(stage.gateway.mgOrigin);
    await check.click();
    await page.getByText('По этому адресу нет аккаунта CRM').waitFor();
    await page.getByLabel('Адрес CRM').fill(stage.gateway.crmOrigin);
    await check.click();
    await page.getByRole('radio', { name: 'Наблюдатель' }).check();
    await page.getByRole('button', { name: 'Дальше' }).click();
    await page.getByRole('heading', { name: 'Настройки бота' }).waitFor();
    await stage.gateway.switchChatsOff(true);
    await page.getByRole('button', { name: 'Подключить' }).click();
    await page.getByText('CRM не приняла модуль').waitFor();
    await expectGoodPage(page, 'connect-chats-off-ru-375');
    await stage.gateway.switchChatsOff(false);
    await page.getByRole('button', { name: 'Подключить' }).click();
    await page.getByText('«Наблюдатель» подключён').waitFor();
    await page.context().close();
  });
});
