/** The first page: what is wrong and the buttons that mend it, figures as charts and tables, in both widths and languages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/bridge.ts';
import { hasBrowser, keepPicture, overflows, widths } from '../support/browser.ts';
import { type DatabaseProbe, openProbe } from '../support/database-probe.ts';
import { type PageStage, startPageStage } from '../support/page-stage.ts';

const member = (stage: PageStage): string => stage.bridge.portal.memberId;

/** Hours of a busy week, as the app counts them. */
const week = `
  insert into hourly_count (portal, hour, bot_code, brain, kind, name, count)
  select $1, date_trunc('hour', now()) - n * interval '1 hour', bot, 'echo', kind, name, (10 + (n * 7919 % 23))::int
  from generate_series(0, 167) n cross join (values ('bridge_line'), ('bridge_assistant')) b(bot)
  cross join (values ('event', 'forwarded'), ('event', 'ignored_person_owns'), ('answer', '12'), ('answer', '16'), ('answer', '22')) k(kind, name)
  on conflict do nothing`;

describe.skipIf(!hasBrowser)('the page of health', () => {
  let stage: PageStage;
  let probe: DatabaseProbe;

  beforeAll(async () => {
    stage = await startPageStage();
    probe = openProbe(stage.databaseUrl);
  });
  afterAll(async () => {
    await probe.close();
    await stage.close();
  });

  it('says that all is well, and that nobody has written yet', async () => {
    const page = await stage.open({ width: 1280, language: 'ru' });
    await page.getByText('Всё работает').waitFor();
    await page.getByText('За это время ботам никто не писал.').waitFor();
    expect(await page.getByRole('button', { name: 'Настроить заново' }).count()).toBe(0);
    await keepPicture(page, 'health-empty-ru-1280');
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it.each(widths)('shows figures as charts and as tables (%i px)', async (width) => {
    await probe.rows(week, [member(stage)]);
    for (const [language, spanName, tableName] of [
      ['ru', '7 дней', 'Таблицей'],
      ['en', '7 days', 'As a table'],
    ] as const) {
      const page = await stage.open({ width, language });
      await page.locator('figure canvas').first().waitFor();
      expect(await page.locator('figure canvas').count()).toBe(2);
      await page.getByRole('button', { name: spanName }).click();
      await page.getByRole('button', { name: spanName, pressed: true }).waitFor();
      await page.getByText(tableName).click();
      await until(async () => (await page.locator('details[open] tbody tr').count()) > 100);
      expect(await overflows(page)).toBe(false);
      await page.getByText(tableName).click();
      await keepPicture(page, `health-${language}-${width}`);
      await page.close();
    }
    expect(stage.takeFaults()).toEqual([]);
  });

  it('names what is wrong, and the button mends it', async () => {
    const long = 'ОченьДлинноеСловоБезПробелов'.repeat(6);
    await probe.rows('update portal set set_up_error = $2 where portal = $1', [member(stage), long]);
    await probe.rows(`update bot set state = 'deleted' where code = 'bridge_supervisor'`);
    const page = await stage.open({ width: 375, language: 'ru', isDark: true });
    await page
      .getByText(/Настройка портала не удаётся/)
      .first()
      .waitFor();
    expect(await overflows(page)).toBe(false);
    await keepPicture(page, 'health-wrong-dark-ru-375');
    await page.getByRole('button', { name: 'Настроить заново' }).first().click();
    await page.getByText('Портал настраивается заново.').waitFor();
    await until(async () => (await probe.rows('select 1 from portal where set_up_error is null')).length > 0);
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });

  it('says when the server does not answer, and tries again', async () => {
    const page = await stage.open({ width: 1280, language: 'en' });
    await page.route('**/api/health', (route) =>
      route.fulfill({ status: 503, json: { error: { code: 'unavailable', message: '' } } }),
    );
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByRole('alert').filter({ hasText: 'The app is busy' }).waitFor();
    await page.unroute('**/api/health');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').filter({ hasText: 'The app is busy' }).waitFor({ state: 'detached' });
    expect(await page.getByText('Events in 24 hours').isVisible()).toBe(true);
    stage.takeFaults();
    await page.close();
  });

  it('has a button that tests a connection which has stopped', async () => {
    const page = await stage.open({ width: 1280, language: 'en' });
    const again = page.getByRole('button', { name: 'Check again' });
    await page.getByText('Checked at').waitFor();
    const [response] = await Promise.all([page.waitForResponse('**/api/health'), again.click()]);
    const health = (await response.json()) as { checks: unknown[] };
    const remedy = { do: 'test_connection', connection: 'the id' };
    const values = { title: 'Shop', reason: 'frozen' };
    health.checks.push({ code: 'connection.disabled', verdict: 'wrong', values, remedy });
    await page.route('**/api/health', (route) => route.fulfill({ json: health }));
    await page.route('**/api/connections/the%20id/test', (route) =>
      route.fulfill({ json: { result: 'works', problem: null } }),
    );
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByText('The connection works.').waitFor();
    expect(await page.getByRole('alert').filter({ hasText: 'did not work' }).count()).toBe(0);
    stage.takeFaults();
    await page.close();
  });

  it('has no buttons for readers', async () => {
    const { id } = stage.bridge.portal.addEmployee({ name: 'Лида Читалова' });
    await probe.rows(`update portal set readers = '"everyone"', set_up_error = 'x'`);
    const page = await stage.open({ width: 1280, language: 'en', userId: id });
    await page
      .getByText(/The set-up of the portal fails/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Set up anew' }).count()).toBe(0);
    expect(stage.takeFaults()).toEqual([]);
    await page.close();
  });
});
