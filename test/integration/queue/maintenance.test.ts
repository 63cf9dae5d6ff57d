/** Refresh tokens die after 180 days without use: a portal nobody writes in is refreshed before that, and no other portal is. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PortalAccess, TokenProvider } from '../../../src/bitrix24/rest/portal-access.ts';
import { brains } from '../../../src/brains/index.ts';
import { webhookUser } from '../../../src/portals/token-context.ts';
import { startMaintenance } from '../../../src/queue/maintenance.ts';
import type { Pool } from '../../../src/store/database.ts';
import { until } from '../../support/bridge.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';
import { addBarePortal, addBareToken } from '../../support/factories/tenants.ts';
import { expectToAnswer, startAnotherApp, withInstalled } from '../../support/installed-bridge.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;
let captured: CapturedLog;

useOwnDatabase((pool) => {
  db = pool;
});
beforeEach(async () => {
  captured = captureLog();
  await db('portal').delete();
});

const nameOf = (letter: string): string => letter.repeat(32);

async function addPortal(letter: string, ageDays: number, state = 'installed'): Promise<void> {
  await addBarePortal(db, nameOf(letter), { state });
  await addBareToken(db, nameOf(letter), ageDays);
}

const notAsked = (): never => {
  throw new Error('maintenance does not ask for this');
};

/**
 * Maintenance until the tokens of the portal `last` are renewed; gives back all portals whose tokens were, in order. `failing` ones cannot
 * be. Nothing between two portals takes time here: whatever would follow the last one has followed when this resolves.
 */
async function renewedUntil(last: string, failing: readonly string[] = []): Promise<string[]> {
  const renewed: string[] = [];
  const access = { accessToken: 'stored' } as unknown as PortalAccess;
  const tokenProvider: TokenProvider = {
    current: () => Promise.resolve(access),
    renew(portal, stale, reason) {
      expect([stale, reason]).toEqual([access, 'refused']);
      renewed.push(portal);
      return failing.includes(portal) ? Promise.reject(new Error('the OAuth host is away')) : Promise.resolve(access);
    },
    lost: notAsked,
    suspended: notAsked,
    recovered: notAsked,
  };
  const loop = startMaintenance({ db, tokenProvider, log: captured.log, retentionDays: 30 });
  await until(() => renewed.includes(last));
  await loop.stop();
  return renewed;
}

describe('the tokens of portals nobody has written in for 150 days', () => {
  it('are renewed, the oldest first; younger ones are left alone', async () => {
    await addPortal('a', 149);
    await addPortal('b', 151);
    await addPortal('c', 170);
    expect(await renewedUntil(nameOf('b'))).toEqual([nameOf('c'), nameOf('b')]);
  });

  it.each(['suspended', 'disconnected', 'uninstalled'])('are left alone where the portal is %s', async (state) => {
    await addPortal('a', 170, state);
    await addPortal('b', 151);
    expect(await renewedUntil(nameOf('b'))).toEqual([nameOf('b')]);
  });

  it('are left alone where an incoming webhook is in their place', async () => {
    await addPortal('a', 170);
    await db('portal_token')
      .where({ portal: nameOf('a') })
      .update({ user_id: webhookUser });
    await addPortal('b', 151);
    expect(await renewedUntil(nameOf('b'))).toEqual([nameOf('b')]);
  });

  it('are renewed although those of another portal cannot be, which is logged', async () => {
    await addPortal('a', 151);
    await addPortal('b', 170);
    expect(await renewedUntil(nameOf('a'), [nameOf('b')])).toEqual([nameOf('b'), nameOf('a')]);
    expect(captured.text()).toContain('the tokens of a dormant portal could not be refreshed');
  });

  it('work afterwards: the pair was exchanged once, and the portal is answered', () =>
    withInstalled({}, async (own) => {
      const refreshed = `select count(*) from portal_token where refreshed_at > now() - interval '1 hour'`;
      await own.probe.rows(`update portal_token set refreshed_at = now() - interval '151 days'`);
      const another = await startAnotherApp(own, {}, brains, { maintenanceAfterMs: 0 });
      await until(async () => (await own.probe.count(refreshed)) === 1);
      await another.stop();
      await expectToAnswer(own.bridge);
    }));
});
