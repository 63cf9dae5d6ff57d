import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { People, PortalSettingsAnswer, RestLogPage } from '../../../src/api/schemas/settings.ts';
import { startMaintenance } from '../../../src/queue/maintenance.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { expectToAnswer, type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled({
    portal: { scope: ['imbot', 'imopenlines', 'im'] },
    settings: { RETENTION_DAYS: '20' },
    timings: { troublePollMs: 100 },
  });
  admin = await openApi(own.bridge.url, own.bridge.portal);
});
afterAll(() => own.close());

const change = (body: unknown) => admin.send<PortalSettingsAnswer>('PATCH', '/api/settings', body);

describe('the settings of a portal', () => {
  it('are as the installation has them until they are changed, within its limits', async () => {
    const usual = { retention: { days: 20, most: 20 }, troubleReaders: [], restLog: { isOn: true, days: 3 } };
    expect(await admin.get('/api/settings')).toEqual(usual);
    expect(await change({ retentionDays: 7 })).toEqual({ ...usual, retention: { days: 7, most: 20 } });
    expect(await admin.refused('PATCH', '/api/settings', { retentionDays: 21 })).toMatchObject({
      status: 422,
      code: 'settings.too_long',
      message: expect.stringMatching(/[а-я]/),
    });
    for (const body of [
      { retentionDays: 0 },
      { retentionDays: '7' },
      { troubleReaders: ['1; drop table portal'] },
      { troubleReaders: Array.from({ length: 21 }, (_, index) => String(index + 1)) },
      { restLog: 'yes' },
      { somethingElse: 1 },
    ]) {
      expect(await admin.refused('PATCH', '/api/settings', body)).toMatchObject({ status: 422, code: 'api.invalid' });
    }
    expect((await admin.get<AuditPage>('/api/audit')).entries[0]).toMatchObject({
      action: 'settings.changed',
      details: { from: { retentionDays: null }, to: { retentionDays: 7 } },
    });
  });

  it('delete what is older than the portal wants, and nothing of another portal', async () => {
    await expectToAnswer(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
    await own.probe.rows(`update inbox set received_at = received_at - interval '8 days'`);
    await own.probe.rows(`update outbox set created_at = created_at - interval '8 days'`);
    await own.probe.rows(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash) values ('other', 'o', 'c', 's', '')`,
    );
    await own.probe.rows(
      `insert into inbox (portal, lane, seq, source, trace, body, received_at) values ('other', 'b/1', 1, 'bitrix24', 't', '', now() - interval '8 days')`,
    );
    await own.probe.rows(
      `insert into inbox_outcome (portal, lane, seq, state, outcome) values ('other', 'b/1', 1, 'done', 'forwarded')`,
    );
    const db = openDatabase({ url: own.databaseUrl, poolSize: 2 });
    const never = (): never => {
      throw new Error('not asked for');
    };
    const tokenProvider = { current: never, renew: never, lost: never, suspended: never, recovered: never };
    const loop = startMaintenance({ db, tokenProvider, log: captureLog().log, retentionDays: 20 });
    try {
      await until(async () => (await own.probe.rows(`select 1 from inbox where portal <> 'other'`)).length === 0);
      // The steps of a round follow each other.
      await until(async () => (await own.probe.rows(`select 1 from outbox where target <> 'app'`)).length === 0);
      expect(await own.probe.rows(`select 1 from inbox where portal = 'other'`)).toHaveLength(1);
    } finally {
      await loop.stop();
      await db.destroy();
    }
  });

  it('name people where the portal lets the app ask', async () => {
    const { id } = own.bridge.portal.addEmployee({ name: 'Полина Заметная' });
    const found = await admin.get<People>(`/api/people?find=${encodeURIComponent('заметн')}`);
    expect(found).toEqual({
      isSearchable: true,
      people: [{ id: String(id), name: 'Полина Заметная', position: expect.any(String) }],
    });
    expect((await admin.get<People>(`/api/people?ids=${id},999999`)).people.map(({ name }) => name)).toEqual([
      'Полина Заметная',
    ]);
    for (const query of ['find=ab', 'ids=1,x', `find=${'x'.repeat(101)}`]) {
      expect(await admin.refused('GET', `/api/people?${query}`)).toMatchObject({ status: 422 });
    }
  });

  it('have the REST calls logged from the installation on, without texts and secrets, until it is switched off', async () => {
    const all = async () => JSON.stringify(await own.probe.rows('select method from rest_log'));
    await until(async () => /imbot\.(v2\.Bot\.)?register/i.test(await all()));
    await until(async () => {
      await expectToAnswer(own.bridge, 'Тайные слова');
      return (await admin.get<RestLogPage>('/api/rest-log')).lines.some(({ method }) =>
        /message\.(add|send)/i.test(method),
      );
    });
    const { lines } = await admin.get<RestLogPage>('/api/rest-log');
    expect(lines[0]).toMatchObject({ code: 'ok', ms: expect.any(Number) });
    const stored = JSON.stringify(await own.probe.rows('select * from rest_log'));
    expect(stored).not.toMatch(/[а-я]/i);
    expect(stored).not.toMatch(/"?auth"?(?:\[|%5B|\\?":)/i);
    await change({ restLog: false });
    await until(async () => {
      const before = (await own.probe.rows('select 1 from rest_log')).length;
      await expectToAnswer(own.bridge);
      await new Promise((resolve) => setTimeout(resolve, 250));
      return (await own.probe.rows('select 1 from rest_log')).length === before;
    });
  });

  it('have people told of trouble by a bot, once', async () => {
    const { id } = own.bridge.portal.addEmployee({ name: 'Дежурный' });
    await change({ troubleReaders: [String(id)] });
    await own.probe.rows(
      `update outbox set state = 'dead_letter', done_at = now() where (portal, lane, seq) in
       (select portal, lane, seq from outbox where bot_code = 'bridge_assistant' and target = 'portal' and state = 'done' limit 1)`,
    );
    const bot = ourBot(own.bridge.portal, 'supervisor').id;
    const told = () =>
      own.bridge.portal
        .calls()
        .filter(({ params }) => String(params['DIALOG_ID'] ?? params['dialogId']) === String(id))
        .filter(({ params }) => JSON.stringify(params).includes('недоставленные'));
    await until(() => told().length > 0);
    expect(JSON.stringify(told()[0]?.params)).toMatch(/Не доставлено/);
    expect(JSON.stringify(told()[0]?.params)).toContain(String(bot));
    await own.probe.rows(`update outbox set done_at = now() where state = 'dead_letter'`);
    await everythingDone(own.bridge.portal, own.probe);
    expect(told()).toHaveLength(1);
  });

  it('are changed by administrators alone', async () => {
    const { id } = own.bridge.portal.addEmployee({ name: 'Лида Читалова' });
    await admin.send('PUT', '/api/readers', { readers: 'everyone' });
    const reader = await openApi(own.bridge.url, own.bridge.portal, id);
    await reader.get('/api/settings');
    expect(await reader.refused('PATCH', '/api/settings', { retentionDays: 1 })).toMatchObject({ status: 403 });
    for (const path of ['/api/people?find=abc', '/api/rest-log', '/api/export', '/api/readers', '/api/audit']) {
      expect(await reader.refused('GET', path), path).toMatchObject({ status: 403 });
    }
    expect(await reader.refused('POST', '/api/erase-person', { userId: '1', confirmation: '1' })).toMatchObject({
      status: 403,
    });
    expect(
      await reader.refused('POST', '/api/erase-everything', { confirmation: own.bridge.portal.domain }),
    ).toMatchObject({
      status: 403,
    });
  });
});
