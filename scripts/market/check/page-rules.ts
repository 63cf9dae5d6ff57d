/** The rules for pages that a moderator checks: no scroll bar in the frame at 1280 pixels and wider, no error in the console, no login form. */
import { type Browser, chromium } from 'playwright-core';
import { browserPath } from '../browser-path.ts';
import type { RunningApp } from './running-app.ts';

const widths = [1280, 1600] as const;
const paths = [
  '/',
  '/bots',
  '/bots/bridge_line',
  '/connections',
  '/conversations',
  '/undelivered',
  '/settings',
  '/wizard',
] as const;

export async function lookAtPages(app: RunningApp): Promise<string[]> {
  const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const faults: string[] = [];
    for (const width of widths) faults.push(...(await lookAt(browser, app, width)));
    return [...new Set(faults)];
  } finally {
    await browser.close();
  }
}

async function lookAt(browser: Browser, { portal }: RunningApp, width: number): Promise<string[]> {
  const faults: string[] = [];
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.on('pageerror', (error) => faults.push(`a page fails: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`an error is in the console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${new URL(response.url()).pathname} answers ${response.status()}`);
  });
  const { url, body } = portal.appPageForm();
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const fields = [...new URLSearchParams(body)].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  await page.setContent(`<form method="post" action="${escaped(url)}">${fields.join('')}<button>open</button></form>`);
  await page.click('button');
  await page.locator('main').first().waitFor();
  for (const path of paths) {
    await page.evaluate(`window.location.hash = ${JSON.stringify(`#${path}`)}`);
    await page.locator('main h1, main h2').first().waitFor();
    await page.waitForLoadState('networkidle');
    const isTooWide = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    if (isTooWide === true) faults.push(`${path} is wider than a frame of ${width} pixels`);
    if (
      (await page.locator('input[autocomplete="username"], input[name="login"], input[name="USER_LOGIN"]').count()) > 0
    )
      faults.push(`${path} asks for a login`);
  }
  await page.close();
  return faults;
}
