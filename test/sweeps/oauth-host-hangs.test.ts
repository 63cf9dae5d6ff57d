import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSealer, sha256 } from '../../src/lib/encryption.ts';
import { createUndiciClient } from '../../src/lib/http-engine-undici.ts';
import { createNetworkGuard } from '../../src/lib/network-guard.ts';
import { tokenContext } from '../../src/portals/token-context.ts';
import { inTransaction, openDatabase, type Pool } from '../../src/store/database.ts';
import { appLane } from '../../src/store/queue/lane-names.ts';
import { appendActions } from '../../src/store/queue/outbox.ts';
import { upsertPortal } from '../../src/store/tenants/portals.ts';
import { offerToken } from '../../src/store/tenants/tokens.ts';
import { install, until } from '../support/bridge.ts';
import { freePort } from '../support/free-port.ts';
import { type OwnBridge, type Said, sayToAssistant, startOwnBridge } from '../support/installed-bridge.ts';
import { everythingDone } from '../support/talk.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface HangingHost {
  readonly origin: string;
  /** Token requests that are under way. */
  readonly asked: () => number;
  readonly mostAsked: () => number;
  /** Breaks all connections, so that nobody has to wait for their end. */
  readonly cut: () => void;
}

/** Portals whose tokens have expired, and their OAuth host, which takes requests and never answers. */
async function startHangingHost(): Promise<HangingHost> {
  const hanging = new Set<ServerResponse>();
  let most = 0;
  const server: Server = createServer((request, answer) => {
    request.resume();
    if (request.url?.startsWith('/oauth/') === true) {
      hanging.add(answer);
      answer.on('close', () => hanging.delete(answer));
      most = Math.max(most, hanging.size);
      return;
    }
    answer.writeHead(401, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ error: 'expired_token', error_description: 'The access token provided has expired' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked: () => hanging.size,
    mostAsked: () => most,
    cut: () => server.closeAllConnections(),
  };
}

async function startBeside(host: HangingHost, settings: Readonly<Record<string, string>> = {}): Promise<OwnBridge> {
  const oauthPort = await freePort();
  const own = await startOwnBridge({
    portal: { oauthPort },
    extraHosts: [new URL(host.origin).host],
    settings: { B24_OAUTH_HOSTS: `http://127.0.0.1:${oauthPort},${host.origin}`, ...settings },
    timings: { oauthTimeoutMs: 2_000 },
  });
  cleanups.push(() => own.close());
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

function openOwnPool(own: OwnBridge): Pool {
  const db = openDatabase({ url: own.databaseUrl, poolSize: 2 });
  cleanups.push(() => db.destroy());
  return db;
}

/** Installed portals of that host, each with something to do for which its expired tokens have to be renewed. */
async function plantDuePortals(own: OwnBridge, db: Pool, host: HangingHost, count: number): Promise<void> {
  const sealer = createSealer({ current: own.bridge.appSecret });
  for (let at = 0; at < count; at += 1) {
    const portal = sha256(`due ${at}`).toString('hex').slice(0, 32);
    await upsertPortal(db, {
      portal,
      domain: new URL(host.origin).host,
      clientEndpoint: `${host.origin}/rest/`,
      serverEndpoint: `${host.origin}/rest/`,
      applicationTokenHash: sha256(`token ${at}`),
      scope: 'imbot',
      language: 'ru',
      isAdmin: true,
    });
    await offerToken(db, {
      portal,
      accessSealed: sealer.seal(`access ${at}`, tokenContext.access(portal)),
      refreshSealed: sealer.seal(`refresh ${at}`, tokenContext.refresh(portal)),
      expiresAt: new Date(),
      userId: '1',
      isAdmin: true,
    });
    const setUp = { target: 'app' as const, action: { type: 'set_up' as const }, botCode: null, dialogId: null };
    await inTransaction(db, (trx) => appendActions(trx, [{ portal, lane: appLane, ...setUp, trace: 'due' }]));
  }
}

describe('an OAuth host that hangs while 200 portals need it', () => {
  it('costs the endpoint nothing, and other portals are answered', async () => {
    const host = await startHangingHost();
    const own = await startBeside(host, { DATABASE_POOL: '6' });
    const { portal } = own.bridge;
    await plantDuePortals(own, openOwnPool(own), host, 200);
    await until(() => host.asked() > 0);
    const before = portal.deliveries().length;
    const said: Said[] = [];
    // One after the other, while requests hang all the time.
    while (said.length < 25) {
      await until(() => host.asked() > 0);
      said.push(sayToAssistant(own.bridge, `Слышно? ${said.length}`));
      await portal.idle();
    }
    const deliveries = portal.deliveries().slice(before);
    expect(deliveries.length).toBeGreaterThan(20);
    expect(deliveries.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    await until(() => said.every((one) => one.isAnswered()));
    // The share of one host, and the few probes of its circuit breaker while those hang.
    expect(host.mostAsked()).toBeLessThanOrEqual(20);
    // Nothing of those who wait became a dead letter, and none of it counts as an attempt that failed.
    expect(await own.probe.count(`select count(*) from outbox where state not in ('waiting', 'done')`)).toBe(0);
    expect(
      await own.probe.count(`select max(attempts) from lane where queue = 'outbox' and seq > done`),
    ).toBeLessThanOrEqual(1);
    const open = `select count(*) from pg_stat_activity where datname = current_database()
      and state like 'idle in transaction%' and state_change < now() - interval '1 second'`;
    expect(await own.probe.count(open)).toBe(0);
    host.cut();
  });
});

describe('the store', () => {
  it('lets no network call leave within one of its transactions', async () => {
    const host = await startHangingHost();
    const own = await startOwnBridge();
    cleanups.push(() => own.close());
    const db = openOwnPool(own);
    const http = createUndiciClient({
      guard: createNetworkGuard({ allowedPrivateHosts: [new URL(host.origin).host] }),
    });
    cleanups.push(() => http.close());
    const call = () => http.send({ method: 'GET', url: new URL(`${host.origin}/rest/`), timeoutMs: 2_000 });
    await expect(
      inTransaction(db, async (trx) => {
        await trx.raw('select 1');
        await call();
      }),
    ).rejects.toMatchObject({ code: 'internal.network_in_transaction' });
    expect((await call()).status).toBe(401);
  });
});
