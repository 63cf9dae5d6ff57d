import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { Health, HealthFigures, PortalHealth } from '../../../src/api/schemas/health.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { countAnswers } from '../../../src/store/reporting/answer-times.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { expectToAnswer, type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled();
  admin = await openApi(own.bridge.url, own.bridge.portal);
});
afterAll(() => own.close());

const codes = (checks: Health['checks'], verdict: string): string[] =>
  checks.filter((check) => check.verdict === verdict).map(({ code }) => code);

describe('the health of a portal', () => {
  it('is told without anything wrong where all is well, and what happened is counted', async () => {
    await expectToAnswer(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
    await until(async () =>
      (await admin.get<Health>('/api/health')).day.some(({ bot, events }) => bot === 'bridge_assistant' && events > 0),
    );
    const health = await admin.get<Health>('/api/health');
    expect(codes(health.checks, 'wrong')).toEqual([]);
    expect(codes(health.checks, 'ok')).toEqual(
      expect.arrayContaining(['state.installed', 'set_up.done', 'waiting.ok']),
    );
    expect(health.undelivered).toEqual({ incoming: 0, outgoing: 0, unknown: 0 });
    expect(health.budget.most).toBe(100_000);
    const portal = await admin.get<PortalHealth>('/api/health/portal');
    expect(codes(portal.checks, 'wrong')).toEqual([]);
    expect(codes(portal.checks, 'ok')).toEqual(
      expect.arrayContaining([
        'app.installed',
        'payment.ok',
        'scopes.ok',
        'events.ok',
        'bot.registered',
        'clock.ok',
        'address.ok',
      ]),
    );
  });

  it('asks the portal once for all who look at the same time', async () => {
    const before = own.bridge.portal.calls().filter(({ method }) => method === 'server.time').length;
    const answers = await Promise.all([1, 2, 3].map(() => admin.get<PortalHealth>('/api/health/portal')));
    expect(new Set(answers.map(({ askedAt }) => askedAt)).size).toBe(1);
    const after = own.bridge.portal.calls().filter(({ method }) => method === 'server.time').length;
    expect(after - before).toBeLessThanOrEqual(1);
  });

  it('counts messages, requests and how long people waited, by the hour, the bot and who answers', async () => {
    await own.probe.rows(
      `update outbox set created_at = created_at - interval '20 minutes', done_at = done_at - interval '20 minutes'`,
    );
    await own.probe.rows(`update inbox set received_at = received_at - interval '20 minutes'`);
    await own.probe.rows(`update answers_counted set until = now() - interval '1 hour'`);
    const db = openDatabase({ url: own.databaseUrl, poolSize: 1 });
    try {
      while (await countAnswers(db));
    } finally {
      await db.destroy();
    }
    const figures = await admin.get<HealthFigures>('/api/health/figures?days=2');
    expect(figures.hours).toHaveLength(48);
    const sum = (of: (hour: HealthFigures['hours'][number]) => number): number =>
      figures.hours.reduce((total, hour) => total + of(hour), 0);
    expect(sum(({ messages }) => messages)).toBe(1);
    expect(sum(({ answered }) => answered)).toBe(1);
    expect(sum(({ unanswered }) => unanswered)).toBe(0);
    expect(sum(({ calls }) => calls)).toBeGreaterThan(10);
    expect(figures.bots).toMatchObject([{ bot: 'bridge_assistant', messages: 1, answered: 1 }]);
    expect(figures.brains).toMatchObject([{ brain: 'echo', messages: 1, answered: 1 }]);
    expect(figures.bots[0]?.p50).toBeLessThan(90_000);
    for (const [of, messages] of [
      ['bot=bridge_assistant', 1],
      ['bot=bridge_line', 0],
      ['brain=echo', 1],
      ['brain=metabot', 0],
      ['bot=bridge_assistant&brain=metabot', 0],
      ['bot=%00', 0],
    ] as const) {
      const some = await admin.get<HealthFigures>(`/api/health/figures?days=2&${of}`);
      const total = some.hours.reduce((all, hour) => all + hour.messages + hour.answered + hour.calls, 0);
      expect(total, of).toBe(2 * messages);
      expect(some.bots, of).toEqual(figures.bots);
    }
    for (const query of ['days=0', 'days=32', 'days=x']) {
      expect(await admin.refused('GET', `/api/health/figures?${query}`)).toMatchObject({ status: 422 });
    }
  });

  it('names what is wrong, with the button that mends it, and the button mends it', async () => {
    await own.probe.rows(`update bot set bot_id = '999999' where code = 'bridge_line'`);
    await own.probe.rows(`update portal set set_up_error = 'refused'`);
    const broken = await admin.get<Health>('/api/health');
    expect(broken.checks.find(({ code }) => code === 'set_up.failing')).toMatchObject({
      verdict: 'wrong',
      values: { problem: 'refused' },
      remedy: { do: 'set_up' },
    });
    await admin.send('POST', '/api/setup/orders');
    await until(
      async () => !codes((await admin.get<Health>('/api/health')).checks, 'wrong').includes('set_up.failing'),
    );
    expect((await admin.get<AuditPage>('/api/audit')).entries[0]).toMatchObject({ action: 'portal.set_up' });
  });

  it('holds nothing secret, nothing of the installation and nothing of other portals', async () => {
    await own.probe.rows(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
       values ('${'f'.repeat(32)}', 'other.example', 'c', 's', '')`,
    );
    await own.probe.rows(
      `insert into hourly_count values ('${'f'.repeat(32)}', date_trunc('hour', now()), 'other_bot', 'echo', 'event', 'forwarded', 7)`,
    );
    await own.probe.rows(
      `insert into lane (portal, queue, key, seq, ready_at) values ('${'f'.repeat(32)}', 'inbox', 'x/1', 41, now() - interval '1 hour')`,
    );
    const all = JSON.stringify([
      await admin.get('/api/health'),
      await admin.get('/api/health/portal'),
      await admin.get('/api/health/figures'),
    ]);
    expect(all).not.toContain('other');
    expect((await admin.get<Health>('/api/health')).waiting.incoming).toBe(0);
    expect(all).not.toContain(own.bridge.settings.B24_CLIENT_SECRET);
    expect(all).not.toContain(own.bridge.portal.memberId);
  });

  it('is for readers without buttons, and for nobody else', async () => {
    const { id } = own.bridge.portal.addEmployee({ name: 'Лида Читалова' });
    const reader = await openApi(own.bridge.url, own.bridge.portal, id);
    expect(await reader.refused('GET', '/api/health')).toMatchObject({ status: 403 });
    await admin.send('PUT', '/api/readers', { readers: [String(id)] });
    await own.probe.rows(`update portal set set_up_error = 'secret words of a remote' where domain <> 'other.example'`);
    const health = await reader.get<Health>('/api/health');
    expect(health.checks.find(({ code }) => code === 'set_up.failing')).toMatchObject({ remedy: null, values: {} });
    expect(JSON.stringify(health)).not.toContain('secret words');
    expect(await reader.refused('POST', '/api/setup/orders')).toMatchObject({ status: 403 });
  });
});
