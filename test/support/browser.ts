/** A real Chromium where the machine has one; tests of pages are skipped where it has none. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['CHROMIUM_PATH'] ?? places.find((place) => existsSync(place));

export const hasBrowser = executablePath !== undefined;

export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium on this machine');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}

/** The widths every page is looked at: a Bitrix24 frame on a desktop, and a phone. */
export const widths = [1280, 375] as const;

const folder = fileURLToPath(new URL('../e2e/screenshots/', import.meta.url));

/** Keeps a picture of the whole page under `test/e2e/screenshots`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}

/** True when the page is wider than its window: a frame would show a scroll bar. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
