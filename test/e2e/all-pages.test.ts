/**
 * Every page of the app: for weak eyes, keyboards and screen readers, and whether its texts fit. Each page is seen in both themes and at both
 * widths, with its own texts and with long ones; all combinations and all languages are for `test/sweeps/all-pages.test.ts`.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useAllPages } from '../support/all-pages.ts';
import { seriousFindings } from '../support/axe.ts';
import { allWidths, hasBrowser } from '../support/browser.ts';
import { cutTexts } from '../support/cut-texts.ts';

const [wide, narrow] = allWidths;

describe.skipIf(!hasBrowser)('every page', () => {
  const pages = useAllPages();

  it('is in the list of this test', async () => {
    const source = await readFile(new URL('../../install/src/router.ts', import.meta.url), 'utf8');
    const routes = Array.from(source.matchAll(/\bname: '([a-z-]+)'/g), ([, name]) => name);
    expect(routes.length).toBeGreaterThan(10);
    expect(pages.routes()).toEqual(new Set(routes));
  });

  it.each([
    ['light', wide],
    ['dark', narrow],
  ] as const)('has no serious finding of axe (%s, %i px)', async (theme, width) => {
    expect(await pages.axeFindings(theme, [width])).toEqual([]);
  });

  it.each(['ru', 'de'] as const)('has no text that does not fit (%s)', async (language) => {
    expect(await pages.unfitTexts(language, allWidths)).toEqual([]);
    expect(pages.takeFaults()).toEqual([]);
  });

  it.each(allWidths)('that refuses a visitor has no serious finding and fits (%i px)', async (width) => {
    for (const isDark of [false, true]) {
      for (const language of isDark ? (['ru'] as const) : (['ru', 'de', 'kz'] as const)) {
        const page = await pages.openRefused({ width, language, isDark });
        const axe = language === 'ru' ? await seriousFindings(page) : [];
        expect([...axe, ...(await cutTexts(page))], language).toEqual([]);
        await page.close();
      }
    }
    // The page itself is answered with the refusal.
    pages.takeFaults();
  });
});
