import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PageForm } from '../../../sandbox/bitrix24/app-life.ts';
import { install } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { formBody, postEvent, recordedPairs } from '../../support/event-bodies.ts';
import { expectToAnswer } from '../../support/installed-bridge.ts';
import { readPageData } from '../../support/page-data.ts';
import { everythingDone } from '../../support/talk.ts';
import { startTwoPortals, type TwoPortals } from '../../support/two-portals.ts';

/** The app is installed in neither portal of it, and no test may change that: they share it. */
let two: TwoPortals;
/** Of that app and of those which a test starts for itself. */
const log = captureLog();
let loggedBefore = 0;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  two = await startTwoPortals({ log: log.log });
  two.other.placeApp();
});
afterAll(() => two.close());

beforeEach(() => {
  loggedBefore = log.text().length;
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What was logged in this test. */
const logged = (): string => log.text().slice(loggedBefore);

/** A working portal, beside one that the attacker owns. */
async function startInstalledBesideOther(): Promise<TwoPortals> {
  const own = await startTwoPortals();
  cleanups.push(() => own.close());
  own.other.placeApp();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

interface Twist {
  readonly query?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Posts a page form with some of its fields exchanged. */
async function postTwisted(form: PageForm, twist: Twist): Promise<{ status: number; html: string }> {
  const url = new URL(form.url);
  for (const [name, value] of Object.entries(twist.query ?? {})) url.searchParams.set(name, value);
  const body = new URLSearchParams({ ...form.fields, ...twist.fields });
  const answer = await fetch(url, { method: 'POST', body });
  return { status: answer.status, html: await answer.text() };
}

/** The server an attacker would like to be asked; counts who asked. */
async function attackersServer(): Promise<{ origin: string; asked: () => number }> {
  let asked = 0;
  const server: Server = createServer((_request, answer) => {
    asked += 1;
    answer.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

/** Refused with a page that says so, nothing stored, nothing secret told. */
async function expectRefused(answer: { status: number; html: string }, secrets: readonly string[]): Promise<void> {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  const { session, problem } = readPageData(answer.html);
  expect(session).toBeNull();
  expect(problem).not.toBeNull();
  expect(await two.probe.rowCounts()).toEqual({});
  for (const secret of secrets.filter((text) => text.length >= 16)) {
    expect(logged()).not.toContain(secret);
    expect(answer.html).not.toContain(secret);
  }
}

const tokensOf = (form: PageForm): string[] =>
  ['AUTH_ID', 'REFRESH_ID', 'APPLICATION_TOKEN'].map((name) => form.fields[name] ?? '');

describe('a forged installer page', () => {
  it.each<readonly [string, () => Promise<Twist>]>([
    ['an access token nobody knows', async () => ({ fields: { AUTH_ID: 'a'.repeat(70) } })],
    ['the access token of another portal', async () => ({ fields: { AUTH_ID: two.other.issueToken().accessToken } })],
    ['the id of another portal', async () => ({ fields: { member_id: two.other.memberId } })],
    ['the address of another portal', async () => ({ query: { DOMAIN: two.other.domain } })],
    [
      'an OAuth host of its own',
      async () => ({ fields: { SERVER_ENDPOINT: `${(await attackersServer()).origin}/rest/` } }),
    ],
    [
      'an OAuth host that only looks like ours',
      async () => ({ fields: { SERVER_ENDPOINT: 'https://oauth.bitrix.info.evil.example/rest/' } }),
    ],
    [
      'an OAuth host with credentials',
      async () => ({ fields: { SERVER_ENDPOINT: 'https://oauth.bitrix.info@evil.example/rest/' } }),
    ],
    ['an address in the private network', async () => ({ query: { DOMAIN: '10.0.0.5' } })],
    ['the address of the machine itself', async () => ({ query: { DOMAIN: 'localhost:8080' } })],
    ['the address of cloud metadata', async () => ({ query: { DOMAIN: '169.254.169.254', PROTOCOL: '0' } })],
    [
      'plain http to an address that is not allowed',
      async () => ({ query: { DOMAIN: 'portal.example.com', PROTOCOL: '0' } }),
    ],
    [
      'an address with a path and credentials',
      async () => ({ query: { DOMAIN: `user:pass@${two.other.domain}/x?y=` } }),
    ],
    ['an impossible portal id', async () => ({ fields: { member_id: '../../etc/passwd' } })],
    ['an empty portal id', async () => ({ fields: { member_id: '' } })],
  ])('with %s is refused and leaves nothing', async (_name, twistOf) => {
    const form = two.bridge.portal.installPageForm();
    const twist = await twistOf();
    const secrets = [...tokensOf(form), twist.fields?.['AUTH_ID'] ?? '', two.bridge.portal.clientSecret];
    await expectRefused(await postTwisted(form, twist), secrets);
  });

  it.each(['none', 'member_id', 'full'] as const)(
    'in which all fits but the tokens, which are those of another app, is refused (app.info: %s)',
    async (appInfoExtras) => {
      const clientId = 'app.0123456789abcd.87654321';
      const mixed = await startTwoPortals({ second: { clientId, appInfoExtras }, log: log.log });
      cleanups.push(() => mixed.close());
      const form = mixed.other.installPageForm();
      const answer = await postTwisted(form, {});
      expect([400, 401, 403]).toContain(answer.status);
      expect(readPageData(answer.html).session).toBeNull();
      expect(await mixed.probe.rowCounts()).toEqual({});
      for (const secret of tokensOf(form)) expect(logged()).not.toContain(secret);
    },
  );

  it('never calls a server the page names', async () => {
    const { origin, asked } = await attackersServer();
    const form = two.bridge.portal.installPageForm();
    await postTwisted(form, { fields: { SERVER_ENDPOINT: `${origin}/rest/` } });
    await postTwisted(form, { query: { DOMAIN: new URL(origin).host } });
    await postTwisted(form, { query: { DOMAIN: new URL(origin).host, PROTOCOL: '1' } });
    expect(asked()).toBe(0);
    expect(await two.probe.rowCounts()).toEqual({});
  });

  it('changes nothing of a portal that works', async () => {
    const { bridge, probe, other } = await startInstalledBesideOther();
    const before = await probe.rows('select domain, application_token_hash, state from portal');
    const tokens = await probe.rows('select * from portal_token');
    // Everything of the working portal, but with the tokens of one that the attacker owns.
    const own = other.issueToken();
    const answer = await postTwisted(bridge.portal.installPageForm(), {
      fields: { AUTH_ID: own.accessToken, REFRESH_ID: own.refreshToken, APPLICATION_TOKEN: 'f'.repeat(32) },
    });
    expect(answer.status).toBe(403);
    // Or the other way round: his own portal claiming the id of the working one.
    const claim = await postTwisted(other.installPageForm(), { fields: { member_id: bridge.portal.memberId } });
    expect(claim.status).toBe(403);
    expect(await probe.rows('select domain, application_token_hash, state from portal')).toEqual(before);
    expect(await probe.rows('select * from portal_token')).toEqual(tokens);
    await expectToAnswer(bridge);
  });

  it.each(['none', 'member_id'] as const)(
    'is refused as well where app.info says little (%s)',
    async (appInfoExtras) => {
      const poor = await startTwoPortals({ first: { appInfoExtras }, second: { appInfoExtras } });
      cleanups.push(() => poor.close());
      poor.other.placeApp();
      const stranger = poor.other.issueToken();
      const form = poor.bridge.portal.installPageForm();
      const wrongs: readonly Twist[] = [
        { fields: { member_id: poor.other.memberId } },
        { query: { DOMAIN: poor.other.domain } },
        { fields: { AUTH_ID: stranger.accessToken } },
        { fields: { REFRESH_ID: stranger.refreshToken } },
      ];
      for (const twist of wrongs) {
        const answer = await postTwisted(form, twist);
        expect([400, 401, 403], JSON.stringify(Object.keys(twist.fields ?? twist.query ?? {}))).toContain(
          answer.status,
        );
      }
      expect(await poor.probe.rowCounts()).toEqual({});
    },
  );
});

describe('a forged ONAPPINSTALL', () => {
  it.each<readonly [string, () => Record<string, string>]>([
    ['tokens nobody knows', () => ({})],
    [
      'the tokens of another portal',
      () => {
        const { accessToken, refreshToken } = two.other.issueToken();
        return { 'auth[access_token]': accessToken, 'auth[refresh_token]': refreshToken };
      },
    ],
    [
      'a private address',
      () => ({ 'auth[domain]': '192.168.0.1', 'auth[client_endpoint]': 'https://192.168.0.1/rest/' }),
    ],
    ['a foreign OAuth host', () => ({ 'auth[server_endpoint]': 'https://evil.example/rest/' })],
  ])('with %s is refused and leaves nothing', async (_name, changes) => {
    const { portal, url } = two.bridge;
    const body = formBody(recordedPairs('app-onappinstall'), {
      'auth[member_id]': portal.memberId,
      'auth[domain]': portal.domain,
      'auth[client_endpoint]': portal.restEndpoint,
      'auth[server_endpoint]': `${portal.oauthOrigin}/rest/`,
      ...changes(),
    });
    const answer = await postEvent(url, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await answer.text();
    expect(await two.probe.rowCounts()).toEqual({});
  });

  it('does not give a working portal another application token', async () => {
    const { bridge } = await startInstalledBesideOther();
    const body = formBody(recordedPairs('app-onappinstall'), {
      'auth[member_id]': bridge.portal.memberId,
      'auth[domain]': bridge.portal.domain,
      'auth[client_endpoint]': bridge.portal.restEndpoint,
      'auth[server_endpoint]': `${bridge.portal.oauthOrigin}/rest/`,
      'auth[application_token]': 'f'.repeat(32),
    });
    expect((await postEvent(bridge.url, body)).status).toBe(403);
    await expectToAnswer(bridge);
  });
});
