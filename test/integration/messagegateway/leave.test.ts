import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/database.ts';
import { eraseLeftBehind } from '../../../src/store/tenants/portal-erasure.ts';
import { until } from '../../support/bridge.ts';
import { type ConnectStage, startConnectStage } from '../../support/connect-stage.ts';
import { environmentOf, type Ran, runCli } from '../cli/run-cli.ts';

let stage: ConnectStage;

/** Connected by the page, as an administrator does it. */
beforeEach(async () => {
  stage = await startConnectStage();
  const values = { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey };
  const chosen = await stage.submit({ step: 'check', values, code: await stage.newCode() });
  await stage.submit({ step: 'connect', carried: chosen.carried, bot: 'bridge_line' });
  await until(() => stage.gateway.sockets().open === 1);
});
afterEach(() => stage.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(stage.own), words);
const connectionId = async (): Promise<string> =>
  String((await stage.own.probe.rows('select id from connection'))[0]?.['id']);
const isUp = (): boolean =>
  stage.gateway.modules()[0]?.active === true && stage.gateway.channels()[0]?.isActive === true;

describe('removing a connection', () => {
  it('switches channel and module off over there, and the socket ends', async () => {
    const id = await connectionId();
    const used = await cli('connections', 'remove', '--connection', id);
    expect(used.code).toBe(1);
    expect(used.err).toContain('[connection.in_use]');
    expect(isUp()).toBe(true);
    await cli('bots', 'set', '--code', 'bridge_line', '--brain', 'echo');
    const removed = await cli('connections', 'remove', '--connection', id, '--json');
    expect(removed.json()).toMatchObject({ removed: { id }, left: true });
    expect(stage.gateway.modules()).toMatchObject([{ active: false }]);
    expect(stage.gateway.channels()).toMatchObject([{ isActive: false }]);
    await until(() => stage.gateway.sockets().open === 0);
  });

  it('is not held up by a CRM that is away, and says what is left to do', async () => {
    const id = await connectionId();
    await cli('bots', 'set', '--code', 'bridge_line', '--brain', 'echo');
    stage.gateway.setGone(true);
    const removed = await cli('connections', 'remove', '--connection', id);
    expect(removed.code).toBe(0);
    expect(removed.out).toContain('could not be told');
    expect(await stage.own.probe.count('select count(*) from connection')).toBe(0);
  });
});

describe('erasing a portal', () => {
  it('leaves its accounts when the app is removed with its data', async () => {
    stage.bridge.portal.uninstallApp({ clean: true });
    await until(async () => (await stage.own.probe.count('select count(*) from portal')) === 0);
    expect(stage.gateway.modules()).toMatchObject([{ active: false }]);
    expect(stage.gateway.channels()).toMatchObject([{ isActive: false }]);
    await stage.bridge.portal.idle();
    await until(() => stage.gateway.sockets().open === 0);
    // A listener that was about to call has taken a turn of a budget that was gone.
    const db = openDatabase({ url: stage.own.databaseUrl, poolSize: 1 });
    await until(async () => {
      await eraseLeftBehind(db);
      // The page's own calls, before the account was a portal's, stand under no portal.
      const ofPortals = await stage.own.probe.count("select count(*) from rate_limit where portal <> ''");
      const { rate_limit: _, ...others } = await stage.own.probe.rowCounts();
      return ofPortals === 0 && Object.keys(others).length === 0;
    });
    await db.destroy();
  });

  it('goes through although the CRM is away', async () => {
    stage.gateway.setGone(true);
    stage.bridge.portal.uninstallApp({ clean: true });
    await until(async () => (await stage.own.probe.count('select count(*) from portal')) === 0);
    expect(stage.captured.text()).toContain('an account could not be left');
  });

  it('goes through although the secrets of an account cannot be opened any more', async () => {
    await stage.own.probe.rows(`update connection set config_sealed = '\\x00'`);
    stage.bridge.portal.uninstallApp({ clean: true });
    await until(async () => (await stage.own.probe.count('select count(*) from portal')) === 0);
    expect(isUp()).toBe(true);
  });

  it('by command leaves them too', async () => {
    const erased = await cli('portals', 'erase', '--portal', stage.bridge.portal.memberId);
    expect(erased.code).toBe(0);
    expect(erased.out).toContain('was told');
    expect(isUp()).toBe(false);
  });
});

describe('an account that is disabled', () => {
  it('is shown as such, stays off when it is only tested, and works again when its settings are changed', async () => {
    const id = await connectionId();
    const [module] = stage.gateway.modules();
    await stage.gateway.activateModule(module?.code ?? '', false);
    const reason = `select disabled_reason from connection`;
    await until(async () => (await stage.own.probe.rows(reason))[0]?.['disabled_reason'] === 'switched_off');
    expect((await cli('connections', 'list')).out).toContain('disabled');
    expect((await cli('doctor', '--json')).out).toContain('it is disabled (switched_off)');
    const tested = await cli('connections', 'test', '--connection', id, '--json');
    expect(tested.json()).toMatchObject({ isHealthy: false });
    expect(tested.out).toContain('the account is disabled: switched_off');
    expect(stage.gateway.modules()).toMatchObject([{ active: false }]);
    const config = JSON.stringify({ name: 'Bitrix24 снова' });
    expect((await cli('connections', 'set', '--connection', id, '--config', config)).code).toBe(0);
    await until(async () => (await stage.own.probe.rows(reason))[0]?.['disabled_reason'] === null);
    expect((await cli('connections', 'list')).out).not.toContain('disabled');
    expect(isUp()).toBe(true);
    await until(() => stage.gateway.sockets().open === 1);
  });
});
