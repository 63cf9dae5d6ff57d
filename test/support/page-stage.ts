/** The app's pages in a real browser, opened by the same form post as in a portal's frame. */
import type { Page } from 'playwright-core';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { openApi } from './api-client.ts';
import { type Bridge, install, startBridge } from './bridge.ts';
import { openBrowser } from './browser.ts';
import { type ClonedDatabase, cloneDatabase } from './database.ts';

export interface WindowOptions {
  readonly width: number;
  /** Language of the browser, for example `ru-RU`. */
  readonly locale?: string;
  readonly isDark?: boolean;
  /** Like the web view of Bitrix24's phone app: another user agent, and touch input. */
  readonly isMobileApp?: boolean;
}

export interface OpenOptions extends WindowOptions {
  readonly language: string;
  /** Address of the page inside the app, for example `/bots`. */
  readonly path?: string;
  /** The user who opens it; by default the administrator who installed the app. */
  readonly userId?: number;
  /** Whether to use a token that the portal has not issued. */
  readonly isForged?: boolean;
}

/** The pages of a running bridge. */
export interface OpenPages {
  /** Errors of the pages and of their console since the last call. */
  takeFaults(): readonly string[];
  /** An empty page in a new browser context. */
  openWindow(options: WindowOptions): Promise<Page>;
  /** The app as the portal shows it. */
  open(options: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface PageStage extends OpenPages {
  readonly bridge: Bridge;
  readonly databaseUrl: string;
}

export interface PageStageOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** False: the app is not installed in the portal yet. */
  readonly isInstalled?: boolean;
  readonly portal?: SandboxPortalOptions;
  /** True: the installation wizard was not finished, so the app opens with it. */
  readonly goesOnWithWizard?: boolean;
}

const mobileAgent =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Mobile Safari/537.36 BitrixMobile/Version=64';

export async function startPageStage(options: PageStageOptions = {}): Promise<PageStage> {
  const { settings = {}, isInstalled = true, portal = {} } = options;
  const clone: ClonedDatabase = await cloneDatabase();
  const bridge = await startBridge({ databaseUrl: clone.url, settings, portal });
  if (isInstalled) await install(bridge);
  const pages = await openPagesOf(bridge, options);
  return {
    ...pages,
    bridge,
    databaseUrl: clone.url,
    close: async () => {
      await pages.close();
      await bridge.close();
      await clone.drop();
    },
  };
}

/** Opens a browser for the pages of a bridge that the caller has started and closes. */
export async function openPagesOf(
  bridge: Bridge,
  options: Omit<PageStageOptions, 'settings' | 'portal'> = {},
): Promise<OpenPages> {
  const { isInstalled = true, goesOnWithWizard = false } = options;
  const browser = await openBrowser();
  if (isInstalled && !goesOnWithWizard) {
    await (await openApi(bridge.url, bridge.portal)).send('PATCH', '/api/setup/wizard', { isEnded: true });
  }
  const faults: string[] = [];

  async function openWindow(wanted: WindowOptions): Promise<Page> {
    const { width, locale = 'en-US', isDark = false, isMobileApp = false } = wanted;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      locale,
      colorScheme: isDark ? 'dark' : 'light',
      ...(isMobileApp ? { userAgent: mobileAgent, hasTouch: true, isMobile: true } : {}),
    });
    context.on('weberror', (error) => faults.push(error.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`);
    });
    return await context.newPage();
  }

  async function open({ language, path, userId, isForged = false, ...window }: OpenOptions): Promise<Page> {
    const page = await openWindow(window);
    const by = userId === undefined ? {} : { userId };
    const form = isInstalled ? bridge.portal.appPageForm(by) : bridge.portal.installPageForm(by);
    const body = isForged ? form.body.replace(/AUTH_ID=\w+/, 'AUTH_ID=forged') : form.body;
    await page.setContent(postingForm(form.url.replace(/LANG=\w+/, `LANG=${language}`), body));
    await page.click('button');
    await page.locator('main').first().waitFor();
    if (path !== undefined) await page.evaluate(`window.location.hash = ${JSON.stringify(`#${path}`)}`);
    return page;
  }

  return { open, openWindow, takeFaults: () => faults.splice(0), close: () => browser.close() };
}

/** The form that a portal posts into its frame. */
function postingForm(url: string, body: string): string {
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const fields = [...new URLSearchParams(body)].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  return `<form method="post" action="${escaped(url)}">${fields.join('')}<button>open</button></form>`;
}
