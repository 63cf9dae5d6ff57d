/** What the provider of tokens does with portals that refuse everything, on the database alone. */
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FreshTokens, OAuthClient } from '../../../src/bitrix24/rest/oauth-client.ts';
import type { PortalAccess } from '../../../src/bitrix24/rest/portal-access.ts';
import { RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';
import { tokenContext } from '../../../src/portals/token-context.ts';
import { type ClosableTokenProvider, createTokenProvider } from '../../../src/portals/token-provider.ts';
import type { Pool } from '../../../src/store/database.ts';
import { captureLog } from '../../support/captured-log.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

const sealer = createSealer({ current: randomBytes(32) });
const unpaid = new RemoteRefused({ code: 'bitrix24.payment_required', status: 402, message: 'no' });

let db: Pool;
let portal: string;
let count = 0;
let log: ReturnType<typeof captureLog>;
let exchanges: number;
let fresh: () => Promise<FreshTokens>;

useOwnDatabase((own) => {
  db = own;
});

/** A provider as a process of its own has it: nothing is remembered from another one. */
function provider(): ClosableTokenProvider {
  const oauth = {
    refresh() {
      exchanges += 1;
      return fresh();
    },
  } as unknown as OAuthClient;
  const guard = createNetworkGuard({ allowedPrivateHosts: [] });
  return createTokenProvider({ db, portals: { forget: () => undefined }, sealer, oauth, guard, log: log.log });
}

const row = () => db('portal_token').where({ portal }).first();
const stateOf = async (): Promise<unknown> => (await db('portal').where({ portal }).first('state'))?.state;
const access = (accessToken = 'access', more: Partial<PortalAccess> = {}): PortalAccess => {
  return { portal, endpoint: 'https://a.example/rest/', accessToken, clientId: null, ...more };
};
const endHoldNow = () =>
  db('portal_token')
    .where({ portal })
    .update({ backoff_until: db.raw("now() - interval '1 s'") });

beforeEach(async () => {
  count += 1;
  portal = `portal-${count}`;
  log = captureLog();
  exchanges = 0;
  fresh = () => Promise.reject(unpaid);
  await addBarePortal(db, portal, {
    client_endpoint: 'https://a.example/rest/',
    server_endpoint: 'https://oauth.example/rest/',
    state: 'installed',
  });
  await db('portal_token').insert({
    portal,
    access_sealed: sealer.seal('access', tokenContext.access(portal)),
    refresh_sealed: sealer.seal('refresh', tokenContext.refresh(portal)),
    expires_at: new Date(),
    user_id: '1',
    is_admin: true,
  });
});

describe('a portal that refuses everything', () => {
  it('is left alone for five minutes, and every process says why', async () => {
    const tokens = provider();
    expect(await tokens.current(portal)).toMatchObject({ accessToken: 'access' });
    expect(await tokens.suspended(access(), unpaid)).toBe(unpaid);
    expect(await stateOf()).toBe('suspended');
    const reason = { code: unpaid.code, retry: { afterMs: 60_000 } };
    for (const one of [tokens, provider()]) await expect(one.current(portal)).rejects.toMatchObject(reason);
    const { left } = await db('portal_token')
      .where({ portal })
      .first(db.raw('extract(epoch from backoff_until - now()) as left'));
    expect(Number(left)).toBeGreaterThan(200);
    expect(Number(left)).toBeLessThanOrEqual(300);
  });

  it('is told once, and not held longer by calls that were under way', async () => {
    const tokens = provider();
    await tokens.suspended(access(), unpaid);
    const before = (await row())?.backoff_until;
    await tokens.suspended(access(), unpaid);
    expect((await row())?.backoff_until).toEqual(before);
    expect(log.text().split('the portal is suspended')).toHaveLength(2);
  });

  it('is held anew by the call that tried it, and by a refusal after the hold', async () => {
    const tokens = provider();
    await tokens.suspended(access(), unpaid);
    const first = (await row())?.backoff_until;
    await tokens.suspended(access('access', { isProbe: true }), unpaid);
    const second = (await row())?.backoff_until;
    expect(second.getTime()).toBeGreaterThan(first.getTime());
    await endHoldNow();
    await tokens.suspended(access(), unpaid);
    expect((await row())?.backoff_until.getTime()).toBeGreaterThan(second.getTime());
  });

  it('is not held because of tokens that somebody has replaced', async () => {
    expect(await provider().suspended(access('former'), unpaid)).toMatchObject({ code: 'bitrix24.tokens_changed' });
    expect(await stateOf()).toBe('installed');
    expect((await row())?.backoff_code).toBeNull();
  });

  it('is tried by one caller after the hold, and by no other meanwhile', async () => {
    await provider().suspended(access(), unpaid);
    await endHoldNow();
    expect(await provider().current(portal)).toMatchObject({ isProbe: true, accessToken: 'access' });
    await expect(provider().current(portal)).rejects.toMatchObject({ code: unpaid.code });
    await provider().recovered(access());
    expect(await stateOf()).toBe('installed');
    expect(await provider().current(portal)).not.toHaveProperty('isProbe');
  });

  it('is asked for no new pair while it is held, but for the call that tries it', async () => {
    await provider().suspended(access(), unpaid);
    await expect(provider().renew(portal, access(), 'refused')).rejects.toMatchObject({ code: unpaid.code });
    expect(exchanges).toBe(0);
    await expect(provider().renew(portal, access('access', { isProbe: true }), 'refused')).rejects.toBe(unpaid);
    expect(exchanges).toBe(1);
  });
});

describe('a portal without the app', () => {
  it.each(['uninstalled', 'without tokens'])('has no tokens to give (%s)', async (how) => {
    if (how === 'uninstalled') await db('portal').where({ portal }).update({ state: 'uninstalled' });
    else await db('portal_token').where({ portal }).delete();
    await expect(provider().current(portal)).rejects.toMatchObject({ code: 'bitrix24.not_installed' });
    await expect(provider().renew(portal, access(), 'refused')).rejects.toMatchObject({
      code: 'bitrix24.not_installed',
    });
    await provider().recovered(access());
    expect(await stateOf()).toBe(how === 'uninstalled' ? 'uninstalled' : 'installed');
  });
});

const next = (): Promise<FreshTokens> =>
  Promise.resolve({
    accessToken: 'next',
    refreshToken: 'r',
    expiresAt: new Date(Date.now() + 3_600_000),
    clientEndpoint: new URL('https://a.example/rest/'),
    memberId: portal,
    userId: null,
  });

describe('an exchange', () => {
  it('is made once for all callers of a process, and gives another pair brought meanwhile', async () => {
    fresh = next;
    const tokens = provider();
    const [one, other] = await Promise.all([1, 2].map(() => tokens.renew(portal, access(), 'refused')));
    expect(one).toMatchObject({ accessToken: 'next' });
    expect(other).toEqual(one);
    expect(exchanges).toBe(1);
    expect(await provider().renew(portal, access(), 'refused')).toMatchObject({ accessToken: 'next' });
    expect(exchanges).toBe(1);
    await tokens.idle();
  });

  it('that fails because the OAuth host is away says nothing against the portal', async () => {
    fresh = () => Promise.reject(new RemoteUnreachable({ code: 'http.timeout', message: 'late' }));
    await expect(provider().renew(portal, access(), 'refused')).rejects.toMatchObject({ retry: 'backoff' });
    expect(await stateOf()).toBe('installed');
    expect((await row())?.backoff_code).toBeNull();
  });

  it('is stored once the database is back: the new pair is the only one there is', async () => {
    fresh = next;
    await db.raw('create sequence attempts');
    await db.raw(`create function away_twice() returns trigger language plpgsql as $$
      begin if nextval('attempts') <= 2 then raise exception 'shutting down' using errcode = '57P01'; end if; return new; end $$`);
    await db.raw(
      'create trigger away before update of refresh_sealed on portal_token for each row execute function away_twice()',
    );
    try {
      expect(await provider().renew(portal, access(), 'refused')).toMatchObject({ accessToken: 'next' });
    } finally {
      await db.raw('drop trigger away on portal_token');
    }
    expect(exchanges).toBe(1);
    expect(await provider().current(portal)).toMatchObject({ accessToken: 'next' });
  });
});
