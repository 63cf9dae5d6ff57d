import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { parseForm } from '../../../sandbox/bitrix24/wire-format.ts';

const out = '/tmp/shots';
let portal: any;
const app = createServer((q, r) => {
  let b = '';
  q.on('data', (c) => (b += c));
  q.on('end', async () => {
    if ((q.url ?? '').startsWith('/install') || (q.url ?? '').startsWith('/app')) {
      r.setHeader('content-type', 'text/html');
      r.end(
        `<html><body><h1>${q.url!.split('?')[0]}</h1><p>Страница приложения</p><script src="${portal.origin}/api/v1/"></script><script>BX24.init(()=>{ document.body.append('init '+BX24.getLang()+' '+BX24.getDomain()); BX24.callMethod('profile',{},x=>document.body.append(' '+JSON.stringify(x.data()))); ${q.url!.startsWith('/install') ? 'BX24.installFinish()' : 'BX24.fitWindow()'} })</script></body></html>`,
      );
      return;
    }
    r.end('ok');
    const f: any = parseForm(b);
    if (f.event === 'ONIMBOTMESSAGEADD') {
      const tok = portal.issueToken().accessToken;
      for (const bot of Object.values(f.data.BOT) as any[]) {
        await fetch(portal.restEndpoint + 'imbot.message.add', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            auth: tok,
            BOT_ID: bot.BOT_ID,
            DIALOG_ID: f.data.PARAMS.DIALOG_ID,
            MESSAGE:
              '[b]Эхо[/b]: ' +
              f.data.PARAMS.MESSAGE +
              ' <img src=x onerror=alert(1)> [url=https://example.com]ссылка[/url] [url=javascript:alert(1)]bad[/url]',
            KEYBOARD: [
              { TEXT: 'Да', ACTION: 'SEND', ACTION_VALUE: 'Да', DISPLAY: 'LINE' },
              { TEXT: 'Нет', COMMAND: 'no', DISPLAY: 'LINE', BG_COLOR: '#b3261e', TEXT_COLOR: '#ffffff' },
              { TYPE: 'NEWLINE' },
              { TEXT: 'Сайт', LINK: 'https://example.com' },
            ],
            ATTACH: {
              COLOR: '#1b7f4b',
              BLOCKS: [
                { MESSAGE: 'Заказ [b]№ 17[/b]' },
                { DELIMITER: { SIZE: 200 } },
                {
                  GRID: [
                    { DISPLAY: 'ROW', NAME: 'Статус', VALUE: 'В пути' },
                    { DISPLAY: 'ROW', NAME: 'Сумма', VALUE: '1 200 ₽' },
                  ],
                },
                { LINK: { NAME: 'Подробнее', LINK: 'https://example.com', DESC: 'Карточка заказа' } },
              ],
            },
          }),
        });
      }
    }
  });
}).listen(0, '127.0.0.1');
await new Promise((r) => app.once('listening', r));
const o = `http://127.0.0.1:${(app.address() as any).port}`;
portal = await startSandboxPortal({ installUrl: o + '/install', appUrl: o + '/app', rate: false });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'ru-RU' });
const errs: string[] = [];
page.on('pageerror', (e) => errs.push(String(e)));
page.on('console', (m) => {
  if (m.type() === 'error') errs.push(m.text());
});
await page.goto(portal.origin + '/');
await page.waitForSelector('.chats, .notice');
await page.waitForTimeout(500);
await page.screenshot({ path: out + '/1280-empty.png' });
await page.getByRole('tab', { name: 'Приложение' }).click();
await page.waitForTimeout(1500);
await page.screenshot({ path: out + '/1280-app.png' });
console.log('installed', portal.app?.installed);
const tok = portal.issueToken().accessToken;
for (const [c, t, n] of [
  ['line', 'O', 'Линия'],
  ['sup', 'S', 'Супервизор'],
  ['asst', 'B', 'Ассистент'],
])
  await fetch(portal.restEndpoint + 'imbot.register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: tok, CODE: c, TYPE: t, EVENT_HANDLER: o + '/events', PROPERTIES: { NAME: n } }),
  });
await page.waitForTimeout(800);
await page.getByRole('tab', { name: 'Чаты' }).click();
const write = async (id: string, t: string) => {
  await page.fill(`#pane-${id} textarea`, t);
  await page.press(`#pane-${id} textarea`, 'Enter');
  await page.waitForTimeout(500);
};
await write('client', 'Добрый день, где мой заказ?');
await write('employee', 'Привет, бот! ' + 'Оченьдлинноесловобезпробелов'.repeat(6));
await page.locator('#pane-group .tools button').first().click();
await page.locator('#pane-group textarea').press('End');
await page.keyboard.type('подведи итог');
await page.keyboard.press('Enter');
await page.waitForTimeout(500);
await write('group', 'без упоминания');
await page.locator('#pane-operator .tools button').first().click();
await page.waitForTimeout(300);
await write('operator', 'Здравствуйте, я оператор');
await page.waitForTimeout(700);
await page.screenshot({ path: out + '/1280-chats.png' });
await page.getByRole('tab', { name: 'Журнал' }).click();
await page.waitForTimeout(300);
await page.screenshot({ path: out + '/1280-log.png' });
await page.setViewportSize({ width: 375, height: 720 });
await page.screenshot({ path: out + '/375-log.png' });
for (const [n, t] of [
  ['client', 'Клиент'],
  ['operator', 'Оператор'],
  ['employee', 'Сотрудник'],
  ['group', 'Группа'],
  ['app', 'Приложение'],
]) {
  await page.getByRole('tab', { name: t! }).click();
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${out}/375-${n}.png` });
  console.log(n, await page.evaluate(() => document.documentElement.scrollWidth));
}
await page.selectOption('#language', 'en');
await page.getByRole('tab', { name: 'Group' }).click();
await page.waitForTimeout(300);
await page.screenshot({ path: `${out}/375-en.png` });
console.log('errors', errs);
await portal.close();
await page.waitForTimeout(500);
await page.screenshot({ path: `${out}/375-offline.png` });
await browser.close();
app.close();
app.closeAllConnections();
