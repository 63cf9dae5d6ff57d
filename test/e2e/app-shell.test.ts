/** The frame of all pages: the menu, both widths, dark and light, and who is not let in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type PageStage, startPageStage } from '../support/page-stage.ts';

describe.skipIf(!hasBrowser)('the pages of the app', () => {
  let stage: PageStage;

  beforeAll(async () => {
    stage = await startPageStage();
  });
  afterAll(() => stage.close());

  it.each(widths)('have one menu that leads to each of them (%i px)', async (width) => {
    for (const language of ['ru', 'en']) {
      const page = await stage.open({ width, language });
      const links = page.getByRole('navigation').getByRole('link');
      await links.first().waitFor();
      for (const link of await links.all()) {
        const name = (await link.textContent()) ?? '';
        await link.click();
        await page.getByRole('heading', { level: 1, name: name.trim() }).waitFor();
        expect(await link.getAttribute('aria-current')).toBe('page');
        expect(await overflows(page), name).toBe(false);
      }
      await keepPicture(page, `app-shell-${language}-${width}`);
      await page.close();
    }
    expect(stage.takeFaults()).toEqual([]);
  });

  it('follow the dark theme of the reader', async () => {
    const page = await stage.open({ width: 1280, language: 'ru', isDark: true });
    await page.getByRole('navigation').waitFor();
    await keepPicture(page, 'app-shell-dark-ru-1280');
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).not.toBe('rgb(255, 255, 255)');
    await page.close();
  });

  it("fit into the web view of Bitrix24's mobile app", async () => {
    const page = await stage.open({ width: 375, language: 'ru', isMobileApp: true });
    await page.getByRole('navigation').waitFor();
    expect(await page.evaluate('document.documentElement.dataset.platform')).toBe('bitrix-mobile');
    for (const name of ['Боты', 'Диалоги', 'Настройки', 'Обзор']) {
      await page.getByRole('link', { name, exact: true }).tap();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      expect(await overflows(page), name).toBe(false);
      await keepPicture(page, `app-mobile-${name}`);
    }
    await page.close();
    expect(stage.takeFaults()).toEqual([]);
  });
});
