/** The one-step connection from the CRM's marketplace, and the account's own page. */
import { describe, expect, it } from 'vitest';
import type { SimpleConnectResult } from '../../../sandbox/messagegateway/crm/call-module.ts';
import { purgeAwaiting } from '../../../src/store/queue/retention.ts';
import { listBots } from '../../../src/store/tenants/bots.ts';
import { until } from '../../support/bridge.ts';
import { asked, type Shown } from '../../support/connect-stage.ts';
import { useConnectStage } from '../../support/use-connect-stage.ts';

const stage = useConnectStage();

const brainOf = async (code: string) =>
  (await listBots(stage.db, stage.bridge.portal.memberId)).find((bot) => bot.code === code);
const connections = (): Promise<number> => stage.own.probe.count('select count(*) from connection');
const waiting = (): Promise<number> => stage.own.probe.count('select count(*) from awaiting_connection');

const pressConnect = (): Promise<SimpleConnectResult> =>
  stage.gateway.connectInOneStep(`${stage.bridge.url}/messagegateway/simple`);

/** The user presses "Connect" in the CRM and is sent to the page. */
async function arrive(): Promise<{ readonly url: URL; readonly page: Shown }> {
  const { registration } = await pressConnect();
  expect(registration).toMatchObject({ status: 200, body: { success: true } });
  const url = new URL((registration!.body as { accountUrl: string }).accountUrl);
  expect(url.href).not.toContain(stage.gateway.apiKey);
  return { url, page: await stage.account(url.search) };
}

/** The module the link is about. */
const moduleOf = (url: URL) =>
  stage.gateway.modules().find(({ clientId }) => clientId === url.searchParams.get('client'));

/** The rest of the way: the code, the bot. */
async function finish(page: Shown, bot = 'bridge_line'): Promise<Shown> {
  const chosen = await stage.submit({ step: 'check', carried: page.carried, code: await stage.newCode() });
  expect(chosen.problem).toBe('');
  return await stage.submit({ step: 'connect', carried: chosen.carried, bot });
}

describe('the one-step connection', () => {
  it('registers the module before its user is sent anywhere, and asks for the code alone', async () => {
    const before = stage.gateway.modules().length;
    const { page, url } = await arrive();
    expect(stage.gateway.modules()).toHaveLength(before + 1);
    const registered = moduleOf(url);
    expect(registered).toMatchObject({ active: true });
    expect(asked(page)).toEqual(['code']);
    expect((await finish(page)).status).toBe(200);
    expect(await brainOf('bridge_line')).toMatchObject({ brain: 'messagegateway' });
    // The module that was registered is the one that is used.
    expect(stage.gateway.modules()).toHaveLength(before + 1);
    const name = (await brainOf('bridge_line'))?.name;
    expect(moduleOf(url)).toMatchObject({ code: registered?.code, name, active: true, isBotActive: true });
    expect(await waiting()).toBe(0);
    expect(await connections()).toBe(1);
  });

  it('registers the same module however often the button is pressed', async () => {
    await arrive();
    const { length } = stage.gateway.modules();
    const { page } = await arrive();
    await arrive();
    expect(stage.gateway.modules()).toHaveLength(length);
    expect(await waiting()).toBe(1);
    expect((await finish(page)).status).toBe(200);
  });

  it('leads to the settings of the bot where the account is connected already: neither key nor code', async () => {
    await finish((await arrive()).page);
    const { length } = stage.gateway.modules();
    const { page } = await arrive();
    expect(page.view).toMatchObject({ name: 'settings', bot: { code: 'bridge_line' }, isHere: true });
    expect(asked(page)).not.toContain('apiKey');
    const saved = await stage.submit({
      step: 'connect',
      carried: page.carried,
      bot: 'bridge_line',
      values: { 'handover.command': 'person', timeZone: 'Europe/Moscow' },
    });
    expect(saved.status).toBe(200);
    // The button has asked for a health check, which may be registering the former command now; the listener that starts anew ends with ours.
    await until(() => stage.gateway.bots().some(({ commands }) => commands.includes('person')));
    expect(stage.gateway.modules()).toHaveLength(length);
    expect(await connections()).toBe(1);
  });

  it('switches a module on again that was switched off in the CRM, for that is what the button is for', async () => {
    const { page, url } = await arrive();
    await finish(page);
    const { code = '' } = moduleOf(url) ?? {};
    const works = 'select count(*) from connection where disabled_reason is null';
    // Checked just now: the switching off is not looked into before the button is pressed.
    await stage.own.probe.rows('update connection set health_checked_at = now()');
    await stage.gateway.activateModule(code, false);
    await until(async () => (await stage.own.probe.count(works)) === 0);
    // As if the half minute between two checks were over.
    await stage.own.probe.rows('update connection set health_checked_at = null');
    await arrive();
    expect(stage.gateway.modules().find((one) => one.code === code)).toMatchObject({ active: true });
    await until(async () => (await stage.own.probe.count(works)) === 1);
  });

  it('leaves no module behind when the bot is connected to the account already', async () => {
    const chosen = await stage.submit({
      step: 'check',
      values: { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey },
      code: await stage.newCode(),
    });
    await stage.submit({ step: 'connect', carried: chosen.carried, bot: 'bridge_line' });
    const { page, url } = await arrive();
    expect(moduleOf(url)).toMatchObject({ active: true });
    expect((await finish(page)).status).toBe(200);
    expect(moduleOf(url)).toMatchObject({ active: false });
    expect(await waiting()).toBe(0);
    expect(await connections()).toBe(1);
  });

  it('is given up when the module is switched off in the CRM before anybody has connected it', async () => {
    const { code = '' } = moduleOf((await arrive()).url) ?? {};
    expect(await stage.gateway.activateModule(code, false)).toEqual({ status: 200, body: { success: true } });
    expect(await waiting()).toBe(0);
  });

  it('is forgotten after a week in which nobody has connected it, and begins anew with the button', async () => {
    await arrive();
    await stage.own.probe.rows(`update awaiting_connection set created_at = now() - interval '6 days'`);
    expect(await purgeAwaiting(stage.db)).toBe(0);
    await stage.own.probe.rows(`update awaiting_connection set created_at = now() - interval '8 days'`);
    await arrive();
    expect(await purgeAwaiting(stage.db)).toBe(0);
    await stage.own.probe.rows(`update awaiting_connection set created_at = now() - interval '8 days'`);
    expect(await purgeAwaiting(stage.db)).toBe(1);
    const { page } = await arrive();
    expect((await finish(page)).status).toBe(200);
  });

  it('says in the CRM what is wrong, and keeps nothing of an account that refuses', async () => {
    await stage.gateway.switchChatsOff(true);
    const { registration } = await pressConnect();
    await stage.gateway.switchChatsOff(false);
    expect(registration).toMatchObject({ status: 200, body: { success: false } });
    expect(await waiting()).toBe(0);
  });

  it.each<readonly [string, Record<string, string | null>, number, unknown]>([
    ['nothing', { register: null }, 200, { success: false, errorMsg: 'No data provided' }],
    ['no JSON', { register: '{token' }, 200, { success: false, errorMsg: 'Invalid JSON provided' }],
    ['a forged token', { token: 'f'.repeat(64) }, 401, {}],
    ['a token of another length', { token: 'f' }, 401, {}],
  ])('answers %s as the document says', async (_, choice, status, body) => {
    const made = `${stage.bridge.url}/messagegateway/simple`;
    const { registration } = await stage.gateway.connectInOneStep(made, choice);
    expect(registration).toEqual({ status, body });
  });

  it('judges the address by itself, for the signature does not cover it', async () => {
    const made = `${stage.bridge.url}/messagegateway/simple`;
    const { registration } = await stage.gateway.connectInOneStep(made, { systemUrl: 'https://169.254.169.254' });
    expect(registration).toMatchObject({ status: 200, body: { success: false } });
  });
});

describe('the account’s own page', () => {
  it('wants a code again without its link, which is good for one account and a short time', async () => {
    await finish((await arrive()).page);
    const { url } = await arrive();
    const client = url.searchParams.get('client') ?? '';
    for (const link of ['', 'made-up', `${url.searchParams.get('link')}x`]) {
      const page = await stage.account(`?${new URLSearchParams({ client, link }).toString()}`);
      expect(page.carried).toEqual({ client });
      expect(asked(page)).toEqual(['code']);
    }
    const other = `${client.slice(0, -1)}${client.endsWith('0') ? '1' : '0'}`;
    const foreign = await stage.account(
      `?${new URLSearchParams({ client: other, link: url.searchParams.get('link') ?? '' }).toString()}`,
    );
    expect(foreign.carried).toEqual({});
    expect(foreign.text).not.toContain(stage.gateway.crmOrigin);
  });

  it('shows and changes no other bot of the portal, for its link proves the CRM alone', async () => {
    await finish((await arrive()).page);
    const { page } = await arrive();
    const { carried } = page;
    const list = await stage.submit({ step: 'choose', carried });
    expect(list.view).toMatchObject({ name: 'choice', bots: [{ code: 'bridge_line' }] });
    expect(list.text).not.toContain('bridge_supervisor');
    for (const step of ['settings', 'connect'] as const) {
      expect((await stage.submit({ step, carried, bot: 'bridge_supervisor' })).problem).toBe('no_bot');
    }
    // The page that follows carries the choice on.
    const saved = await stage.submit({ step: 'connect', carried, bot: 'bridge_line' });
    expect(saved.status).toBe(200);
    const again = await stage.submit({ step: 'connect', carried: saved.carried, bot: 'bridge_supervisor' });
    expect(again.status).toBe(422);
    expect(await brainOf('bridge_supervisor')).toMatchObject({ brain: 'echo', connection_id: null });
    expect(await connections()).toBe(1);
  });

  it('wants a code where no bot has the connection any more', async () => {
    await finish((await arrive()).page);
    await stage.own.probe.rows(`update bot set brain = 'echo', connection_id = null`);
    const { page } = await arrive();
    expect(page.carried['choice']).toBeUndefined();
    expect(asked(page)).toEqual(['code']);
    expect(page.text).not.toContain('bridge_line');
  });

  it('opens with a code of the portal the account is connected to', async () => {
    await finish((await arrive()).page);
    const client = (await arrive()).url.searchParams.get('client') ?? '';
    const form = await stage.account(`?${new URLSearchParams({ client }).toString()}`);
    const wrong = await stage.submit({ step: 'check', carried: form.carried, code: 'AAAA-BBBB' });
    expect(wrong.status).toBe(422);
    const page = await stage.submit({ step: 'check', carried: wrong.carried, code: await stage.newCode() });
    expect(page.status).toBe(200);
    expect(page.view).toMatchObject({ name: 'settings', bot: { code: 'bridge_line' } });
    expect(asked(page)).toContain('timeZone');
  });

  it('is where the CRM sends whoever opens the module', async () => {
    const { page, url } = await arrive();
    await finish(page);
    const { accountUrl } = moduleOf(url) ?? {};
    expect(accountUrl).toMatch(new RegExp(`^${stage.bridge.url}/messagegateway/account\\?client=[\\da-f]{64}$`));
    expect((await fetch(accountUrl ?? '')).status).toBe(200);
  });

  it('opens with the key and a code where the account waits to be connected and the link is old', async () => {
    const client = (await arrive()).url.searchParams.get('client') ?? '';
    const form = await stage.account(`?${new URLSearchParams({ client }).toString()}`);
    expect(asked(form)).toEqual(['crmUrl', 'apiKey', 'code']);
    const chosen = await stage.submit({
      step: 'check',
      values: { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey },
      code: await stage.newCode(),
    });
    const { length } = stage.gateway.modules();
    expect((await stage.submit({ step: 'connect', carried: chosen.carried, bot: 'bridge_line' })).status).toBe(200);
    expect(stage.gateway.modules()).toHaveLength(length);
    expect(await waiting()).toBe(0);
  });

  it('tells strangers nothing', async () => {
    const page = await stage.account(`?client=${'a'.repeat(64)}&link=x`);
    expect(page.status).toBe(200);
    expect(asked(page)).toEqual(['crmUrl', 'apiKey', 'code']);
    expect(page.text).not.toContain(stage.gateway.crmOrigin);
  });
});
