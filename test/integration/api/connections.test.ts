import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { ConnectionAnswer } from '../../../src/api/schemas/connections.ts';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { sealSession } from '../../../src/http/page-session.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { type ApiClient, apiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { formBrain, goodKey } from '../../support/factories/form-brain.ts';
import { type OwnBridge, sayToAssistant, startInstalled } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;
let reader: ApiClient;

beforeAll(async () => {
  own = await startInstalled({ brains: [echoBrain, formBrain] });
  const { url, portal } = own.bridge;
  admin = await openApi(url, portal);
  reader = await openApi(url, portal, portal.addEmployee({ name: 'Нина Читательница' }).id);
  await admin.send('PUT', '/api/readers', { readers: 'everyone' });
});

afterAll(() => own.close());

const values = { host: 'https://demo.example', key: goodKey, 'limits.turns': '30' };
const wish = { brain: 'formed', botCode: 'bridge_assistant', title: 'Наш сервис', values };
const list = async (client = admin): Promise<readonly ConnectionAnswer[]> =>
  (await client.get<{ connections: ConnectionAnswer[] }>('/api/connections')).connections;
const one = async (): Promise<ConnectionAnswer> => {
  const [found] = await list();
  if (found === undefined) throw new Error('there is no connection');
  return found;
};
const shownIn = ({ fields }: ConnectionAnswer, key: string): unknown => fields.find((field) => field.key === key);
const actions = async (): Promise<readonly string[]> =>
  (await admin.get<AuditPage>('/api/audit')).entries.map(({ action }) => action);

/** A second portal that has the app, and nothing else. */
async function copyPortal(portal: string): Promise<{ readonly columns: number }> {
  const [row = {}] = await own.probe.rows('select * from portal');
  const names = Object.keys(row).filter((name) => name !== 'portal' && name !== 'domain' && name !== 'member_id');
  await own.probe.rows(
    `insert into portal (portal, domain, ${names.join()}) select $1, 'other.example', ${names.join()} from portal`,
    [portal],
  );
  return { columns: names.length };
}

describe('the connections of the API', () => {
  it('are made by the form of their brain, which says field by field what does not fit', async () => {
    const { forms } = await admin.get<{ forms: { brain: string; form: { key: string }[] }[] }>(
      '/api/connections/forms',
    );
    expect(forms.map(({ brain }) => brain)).toEqual(['formed']);
    expect(forms[0]?.form.map(({ key }) => key)).toEqual(['host', 'key', 'mode', 'limits.turns', 'isLoud', 'tags']);

    const wrong = { ...wish, values: { host: 'nowhere', key: 'short', 'limits.turns': 'many' } };
    const refused = await admin.refused('POST', '/api/connections', wrong);
    expect(refused).toMatchObject({ status: 422, code: 'api.invalid' });
    expect(refused.problems?.map(({ path }) => path)).toEqual(['values.host', 'values.key', 'values.limits.turns']);
    expect(refused.problems?.[2]?.message).toBe('Введите число.');
    const unknown = { ...wish, values: { ...values, key: 'a-key-nobody-knows' } };
    expect(await admin.refused('POST', '/api/connections', unknown)).toMatchObject({
      status: 422,
      code: 'formed.refused',
      message: 'the service does not know this key',
    });
    expect(await list()).toEqual([]);

    const { connection } = await admin.send<{ connection: ConnectionAnswer }>('POST', '/api/connections', wish);
    expect(connection).toMatchObject({
      brain: 'formed',
      title: 'Наш сервис',
      bots: [{ code: 'bridge_assistant' }],
      disabledReason: null,
      isReadable: true,
      webhook: expect.stringContaining('/brains/formed/'),
    });
    expect(shownIn(connection, 'limits.turns')).toEqual({ key: 'limits.turns', value: '30' });
    expect(shownIn(connection, 'key')).toEqual({ key: 'key', isSet: true });
    expect((await actions())[0]).toBe('connection.added');
  });

  it('show readers neither settings nor the address of the webhook, and let them change nothing', async () => {
    expect(await list(reader)).toMatchObject([{ title: 'Наш сервис', fields: [], webhook: null }]);
    const { id } = await one();
    expect(JSON.stringify(await admin.get('/api/connections'))).not.toContain(goodKey);
    for (const [method, path, body] of [
      ['GET', '/api/connections/forms', undefined],
      ['POST', '/api/connections', wish],
      ['PATCH', `/api/connections/${id}`, { title: 'X' }],
      ['DELETE', `/api/connections/${id}`, undefined],
      ['POST', `/api/connections/${id}/test`, undefined],
      ['POST', `/api/connections/${id}/pause`, undefined],
      ['POST', `/api/connections/${id}/resume`, undefined],
      ['POST', `/api/connections/${id}/webhook`, undefined],
      ['POST', `/api/connections/${id}/deliveries/again`, { lane: 'a', seq: 1 }],
      ['POST', '/api/connect-codes', { brain: 'formed' }],
      ['POST', '/api/follow-ups/cancel', { botCode: 'a', dialogId: 'b', id: 'c' }],
    ] as const) {
      expect(await reader.refused(method, path, body)).toMatchObject({ status: 403, code: 'page.not_allowed' });
    }
  });

  it('are out of reach for every other portal', async () => {
    const portal = 'e'.repeat(32);
    const { columns } = await copyPortal(portal);
    expect(columns).toBeGreaterThan(10);
    const now = Date.now();
    const who = {
      portal,
      userId: '1',
      userName: '',
      isAdmin: true,
      language: 'en',
      openedAt: now,
      since: now,
    } as const;
    const other = apiClient(own.bridge.url, sealSession(createSealer({ current: own.bridge.appSecret }), who));
    const before = await one();
    const path = `/api/connections/${before.id}`;
    expect(await list(other)).toEqual([]);
    for (const [method, address, body] of [
      ['PATCH', path, { title: 'X' }],
      ['DELETE', path, undefined],
      ['POST', `${path}/test`, undefined],
      ['POST', `${path}/pause`, undefined],
      ['POST', `${path}/resume`, undefined],
      ['POST', `${path}/webhook`, undefined],
      ['GET', `${path}/figures`, undefined],
      ['GET', `${path}/deliveries`, undefined],
      ['POST', `${path}/deliveries/again`, { lane: 'a', seq: 1, isConfirmed: true }],
    ] as const) {
      expect(await other.refused(method, address, body), `${method} ${address}`).toMatchObject({ status: 404 });
    }
    await other.send('POST', '/api/bots', { code: 'own', type: 'B', name: 'Own' });
    const wanted = { connectionId: before.id };
    expect(await other.refused('PATCH', '/api/bots/own', wanted)).toMatchObject({ code: 'connection.unknown' });
    expect(await one()).toEqual(before);
  });

  it('are changed field by field; an empty secret keeps what is stored', async () => {
    const { id } = await one();
    const changes = { title: 'Новое имя', values: { mode: 'careful', key: '', tags: 'a, b' } };
    const answer = await admin.send<{ connection: ConnectionAnswer; changed: string[] }>(
      'PATCH',
      `/api/connections/${id}`,
      changes,
    );
    expect(answer.changed.toSorted()).toEqual(['mode', 'tags', 'title']);
    expect(answer.connection.title).toBe('Новое имя');
    expect(shownIn(answer.connection, 'mode')).toEqual({ key: 'mode', value: 'careful' });
    expect(shownIn(answer.connection, 'limits.turns')).toEqual({ key: 'limits.turns', value: '30' });
    const again = await admin.send<{ changed: string[] }>('PATCH', `/api/connections/${id}`, changes);
    expect(again.changed).toEqual([]);
    expect((await actions()).filter((action) => action === 'connection.changed')).toHaveLength(1);
    expect(await admin.refused('PATCH', `/api/connections/${id}`, { values: { host: '::' } })).toMatchObject({
      status: 422,
      problems: [{ path: 'values.host' }],
    });
  });

  it('are moved to another host only by somebody who gives the secret again', async () => {
    const { id } = await one();
    const path = `/api/connections/${id}`;
    const host = 'https://elsewhere.example';
    expect(await admin.refused('PATCH', path, { values: { host } })).toMatchObject({
      status: 422,
      problems: [{ path: 'values.key', message: 'Адрес ведёт на другой сервер: введите это заново.' }],
    });
    expect(shownIn(await one(), 'host')).toEqual({ key: 'host', value: 'https://demo.example' });
    const moved = await admin.send<{ changed: string[] }>('PATCH', path, { values: { host, key: goodKey } });
    expect(moved.changed).toEqual(['host']);
    await admin.send('PATCH', path, { values: { host: `${host}/another/path` } });
    await admin.send('PATCH', path, { values });
  });

  it.each([
    ['changed', 'PATCH', '', { values: { mode: 'fast' } }],
    ['renamed', 'PATCH', '', { title: 'Unseen' }],
    ['paused', 'POST', '/pause', undefined],
    ['given another address', 'POST', '/webhook', undefined],
  ] as const)('are not %s without an entry in the list of changes', async (_, method, end, body) => {
    const before = await one();
    await own.probe.rows('alter table audit_entries add constraint none_today check (false) not valid');
    try {
      const { status } = await admin.call(method, `/api/connections/${before.id}${end}`, body);
      expect(status).not.toBe(200);
    } finally {
      await own.probe.rows('alter table audit_entries drop constraint none_today');
    }
    expect(await one()).toEqual(before);
  });

  it('tell their figures, and are tested', async () => {
    const { id } = await one();
    expect(await reader.get(`/api/connections/${id}/figures`)).toMatchObject({
      figures: [{ value: '30' }],
      problem: null,
    });
    expect(await admin.send('POST', `/api/connections/${id}/test`)).toEqual({ result: 'works', problem: null });
  });

  it('get another webhook address, and the old one is dead', async () => {
    const before = await one();
    const { connection } = await admin.send<{ connection: ConnectionAnswer }>(
      'POST',
      `/api/connections/${before.id}/webhook`,
    );
    expect(connection.webhook).not.toBe(before.webhook);
    const post = async (address: string | null) => (await fetch(address ?? '', { method: 'POST', body: '{}' })).status;
    expect(await post(before.webhook)).toBe(404);
    expect(await post(connection.webhook)).not.toBe(404);
    expect(shownIn(connection, 'key')).toEqual({ key: 'key', isSet: true });
    expect((await actions())[0]).toBe('connection.webhook_rotated');
  });

  it('are paused until a person goes on: neither a test nor a check ends it, and what waits is sent then', async () => {
    const { id } = await one();
    await admin.send('POST', `/api/connections/${id}/pause`);
    await admin.send('POST', `/api/connections/${id}/test`);
    expect((await one()).disabledReason).toBe('paused');
    sayToAssistant(own.bridge, 'Здравствуйте');
    const sent = async () =>
      (await admin.get<{ deliveries: { state: string; kind: string }[] }>(`/api/connections/${id}/deliveries`))
        .deliveries;
    await until(async () => (await sent()).some(({ kind }) => kind === 'message'));
    expect((await sent()).map(({ state }) => state)).toEqual(['waiting']);
    await admin.send('POST', `/api/connections/${id}/resume`);
    expect((await one()).disabledReason).toBeNull();
    await until(async () => (await sent()).every(({ state }) => state === 'done'));
    expect((await actions()).slice(0, 2)).toEqual(['connection.resumed', 'connection.paused']);
  });

  it('have their deliveries sent again, once it is confirmed', async () => {
    await everythingDone(own.bridge.portal, own.probe);
    const { id } = await one();
    const path = `/api/connections/${id}/deliveries/again`;
    const { deliveries } = await admin.get<{ deliveries: { lane: string; seq: number }[] }>(
      `/api/connections/${id}/deliveries`,
    );
    const { lane = '', seq = 0 } = deliveries[0] ?? {};
    expect(await admin.refused('POST', path, { lane, seq })).toMatchObject({ status: 409, code: 'deliveries.confirm' });
    expect(await admin.send('POST', path, { lane, seq, isConfirmed: true })).toEqual({ done: true });
    expect(await admin.refused('POST', path, { lane: 'x', seq: 1, isConfirmed: true })).toMatchObject({ status: 404 });
    expect((await actions())[0]).toBe('delivery.sent_again');
  });

  it('show what the brain has scheduled, and let it be cancelled once', async () => {
    // Each message makes the brain schedule anew.
    await everythingDone(own.bridge.portal, own.probe);
    const { followUps } = await reader.get<{ followUps: { botCode: string; dialogId: string; id: string }[] }>(
      '/api/follow-ups',
    );
    expect(followUps).toMatchObject([{ botCode: 'bridge_assistant', id: 'remind' }]);
    const { botCode = '', dialogId = '', id = '' } = followUps[0] ?? {};
    const cancel = () => admin.send('POST', '/api/follow-ups/cancel', { botCode, dialogId, id });
    expect(await cancel()).toEqual({ isCancelled: true });
    expect(await cancel()).toEqual({ isCancelled: false });
    expect((await actions()).filter((action) => action === 'follow_up.cancelled')).toHaveLength(1);
  });

  it('are removed when no bot uses them, and leave nothing behind', async () => {
    const { id } = await one();
    expect(await admin.refused('DELETE', `/api/connections/${id}`)).toMatchObject({
      status: 409,
      code: 'connection.in_use',
    });
    await admin.send('PATCH', '/api/bots/bridge_assistant', { brain: 'echo' });
    expect(await admin.send('DELETE', `/api/connections/${id}`)).toEqual({ isLeft: null });
    expect(await list()).toEqual([]);
    for (const path of ['', '/figures', '/deliveries'].map((end) => `/api/connections/${id}${end}`)) {
      const method = path.endsWith(id) ? 'DELETE' : 'GET';
      expect(await admin.refused(method, path)).toMatchObject({ status: 404 });
    }
  });

  it('may be made before a bot answers with them', async () => {
    const { connection } = await admin.send<{ connection: ConnectionAnswer }>('POST', '/api/connections', {
      ...wish,
      botCode: null,
      title: '',
    });
    expect(connection).toMatchObject({ title: 'Formed', bots: [] });
    await admin.send('PATCH', '/api/bots/bridge_line', { connectionId: connection.id });
    expect((await one()).bots).toMatchObject([{ code: 'bridge_line' }]);
  });
});
