/** The page of the fake Selarti in a real browser: a person is the AI and the operator in its panel. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxSelarti, startSandboxSelarti } from '../../sandbox/selarti/selarti-server.ts';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, openBrowser, overflows, type Windows, widths } from '../support/browser.ts';

let browser: Windows;
let selarti: SandboxSelarti;

async function call(path: string, body: unknown, token = ''): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(`${selarti.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}

async function open(width: number, locale: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 760 }, locale });
  await page.goto(selarti.origin);
  await page.waitForSelector('.chat-item');
  return page;
}

describe.skipIf(!hasBrowser)('the page of the fake Selarti', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    selarti = await startSandboxSelarti();
    const { response } = await call('/api/1.1/wf/auth', { api_key: selarti.apiKey });
    const { token } = response as { token: string };
    const message = { task_id: selarti.taskId, chat_id: 'customer-of-a-test', message: 'Сколько стоит доставка?' };
    await call('/api/1.1/wf/send_message_external', message, token);
  });
  afterAll(async () => {
    await browser.close();
    await selarti.close();
  });

  const said = (): string[] => selarti.messages().map(({ type, text }) => `${type}: ${text}`);
  const tags = (): string[] => [...(selarti.dialogues()[0]?.tags ?? [])];

  it('lets a person write as the AI and as an operator, and press what the AI can do', async () => {
    const page = await open(1280, 'en-US');
    const failures: string[] = [];
    page.on('pageerror', ({ message }) => failures.push(message));
    page.on('dialog', (dialog) => void dialog.accept('+7 900 000-00-00'));
    await page.fill('.composer textarea', '300 рублей');
    await page.press('.composer textarea', 'Enter');
    await until(() => said().length === 2);
    await page.selectOption('.composer select', 'operator');
    await page.fill('.composer textarea', 'Я человек');
    await page.press('.composer textarea', 'Enter');
    await until(() => said().length === 3);
    expect(said()).toEqual(['user: Сколько стоит доставка?', 'bot: 300 рублей', 'operator: Я человек']);
    for (const label of ['Transfer to operator', 'Close', 'Peer is a robot', 'Contact received…']) {
      await page.click(`.tools button:has-text("${label}")`);
      await page.waitForSelector(`.tools button[aria-pressed="true"]:has-text("${label}")`);
    }
    expect(tags()).toEqual(['operator', 'close', 'is_bot', 'get_contact']);
    await page.click('.tools button:has-text("Close")');
    await until(() => !tags().includes('close'));
    expect(selarti.dialogues()[0]?.contacts).toBe('+7 900 000-00-00');
    expect(failures).toEqual([]);
    await page.close();
  });

  it.each(widths)('fits into the window, in both languages (%i px)', async (width) => {
    for (const locale of ['ru-RU', 'en-US']) {
      const page = await open(width, locale);
      const count = await page.locator('[role=tab]:visible').count();
      expect(count).toBe(width > 1_000 ? 3 : 4);
      for (let tab = 0; tab < count; tab += 1) {
        await page.locator('[role=tab]:visible').nth(tab).click();
        expect(await overflows(page)).toBe(false);
        await keepPicture(page, `selarti-${locale.slice(0, 2)}-${width}-${tab}`);
      }
      await page.close();
    }
  });
});
