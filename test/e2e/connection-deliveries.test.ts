/** The deliveries of a connection as an administrator meets them on its page, at both widths and in both languages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type OpenPages, openPagesOf } from '../support/page-stage.ts';
import { startWebhookStage, type WebhookStage } from '../support/webhook-stage.ts';

describe.skipIf(!hasBrowser)('the deliveries of a connection', () => {
  let stage: WebhookStage;
  let pages: OpenPages;
  let path: string;

  beforeAll(async () => {
    stage = await startWebhookStage();
    pages = await openPagesOf(stage.bridge);
    const row: { id?: string } = (await stage.db('connection').first('id')) ?? {};
    path = `/connections/${row.id ?? ''}`;
  });
  afterAll(async () => {
    await pages.close();
    await stage.close();
  });

  it.each(widths)('are shown, and sent again in the row itself (%i px)', async (width) => {
    const person = stage.person('Константин Константинопольский-Длиннофамильный');
    stage.server.refusesAll = true;
    person.write('не дойдёт');
    await until(
      async () => (await stage.db('outbox').where({ state: 'dead_letter' }).count())[0]?.['count'] !== '0',
      15_000,
    );
    stage.server.refusesAll = false;
    stage.person().write('дойдёт');
    await stage.done();

    const page = await pages.open({ width, language: 'ru', path });
    const dead = page.locator('[data-state="dead_letter"]');
    await dead.getByText('не доставлено').waitFor();
    await keepPicture(page, `deliveries-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    // A dead letter goes back at once.
    await dead.getByRole('button', { name: /^Отправить снова/ }).click();
    await until(() => person.answers().includes('re: не дойдёт'));
    // What has arrived is asked about first. The list is read again every few seconds.
    await dead.waitFor({ state: 'detached' });
    const done = page.locator('[data-state="done"]').first();
    await done.getByRole('button', { name: /^Отправить снова/ }).click();
    await page.getByText('как новое событие').waitFor();
    await keepPicture(page, `deliveries-confirm-ru-${width}`);
    expect(await overflows(page)).toBe(false);
    const heard = stage.server.heard.length;
    await page.getByRole('button', { name: 'Отправить', exact: true }).click();
    await until(() => stage.server.heard.length > heard);
    await page.close();

    const english = await pages.open({ width, language: 'en', path });
    await english.getByText('delivered', { exact: true }).first().waitFor();
    await keepPicture(english, `deliveries-en-${width}`);
    expect(await overflows(english)).toBe(false);
    await english.close();
    expect(pages.takeFaults()).toEqual([]);
  });
});
