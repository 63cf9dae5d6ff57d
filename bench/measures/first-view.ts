/** How long a visitor waits for the app in the portal's frame, on a processor slowed down four times and with nothing cached. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CDPSession, Frame, Page } from 'playwright-core';
import { type SandboxPortal, startSandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { hasBrowser, openBrowser, type Windows } from '../../test/support/browser.ts';
import { type AppProcess, spawnApp } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { atMost, figureOf, shown } from '../support/figures.ts';
import { openFrame, openPortalPage } from '../support/framed-page.ts';

const name = 'first-view';
const database = 'first_view';
const slower = 4;
const barMs = 1_000;
const patienceMs = 60_000;

/** What the measure waits for, by what the visitor sees. */
const views = {
  wizard: { isEnded: false, seen: 'main h2' },
  overview: { isEnded: true, seen: 'main dl dd' },
} as const;

export const measureFirstView: Measure = async (bench) => {
  if (!hasBrowser) throw new Error('no Chromium: set CHROMIUM_PATH');
  const url = await bench.server.createMigrated(database);
  const portal = await startSandboxPortal({ rate: false, language: 'ru' });
  bench.endings.add(() => portal.close());
  const app = await startInstalled(bench, portal, url);
  const browser = await openBrowser();
  bench.endings.add(() => browser.close());
  const verdicts = [];
  for (const [view, { isEnded, seen }] of Object.entries(views)) {
    await bench.server.rows(database, `update portal set wizard_ended_at = ${isEnded ? 'now()' : 'null'}`);
    const runs: Times[] = [];
    // The first run warms the app up; the browser's caches of compiled code are empty in each run.
    for (let run = -1; run < 2 * bench.plan.runs; run += 1) {
      const times = await openOnce(browser, portal, seen);
      if (run >= 0) runs.push(times);
    }
    const note = `POST in a frame, ${slower} × slower processor, nothing cached`;
    const figure = (what: string, of: keyof Times, more: string) =>
      figureOf(
        `the ${view}, ${what}`,
        'ms',
        runs.map((times) => times[of]),
        more,
      );
    const own = 'processor time of its thread, which other programs do not lengthen';
    verdicts.push(
      atMost(name, figure('its heading', 'heading', note), barMs),
      atMost(name, figure('its content', 'content', note), barMs),
      shown(name, figure('work of the page', 'work', own)),
    );
    bench.say(`${view}: ${JSON.stringify(runs.at(-1))}`);
  }
  await browser.close();
  await app.stop();
  await portal.close();
  await bench.server.drop(database);
  return verdicts;
};

async function startInstalled(bench: Bench, portal: SandboxPortal, databaseUrl: string): Promise<AppProcess> {
  const oauthHost = new URL(portal.oauthOrigin).host;
  const app = await spawnApp(bench.endings, 'start', {
    DATABASE_URL: databaseUrl,
    APP_SECRET: randomBytes(32).toString('base64'),
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
    ALLOWED_PRIVATE_HOSTS: `${portal.domain},${oauthHost}`,
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
  });
  const origin = `http://127.0.0.1:${app.port}`;
  portal.setCard({
    installUrl: `${origin}/bitrix24/install`,
    appUrl: `${origin}/bitrix24/app`,
    eventUrl: `${origin}/bitrix24/events`,
  });
  await portal.openInstallPage();
  for (const end = Date.now() + patienceMs; portal.bots().length < 3; await delay(50)) {
    if (Date.now() > end) throw new Error('the app did not register its bots');
  }
  portal.finishInstall();
  return app;
}

/** When these became visible, in milliseconds since the frame was navigated. */
interface Seen {
  readonly heading: number;
  readonly content: number;
}

/** The work of the page's main thread, in milliseconds of processor time. */
interface Work {
  readonly work: number;
  readonly script: number;
  readonly style: number;
  readonly layout: number;
}

type Times = Seen & Work;

/** Opens the app in a new browser context, so that no visit uses what another one cached. */
async function openOnce(browser: Windows, portal: SandboxPortal, seen: string): Promise<Times> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    await openPortalPage(page, portal.origin);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    await page.addInitScript(`(${watch})(${JSON.stringify({ heading: 'main h1', content: seen })})`);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await workOf(devtools);
    await openFrame(page, portal.appPageForm());
    const frame = await appFrame(page);
    const found = await firstSeen(frame);
    const after = await workOf(devtools);
    const names = Object.keys(after) as (keyof Work)[];
    const work = Object.fromEntries(names.map((each) => [each, after[each] - before[each]])) as Record<
      keyof Work,
      number
    >;
    return { ...found, ...work };
  } finally {
    await context.close();
  }
}

async function workOf(devtools: CDPSession): Promise<Work> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const ms = (wanted: string): number => 1_000 * (metrics.find(({ name: one }) => one === wanted)?.value ?? 0);
  return {
    work: ms('TaskDuration'),
    script: ms('ScriptDuration'),
    style: ms('RecalcStyleDuration'),
    layout: ms('LayoutDuration'),
  };
}

/** Polls, because the page's content security policy does not allow waiting inside it. */
async function firstSeen(frame: Frame): Promise<Seen> {
  for (const end = Date.now() + patienceMs; ; await delay(100)) {
    const seen = await frame.evaluate<Seen | undefined>('window.firstSeen');
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error('the page showed nothing');
  }
}

async function appFrame(page: Page): Promise<Frame> {
  for (const end = Date.now() + patienceMs; ; await delay(5)) {
    const frame = page.frames().find((one) => one !== page.mainFrame() && one.url().includes('/bitrix24/app'));
    if (frame !== undefined) return frame;
    if (Date.now() > end)
      throw new Error(
        `the frame did not open: ${page
          .frames()
          .map((one) => one.url())
          .join(' ')}`,
      );
  }
}

/** Runs in the frame before the app: records when each of the selectors was first painted, in milliseconds since the frame was navigated. */
const watch = `(selectors) => {
  const names = Object.keys(selectors);
  const seen = {};
  const found = new Set();
  const look = () => {
    for (const each of names) {
      if (found.has(each) || document.querySelector(selectors[each]) === null) continue;
      found.add(each);
      // After the next animation frame was drawn.
      requestAnimationFrame(() => setTimeout(() => {
        seen[each] = performance.now();
        if (names.every((one) => one in seen)) window.firstSeen = seen;
      }));
    }
    if (found.size === names.length) observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
}`;
