/** `npm run demo` as a moderator meets it: the guide, the app in the portal from its installation on, and its removal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoGuide } from '../../sandbox/messagegateway/demo-guide.ts';
import { hasBrowser, openBrowser, type Windows } from '../support/browser.ts';
import { compileCache } from '../support/compile-cache.ts';

const script = fileURLToPath(new URL('../../sandbox/demo.ts', import.meta.url));

/** Resolves with the whole guide. */
async function startDemo(): Promise<{ readonly child: ChildProcess; readonly guide: string }> {
  const child = spawn(process.execPath, [script, '--any-ports'], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const guide = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the demo ended (${code}): ${said}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Ctrl-C')) resolve(said);
    });
  });
  return { child, guide };
}

const stepsOf = (guide: string): string[] => guide.match(/^\d+\. /gm) ?? [];

it('the guide has the same steps in both languages, in a sandbox and in a real portal', () => {
  const server = {
    config: { crmUrl: 'http://crm', apiKey: 'the-key' },
    places: [{ key: 'manager', title: 'manager', value: 'http://manager', isPage: true as const }],
  };
  const english = demoGuide('en', { server, chat: 'http://chat' });
  expect(stepsOf(english).length).toBeGreaterThan(5);
  for (const language of ['en', 'ru'] as const) {
    for (const chat of ['http://chat', null]) {
      const guide = demoGuide(language, { server, chat });
      expect(stepsOf(guide)).toEqual(stepsOf(english));
      expect(guide.includes('http://chat')).toBe(chat !== null);
      for (const place of ['http://crm', 'the-key', 'http://manager']) expect(guide).toContain(place);
    }
  }
});

describe.skipIf(!hasBrowser)('the demo', () => {
  let windows: Windows;
  let demo: Awaited<ReturnType<typeof startDemo>>;

  beforeAll(async () => {
    windows = await openBrowser();
    demo = await startDemo();
  });
  afterAll(async () => {
    const isGone = new Promise((resolve) => demo.child.once('exit', resolve));
    demo.child.kill('SIGTERM');
    await isGone;
    await windows.close();
  });

  it('leads from the installation to who answers, and from the removal to the installation', async () => {
    const page = await windows.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-US' });
    page.on('dialog', (dialog) => void dialog.accept());
    const [chat = ''] = /http:\S+(?= and go to)/.exec(demo.guide) ?? [];
    const app = page.frameLocator('iframe');
    await page.goto(chat);
    await page.selectOption('#language', 'en');
    for (let time = 0; time < 2; time += 1) {
      await page.getByText('app not installed').waitFor();
      await page.getByRole('tab', { name: 'App', exact: true }).click();
      if (time > 0) await page.getByRole('button', { name: 'Open the app' }).click();
      const isShown = await app
        .getByText('MessageGateway')
        .first()
        .waitFor()
        .then(
          () => true,
          () => false,
        );
      expect(isShown, await app.locator('body').innerText()).toBe(true);
      await page.getByRole('button', { name: 'Remove the app with its data' }).click();
    }
    await page.getByText('app not installed').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
  });
});
