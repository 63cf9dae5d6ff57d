/** `npm run sandbox` as a newcomer meets it: a customer on the Bitrix24 page, a manager on the MessageGateway page, in a real browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, keepPicture, openBrowser, overflows, type Windows, widths } from '../support/browser.ts';
import { compileCache } from '../support/compile-cache.ts';

interface Places {
  readonly chat: string;
  readonly manager: string;
}

const script = fileURLToPath(new URL('../../sandbox/start.ts', import.meta.url));
/** Ends the wait for a process that says nothing. */
const startMs = 120_000;

/** Resolves with the one line the script prints with `--json`. */
async function startSandbox(
  ...options: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly places: Places }> {
  const child = spawn(process.execPath, [script, '--json', '--any-ports', ...options], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const places = await new Promise<Places>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the sandbox did not start')), startMs);
    child.once('exit', (code) => reject(new Error(`the sandbox ended (${code}): ${said}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.endsWith('\n')) return;
      clearTimeout(timer);
      resolve(JSON.parse(said));
    });
  });
  return { child, places };
}

async function end(child: ChildProcess): Promise<void> {
  const isGone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await isGone;
}

const write = async (page: Page, pane: string, text: string): Promise<void> => {
  await page.fill(`${pane} textarea`, text);
  await page.press(`${pane} textarea`, 'Enter');
};

describe.skipIf(!hasBrowser)('the sandbox as it starts by itself', () => {
  it('answers a customer, an employee and a mention in the group, by echo', async () => {
    const { child, places } = await startSandbox();
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'ru-RU' });
      await page.goto(places.chat);
      await page.selectOption('#language', 'ru');
      for (const [pane, text, answer] of [
        ['#pane-client', 'слово клиента', 'слово клиента'],
        ['#pane-employee', 'слово сотрудника', 'слово сотрудника'],
        ['#pane-group', 'слово группе', 'слово группе'],
      ] as const) {
        if (pane === '#pane-group') await page.getByRole('button', { name: '@Наблюдатель' }).click();
        await page.locator(`${pane} textarea`).pressSequentially(text);
        await page.press(`${pane} textarea`, 'Enter');
        const answers = page.locator(pane).locator('.message', { hasText: 'Бот' }).getByText(answer, { exact: true });
        await answers.waitFor();
        expect(await answers.count()).toBe(1);
      }
      await keepPicture(page, 'sandbox-echo-ru-1280');
    } finally {
      await browser.close();
      await end(child);
    }
  });
});

describe.skipIf(!hasBrowser)('the sandbox with MessageGateway', () => {
  let browser: Windows;
  let child: ChildProcess;
  let places: Places;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    ({ child, places } = await startSandbox('--brain', 'messagegateway'));
  });

  afterAll(async () => {
    await browser.close();
    await end(child);
  });

  async function open(url: string, width: number, language: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, locale: 'ru-RU' });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(url);
    await page.selectOption('#language', language);
    return page;
  }

  it('carries a talk between its two pages, without anything having been set up', async () => {
    const bitrix24 = await open(places.chat, 1280, 'ru');
    const manager = await open(places.manager, 1280, 'ru');
    await write(bitrix24, '#pane-client', 'Где мой заказ?');
    await manager.locator('.messages').getByText('Где мой заказ?').waitFor();
    await manager.locator('.messages article').first().getByRole('button', { name: 'Ответить' }).click();
    await write(manager, '.composer', 'Курьер уже рядом');
    await bitrix24.locator('#pane-client').getByText('Курьер уже рядом').waitFor();
    await manager.locator('.message-state', { hasText: 'отправлено' }).first().waitFor();
    await manager.getByRole('button', { name: 'На меня' }).click();
    await manager.locator('.hint', { hasText: 'менеджер:' }).first().waitFor();
    await keepPicture(bitrix24, 'sandbox-bitrix24-ru-1280');
    await keepPicture(manager, 'sandbox-manager-ru-1280');
    await bitrix24.close();
    await manager.close();
    expect(faults.splice(0)).toEqual([]);
  });

  it.each(widths)('fits its pages into the window, in both languages (%i px)', async (width) => {
    for (const language of ['ru', 'en']) {
      for (const [name, url] of [
        ['bitrix24', places.chat],
        ['manager', places.manager],
      ] as const) {
        const page = await open(url, width, language);
        for (const [index, tab] of (await page.getByRole('tab').all()).entries()) {
          if (!(await tab.isVisible())) continue;
          await tab.click();
          await keepPicture(page, `sandbox-${name}-${index}-${language}-${width}`);
          expect(await overflows(page), `${name} ${index} ${language}`).toBe(false);
        }
        await page.close();
      }
    }
    expect(faults.splice(0)).toEqual([]);
  });

  it('lets a person cause troubles and rename the CRM', async () => {
    const page = await open(places.manager, 375, 'en');
    await page.getByRole('tab', { name: 'Modules and faults' }).click();
    for (const name of ['Cut sockets', 'Garbage frame', '429 × 5', 'Clear faults', 'Rename the CRM']) {
      await page.getByRole('button', { name }).click();
      await page.getByText(`Done: ${name}`).waitFor();
    }
    await page.close();
    expect(faults.splice(0)).toEqual([]);
  });
});
