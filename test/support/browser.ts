/** A real Chromium where the machine has one; tests of pages are skipped where it has none. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../scripts/market/browser-path.ts';
import { folderInMemory } from './folder-in-memory.ts';

const executablePath = findBrowser();

export const hasBrowser = executablePath !== undefined;

/** The time limit for waiting in a page: long, so that it ends what hangs but does not fail what is slow. */
const patienceMs = 90_000;

/** One Chromium for all files of a test worker; it ends with the worker. */
let started: Promise<Browser> | undefined;

function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium on this machine');
  return chromium.launch({
    executablePath,
    // By default Playwright uses a folder on disk, for containers with little shared memory.
    ...(folderInMemory() === null ? {} : { ignoreDefaultArgs: ['--disable-dev-shm-usage'] }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}

/** Windows of the worker's browser that share no cookies with those of other tests. */
export interface Windows {
  /** A context without cookies, like another person's browser; pages that its pages open belong to it. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page in a new context. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** Closes all of them. */
  close(): Promise<void>;
}

export async function openBrowser(): Promise<Windows> {
  started ??= startBrowser();
  const browser = await started;
  const contexts: BrowserContext[] = [];
  async function newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(patienceMs);
    contexts.push(context);
    return context;
  }
  return {
    newContext,
    newPage: async (options) => await (await newContext(options)).newPage(),
    async close() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
  };
}

/** The widths for which pages are made: a Bitrix24 frame on a desktop, and a phone. */
export const allWidths = [1280, 375] as const;

/**
 * The widths of this run, for tests that repeat something at each width: `npm test` uses the phone's, where less fits; the sweeps use both.
 * Tests of what differs by width name the width themselves.
 */
export const widths: readonly (typeof allWidths)[number][] =
  process.env['ALL_WIDTHS'] === undefined ? [375] : allWidths;

const folder = fileURLToPath(new URL('../e2e/screenshots/', import.meta.url));

/** Saves a picture of the whole page under `test/e2e/screenshots` if the variable PICTURES is set. Pictures are for people; making them takes long. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.env['PICTURES'] === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}

/** True when the page is wider than its window: a frame would show a scroll bar. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
