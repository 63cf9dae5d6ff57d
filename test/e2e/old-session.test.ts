/** The app in the portal's frame while its page is open for long: the session grows old, and the role of the visitor has to be confirmed again. */
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession, sealSession } from '../../src/http/page-session.ts';
import { createSealer } from '../../src/lib/encryption.ts';
import { openApi } from '../support/api-client.ts';
import { until } from '../support/bridge.ts';
import { hasBrowser, openBrowser, type Windows } from '../support/browser.ts';
import { type OwnBridge, startInstalled } from '../support/installed-bridge.ts';
import { readPageData } from '../support/page-data.ts';

const hour = 3_600_000;

describe.skipIf(!hasBrowser)('a page that has been open for long', () => {
  let own: OwnBridge;
  let browser: Windows;

  beforeAll(async () => {
    own = await startInstalled({ portal: { language: 'en' } });
    await (await openApi(own.bridge.url, own.bridge.portal)).send('PATCH', '/api/setup/wizard', { isEnded: true });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await own.close();
  });

  /** The page that is open, with the session it would have after such a time. */
  function aged(html: string, changes: { readonly openedAt: number; readonly since: number }): string {
    const sealer = createSealer({ current: own.bridge.appSecret });
    const { session } = readPageData(html);
    const opened = session === null ? null : openSession(sealer, session);
    if (session === null || opened === null) throw new Error('the page has no session');
    return html.replace(session, sealSession(sealer, { ...opened, ...changes }));
  }

  /** Opens the app in the portal's own page; the session of the first visit has these times, later visits are as they are. */
  async function open(times: { readonly openedAt: number; readonly since: number }) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    let visits = 0;
    await page.route('**/bitrix24/app?*', async (route) => {
      visits += 1;
      if (visits > 1) return await route.continue();
      const response = await route.fetch();
      return await route.fulfill({ response, body: aged(await response.text(), times) });
    });
    await page.goto(own.bridge.portal.origin);
    await page.selectOption('#language', 'en');
    await page.getByRole('tab', { name: 'App', exact: true }).click();
    return { page, app: page.frameLocator('.frame-holder iframe'), visits: () => visits };
  }

  async function changeRetention(app: FrameLocator, days: number): Promise<void> {
    await app.getByRole('link', { name: 'Settings' }).click();
    const field = app.getByLabel('Days', { exact: true });
    await field.fill(String(days));
    await app.locator('form').filter({ has: field }).getByRole('button', { name: 'Save' }).click();
  }

  const retention = async (): Promise<unknown> =>
    (await own.probe.rows('select retention_days from portal'))[0]?.['retention_days'];

  const renewals = (page: Page): string[] => {
    const bodies: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/session')) bodies.push(request.postData() ?? '');
    });
    return bodies;
  };

  it('confirms the role of its visitor by a token of the portal before a change, without a word', async () => {
    const { page, app, visits } = await open({ openedAt: Date.now() - 1.5 * hour, since: Date.now() });
    const sent = renewals(page);
    await changeRetention(app, 11);
    await app.getByText('✓ Saved').waitFor();
    expect(await retention()).toBe(11);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toContain('accessToken');
    expect(await app.getByText('has been open for too long').count()).toBe(0);
    expect(visits()).toBe(1);
    await page.close();
  });

  it('says so when its session is over, and a button lets the portal open it anew', async () => {
    const { page, app, visits } = await open({ openedAt: Date.now() - 3 * hour, since: Date.now() - 3 * hour });
    await app.getByText('This page has been open for too long').first().waitFor();
    await app.getByRole('button', { name: 'Open again' }).click();
    await until(() => visits() === 2);
    await app.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await app.locator('main dl').first().waitFor();
    expect(await app.getByText('This page has been open for too long').count()).toBe(0);
    await changeRetention(app, 13);
    await app.getByText('✓ Saved').waitFor();
    expect(await retention()).toBe(13);
    await page.close();
  });
});
