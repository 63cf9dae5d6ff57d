/** A portal that sends the app no events does not say so: it is asked, and the administrator is told once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderAppChecks } from '../../../src/portals/app-orders.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { wakeLanes } from '../../../src/store/queue/lanes.ts';
import { claimAppChecks } from '../../../src/store/tenants/app-checks.ts';
import { install } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge;
let db: Pool;
let portalId: string;

beforeEach(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await done();
  db = openDatabase({ url: own.databaseUrl, poolSize: 1 });
  portalId = own.bridge.portal.memberId;
  await own.probe.rows(`update portal set installed_at = now() - interval '1 day'`);
});
afterEach(async () => {
  await db.destroy();
  await own.close();
});

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** Asks the portal; returns what the app knows then, and what the bots have written to the administrator. */
async function ask() {
  await orderAppChecks(db, [portalId]);
  await wakeLanes(db, 'outbox', portalId);
  await done();
  const [row] = await own.probe.rows('select app_state from portal');
  const [last] = await own.probe.rows(
    `select outcome from outbox where action->>'type' = 'check_app' order by seq desc`,
  );
  const told = await own.probe.rows(
    `select dialog_id, action->>'text' as text from outbox where trace = 'check-app' and target = 'portal'`,
  );
  return { state: row?.['app_state'], outcome: last?.['outcome'], told };
}

describe('a portal that is asked about the app', () => {
  it('says nothing new while the app works', async () => {
    expect(await ask()).toEqual({ state: 'working', outcome: 'app_working', told: [] });
  });

  it('tells that an update waits for somebody to open the app: the administrator hears it from a bot, once', async () => {
    const { portal } = own.bridge;
    portal.updateApp({ version: 2 });
    await done();
    const first = await ask();
    expect(first).toMatchObject({ state: 'not_finished', outcome: 'app_not_finished' });
    expect(first.told).toMatchObject([
      { dialog_id: String(portal.adminId), text: expect.stringContaining('один раз') },
    ]);
    expect((await ask()).told).toHaveLength(1);
    portal.finishInstall();
    expect(await ask()).toMatchObject({ state: 'working', outcome: 'app_working' });
    expect((await ask()).told).toHaveLength(1);
  });

  it('tells its plan, which decides how fast it may be called', async () => {
    await own.probe.rows(`update portal set license = 'ru_ent100'`);
    await ask();
    const [row] = await own.probe.rows('select license from portal');
    expect(row?.['license']).toBe('ru_pro100');
  });

  it('is given an hour to finish a new installation', async () => {
    own.bridge.portal.updateApp({ version: 2 });
    await done();
    await own.probe.rows('update portal set installed_at = now()');
    expect(await ask()).toEqual({ state: 'working', outcome: 'app_not_checked', told: [] });
  });

  it('that does not answer is asked again later, and leaves no dead letter', async () => {
    own.bridge.portal.fault.rest({ method: 'app.info', kind: 'html502', times: 3 });
    expect(await ask()).toEqual({ state: 'working', outcome: 'app_not_checked', told: [] });
    expect(await own.probe.count(`select count(*) from outbox where state not in ('done', 'dropped')`)).toBe(0);
  });
});

describe('the round of questions', () => {
  it('asks each installed portal once in its time, those never asked first', async () => {
    const before = new Date(Date.now() - 3_600_000);
    expect(await claimAppChecks(db, { before, limit: 10 })).toEqual([portalId]);
    expect(await claimAppChecks(db, { before, limit: 10 })).toEqual([]);
    await own.probe.rows(`update portal set app_checked_at = now() - interval '2 hours'`);
    expect(await claimAppChecks(db, { before, limit: 10 })).toEqual([portalId]);
    await own.probe.rows(`update portal set app_checked_at = null, state = 'uninstalled'`);
    expect(await claimAppChecks(db, { before, limit: 10 })).toEqual([]);
  });
});
