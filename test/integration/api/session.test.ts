import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppFacts, RenewedSession } from '../../../src/api/schemas/app.ts';
import { type PageSession, sealSession } from '../../../src/http/page-session.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { type ApiClient, apiClient, openApi } from '../../support/api-client.ts';
import { install } from '../../support/bridge.ts';
import { everythingDone } from '../../support/talk.ts';
import { startTwoPortals, type TwoPortals } from '../../support/two-portals.ts';

let own: TwoPortals;
let admin: ApiClient;

beforeAll(async () => {
  own = await startTwoPortals();
  await install(own.bridge);
  await own.installOther();
  await everythingDone(own.bridge.portal, own.probe);
  admin = await openApi(own.bridge.url, own.bridge.portal);
});

afterAll(() => own.close());

const hour = 3_600_000;

function sealed(changes: Partial<PageSession> = {}): string {
  const now = Date.now();
  const session: PageSession = {
    portal: own.bridge.portal.memberId,
    userId: '1',
    userName: 'Иван',
    isAdmin: true,
    language: 'ru',
    openedAt: now,
    since: now,
    ...changes,
  };
  return sealSession(createSealer({ current: own.bridge.appSecret }), session);
}

describe("the session of the pages' API", () => {
  it('knows the visitor, the portal and the brains', async () => {
    const facts = await admin.get<AppFacts>('/api/app');
    expect(facts.visitor).toMatchObject({ role: 'admin', language: 'ru', userId: expect.stringMatching(/^\d+$/) });
    expect(facts.visitor.name).not.toBe('');
    expect(facts.portal).toMatchObject({
      domain: own.bridge.portal.domain,
      state: 'installed',
      appProblem: null,
      setUpProblem: null,
      setUpAt: expect.any(String),
    });
    const names = Object.fromEntries(facts.brains.map((brain) => [brain.name, brain]));
    expect(names['echo']).toMatchObject({ needsAccount: false, hasForm: false, connectPath: null });
    expect(names['metabot']).toMatchObject({ needsAccount: true, hasForm: true });
    expect(names['messagegateway']?.connectPath).toMatch(/^\/messagegateway\//);
    expect(facts.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is needed: nothing is answered without one, by a cookie or by an address', async () => {
    const { url } = own.bridge;
    const attempts = [
      await fetch(`${url}/api/app`),
      await fetch(`${url}/api/app?session=${admin.session}`),
      await fetch(`${url}/api/app`, {
        headers: { cookie: `session=${admin.session}; Authorization=${admin.session}` },
      }),
      await fetch(`${url}/api/app`, { headers: { authorization: `Basic ${admin.session}` } }),
      await fetch(`${url}/api/nothing`),
    ];
    for (const answer of attempts) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(await answer.json()).toMatchObject({ error: { code: 'page.session_over' } });
    }
  });

  it.each([
    [
      'of another key',
      () =>
        sealSession(createSealer({ current: Buffer.alloc(32, 7) }), {
          portal: own.bridge.portal.memberId,
          userId: '1',
          userName: '',
          isAdmin: true,
          language: 'en',
          openedAt: Date.now(),
          since: Date.now(),
        }),
    ],
    [
      'made up',
      () => Buffer.from(JSON.stringify({ portal: own.bridge.portal.memberId, isAdmin: true })).toString('base64url'),
    ],
    ['changed in one byte', () => `${sealed().slice(0, -2)}AA`],
    ['not renewed for two hours', () => sealed({ since: Date.now() - 2 * hour })],
    ['renewed again and again for twelve hours', () => sealed({ openedAt: Date.now() - 12 * hour })],
    ['of a portal that was erased', () => sealed({ portal: 'f'.repeat(32) })],
  ])('is refused: %s', async (_what, make) => {
    const client = apiClient(own.bridge.url, make());
    expect(await client.refused('GET', '/api/app')).toMatchObject({ status: 401, code: 'page.session_over' });
    expect(await client.refused('POST', '/api/session')).toMatchObject({ status: 401, code: 'page.session_over' });
    expect(await client.refused('PATCH', '/api/bots/bridge_line', { name: 'X' })).toMatchObject({ status: 401 });
  });

  it('is renewed, but not beyond twelve hours after the page was opened', async () => {
    const openedAt = Date.now() - 11 * hour;
    const client = apiClient(
      own.bridge.url,
      sealed({ openedAt, since: Date.now() - 1.9 * hour, isAdmin: false, userId: '77' }),
    );
    const renewed = await client.send<RenewedSession>('POST', '/api/session');
    expect(Date.parse(renewed.until)).toBe(openedAt + 12 * hour);
    expect(Date.parse(renewed.lastRenewalBefore)).toBe(openedAt + 12 * hour);
    const facts = await apiClient(own.bridge.url, renewed.session).get<AppFacts>('/api/app');
    // Nobody becomes more by it.
    expect(facts.visitor).toMatchObject({ userId: '77', role: 'none' });
  });

  it('reaches its own portal only', async () => {
    const other = await openApi(own.bridge.url, own.other);
    const before = await admin.get<{ bots: { name: string }[] }>('/api/bots');
    await other.send('PATCH', '/api/bots/bridge_line', { name: 'Чужое имя' });
    expect(await admin.get('/api/bots')).toEqual(before);
    const ofOther = await other.get<{ entries: { action: string }[] }>('/api/audit');
    expect(ofOther.entries.map(({ action }) => action)).toEqual(['bot.changed']);
    expect((await admin.get<{ entries: unknown[] }>('/api/audit')).entries).toEqual([]);
  });
});

describe('who may read', () => {
  it('nobody but administrators, until one of them says so, and only to read', async () => {
    const { portal, url } = own.bridge;
    const userId = portal.addEmployee({ name: 'Нина Читательница' }).id;
    const employee = await openApi(url, portal, userId);
    const role = async () => (await employee.get<AppFacts>('/api/app')).visitor.role;
    expect(await employee.get<AppFacts>('/api/app')).toMatchObject({
      visitor: { role: 'none' },
      portal: null,
      brains: [],
    });
    expect(await employee.refused('GET', '/api/bots')).toMatchObject({ status: 403, code: 'page.not_allowed' });

    await admin.send('PUT', '/api/readers', { readers: [String(userId)] });
    expect(await role()).toBe('reader');
    await employee.get('/api/bots');
    expect(await employee.refused('PATCH', '/api/bots/bridge_line', { name: 'X' })).toMatchObject({ status: 403 });
    expect(await employee.refused('PUT', '/api/readers', { readers: 'everyone' })).toMatchObject({ status: 403 });
    expect(await employee.refused('GET', '/api/audit')).toMatchObject({ status: 403 });

    await admin.send('PUT', '/api/readers', { readers: ['999999'] });
    expect(await role()).toBe('none');
    await admin.send('PUT', '/api/readers', { readers: 'everyone' });
    expect(await role()).toBe('reader');
    await admin.send('PUT', '/api/readers', { readers: 'nobody' });
    expect(await role()).toBe('none');
    const { entries } = await admin.get<{ entries: { action: string; details: unknown; userName: string }[] }>(
      '/api/audit',
    );
    expect(entries.map(({ action }) => action)).toEqual([
      'readers.changed',
      'readers.changed',
      'readers.changed',
      'readers.changed',
    ]);
    expect(entries.at(-1)).toMatchObject({
      details: { from: { readers: 'nobody' }, to: { readers: [String(userId)] } },
    });
  });

  it("of somebody who may change nothing uses up nobody else's changes", async () => {
    const { url, portal } = own.bridge;
    const employee = await openApi(url, portal, portal.addEmployee({ name: 'Настойчивый' }).id);
    for (let round = 0; round < 13; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => employee.call('POST', '/api/session')));
    }
    await employee.call('POST', '/api/setup/orders');
    await admin.send('POST', '/api/session');
    expect((await admin.call('PATCH', '/api/setup/wizard', {})).status).toBe(200);
  });
});

describe('the role of whoever has a page open', () => {
  it('is confirmed by the portal within the hour, or nothing is changed; reading goes on', async () => {
    const { url, portal } = own.bridge;
    const anna = portal.addEmployee({ name: 'Анна Бывшая', admin: true }).id;
    const tokenOf = (userId: number): string =>
      new URLSearchParams(portal.appPageForm({ userId }).body).get('AUTH_ID') ?? '';
    const change = { retentionDays: 20 };
    const over = { status: 401, code: 'page.session_over' };
    const renew = async (client: ApiClient, accessToken?: string): Promise<ApiClient> => {
      const body = accessToken === undefined ? undefined : { accessToken };
      return apiClient(url, (await client.send<RenewedSession>('POST', '/api/session', body)).session);
    };
    const roleOf = async (client: ApiClient) => (await client.get<AppFacts>('/api/app')).visitor.role;

    const long = sealed({ userId: String(anna), openedAt: Date.now() - 61 * 60_000 });
    let client = apiClient(url, long);
    expect(await client.refused('PATCH', '/api/settings', change)).toMatchObject(over);
    await client.get('/api/settings');
    // A file of all that is stored is more than a page.
    expect(await client.refused('GET', '/api/export')).toMatchObject(over);
    // Neither a renewal without a token confirms it, nor one of somebody else, nor one that the portal does not know.
    for (const token of [undefined, tokenOf(portal.adminId), 'x'.repeat(70)]) {
      client = await renew(client, token);
      expect(await client.refused('PATCH', '/api/settings', change)).toMatchObject(over);
      expect(await roleOf(client)).toBe('admin');
    }
    // Nor a portal that does not answer.
    portal.fault.rest({ method: 'profile', kind: '500', times: 1 });
    client = await renew(client, tokenOf(anna));
    expect(await client.refused('PATCH', '/api/settings', change)).toMatchObject(over);
    expect(await roleOf(client)).toBe('admin');

    client = await renew(client, tokenOf(anna));
    await client.send('PATCH', '/api/settings', change);
    // One call of the portal for each renewal with a token, none for a request.
    const asked = (): number => portal.calls().filter(({ method }) => method === 'profile').length;
    const before = asked();
    await client.send('PATCH', '/api/settings', { retentionDays: 21 });
    expect(asked()).toBe(before);

    portal.setAdmin(anna, false);
    client = await renew(client, tokenOf(anna));
    expect(await roleOf(client)).toBe('none');
    expect(await client.refused('PATCH', '/api/settings', change)).toMatchObject({ status: 403 });
    // Nobody becomes more than he was when the page was opened.
    portal.setAdmin(anna, true);
    client = await renew(client, tokenOf(anna));
    expect(await roleOf(client)).toBe('none');
  });
});
