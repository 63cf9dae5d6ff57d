/** The page of what was not delivered in a real browser: reasons with their remedies, decisions about one, a group and all, and the file. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type OpenPages, openPagesOf } from '../support/page-stage.ts';
import { startWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

describe.skipIf(!hasBrowser)('the page of what was not delivered', () => {
  let stage: WebhookStage;
  let pages: OpenPages;

  beforeAll(async () => {
    stage = await startWebhookStage();
    pages = await openPagesOf(stage.bridge);
  });
  afterAll(async () => {
    await pages.close();
    await stage.close();
  });

  const stuck = async (): Promise<number> =>
    Number((await stage.db('outbox').whereIn('state', ['dead_letter', 'unknown']).count())[0]?.['count']);

  async function refused(texts: readonly string[]): Promise<void> {
    const before = await stuck();
    stage.server.refusesAll = true;
    for (const text of texts) stage.person('Константин Константинопольский-Длиннофамильный').write(text);
    await until(async () => (await stuck()) === before + texts.length);
    stage.server.refusesAll = false;
    await stage.done();
  }

  /** Many rows that failed for another reason: copies of one that exists. */
  async function many(count: number): Promise<void> {
    await stage.db.raw(
      `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, done_at, state, outcome)
       select portal, bot_code || '/chat' || n || '>portal', 1, gen_random_uuid(), 'portal', bot_code, 'chat' || n, 'many' || n,
              json_build_object('type', 'send', 'text', '=1+1 ' || n, 'internal', false, 'buttons', json_build_array()), now(),
              'dead_letter', 'bitrix24.ACCESS_DENIED'
       from (select portal, bot_code from outbox where state = 'dead_letter' limit 1) one, generate_series(1, ?) n`,
      [count],
    );
  }

  it.each(widths)('says that there is nothing, or what and why (%i px)', async (width) => {
    const empty = await pages.open({ width, language: 'ru', path: '/undelivered' });
    await empty.getByText('Всё доставлено').waitFor();
    await keepPicture(empty, `undelivered-empty-ru-${width}`);
    await empty.close();
    await refused(['не дойдёт', `не дойдёт и ${'длинноеслово'.repeat(30)}`]);
    for (const [language, isDark, show, reason] of [
      ['ru', false, 'Показать', 'Подключённый сервис отказал'],
      ['en', true, 'Show', 'The connected service refused it'],
    ] as const) {
      const page = await pages.open({ width, language, path: '/undelivered', isDark });
      await page.getByRole('heading', { name: reason }).waitFor();
      await page.getByRole('button', { name: `${show}: ${reason}` }).click();
      await page.getByText('не дойдёт', { exact: true }).waitFor();
      await keepPicture(page, `undelivered-${language}${isDark ? '-dark' : ''}-${width}`);
      expect(await overflows(page)).toBe(false);
      await page.close();
    }
    const page = await pages.open({ width, language: 'ru', path: '/undelivered' });
    await page.getByRole('button', { name: /^Показать/ }).click();
    // One, by a double click: it is sent again once.
    const heard = stage.server.heard.length;
    await page.getByRole('button', { name: 'Отправить снова: недоставленное сообщение' }).first().dblclick();
    await page.getByText('Отправляем снова в порядке очереди.').waitFor();
    await stage.done();
    await until(async () => (await stuck()) === 1);
    expect(stage.server.heard.length).toBe(heard + 1);
    // The rest of its reason.
    await page.getByRole('button', { name: /^Убрать эти/ }).click();
    await keepPicture(page, `undelivered-ask-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    await page.getByRole('group').getByRole('button', { name: 'Убрать', exact: true }).click();
    await page.getByText('Всё доставлено').waitFor();
    expect(await stuck()).toBe(0);
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });

  it('lists 10 000, saves them as a file without formulas, and decides about all', async () => {
    await refused(['не дойдёт']);
    await many(10_000);
    const page = await pages.open({ width: 1280, language: 'ru', path: '/undelivered' });
    await page.getByText('Не доставлено: 10 000').waitFor();
    await page.getByRole('button', { name: 'Показать: Битрикс24 отказал' }).click();
    await until(async () => (await page.locator('main section li').count()) === 50);
    await page.getByRole('button', { name: 'Показать ещё' }).click();
    // A long list scrolls by itself, reads on when its end is seen, and holds only the rows that are seen.
    const list = page.getByRole('region', { name: 'Битрикс24 отказал' });
    await list.focus();
    const rows = list.locator('li');
    const known = async (): Promise<number> => Number(await rows.first().getAttribute('aria-setsize'));
    await until(async () => (await known()) === 250);
    for (let before = 250; before < 1_000; before = await known()) {
      await until(async () => {
        await page.keyboard.press('End');
        return (await known()) > before;
      });
      expect(await rows.count()).toBeLessThan(60);
    }
    await keepPicture(page, 'undelivered-long-ru-1280');
    expect(await overflows(page)).toBe(false);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Сохранить в CSV' }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toBe('\ufeffat,bot,dialog,person,chat,queue,side,kind,state,reason,text,trace');
    expect(lines).toHaveLength(10_003);
    expect(lines.filter((line) => line.includes(",'=1+1 "))).toHaveLength(10_000);
    await page.getByText('Сохранено строк: 10').waitFor();
    await page.getByRole('button', { name: 'Убрать всё' }).click();
    await page.getByRole('group').getByRole('button', { name: 'Убрать', exact: true }).click();
    await page.getByText(/^Готово: /).waitFor();
    await keepPicture(page, 'undelivered-many-ru-1280');
    await until(async () => (await stuck()) === 0);
    await page.getByText('Всё доставлено').waitFor();
    await page.close();
    expect(pages.takeFaults()).toEqual([]);
  });
});
