import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import type { Check } from '../../../src/doctor/check.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { tokenContext, webhookUser } from '../../../src/portals/token-context.ts';
import { install } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';
import { environmentOf, runCli } from './run-cli.ts';

let own: OwnBridge | undefined;

/** Started anew for each test: the doctor looks at everything, so nothing may be left from the one before. */
async function start(
  portal: SandboxPortalOptions = {},
  isInstalled = true,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnBridge> {
  own = await startOwnBridge({ portal, settings });
  if (isInstalled) {
    await install(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
  }
  return own;
}

beforeEach(() => {
  own = undefined;
});

afterEach(() => own?.close());

interface Diagnosis {
  readonly code: number;
  readonly checks: readonly Check[];
}

async function examine(bridge: OwnBridge, change: Readonly<Record<string, string>> = {}): Promise<Diagnosis> {
  const ran = await runCli({ ...environmentOf(bridge), ...change }, ['doctor', '--json']);
  const { isHealthy, checks } = ran.json<{ isHealthy: boolean; checks: readonly Check[] }>();
  expect(isHealthy).toBe(ran.code === 0);
  return { code: ran.code, checks };
}

const wrongs = ({ checks }: Diagnosis): string[] =>
  checks.filter((check) => check.verdict === 'wrong').map((check) => check.subject);

describe('doctor', () => {
  it('finds nothing wrong with an installation that works', async () => {
    const bridge = await start();
    const { code, checks } = await examine(bridge);
    expect(checks.filter((check) => check.verdict !== 'ok')).toEqual([]);
    expect(code).toBe(0);
    expect(checks.map((check) => check.subject)).toEqual(
      expect.arrayContaining([
        'settings',
        'database',
        'public address',
        'event address',
        'tokens',
        'installation',
        'payment',
        'scopes',
        'events',
        'bot bridge_line',
        'brain of bridge_line',
        'clock',
        'dead letters',
      ]),
    );
    const { out } = await runCli(environmentOf(bridge), ['doctor']);
    expect(out).toContain('Nothing is wrong.');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('finds the same on an older portal without imbot.v2', async () => {
    expect(wrongs(await examine(await start({ v2: false })))).toEqual([]);
  });

  it('knows an installation that was not finished and a payment that expired', async () => {
    const bridge = await start();
    bridge.bridge.portal.updateApp({ version: 2 });
    bridge.bridge.portal.expirePayment();
    const found = await examine(bridge);
    expect(found.code).toBe(1);
    expect(wrongs(found)).toEqual(expect.arrayContaining(['installation', 'payment']));
    for (const check of found.checks) expect(check.verdict === 'ok' || check.mend !== null).toBe(true);
  });

  it('knows a scope that was not granted', async () => {
    const found = await examine(await start({ scope: ['imbot'] }));
    expect(found.checks.find((check) => check.subject === 'scopes')?.found).toBe('missing: imopenlines');
  });

  it('knows events that go to the address of yesterday, and an address where no app is', async () => {
    const bridge = await start();
    const elsewhere = `http://127.0.0.1:${await freePort()}`;
    const found = await examine(bridge, { PUBLIC_URL: elsewhere });
    expect(wrongs(found)).toEqual(['public address', 'events']);
    expect(found.checks.find((check) => check.subject === 'events')?.found).toContain(bridge.bridge.url);
  });

  it('knows a clock that differs', async () => {
    const bridge = await start();
    bridge.bridge.portal.skipTime(120_000);
    expect(wrongs(await examine(bridge))).toEqual(['clock']);
  });

  it('knows a bot that the portal has lost, one a person deleted, and one whose brain is gone', async () => {
    const bridge = await start();
    await bridge.probe.rows(`update bot set bot_id = '999999' where code = 'bridge_line'`);
    await bridge.probe.rows(`update bot set state = 'deleted', bot_id = null where code = 'bridge_supervisor'`);
    await bridge.probe.rows(`update bot set brain = 'forgotten' where code = 'bridge_assistant'`);
    expect(wrongs(await examine(bridge)).sort()).toEqual([
      'bot bridge_line',
      'bot bridge_supervisor',
      'brain of bridge_assistant',
    ]);
  });

  it('knows tokens that are too old, and what is a dead letter', async () => {
    const bridge = await start();
    await bridge.probe.rows(`update portal_token set refreshed_at = now() - interval '181 days'`);
    await bridge.probe.rows(`update outbox set state = 'dead_letter' where target = 'app'`);
    expect(wrongs(await examine(bridge)).sort()).toEqual(['dead letters', 'tokens']);
  });

  it('asks a portal in webhook mode nothing that only an app may ask', async () => {
    const bridge = await start();
    const { portal, appSecret } = bridge.bridge;
    const sealer = createSealer({ current: appSecret });
    await bridge.probe.rows('update portal_token set access_sealed = $1, refresh_sealed = $2, user_id = $3', [
      sealer.seal(portal.webhook, tokenContext.access(portal.memberId)),
      sealer.seal(portal.clientId, tokenContext.refresh(portal.memberId)),
      webhookUser,
    ]);
    // These bots belong to the app, not to the webhook; the first API lists them all the same.
    await bridge.probe.rows('update portal set has_imbot_v2 = false');
    const found = await examine(bridge);
    const subjects = found.checks.map((check) => check.subject);
    expect(subjects).toEqual(expect.arrayContaining(['mode', 'scopes', 'clock']));
    for (const subject of ['installation', 'payment', 'events']) expect(subjects).not.toContain(subject);
    expect(wrongs(found)).toEqual([]);
    expect(JSON.stringify(found)).not.toContain(portal.webhook);
  });

  it('knows a queue that nobody works', async () => {
    const bridge = await start({}, false, { ROLES: 'web' });
    await bridge.probe.rows(
      `insert into lane (portal, queue, key, seq, ready_at) values ('p', 'inbox', 'bot/1', 3, now() - interval '5 minutes')`,
    );
    const found = await examine(bridge);
    expect(wrongs(found)).toEqual(['inbox']);
    expect(found.checks.find((check) => check.subject === 'inbox')?.found).toMatch(
      /^3 waiting, the oldest ready for 30\d s/,
    );
  });

  it('says when the portal cannot be asked, and asks no further', async () => {
    const bridge = await start();
    bridge.bridge.portal.expireTokens();
    bridge.bridge.portal.fault.oauth({ times: 50, kind: 'invalid_grant' });
    const found = await examine(bridge);
    expect(wrongs(found)).toContain('the portal itself');
    expect(found.checks.find((check) => check.subject === 'the portal itself')?.mend).toContain('administrator');
  });

  it('lists every wrong setting and looks at the rest all the same', async () => {
    const bridge = await start();
    const found = await examine(bridge, { B24_CLIENT_ID: '', PORT: 'many' });
    const settings = found.checks.find((check) => check.subject === 'settings');
    expect(settings?.found).toContain('B24_CLIENT_ID: is missing');
    expect(settings?.found).toContain('PORT');
    expect(found.checks.find((check) => check.subject === 'database')?.verdict).toBe('ok');
    expect(found.checks.find((check) => check.subject === 'the portal itself')?.verdict).toBe('unknown');
  });

  it('says when the database is away', async () => {
    const bridge = await start({}, false);
    const found = await examine(bridge, { DATABASE_URL: `postgres://x@127.0.0.1:${await freePort()}/x` });
    expect(wrongs(found)).toEqual(['database']);
  });

  it('says when nobody has installed the app yet', async () => {
    const found = await examine(await start({}, false));
    expect(found.checks.at(-1)).toMatchObject({ subject: 'portals', verdict: 'unknown' });
  });
});
