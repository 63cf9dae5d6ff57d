/** The settings: each is changed on the page and is so in the database; data is saved and erased after it was typed what is meant. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type DatabaseProbe, openProbe } from '../support/database-probe.ts';
import { type PageStage, startPageStage } from '../support/page-stage.ts';

describe.skipIf(!hasBrowser)('the page of settings', () => {
  let stage: PageStage;
  let probe: DatabaseProbe;

  beforeAll(async () => {
    stage = await startPageStage({ portal: { scope: ['imbot', 'imopenlines', 'im'] } });
    probe = openProbe(stage.databaseUrl);
  });
  afterAll(async () => {
    await probe.close();
    await stage.close();
  });

  const stored = async (column: string): Promise<unknown> =>
    (await probe.rows(`select ${column} as it from portal`))[0]?.['it'];

  it.each(widths)('fits in both languages and themes (%i px)', async (width) => {
    for (const language of ['ru', 'en']) {
      const page = await stage.open({ width, language, path: '/settings', isDark: language === 'en' });
      await page.getByRole('button', { name: /Удалить всё|Erase everything/ }).waitFor();
      expect(await overflows(page)).toBe(false);
      await keepPicture(page, `settings-${language}-${width}`);
      await page.close();
    }
    expect(stage.takeFaults()).toEqual([]);
  });

  it('changes retention, readers, who is told, the log and a language', async () => {
    const { id } = stage.bridge.portal.addEmployee({ name: 'Полина Заметная' });
    const page = await stage.open({ width: 1280, language: 'ru', path: '/settings' });
    const section = (name: string) => page.getByRole('region', { name, exact: true });

    const retention = section('Сколько хранятся сообщения');
    await retention.getByLabel('Дней').fill('99');
    await retention.getByRole('button', { name: 'Сохранить' }).click();
    // The browser itself knows the limit.
    expect(await stored('retention_days')).toBe(null);
    await retention.getByLabel('Дней').fill('9');
    await retention.getByLabel('Дней').press('Enter');
    await retention.getByText('Сохранено').waitFor();
    expect(await stored('retention_days')).toBe(9);

    const readers = section('Кто может открывать приложение');
    await readers.getByRole('radio', { name: 'эти сотрудники' }).click();
    await readers.getByLabel('Найти по имени').fill('заметн');
    await readers.getByRole('button', { name: 'Найти' }).click();
    await readers.getByRole('button', { name: 'Добавить' }).click();
    await readers.getByText('Полина Заметная').waitFor();
    await until(async () => JSON.stringify(await stored('readers')) === JSON.stringify([String(id)]));

    const trouble = section('Кому сообщать о неполадках');
    await trouble.getByLabel('Найти по имени').fill(String(id));
    await trouble.getByLabel('Найти по имени').press('Enter');
    await trouble.getByText('Полина Заметная').waitFor();
    expect(await stored('trouble_readers')).toEqual([String(id)]);

    const log = section('Журнал запросов к Битрикс24');
    await log.getByRole('switch').click();
    await log.getByText('Сохранено').waitFor();
    expect(await stored('has_rest_log')).toBe(false);

    const languages = section('Языки ботов');
    await languages.getByRole('combobox').first().click();
    await page.getByRole('option', { name: 'немецкий' }).click();
    await languages.getByText('Сохранено').waitFor();
    expect(await probe.rows(`select 1 from bot where language = 'de'`)).toHaveLength(1);
    await keepPicture(page, 'settings-changed-ru-1280');

    await page.getByRole('link', { name: 'Показать список изменений' }).click();
    await page.getByText('изменил(а) настройки').first().waitFor();
    expect(await overflows(page)).toBe(false);
    await keepPicture(page, 'audit-ru-1280');
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it('shows the log, with its lines folded', async () => {
    const page = await stage.open({ width: 375, language: 'en', path: '/settings' });
    await page.getByRole('button', { name: 'Show the log' }).waitFor();
    await until(async () => {
      await page.getByRole('button', { name: 'Show the log' }).click();
      return (await page.locator('ul[tabindex="0"] details').count()) > 0;
    });
    await page.locator('ul[tabindex="0"] summary').first().click();
    expect(await overflows(page)).toBe(false);
    await keepPicture(page, 'settings-log-en-375');
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it('saves data as a file', async () => {
    const page = await stage.open({ width: 1280, language: 'en', path: '/settings' });
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save everything as a file' }).click();
    const file = await (await saving).path();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ portal: { domain: stage.bridge.portal.domain } });
    await page.getByText('The file is saved.').waitFor();
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it('is only to look at for readers', async () => {
    const { id } = stage.bridge.portal.addEmployee({ name: 'Лида Читалова' });
    await probe.rows(`update portal set readers = '"everyone"'`);
    const page = await stage.open({ width: 1280, language: 'en', path: '/settings', userId: id });
    await page.getByText('You can look here.').waitFor();
    await page.getByRole('switch').waitFor();
    expect(await page.locator('main').getByRole('button').count()).toBe(0);
    expect(await page.getByRole('switch').isDisabled()).toBe(true);
    await keepPicture(page, 'settings-reader-en-1280');
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it('erases a person and everything only after it was typed what is meant', async () => {
    const page = await stage.open({ width: 375, language: 'en', path: '/settings' });
    await page.getByLabel('Number of the person').fill('777');
    await page.getByRole('button', { name: 'Erase this person…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type 777 to confirm').fill('77');
    expect(await dialog.getByRole('button', { name: 'Erase' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type 777 to confirm').fill('777');
    await keepPicture(page, 'settings-erase-en-375');
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('The data is being erased').waitFor();

    await page.getByRole('button', { name: 'Erase everything…' }).click();
    const { domain } = stage.bridge.portal;
    await dialog.getByLabel(`Type ${domain} to confirm`).fill(domain);
    await dialog.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('Everything is erased.').waitFor();
    expect(await probe.rows('select 1 from portal')).toEqual([]);
    stage.takeFaults();
    await page.close();
  });
});
