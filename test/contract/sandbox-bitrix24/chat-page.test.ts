/** The chat page in a real browser: installing in the frame with BX24 and with the official SDK, writing, reading safely. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { keepPicture } from '../../support/browser.ts';
import { Receiver, registerBot, resultOf } from './receiver.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const SDK = new URL('../../../node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js', import.meta.url);

let browser: Browser;
let portal: SandboxPortal;
let app: Receiver;
let pages: Server;
let page: Page;
let complaints: string[];

function pageHtml(path: string): string {
  if (path.startsWith('/bx24')) {
    return `<script src="${portal.origin}/api/v1/"></script><script>
      BX24.init(() => BX24.callMethod('profile', {}, (answer) => { document.title = answer.data().ID; BX24.installFinish(); }));
    </script>`;
  }
  if (path.startsWith('/sdk-install')) {
    return `<script src="/sdk.js"></script><script>
      B24Js.initializeB24Frame().then(async (b24) => { await b24.actions.v2.call.make({ method: 'profile' }); await b24.installFinish(); });
    </script>`;
  }
  return `<script src="${portal.origin}/api/v1/"></script><h1 id="app"></h1><script>
    BX24.init(() => { document.querySelector('#app').textContent = 'app ' + BX24.getAuth().member_id; BX24.fitWindow(); });
  </script>`;
}

const rule = '-'.repeat(54);
const say = { ACTION: 'SEND', ACTION_VALUE: 'согласен', DISPLAY: 'LINE' };

/** Something of every kind. */
const fullMessage = {
  MESSAGE: [
    '[b]Жирный[/b] [i]курсив[/i] [s]было[/s] [color=#ff0000]красный[/color] [size=20]крупно[/size] [send=да]Да![/send]',
    `>>цитата\n${rule}\nАнна\nцеликом\n${rule}`,
    '[code]let [b] = 1;\n>>x[/code] [timestamp=1645844720 format=SHORT_TIME_FORMAT] [disk=12] [user=5]Анна[/user]',
  ].join('\n'),
  MENU: {
    ITEMS: [
      { TEXT: 'Вставить', ACTION: 'PUT', ACTION_VALUE: 'x' },
      { TEXT: 'Сказать', ...say, ACTION_VALUE: 'из меню' },
    ],
  },
  KEYBOARD: {
    BUTTONS: [
      { TEXT: 'Да', ...say, BG_COLOR_TOKEN: 'primary' },
      { TEXT: 'Выкл', ...say, DISABLED: 'Y' },
      { TYPE: 'NEWLINE' },
      { TEXT: 'Вписать', ACTION: 'PUT', ACTION_VALUE: 'текст', DISPLAY: 'LINE' },
      { TEXT: 'Скопировать', ACTION: 'COPY', ACTION_VALUE: 'код', DISPLAY: 'LINE', CONTEXT: 'DESKTOP' },
      { TYPE: 'NEWLINE' },
      {
        TEXT: 'Звонок',
        ACTION: 'CALL',
        ACTION_VALUE: '+7495',
        BG_COLOR: '#29619b',
        TEXT_COLOR: '#fff',
        DISPLAY: 'LINE',
      },
      { TEXT: 'Сайт', LINK: 'https://a.example', DISPLAY: 'LINE' },
    ],
  },
  ATTACH: {
    COLOR_TOKEN: 'primary',
    BLOCKS: [
      { MESSAGE: '[b]Карточка[/b]' },
      { LINK: { NAME: 'Ссылка', LINK: 'https://a.example', DESC: 'описание' } },
      { USER: { NAME: 'Анна', USER_ID: 1 } },
      { GRID: [{ NAME: 'Статус', VALUE: 'ждёт', DISPLAY: 'ROW', COLOR_TOKEN: 'alert' }] },
      { DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } },
      {
        GRID: [
          { NAME: 'А', VALUE: '1', DISPLAY: 'LINE' },
          { NAME: 'Б', VALUE: '2', DISPLAY: 'LINE' },
        ],
      },
      { GRID: [{ NAME: 'Ряд', VALUE: 'x', DISPLAY: 'TABLE' }] },
      { FILE: { LINK: 'https://a.example/f.pdf', NAME: 'f.pdf', SIZE: 20_480 } },
    ],
  },
};

describe.skipIf(!existsSync(CHROMIUM))('the chat page', () => {
  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    app = await Receiver.start();
    pages = createServer((incoming, answer) => {
      const isSdk = incoming.url === '/sdk.js';
      answer.writeHead(200, { 'content-type': isSdk ? 'text/javascript' : 'text/html; charset=utf-8' });
      answer.end(isSdk ? readFileSync(SDK) : `<!doctype html><body>${pageHtml(incoming.url ?? '')}</body>`);
    });
    await new Promise<void>((resolve) => {
      pages.listen(0, '127.0.0.1', resolve);
    });
    portal = await startSandboxPortal({ rate: false, appUrl: `${pagesOrigin()}/app` });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'ru-RU' });
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(dialog.message());
      void dialog.dismiss();
    });
  });

  afterEach(async () => {
    await page.close();
    await portal.close();
    await app.close();
    await new Promise<void>((resolve) => {
      pages.close(() => resolve());
      pages.closeAllConnections();
    });
  });

  function pagesOrigin(): string {
    return `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  }

  async function write(pane: string, text: string): Promise<void> {
    await page.fill(`#pane-${pane} textarea`, text);
    await page.press(`#pane-${pane} textarea`, 'Enter');
  }

  for (const way of ['bx24', 'sdk-install']) {
    it(`finishes an installation begun in the frame through ${way}, and shows the app page`, async () => {
      portal.setCard({ installUrl: `${pagesOrigin()}/${way}` });
      await page.goto(portal.origin);
      await page.getByRole('tab', { name: 'Приложение' }).click();
      await page.frameLocator('iframe').getByText(`app ${portal.memberId}`).waitFor();
      expect(portal.app?.installed).toBe(true);
      expect(complaints).toEqual([]);
    });
  }

  it('lets a client, an employee and a group write, and shows bot answers live and without running their HTML', async () => {
    portal.placeApp();
    portal.finishInstall();
    const line = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O', PROPERTIES: { NAME: 'Line' } });
    await registerBot(portal, app.eventUrl, { CODE: 'sup', TYPE: 'S', PROPERTIES: { NAME: 'Supervisor' } });
    await page.goto(portal.origin);
    await write('client', 'Где заказ?');
    await page.locator('#pane-operator').getByText('Где заказ?').waitFor();
    await portal.idle();
    const chat = app.of('ONIMBOTMESSAGEADD')[0]?.form['data'] as { PARAMS: { DIALOG_ID: string } } | undefined;
    const attack = '[b]Ответ[/b] <img src=x onerror=alert(1)> [url=javascript:alert(2)]x[/url]';
    const keyboard = [{ TEXT: 'Да', ACTION: 'SEND', ACTION_VALUE: 'Согласен' }];
    const dialogId = chat?.PARAMS.DIALOG_ID;
    await resultOf(portal, 'imbot.message.add', {
      BOT_ID: line,
      DIALOG_ID: dialogId,
      MESSAGE: attack,
      KEYBOARD: keyboard,
    });
    await page.locator('#pane-client strong', { hasText: 'Ответ' }).waitFor();
    expect(await page.locator('#pane-client .body a').count()).toBe(0);
    await page.locator('#pane-client').getByRole('button', { name: 'Да', exact: true }).click();
    await page.locator('#pane-operator').getByText('Согласен').waitFor();
    await page.getByRole('button', { name: '@Supervisor' }).click();
    await page.keyboard.type('итог');
    await page.keyboard.press('Enter');
    await page.locator('#pane-group .mention').waitFor();
    await portal.idle();
    expect(app.of('ONIMBOTMESSAGEADD').at(-1)?.form).toMatchObject({ data: { PARAMS: { MESSAGE: 'итог' } } });
    expect(complaints).toEqual([]);
  });

  it('shows all that hangs on a message, wide and narrow, and everything can be pressed', async () => {
    portal.placeApp();
    portal.finishInstall();
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'helper', TYPE: 'B', PROPERTIES: { NAME: 'Helper' } });
    await page.goto(portal.origin);
    await write('employee', 'привет');
    await expect.poll(() => app.of('ONIMBOTMESSAGEADD').length).toBe(1);
    const said = app.of('ONIMBOTMESSAGEADD')[0]?.form['data'] as { PARAMS: { FROM_USER_ID: string } } | undefined;
    const dialogId = said?.PARAMS.FROM_USER_ID;
    await resultOf(portal, 'imbot.message.add', { BOT_ID: bot, DIALOG_ID: dialogId, ...fullMessage });
    const pane = page.locator('#pane-employee');
    await pane.getByText('Карточка').waitFor();
    for (const shown of [
      'blockquote',
      'code',
      'time',
      '.mention',
      'hr',
      '.grid.row',
      '.grid.table',
      '.attach-file a',
    ]) {
      expect(await pane.locator(shown).count(), shown).toBeGreaterThan(0);
    }
    expect(await pane.getByRole('button', { name: 'Выкл' }).isDisabled()).toBe(true);
    // What can be pressed stays where it is while other messages come: a press that has begun would be lost.
    const [key, tab] = [pane.getByRole('button', { name: 'Вписать' }), page.getByRole('tab', { name: 'Журнал' })];
    const begun = await Promise.all([key.elementHandle(), tab.elementHandle()]);
    await write('employee', 'ещё вопрос');
    await pane.getByText('ещё вопрос').waitFor();
    expect(await Promise.all(begun.map((element) => element?.isVisible()))).toEqual([true, true]);
    await pane.getByRole('button', { name: 'Вписать' }).click();
    expect(await pane.locator('textarea').inputValue()).toBe('текст');
    await pane.getByRole('button', { name: 'Звонок' }).click();
    await pane.getByText('Звонок: +7495').waitFor();
    await pane.getByRole('button', { name: 'Да', exact: true }).click();
    await pane.getByText('согласен').waitFor();
    await pane.locator('.message select').selectOption('1');
    await pane.getByText('из меню').waitFor();
    await pane.locator('blockquote').first().scrollIntoViewIfNeeded();
    await keepPicture(page, 'chat-blocks-1280');
    await page.setViewportSize({ width: 375, height: 900 });
    await page.getByRole('tab', { name: 'Сотрудник' }).click();
    await keepPicture(page, 'chat-blocks-375');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    expect(complaints).toEqual([]);
  });

  it('shows edits, files, reactions both ways, the status of a bot, and who leads', async () => {
    portal.placeApp();
    portal.finishInstall();
    const line = await registerBot(portal, app.eventUrl, { CODE: 'line', TYPE: 'O', PROPERTIES: { NAME: 'Line' } });
    await page.goto(portal.origin);
    await write('client', 'Где заказ?');
    await page.locator('#pane-operator').getByText('диалог ведёт бот').waitFor();
    await portal.idle();
    const event = app.of('ONIMBOTMESSAGEADD')[0]?.form['data'] as { PARAMS: { DIALOG_ID: string } } | undefined;
    const dialogId = event?.PARAMS.DIALOG_ID ?? '';
    const [asked] = portal.messages(Number(dialogId.slice('chat'.length)));
    const statusMessageCode = 'IMBOT_AGENT_ACTION_SEARCHING';
    await resultOf(portal, 'imbot.v2.Chat.InputAction.notify', { botId: line, dialogId, statusMessageCode });
    const client = page.locator('#pane-client');
    await client.getByText('Line ищет…').waitFor();
    const reaction = { botId: line, messageId: asked?.id, reaction: 'redHeart' };
    await resultOf(portal, 'imbot.v2.Chat.Message.Reaction.add', reaction);
    await client.locator('.reactions', { hasText: '❤' }).waitFor();
    const said = { BOT_ID: line, DIALOG_ID: dialogId, MESSAGE: 'Едет' };
    const messageId = await resultOf(portal, 'imbot.message.add', said);
    await client.getByText('Едет', { exact: true }).waitFor();
    expect(await client.getByText('Line ищет…').count()).toBe(0);
    await client.getByRole('button', { name: '👍' }).click();
    await client.locator('.reactions', { hasText: '👍' }).waitFor();
    await client.getByRole('button', { name: '👍', pressed: true }).click();
    await client.getByRole('button', { name: '👍', pressed: false }).waitFor();
    await resultOf(portal, 'imbot.message.update', { BOT_ID: line, MESSAGE_ID: messageId, MESSAGE: 'Уже здесь' });
    await client.getByText('Уже здесь').waitFor();
    await client.getByText('изменено').waitFor();
    const file = { name: 'счёт.txt', content: Buffer.from('1').toString('base64') };
    await resultOf(portal, 'imbot.v2.File.upload', { botId: line, dialogId, fields: file });
    await client.getByText('счёт.txt').waitFor();
    await page.getByRole('button', { name: 'Взять диалог' }).click();
    await page.locator('#pane-operator').getByText('ведёт:').waitFor();
    expect(complaints).toEqual([]);
  });

  it('fits a narrow screen in both languages', async () => {
    await page.setViewportSize({ width: 375, height: 720 });
    await page.goto(portal.origin);
    for (const language of ['ru', 'en']) {
      await page.selectOption('#language', language);
      for (const tab of await page.getByRole('tab').all()) {
        if (!(await tab.isVisible())) continue;
        await tab.click();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
      }
    }
    expect(complaints).toEqual([]);
  });
});
