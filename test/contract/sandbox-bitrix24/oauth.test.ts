/** The OAuth host: exchange, rotation, refusals, and app.info as proof of a token. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';

let portal: SandboxPortal;

beforeEach(async () => {
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
});

afterEach(async () => {
  await portal.close();
});

type Fields = Readonly<Record<string, string>>;

async function token(
  fields: Fields,
  verb: 'GET' | 'POST' = 'POST',
): Promise<{ status: number; json: Record<string, unknown> }> {
  const form = new URLSearchParams({ client_id: portal.clientId, client_secret: portal.clientSecret, ...fields });
  const url = `${portal.oauthOrigin}/oauth/token/`;
  const answer =
    verb === 'GET' ? await fetch(`${url}?${form.toString()}`) : await fetch(url, { method: 'POST', body: form });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

describe('token calls', () => {
  it('give a new refresh token each time and kill the old one', async () => {
    const first = portal.issueToken().refreshToken;
    const second = await token({ grant_type: 'refresh_token', refresh_token: first });
    expect(second.status).toBe(200);
    expect(second.json).toMatchObject({ user_id: portal.adminId, member_id: portal.memberId, expires_in: 3600 });
    expect(second.json['refresh_token']).not.toBe(first);
    expect(second.json['domain']).toBe(new URL(portal.oauthOrigin).host);
    const again = await token({ grant_type: 'refresh_token', refresh_token: first });
    expect(again).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const next = { grant_type: 'refresh_token', refresh_token: String(second.json['refresh_token']) };
    expect((await token(next, 'GET')).status).toBe(200);
  });

  it('exchange a code once and within thirty seconds, without expires and user_id', async () => {
    const code = portal.issueCode();
    const good = await token({ grant_type: 'authorization_code', code }, 'GET');
    expect(good.status).toBe(200);
    expect(Object.keys(good.json)).not.toContain('user_id');
    expect((await token({ grant_type: 'authorization_code', code })).json['error']).toBe('invalid_grant');
    const late = portal.issueCode();
    portal.skipTime(31_000);
    expect((await token({ grant_type: 'authorization_code', code: late })).json['error']).toBe('invalid_grant');
  });

  it('are refused for a wrong secret, a missing field, an unpaid app and a removed app', async () => {
    const { refreshToken } = portal.issueToken();
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect(await token({ ...fields, client_secret: 'wrong' })).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    });
    expect(await token({ grant_type: 'refresh_token' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
    portal.expirePayment();
    expect((await token(fields)).json['error']).toBe('PAYMENT_REQUIRED');
    portal.renewPayment();
    portal.uninstallApp();
    expect((await token(fields)).json['error']).toBe('invalid_client');
  });

  it('fail as ordered', async () => {
    const { refreshToken } = portal.issueToken();
    portal.fault.oauth({ kind: 'invalid_grant', times: 1 });
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await token(fields)).json['error']).toBe('invalid_grant');
    expect((await token(fields)).status).toBe(200);
  });
});

describe('app.info at the OAuth host', () => {
  const ask = (access: string) => fetch(`${portal.oauthOrigin}/rest/app.info?auth=${access}`);

  it('names the portal of a good token by its address alone, and refuses a bad one', async () => {
    const good = JSON.stringify(await (await ask(portal.issueToken().accessToken)).json());
    expect(good).toContain(portal.origin);
    for (const secret of [portal.memberId, portal.clientId]) expect(good).not.toContain(secret);
    expect((await ask('nonsense')).status).toBe(401);
  });

  it('names its id alone when told so', async () => {
    await portal.close();
    portal = await startSandboxPortal({ appInfoExtras: 'member_id' });
    portal.placeApp();
    const good = await (await ask(portal.issueToken().accessToken)).json();
    expect(good).toMatchObject({ result: { install: { uri: portal.origin, member_id: portal.memberId } } });
    expect(JSON.stringify(good)).not.toContain(portal.clientId);
  });

  it('names its id and the app when told so', async () => {
    await portal.close();
    portal = await startSandboxPortal({ appInfoExtras: 'full' });
    portal.placeApp();
    const good = await (await ask(portal.issueToken().accessToken)).json();
    const install = { uri: portal.origin, member_id: portal.memberId, client_id: portal.clientId };
    expect(good).toMatchObject({ result: { install } });
  });
});

describe('the token of another app of the same portal', () => {
  const nameOf = async (auth: string): Promise<unknown> => {
    const answer = await fetch(`${portal.restEndpoint}app.info?auth=${auth}`);
    const { result } = (await answer.json()) as { result: { ID: string; CODE: string } };
    return [result.ID, result.CODE];
  };

  it('is good at the portal, which names another app by it', async () => {
    const foreign = portal.issueForeignToken(portal.adminId);
    const ours = await nameOf(portal.issueToken().accessToken);
    expect(await nameOf(portal.issueToken(portal.addEmployee({ name: 'Кто-то' }).id).accessToken)).toEqual(ours);
    expect(await nameOf(foreign.accessToken)).not.toEqual(ours);
    expect(await nameOf(portal.issueForeignToken(portal.adminId, 'app.third').accessToken)).not.toEqual(ours);
  });

  it('cannot be traded in with our secret', async () => {
    const { refreshToken } = portal.issueForeignToken(portal.adminId);
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await token(fields)).json['error']).toBe('invalid_grant');
  });
});

describe('the browser side of OAuth', () => {
  it('comes back to the card address with a code that can be exchanged', async () => {
    portal.setCard({ redirectUri: 'http://127.0.0.1:9/back' });
    portal.placeApp();
    const start = `${portal.origin}/oauth/authorize/?client_id=${portal.clientId}&state=abc`;
    const answer = await fetch(start, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('abc');
    const code = back.searchParams.get('code') ?? '';
    expect((await token({ grant_type: 'authorization_code', code })).status).toBe(200);
  });
});
