/** Every page of the app in a real browser, with data of every kind, for tests that check all pages in the same way. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { WizardStep } from '../../src/api/schemas/setup.ts';
import { brains } from '../../src/brains/index.ts';
import type { Language } from '../../src/core/language.ts';
import { type ApiClient, openApi } from './api-client.ts';
import { seriousFindings } from './axe.ts';
import { install, until } from './bridge.ts';
import { allWidths, keepPicture } from './browser.ts';
import { cutTexts } from './cut-texts.ts';
import { formBrain, goodKey } from './factories/form-brain.ts';
import { type OwnBridge, startOwnBridge } from './installed-bridge.ts';
import { type OpenOptions, type OpenPages, openPagesOf } from './page-stage.ts';
import { everythingDone, ourBot } from './talk.ts';

interface View {
  /** Name of the route. */
  readonly name: string;
  readonly path: string;
  /** Step of the wizard. */
  readonly step?: WizardStep;
}

type Width = (typeof allWidths)[number];

export interface AllPages {
  /** Names of the routes, each once. */
  readonly routes: () => ReadonlySet<string>;
  /** Serious findings of axe on every page, one line each. */
  readonly axeFindings: (theme: 'light' | 'dark', at: readonly Width[]) => Promise<readonly string[]>;
  /** Texts that do not fit on any page, one line each. */
  readonly unfitTexts: (language: Language, at: readonly Width[]) => Promise<readonly string[]>;
  /** A page as a visitor without permission sees it. */
  readonly openRefused: (options: Pick<OpenOptions, 'width' | 'language' | 'isDark'>) => Promise<Page>;
  /** Errors of the pages and of their console since the last call. */
  readonly takeFaults: () => readonly string[];
}

const longName = 'Константин Константинопольский-Длиннофамильный';
const longWord = 'Донаудампфшиффартсгезельшафтскапитан'.repeat(4);

/** Runs in the page as an evaluation, because the page's content security policy forbids compiling code. Animations are set to their end. */
const isAtRest = `(() => {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getTiming().iterations !== Infinity) animation.finish();
  }
  return document.querySelector('[aria-busy="true"] > [role="status"] > .sr-only') === null;
})()`;

/** Resolves when the page no longer shows its first loading state. */
async function shown(page: Page): Promise<void> {
  await until(() => page.evaluate<boolean>(isAtRest));
}

/** Creates some of everything that the pages show: a connection, a long conversation of an Open Channel, undelivered messages, changes. */
async function fill(
  own: OwnBridge,
  admin: ApiClient,
): Promise<{ readonly connection: string; readonly dialog: string }> {
  const { portal } = own.bridge;
  const settled = (): Promise<void> => everythingDone(portal, own.probe);
  const line = portal.addLine({ name: `Магазин ${longName}`, botId: ourBot(portal, 'line').id, left: 'close' });
  const client = portal.addClient({ name: longName, lineId: line.id });
  portal.clientWrites(client.id, `Здравствуйте! Адрес: ${longWord}`);
  await settled();
  const values = { host: 'https://demo.example', key: goodKey };
  const wish = { brain: 'formed', botCode: 'bridge_assistant', title: `Сервис ${longWord}`.slice(0, 90), values };
  const { connection } = await admin.send<{ connection: { id: string } }>('POST', '/api/connections', wish);
  for (let number = 0; number < 3; number += 1) {
    const employee = portal.addEmployee({ name: `${longName} ${number}` });
    portal.employeeWritesPrivate(employee.id, ourBot(portal, 'assistant').id, `Сколько дней отпуска? ${longWord}`);
    await settled();
  }
  await own.probe.rows(
    `update outbox set state = 'dead_letter', outcome = 'http.timeout', done_at = now() where target = 'brain' and bot_code = 'bridge_assistant'`,
  );
  await admin.send('PATCH', '/api/settings', { retentionDays: 20, restLog: true });
  await until(async () => (await own.probe.count(`select count(*) from conversation where kind = 'line'`)) === 1);
  const [row] = await own.probe.rows(`select dialog_id from conversation where kind = 'line'`);
  return { connection: connection.id, dialog: String(row?.['dialog_id']) };
}

const viewsOf = ({ connection, dialog }: { readonly connection: string; readonly dialog: string }): View[] => [
  { name: 'health', path: '/' },
  ...(['rights', 'bots', 'answers', 'line', 'message'] as const).map((step) => ({
    ...{ name: 'wizard', path: '/wizard', step },
  })),
  { name: 'bots', path: '/bots' },
  { name: 'add-bot', path: '/add-bot' },
  { name: 'bot', path: '/bots/bridge_assistant' },
  { name: 'connections', path: '/connections' },
  { name: 'connect', path: '/connections/connect/formed' },
  { name: 'connection', path: `/connections/${connection}` },
  { name: 'conversations', path: '/conversations' },
  { name: 'conversation', path: `/conversations/bridge_line/${dialog}` },
  { name: 'undelivered', path: '/undelivered' },
  { name: 'settings', path: '/settings' },
  { name: 'audit', path: '/settings/audit' },
];

/** Opens the page within the app and waits until it has its data. */
async function show(page: Page, { path, step }: View, admin: ApiClient): Promise<void> {
  if (step !== undefined) {
    await admin.send('PATCH', '/api/setup/wizard', { step });
    await page.evaluate(`window.location.hash = '#/settings'`);
    await page.locator('nav [aria-current="page"][href$="/settings"]').waitFor();
  }
  await page.evaluate(`window.location.hash = ${JSON.stringify(`#${path}`)}`);
  await page.locator('main h1').first().waitFor();
  await shown(page);
}

const nameOf = ({ name, step }: View): string => (step === undefined ? name : `${name}-${step}`);

/** Opens the pages before the tests of a suite and closes them after it. */
export function useAllPages(): AllPages {
  let own: OwnBridge;
  let pages: OpenPages;
  let admin: ApiClient;
  let views: readonly View[];

  beforeAll(async () => {
    own = await startOwnBridge({ brains: [...brains, formBrain] });
    await install(own.bridge);
    pages = await openPagesOf(own.bridge);
    admin = await openApi(own.bridge.url, own.bridge.portal);
    views = viewsOf(await fill(own, admin));
  });
  afterAll(async () => {
    await pages.close();
    await own.close();
  });

  /** Collects findings on each page at each width. @param as part of the names of pictures */
  async function onEach(
    open: Pick<OpenOptions, 'language' | 'isDark'> & { readonly at: readonly Width[] },
    as: string,
    find: (page: Page) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const page = await pages.open({ width: open.at[0] ?? allWidths[0], ...open });
    const findings: string[] = [];
    for (const view of views) {
      await show(page, view, admin);
      for (const width of open.at) {
        await page.setViewportSize({ width, height: 900 });
        await shown(page);
        const found = await find(page);
        findings.push(...found.map((finding) => `${nameOf(view)} ${width}: ${finding}`));
        if (found.length > 0) await keepPicture(page, `all-pages-${nameOf(view)}-${as}-${width}`);
      }
    }
    await page.close();
    return findings;
  }

  return {
    routes: () => new Set(views.map(({ name }) => name)),
    axeFindings: (theme, at) => onEach({ language: 'ru', isDark: theme === 'dark', at }, theme, seriousFindings),
    unfitTexts: (language, at) => onEach({ language, at }, language, cutTexts),
    async openRefused(options) {
      const page = await pages.open({ ...options, isForged: true });
      await shown(page);
      return page;
    },
    takeFaults: () => pages.takeFaults(),
  };
}
