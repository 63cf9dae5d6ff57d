/** The installation wizard: somebody who never saw it gets the first answer by the pages alone, and whatever fails says what to do. */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../sandbox/bitrix24/portal-options.ts';
import { startSandboxMessageGateway } from '../../sandbox/messagegateway/start-messagegateway.ts';
import { seriousFindings } from '../support/axe.ts';
import { install, until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, openBrowser, overflows, widths } from '../support/browser.ts';
import { startOwnBridge } from '../support/installed-bridge.ts';
import { hostsOf } from '../support/messagegateway-join.ts';
import {
  attachLine,
  connectService,
  finishWizard,
  installApp,
  type Newcomer,
  newcomerWords,
  writeToBot,
} from '../support/newcomer.ts';
import { openPagesOf } from '../support/page-stage.ts';
import { everythingDone } from '../support/talk.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** As it is delivered: nobody answers until somebody is chosen. */
const asDelivered = { DEFAULT_BRAIN: 'none' };

async function startWithGateway(language: 'ru' | 'en') {
  const gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false });
  cleanups.push(() => gateway.close());
  gateway.addManager({ name: 'Марина Менеджерова' });
  const own = await startOwnBridge({ settings: asDelivered, portal: { language }, extraHosts: hostsOf(gateway) });
  cleanups.push(() => own.close());
  const { portal } = own.bridge;
  const queue = [portal.addEmployee({ name: 'Olga' }).id];
  portal.addLine({ name: 'Телеграм', queue });
  portal.addLine({ name: 'Сайт', queue });
  return { gateway, own };
}

async function openPages(options: { readonly portal?: SandboxPortalOptions; readonly isInstalled?: boolean }) {
  const { isInstalled = true } = options;
  const own = await startOwnBridge({ settings: asDelivered, ...(options.portal && { portal: options.portal }) });
  cleanups.push(() => own.close());
  if (isInstalled) {
    await install(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
  }
  const pages = await openPagesOf(own.bridge, { isInstalled, goesOnWithWizard: true });
  cleanups.push(() => pages.close());
  return { own, pages, portal: own.bridge.portal };
}

async function expectGood(page: Page, name: string): Promise<void> {
  await keepPicture(page, name);
  expect(await overflows(page), name).toBe(false);
  expect(await seriousFindings(page), name).toEqual([]);
}

describe.skipIf(!hasBrowser)('somebody who never saw the app', () => {
  it.each([
    ['ru', 1280],
    ['en', 375],
  ] as const)('gets the first answer by the pages alone (%s, %i px)', async (language, width) => {
    const { gateway, own } = await startWithGateway(language);
    const browser = await openBrowser();
    cleanups.push(() => browser.close());
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      locale: language === 'ru' ? 'ru-RU' : 'en-US',
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(own.bridge.portal.origin);
    await page.selectOption('#language', language);
    const newcomer: Newcomer = {
      page,
      words: newcomerWords[language],
      app: page.frameLocator('.frame-holder iframe'),
      account: gateway,
      look: (name) => keepPicture(page, `wizard-portal-${name}-${language}-${width}`),
    };
    const began = Date.now();
    await installApp(newcomer);
    await connectService(newcomer);
    await attachLine(newcomer);
    await writeToBot(newcomer, 'Проверка связи');
    // The person at the service who answers.
    await until(() => gateway.chats().length > 0);
    await gateway.managerAnswers(gateway.chats()[0]?.id ?? 0, 'Связь есть');
    await finishWizard(newcomer);
    const seconds = Math.round((Date.now() - began) / 1_000);
    process.stdout.write(`first answer by the pages alone (${language}, ${width} px): ${seconds} s\n`);
    expect(faults).toEqual([]);
  });
});

const titles = {
  ru: ['Что приложению разрешено', 'Ваши боты', 'Кто отвечает?', 'Где пишут клиенты?', 'Напишите боту прямо сейчас'],
  en: ['What the app may do', 'Your bots', 'Who answers?', 'Where do customers write?', 'Write to your bot now'],
} as const;

const onward = /^(Дальше|Next|Пропустить шаг|Skip this step|Пока никто: выберу позже|Not yet: choose later)$/;

describe.skipIf(!hasBrowser)('the steps of the wizard', () => {
  it.each(widths)('fit, and can be used by everybody (%i px)', async (width) => {
    const { own, pages, portal } = await openPages({});
    portal.addLine({ name: 'Сайт с очень длинным именем, которое ни за что не помещается в одну строку', queue: [] });
    for (const language of ['ru', 'en'] as const) {
      await own.probe.rows("update portal set wizard_step = 'rights'");
      const page = await pages.open({ width, language });
      for (const [index, title] of titles[language].entries()) {
        await page.getByRole('heading', { level: 2, name: title }).waitFor();
        await expect.poll(() => page.locator('main [aria-busy="true"] .animate-pulse').count()).toBe(0);
        await expectGood(page, `wizard-${index + 1}-${language}-${width}`);
        if (index < titles[language].length - 1) await page.getByRole('button', { name: onward }).first().click();
      }
      await page.close();
    }
    expect(pages.takeFaults()).toEqual([]);
  });

  it('go on where they were after the page was opened again, until they are finished', async () => {
    const { pages } = await openPages({});
    const open = () => pages.open({ width: 1280, language: 'en' });
    const first = await open();
    await first.getByRole('button', { name: 'Next' }).click();
    await first.getByRole('heading', { level: 2, name: 'Your bots' }).waitFor();
    await first.getByRole('button', { name: 'Next' }).click();
    await first.getByRole('heading', { name: 'Who answers?' }).waitFor();
    await first.close();
    const second = await open();
    await second.getByRole('heading', { name: 'Who answers?' }).waitFor();
    await second.getByRole('button', { name: 'Finish later' }).click();
    await second.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await second.close();
    const third = await open();
    await third.getByRole('button', { name: 'Not yet: choose later' }).click();
    await third.getByRole('button', { name: 'Skip this step' }).click();
    await third.getByRole('button', { name: 'Finish without a message' }).click();
    await third.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await third.close();
    const fourth = await open();
    await fourth.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await fourth.getByRole('heading', { name: 'Set up your bots' }).count()).toBe(0);
  });

  it('keep what customers read until somebody answers', async () => {
    const { own, pages } = await openPages({});
    await own.probe.rows("update portal set wizard_step = 'answers'");
    const page = await pages.open({ width: 375, language: 'ru' });
    await page.getByLabel('Что читает клиент, пока никто не отвечает').fill('Мы открываемся в 9.');
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Бот говорит так со следующего сообщения').waitFor();
    const [row] = await own.probe.rows("select unanswered from bot where code = 'bridge_line'");
    expect(row?.['unanswered']).toEqual({ ru: 'Мы открываемся в 9.' });
  });
});

describe.skipIf(!hasBrowser)('what fails in the wizard says what to do', () => {
  it('where rights are missing', async () => {
    const { pages } = await openPages({ portal: { scope: ['im'] }, isInstalled: false });
    const page = await pages.open({ width: 375, language: 'ru' });
    await page.getByText('Удалите его в разделе «Приложения», установите снова').waitFor();
    await expectGood(page, 'wizard-rights-missing-ru-375');
  });

  it('where the bots cannot be made, and goes on by itself when they can', async () => {
    const { pages, portal } = await openPages({ isInstalled: false });
    portal.fault.rest({ method: 'imbot.register', kind: '500', times: 1_000 });
    const page = await pages.open({ width: 1280, language: 'ru' });
    await page.getByText('Ботов пока не удаётся создать').waitFor();
    await expectGood(page, 'wizard-bots-failing-ru-1280');
    portal.fault.clear();
    await page.getByRole('heading', { name: 'Кто отвечает?' }).waitFor();
  });

  it('where somebody is no administrator', async () => {
    const { pages, portal } = await openPages({ isInstalled: false });
    const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
    const page = await pages.open({ width: 375, language: 'en', userId: id });
    await page.getByText('You are not an administrator').waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).count()).toBe(0);
    await expectGood(page, 'wizard-no-admin-en-375');
  });

  it('where nobody answers the first message, and where the app cannot be reached', async () => {
    const { own, pages, portal } = await openPages({});
    await own.probe.rows("update portal set wizard_step = 'message'");
    const page = await pages.open({ width: 1280, language: 'ru' });
    await page.getByText('Ждём вашего сообщения').waitFor();
    const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
    portal.employeeWritesPrivate(id, portal.bots().find(({ type }) => type === 'B')?.id ?? 0, 'Привет');
    await page.getByText('Никто не подключён, кто отвечал бы').waitFor();
    await expectGood(page, 'wizard-unanswered-ru-1280');
    await page.getByRole('button', { name: 'Выбрать, кто отвечает' }).waitFor();
    await page.route('**/api/setup**', (route) => route.abort());
    await page.getByText('Нет связи с приложением').first().waitFor();
    await keepPicture(page, 'wizard-unreachable-ru-1280');
    pages.takeFaults();
  });

  it('where Bitrix24 does not confirm who installs', async () => {
    const { pages } = await openPages({ isInstalled: false });
    for (const width of widths) {
      const page = await pages.open({ width, language: 'en', isForged: true });
      await page.getByText('Bitrix24 did not confirm the request').waitFor();
      await expectGood(page, `wizard-refused-en-${width}`);
    }
    // The status of the page itself.
    expect(pages.takeFaults()).toEqual(widths.map(() => expect.stringContaining('403')));
  });
});
