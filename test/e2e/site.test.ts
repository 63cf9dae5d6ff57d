/** The site of one page as people see it: both languages, both widths, both themes. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from '../support/axe.ts';
import { hasBrowser, keepPicture, openBrowser, type Windows, widths } from '../support/browser.ts';
import { cutTexts } from '../support/cut-texts.ts';

const addressOf = (name: string): string => new URL(`../../docs/site/${name}`, import.meta.url).href;

describe.skipIf(!hasBrowser)('the site', () => {
  let windows: Windows;

  beforeAll(async () => {
    windows = await openBrowser();
  });
  afterAll(() => windows.close());

  const views = ['index.html', 'ru.html'].flatMap((name) =>
    widths.flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ name, width, colorScheme }))),
  );

  it.each(views)('$name, $width px, $colorScheme: everything can be read', async ({ name, width, colorScheme }) => {
    const page = await windows.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.goto(addressOf(name));
    expect(await page.locator('h1').count()).toBe(1);
    expect(await cutTexts(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
    await keepPicture(page, `site-${name}-${colorScheme}-${width}`);
    await page.close();
  });

  it('leads from one language to the other and back', async () => {
    const page = await windows.newPage();
    await page.goto(addressOf('index.html'));
    await page.getByRole('link', { name: 'Русский' }).click();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.getByRole('link', { name: 'English' }).click();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(fileURLToPath(page.url()).endsWith('docs/site/index.html')).toBe(true);
  });
});
