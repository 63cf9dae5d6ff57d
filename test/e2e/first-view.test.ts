/** What a reader fetches before the first page is there: at most 150 kB, packed. The SDK that speaks to the portal comes after it. */
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { type PageStage, startPageStage } from '../support/page-stage.ts';

const mostBytes = 150_000;
/** The page outside of the portal shows a whole form at once. */
const mostBytesOfForm = 167_000;

/** Bytes as they travel, of scripts and styles that are fetched for the view. */
const fetched = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.includes('/bitrix24/assets/') && !name.includes('/open-sdk') && !name.includes('/FiguresPanel'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

describe.skipIf(!hasBrowser)('the first view', () => {
  it('of the page outside of the portal is small too', async () => {
    const stage = await startPageStage();
    try {
      const page = await stage.open({ width: 1280, language: 'ru' });
      await page.goto(`${stage.bridge.url}/messagegateway/connect?lang=ru`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const bytes = await page.evaluate(fetched);
      expect(bytes).toBeGreaterThan(50_000);
      expect(bytes).toBeLessThan(mostBytesOfForm);
    } finally {
      await stage.close();
    }
  });

  it.each([true, false])('is small (installed: %s)', async (isInstalled) => {
    const stage: PageStage = await startPageStage({ isInstalled });
    try {
      const page = await stage.open({ width: 1280, language: 'ru' });
      await page.getByRole('heading', { level: 1 }).waitFor();
      const bytes = await page.evaluate(fetched);
      expect(bytes).toBeGreaterThan(50_000);
      expect(bytes).toBeLessThan(mostBytes);
    } finally {
      await stage.close();
    }
  });
});
