/** Connecting a CRM account from the CRM's side as a person does it: from the app in the portal to the last view, in a real browser. */
import { describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { allWidths, hasBrowser, keepPicture } from '../support/browser.ts';
import { expectGoodPage } from '../support/good-page.ts';
import { firstView, useConnectPages } from '../support/use-connect-pages.ts';

describe.skipIf(!hasBrowser)('the pages that connect an account', () => {
  const { stage, pages, pageUrl, fill } = useConnectPages();

  it.each(allWidths)('lead an administrator from the portal to a connected bot, in Russian (%i px)', async (width) => {
    const path = '/connections/connect/messagegateway';
    const page = await pages.open({ width, locale: 'ru-RU', language: 'ru', path });
    // First the form; the page of the service is the other way.
    await page.getByLabel('Адрес CRM').waitFor();
    await expectGoodPage(page, `connect-in-portal-ru-${width}`);
    await page.getByRole('button', { name: 'Подключить со стороны сервиса' }).click();
    await page.getByRole('button', { name: 'Получить код' }).click();
    await page.getByRole('link', { name: 'Открыть страницу подключения' }).waitFor();
    await expectGoodPage(page, `connect-code-ru-${width}`);
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Открыть страницу подключения' }).click();
    const form = await opened;
    await form.getByRole('heading', { name: /^Подключение MessageGateway/ }).waitFor();
    // The page's script moves the code out of the address.
    const code = form.getByLabel('Код из Битрикс24');
    await expect.poll(() => code.inputValue()).toMatch(/^[\dA-Z]{4}(-[\dA-Z]{4}){2}$/);
    expect(form.url()).not.toContain('code=');
    await expectGoodPage(form, `connect-form-ru-${width}`);
    await form.getByLabel('Адрес CRM').fill(stage.gateway.crmOrigin);
    await form.getByLabel('API-ключ', { exact: true }).fill('wrong-key');
    await form.getByRole('button', { name: 'Проверить и продолжить' }).click();
    await form.getByText('CRM не знает этого API-ключа').waitFor();
    await form.getByText('Портал подтверждён').waitFor();
    await expectGoodPage(form, `connect-wrong-key-ru-${width}`);
    // What was typed is still there, so only the key has to be typed again.
    expect(await form.getByLabel('Адрес CRM').inputValue()).toBe(stage.gateway.crmOrigin);
    await form.getByLabel('API-ключ', { exact: true }).fill(stage.gateway.apiKey);
    await form.getByRole('button', { name: 'Проверить и продолжить' }).click();
    await form.getByRole('heading', { name: 'Какого бота подключить?' }).waitFor();
    await form.getByRole('button', { name: 'Дальше' }).click();
    await form.getByText('Выберите бота.').waitFor();
    await form.getByRole('radio', { name: 'Ассистент' }).check();
    await expectGoodPage(form, `connect-choice-ru-${width}`);
    await form.getByRole('button', { name: 'Дальше' }).click();
    await form.getByRole('heading', { name: 'Настройки бота' }).waitFor();
    await expectGoodPage(form, `connect-settings-ru-${width}`);
    const command = form.getByLabel('Команда передачи человеку');
    await command.fill('два слова');
    const who = form.getByLabel('Кому можно в консоль');
    await who.fill('Иван');
    await form.getByRole('button', { name: /^(Подключить|Сохранить)$/ }).click();
    await form.getByText('Исправьте отмеченные поля').waitFor();
    await expectGoodPage(form, `connect-settings-wrong-ru-${width}`);
    expect(await command.getAttribute('aria-invalid')).toBe('true');
    expect(await command.inputValue()).toBe('два слова');
    await command.fill('operator');
    // The first key takes hold of the last value, the second one removes it.
    await who.press('Backspace');
    await who.press('Backspace');
    await who.fill('1');
    await who.press('Enter');
    await who.fill('42');
    await who.press('Enter');
    await keepPicture(form, `connect-settings-mended-ru-${width}`);
    await form.getByRole('button', { name: /^(Подключить|Сохранить)$/ }).click();
    await form.getByText('«Ассистент» подключён').waitFor();
    await expectGoodPage(form, `connect-done-ru-${width}`);
    const back = form.getByRole('link', { name: /^Вернуться в/ });
    expect(await back.getAttribute('href')).toBe(stage.gateway.crmOrigin);
    await page.context().close();
    // The refused steps' own statuses are the only lines expected in the console.
    expect(pages.takeFaults()).toEqual([expect.stringContaining('422'), expect.stringContaining('422')]);
  });

  it.each(allWidths)('say in English that they are at work, and bear long names (%i px)', async (width) => {
    const long = 'Наименование-бота-без-единого-пробела-'.repeat(6);
    await stage.own.probe.rows(`update bot set name = $1 where code = 'bridge_line'`, [`<b>${long}</b>`]);
    const page = await pages.openWindow({ width, locale: 'en-US', isDark: true });
    await page.goto(pageUrl(`?account=${'x'.repeat(200)}`));
    await page.getByRole('heading', { name: /^Connect MessageGateway/ }).waitFor();
    await expectGoodPage(page, `connect-form-en-dark-${width}`);
    await fill(page, firstView.en, (await stage.newCode()).toLowerCase());
    // Held back, so that the moment in between can be looked at.
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route('**/messagegateway/connect?lang=en', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Check and continue' }).click();
    const busy = page.getByRole('button', { name: 'Please wait…' });
    await busy.waitFor();
    expect(await busy.isDisabled()).toBe(true);
    await keepPicture(page, `connect-busy-en-dark-${width}`);
    go();
    await page.getByRole('heading', { name: 'Which bot do you want to connect?' }).waitFor();
    await page.getByText(`<b>${long}`).waitFor();
    await expectGoodPage(page, `connect-choice-en-dark-${width}`);
    await stage.own.probe.rows(`update bot set type = 'B' where code = 'bridge_line'`);
    await page.getByRole('radio', { name: long }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { name: 'Settings of the bot' }).waitFor();
    await page.getByLabel('Command for handover to a person').fill('1'.repeat(2_000));
    await expectGoodPage(page, `connect-settings-en-dark-${width}`);
    await page.getByRole('button', { name: 'Choose another bot' }).click();
    await page.getByRole('heading', { name: 'Which bot do you want to connect?' }).waitFor();
    await stage.own.probe.rows(`update bot set type = 'O' where code = 'bridge_line'`);
    await page.context().close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('can be gone through by keyboard alone', async () => {
    await stage.own.probe.rows(`update bot set brain = 'echo', connection_id = null`);
    const page = await pages.openWindow({ width: 1280, locale: 'en-US' });
    await page.goto(pageUrl());
    const focused = page.locator(':focus');
    /** Goes on until the focus is where it is wanted. */
    const tabTo = async (role: string, name: string | RegExp): Promise<void> => {
      const wanted = page.getByRole(role as 'button', { name });
      for (let steps = 0; steps < 30; steps += 1) {
        await page.keyboard.press('Tab');
        if ((await wanted.and(focused).count()) > 0) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await page.getByLabel('CRM address').waitFor();
    await tabTo('textbox', 'CRM address');
    await page.keyboard.insertText(stage.gateway.crmOrigin);
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(stage.gateway.apiKey);
    await tabTo('textbox', 'Code from Bitrix24');
    await page.keyboard.insertText(await stage.newCode());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Which bot do you want to connect?' }).waitFor();
    // The new view's heading has the focus: the next key goes on from there.
    expect(await focused.textContent()).toBe('Which bot do you want to connect?');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings of the bot' }).waitFor();
    await tabTo('textbox', 'Command for handover to a person');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('human');
    await tabTo('combobox', 'When a person in Bitrix24 takes over the conversation');
    await page.keyboard.press('ArrowDown');
    expect(await focused.inputValue()).toBe('close');
    await keepPicture(page, 'connect-settings-keyboard-en');
    await tabTo('button', 'Connect');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await until(() => stage.gateway.bots().at(-1)?.commands.includes('human') === true);
    await page.context().close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it.each(allWidths)(
    'go on where the CRM has proven the account: one step, then its settings (%i px)',
    async (width) => {
      const { probe } = stage.own;
      await probe.rows(`update bot set brain = 'echo', connection_id = null`);
      await probe.rows('delete from connection');
      await probe.rows('delete from awaiting_connection');
      const press = async (): Promise<string> => {
        const { registration } = await stage.gateway.connectInOneStep(`${stage.bridge.url}/messagegateway/simple`);
        return (registration!.body as { accountUrl: string }).accountUrl;
      };
      const page = await pages.openWindow({ width, locale: 'en-US', isDark: width < 500 });
      await page.goto(await press());
      await page.getByText('It is known already').waitFor();
      expect(await page.getByLabel('API key', { exact: true }).count()).toBe(0);
      await expectGoodPage(page, `connect-one-step-en-${width}`);
      // Another language, without losing what the address proves.
      await page.getByRole('combobox', { name: 'Language' }).selectOption('ru');
      await page.getByText('Он уже известен').waitFor();
      await page.getByLabel('Код из Битрикс24').fill(await stage.newCode());
      await page.getByRole('button', { name: 'Проверить и продолжить' }).click();
      await page.getByRole('radio', { name: 'Ассистент' }).check();
      await page.getByRole('button', { name: 'Дальше' }).click();
      await page.getByRole('button', { name: 'Подключить' }).click();
      await page.getByText('«Ассистент» подключён').waitFor();
      await page.goto(await press());
      await page.getByRole('heading', { name: 'Settings of the bot' }).waitFor();
      await expectGoodPage(page, `connect-connected-en-${width}`);
      await page.getByRole('button', { name: 'Choose another bot' }).click();
      await page.getByText('connected to this account already').first().waitFor();
      await expectGoodPage(page, `connect-already-en-${width}`);
      expect(await page.getByRole('radio').count()).toBe(1);
      await page.context().close();
      expect(pages.takeFaults()).toEqual([]);
    },
  );

  it('are there in every language of the app', async () => {
    const titles = new Set<string>();
    for (const language of ['de', 'es', 'pt', 'pl', 'uk', 'kz']) {
      const page = await pages.openWindow({ width: 375, locale: 'en-US' });
      await page.goto(pageUrl(`?lang=${language}`));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectGoodPage(page, `connect-form-${language}-375`);
      titles.add((await page.getByRole('heading', { level: 1 }).textContent()) ?? '');
      await page.context().close();
    }
    expect(titles.size).toBe(6);
    expect(pages.takeFaults()).toEqual([]);
  });
});
