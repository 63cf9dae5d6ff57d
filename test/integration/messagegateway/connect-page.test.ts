import { describe, expect, it } from 'vitest';
import { listBots } from '../../../src/store/tenants/bots.ts';
import { until } from '../../support/bridge.ts';
import { asked, askForCode, type StepBody, sessionFor } from '../../support/connect-stage.ts';
import { ourBot } from '../../support/talk.ts';
import { useConnectStage } from '../../support/use-connect-stage.ts';

const stage = useConnectStage();

const typed = (code: string, change: Readonly<Record<string, string>> = {}): StepBody => ({
  step: 'check',
  values: { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey, ...change },
  code,
});
const bots = async () => await listBots(stage.db, stage.bridge.portal.memberId);
const brainOf = async (code: string) => (await bots()).find((bot) => bot.code === code);
const connections = (): Promise<number> => stage.own.probe.count('select count(*) from connection');
const crmCalls = (): number => stage.gateway.calls().filter(({ api }) => api === 'crm').length;

/** The whole way; returns the last page. */
async function connect(bot: string, change: Readonly<Record<string, string>> = {}) {
  const chosen = await stage.submit(typed(await stage.newCode(), change));
  expect(chosen.status).toBe(200);
  return await stage.submit({ step: 'connect', carried: chosen.carried, bot });
}

describe('connecting an account by the page', () => {
  it('checks it, offers the bots of the portal, joins, and leads back to the CRM', async () => {
    const form = await stage.page(`?account=${encodeURIComponent(stage.gateway.crmOrigin)}&lang=en`);
    expect(form.view).toMatchObject({ start: [{ key: 'crmUrl', value: stage.gateway.crmOrigin }] });
    expect(asked(form)).toEqual(['crmUrl', 'apiKey', 'code']);
    const chosen = await stage.submit(typed(await stage.newCode()));
    const names = (await bots()).map(({ name }) => name);
    expect(chosen.view).toMatchObject({ name: 'choice', bots: names.map((name) => ({ name, isHere: false })) });
    expect(await connections()).toBe(0);
    const done = await stage.submit({ step: 'connect', carried: chosen.carried, bot: 'bridge_assistant' });
    expect(done.status).toBe(200);
    expect(done.view).toMatchObject({ name: 'connected', bot: 'Ассистент', back: stage.gateway.crmOrigin });
    expect(await brainOf('bridge_assistant')).toMatchObject({ brain: 'messagegateway' });
    expect(await brainOf('bridge_line')).toMatchObject({ brain: 'echo' });
    const module = stage.gateway.modules().at(-1);
    expect(module).toMatchObject({ name: 'Ассистент', active: true, isBotActive: true });
    // The connected bot works: what an employee says to it reaches the CRM's chats.
    await until(() => stage.gateway.sockets().open === 1);
    const { portal } = stage.bridge;
    const employee = portal.addEmployee({ name: 'Вера Проверкина' });
    portal.employeeWritesPrivate(employee.id, ourBot(portal, 'assistant').id, 'Слышно?');
    await until(() => stage.gateway.messages().some(({ text }) => text === 'Слышно?'));
  });

  it('gives every bot a module and a channel of its own, and renews instead of doubling', async () => {
    const before = stage.gateway.modules().length;
    const first = await connect('bridge_line');
    // The next bot needs neither a new code nor the key.
    const next = await stage.submit({ step: 'choose', carried: first.carried });
    await stage.submit({ step: 'connect', carried: next.carried, bot: 'bridge_supervisor' });
    expect(stage.gateway.modules()).toHaveLength(before + 2);
    const { connection_id: id } = (await brainOf('bridge_line')) ?? {};
    const again = await connect('bridge_line');
    expect(again.status).toBe(200);
    expect(stage.gateway.modules()).toHaveLength(before + 2);
    expect(await brainOf('bridge_line')).toMatchObject({ connection_id: id });
    expect(await connections()).toBe(2);
  });

  it('leaves the account a bot thought with before, where no other bot needs it', async () => {
    await connect('bridge_line');
    const left = stage.gateway.modules().at(-1);
    const { crmOrigin, apiKey } = stage.second;
    expect((await connect('bridge_line', { crmUrl: crmOrigin, apiKey })).status).toBe(200);
    expect(stage.second.modules()).toMatchObject([{ active: true, isBotActive: true }]);
    expect(stage.gateway.modules().find(({ code }) => code === left?.code)).toMatchObject({ active: false });
    expect(stage.gateway.channels().at(-1)).toMatchObject({ isActive: false });
    expect(await connections()).toBe(1);
  });
});

describe('a bot that is given another account', () => {
  it('forgets what the former one called its conversations', async () => {
    await connect('bridge_line');
    const conversation = `insert into conversation (portal, bot_code, dialog_id, ref, remote_id, owner, kind, is_greeted, language)
      select portal, code, 'chat9', 'ref-of-' || code, '9000', 'brain', 'line', true, 'ru' from bot`;
    await stage.own.probe.rows(conversation);
    const remotes = async () =>
      await stage.own.probe.rows(`select bot_code, remote_id from conversation where dialog_id = 'chat9' order by 1`);
    await connect('bridge_line');
    expect(await remotes()).toContainEqual({ bot_code: 'bridge_line', remote_id: '9000' });
    const { crmOrigin, apiKey } = stage.second;
    expect((await connect('bridge_line', { crmUrl: crmOrigin, apiKey })).status).toBe(200);
    expect(await remotes()).toEqual([
      { bot_code: 'bridge_assistant', remote_id: '9000' },
      { bot_code: 'bridge_line', remote_id: null },
      { bot_code: 'bridge_supervisor', remote_id: '9000' },
    ]);
    await stage.own.probe.rows(`delete from conversation where dialog_id = 'chat9'`);
  });
});

describe('an account that is paused because of its key', () => {
  it('works again when it is connected with another one', async () => {
    await connect('bridge_line');
    await stage.own.probe.rows(`update connection set disabled_reason = 'key_refused'`);
    expect((await connect('bridge_line')).status).toBe(200);
    expect(await stage.own.probe.rows('select disabled_reason from connection')).toEqual([{ disabled_reason: null }]);
  });
});

describe('a form that is sent twice at once', () => {
  it('joins one account, and leaves the other one again', async () => {
    const before = new Set(stage.gateway.modules().map(({ code }) => code));
    const chosen = await stage.submit(typed(await stage.newCode()));
    const send = () => stage.submit({ step: 'connect', carried: chosen.carried, bot: 'bridge_line' });
    const pages = await Promise.all([send(), send()]);
    expect(pages.map(({ status }) => String(status)).toSorted()).toEqual(['200', '422']);
    expect(pages.find(({ status }) => status === 422)?.problem).toBe('connection.changed');
    expect(await connections()).toBe(1);
    const made = stage.gateway.modules().filter(({ code }) => !before.has(code));
    expect(made).toHaveLength(2);
    expect(made.filter(({ active }) => active)).toHaveLength(1);
    const stored = await stage.own.probe.rows('select id::text from connection');
    const working = stage.gateway
      .channels()
      .filter(({ isActive }) => isActive)
      .map(({ externalId }) => externalId);
    expect(working).toContain(stored[0]?.['id']);
  });
});

describe('a stranger at the page', () => {
  it('gets nowhere without a code, and makes the app call nobody', async () => {
    const calls = crmCalls();
    for (const code of ['', 'AAAA-BBBB-CCCC', ' ', "' or 1=1 --"]) {
      const refused = await stage.submit(typed(code));
      expect(refused.status).toBe(422);
      expect(refused.problem).toBe('wrong_code');
    }
    expect(crmCalls()).toBe(calls);
  });

  it('cannot use a code again, nor one that was replaced or has grown old', async () => {
    const used = await stage.newCode();
    expect((await stage.submit(typed(used))).status).toBe(200);
    expect((await stage.submit(typed(used))).status).toBe(422);
    const replaced = await stage.newCode();
    const newest = await stage.newCode();
    expect((await stage.submit(typed(replaced))).status).toBe(422);
    await stage.own.probe.rows(`update connect_code set expires_at = now() - interval '1 second'`);
    expect((await stage.submit(typed(newest))).status).toBe(422);
  });

  it('cannot make up what the page carries', async () => {
    const calls = crmCalls();
    for (const made of ['', 'AAAA', 'x'.repeat(400)]) {
      expect((await stage.submit({ ...typed(''), carried: { proof: made } })).problem).toBe('wrong_code');
      const forged = { step: 'connect', carried: { choice: made }, bot: 'bridge_line' } as const;
      expect((await stage.submit(forged)).problem).toBe('old_page');
      expect((await stage.submit({ ...typed(''), carried: { draft: made } })).problem).toBe('old_draft');
    }
    // What was sealed for one purpose opens for no other.
    const chosen = await stage.submit(typed(await stage.newCode()));
    const proof = chosen.carried['choice'] ?? '';
    expect((await stage.submit({ ...typed(''), carried: { proof } })).problem).toBe('wrong_code');
    expect(crmCalls()).toBe(calls + 2);
    expect(await connections()).toBe(0);
  });

  it('cannot send its form from another site', async () => {
    const code = await stage.newCode();
    const headers: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const foreign of headers) {
      const refused = await stage.submit(typed(code), foreign);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('messagegateway.foreign_form');
    }
    // Nor may a form of another site send what a browser takes for text.
    const plain = await stage.submit(typed(code), { 'content-type': 'text/plain' });
    expect(plain.status).toBe(415);
    // The code was not used up.
    const own = { origin: stage.bridge.url, 'sec-fetch-site': 'same-origin' };
    expect((await stage.submit(typed(code), own)).status).toBe(200);
  });

  it('sees what it typed as text', async () => {
    const script = `"><script>alert(1)</script>`;
    const shown = await stage.page(`?account=${encodeURIComponent(script)}`);
    expect(shown.text).not.toContain('<script>alert');
    expect(shown.view).toMatchObject({ start: [{ value: script }] });
    const refused = await stage.submit(typed(script, { crmUrl: script }));
    expect(refused.headers.get('content-type')).toContain('application/json');
    expect(refused.text).not.toContain(stage.gateway.apiKey);
    expect(shown.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(shown.headers.get('cache-control')).toBe('no-store');
  });

  it('sends no step that is none', async () => {
    const url = `${stage.bridge.url}/messagegateway/connect`;
    const headers = { 'content-type': 'application/json' };
    for (const body of ['', '{', '[]', '{"step":"check","code":7}', '{"step":"hack"}', '{"step":"choose","more":1}']) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      expect(answer.status, body).toBe(400);
      expect(await answer.text()).toContain('messagegateway.unreadable_step');
    }
  });

  it('is given no code unless the portal knows it as an administrator', async () => {
    const { bridge } = stage;
    const employee = await sessionFor(bridge, bridge.portal.addEmployee({ name: 'Вредный Валентин' }).id);
    expect((await askForCode(bridge, employee)).status).toBe(403);
    expect((await askForCode(bridge, 'made-up')).status).toBe(401);
    expect((await askForCode(bridge, await sessionFor(bridge), 'echo')).status).toBe(404);
  });
});

describe('a mistake at the page', () => {
  it('in the key costs no second code', async () => {
    const wrong = await stage.submit(typed(await stage.newCode(), { apiKey: 'wrong' }));
    expect(wrong.status).toBe(422);
    expect(wrong.problem).toBe('crm_wrong_key');
    expect(wrong.view).toMatchObject({ name: 'account', portal: stage.bridge.portal.domain });
    const right = await stage.submit({ ...typed(''), carried: wrong.carried });
    expect(right.status).toBe(200);
    expect(right.view.name).toBe('choice');
  });

  it.each<readonly [string, () => Record<string, string>, string]>([
    ['no address', () => ({ crmUrl: '' }), 'bad_url'],
    ['an address with a path', () => ({ crmUrl: `${stage.gateway.crmOrigin}/admin` }), 'bad_url'],
    ['no key', () => ({ apiKey: ' ' }), 'no_key'],
    ['a key no header could carry', () => ({ apiKey: 'ключ' }), 'crm_wrong_key'],
    ['a private address', () => ({ crmUrl: 'https://127.0.0.1' }), 'network.private_address'],
    ['an address of something else', () => ({ crmUrl: stage.gateway.mgOrigin }), 'crm_no_account'],
  ])('is named: %s', async (_, change, code) => {
    const refused = await stage.submit(typed(await stage.newCode(), change()));
    expect(refused.status).toBe(422);
    expect(refused.problem).toBe(code);
  });

  it('in the choice, or chats that are off, can be mended on the same page', async () => {
    const chosen = await stage.submit(typed(await stage.newCode()));
    const nobody = await stage.submit({ step: 'connect', carried: chosen.carried, bot: 'made-up' });
    expect(nobody.problem).toBe('no_bot');
    stage.gateway.fail({ api: 'crm', path: '/edit', times: 1, kind: 500 });
    const away = await stage.submit({ step: 'connect', carried: nobody.carried, bot: 'bridge_line' });
    expect(away.problem).toBe('crm_away');
    expect(await connections()).toBe(0);
    const done = await stage.submit({ step: 'connect', carried: away.carried, bot: 'bridge_line' });
    expect(done.status).toBe(200);
  });
});

describe('the routes of a brain', () => {
  it('serve the logo the module is registered with', async () => {
    const answer = await fetch(`${stage.bridge.url}/messagegateway/logo.svg`);
    expect(answer.headers.get('content-type')).toContain('image/svg+xml');
    expect(await answer.text()).toContain('<svg');
  });

  it('read no endless bodies', async () => {
    const answer = await fetch(`${stage.bridge.url}/messagegateway/activity`, {
      method: 'POST',
      body: 'x'.repeat(100_000),
    });
    expect(answer.status).toBe(413);
  });

  it('serve nobody without end', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 140; count += 1) statuses.push((await stage.submit({ step: 'check' })).status);
    expect(statuses).toContain(429);
    expect((await fetch(`${stage.bridge.url}/healthz`)).status).toBe(200);
  });
});
