/** Every page of the app in both themes, at both widths and in all languages; `test/e2e/all-pages.test.ts` sees each of these once. */
import { describe, expect, it } from 'vitest';
import { languages } from '../../src/core/language.ts';
import { useAllPages } from '../support/all-pages.ts';
import { allWidths, hasBrowser } from '../support/browser.ts';

describe.skipIf(!hasBrowser)('every page, in every way it is shown', () => {
  const pages = useAllPages();

  it.each(['light', 'dark'] as const)('has no serious finding of axe (%s)', async (theme) => {
    expect(await pages.axeFindings(theme, allWidths)).toEqual([]);
  });

  it.each(languages)('has no text that does not fit (%s)', async (language) => {
    expect(await pages.unfitTexts(language, allWidths)).toEqual([]);
    expect(pages.takeFaults()).toEqual([]);
  });
});
