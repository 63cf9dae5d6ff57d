/** The CRM side: key and scopes, registration of modules, callbacks, one-step connection, troubles. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simpleToken } from '../../../sandbox/messagegateway/crm/call-module.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';
import { crmPost, FakeTransport, mg } from './fake-transport.ts';

const EDIT = '/api/v5/integration-modules/bridge/edit';

let gateway: SandboxMessageGateway;
let module: FakeTransport;

beforeEach(async () => {
  gateway = await startSandboxMessageGateway({ crmRate: false });
  module = await FakeTransport.start();
});

afterEach(async () => {
  await module.close();
  await gateway.close();
});

async function get(path: string, apiKey = gateway.apiKey): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(gateway.crmOrigin + path, { headers: { 'x-api-key': apiKey } });
  return { status: answer.status, body: await answer.json() };
}

async function edit(json: string): Promise<{ status: number; body: unknown }> {
  const answer = await crmPost(gateway, EDIT, { integrationModule: json });
  return { status: answer.status, body: await answer.json() };
}

describe('the API key', () => {
  it('is checked on every call', async () => {
    expect(await get('/api/credentials', 'wrong')).toEqual({
      status: 403,
      body: { success: false, errorMsg: 'Wrong "apiKey" value.' },
    });
    expect(await get('/api/credentials', '')).toMatchObject({
      status: 403,
      body: { errorMsg: '"apiKey" is missing.' },
    });
    expect(await get(`/api/api-versions`)).toMatchObject({ body: { success: true, versions: ['3.0', '4.0', '5.0'] } });
  });

  it('shows its scopes, and without them registration is denied until they are extended', async () => {
    gateway.setScopes(['integration_read']);
    expect(await get('/api/credentials')).toMatchObject({ body: { scopes: ['integration_read'] } });
    expect(await edit(module.moduleJson('bridge'))).toMatchObject({
      status: 403,
      body: { errorMsg: 'Access denied.' },
    });
    gateway.setScopes(['integration_read', 'integration_write']);
    await module.register(gateway);
    const requires = JSON.stringify({ scopes: ['integration_read', 'order_read'] });
    const answer = await crmPost(gateway, '/api/v5/integration-modules/bridge/update-scopes', { requires });
    expect(await answer.json()).toEqual({ success: true, apiKey: gateway.apiKey });
    expect(await get('/api/credentials')).toMatchObject({
      body: { scopes: ['integration_read', 'integration_write', 'order_read'] },
    });
  });

  it('is good for ten requests a second, then 503', async () => {
    const strict = await startSandboxMessageGateway();
    const ask = async (): Promise<number> =>
      (await fetch(`${strict.crmOrigin}/api/api-versions?apiKey=${strict.apiKey}`)).status;
    const statuses: number[] = [];
    for (let at = 0; at < 16; at += 1) statuses.push(await ask());
    await strict.close();
    // One or two more than ten may start in a second.
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(statuses.at(-1)).toBe(503);
  });
});

describe('registration', () => {
  it('creates with 201, changes with 200, and keeps the tokens until asked to refresh them', async () => {
    const first = await edit(module.moduleJson('bridge'));
    const second = await edit(module.moduleJson('bridge', { name: 'Other name' }));
    expect(first.status).toBe(201);
    expect(second).toEqual({ status: 200, body: first.body });
    const refreshed = { mgBot: { refreshToken: true }, mgTransport: { webhookUrl: `${module.origin}/webhook` } };
    const third = await edit(module.moduleJson('bridge', { integrations: refreshed }));
    const tokens = ({ body }: { body: unknown }): { bot: string; transport: string } => {
      const { info } = body as { info: { mgBot: { token: string }; mgTransport: { token: string } } };
      return { bot: info.mgBot.token, transport: info.mgTransport.token };
    };
    expect(tokens(third).bot).not.toBe(tokens(first).bot);
    expect(tokens(third).transport).toBe(tokens(first).transport);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens(first).bot }, 'GET /bots')).status).toBe(
      403,
    );
    expect(
      (await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens(third).bot }, 'GET /bots?self=1')).body,
    ).toHaveLength(1);
  });

  it('refuses a name of 33 characters, a code unlike the address, bad JSON and a missing field', async () => {
    const long = await edit(module.moduleJson('bridge', { name: 'x'.repeat(33) }));
    expect(long).toMatchObject({ status: 400, body: { success: false, errorMsg: 'Errors in the entity format' } });
    expect(long.body).toHaveProperty(['errors', 'integrationModule[name]']);
    expect((await edit(module.moduleJson('other'))).status).toBe(400);
    expect((await edit('{')).body).toMatchObject({ errorMsg: 'Errors in the input parameters' });
    const empty = await crmPost(gateway, EDIT, {});
    expect(await empty.json()).toMatchObject({ errorMsg: "Parameter 'integrationModule' is missing" });
  });

  it('does not understand a JSON body', async () => {
    const answer = await fetch(gateway.crmOrigin + EDIT, {
      method: 'POST',
      headers: { 'x-api-key': gateway.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ integrationModule: {} }),
    });
    expect(answer.status).toBe(400);
  });

  it('answers an empty array as info when the module is switched off, and its tokens stop', async () => {
    const tokens = await module.register(gateway);
    expect((await edit(module.moduleJson('bridge', { active: false }))).body).toEqual({ success: true, info: [] });
    expect(
      (await mg({ mgOrigin: gateway.mgOrigin, api: 'transport', token: tokens.transport }, 'GET /channels')).status,
    ).toBe(403);
  });

  it('answers 402 when the account cannot pay, and as for an unknown account when it is gone', async () => {
    gateway.setPaid(false);
    expect((await edit(module.moduleJson('bridge'))).status).toBe(402);
    gateway.setGone(true);
    expect(await get('/api/credentials')).toMatchObject({ status: 400, body: { errorMsg: 'Account does not exist.' } });
  });

  it('shows the module without endpoint addresses', async () => {
    const tokens = await module.register(gateway);
    const { body } = await get('/api/v5/integration-modules/bridge');
    expect(body).toMatchObject({
      success: true,
      integrationModule: {
        code: 'bridge',
        clientId: 'client-bridge',
        active: true,
        freeze: false,
        integrations: { mgBot: { token: tokens.bot, isActive: true }, mgTransport: {} },
      },
    });
    expect(JSON.stringify(body)).not.toContain('endpointUrl');
    expect((await get('/api/v5/integration-modules/absent')).status).toBe(404);
  });
});

describe('callbacks to the module', () => {
  it('tells of freezing with a form of clientId, activity and systemUrl, and refuses the tokens meanwhile', async () => {
    const tokens = await module.register(gateway);
    const answer = await gateway.freezeModule('bridge');
    expect(answer).toEqual({ status: 200, body: { success: true } });
    const form = new URLSearchParams(module.received.find(({ path }) => path === '/activity')?.body);
    expect(Object.fromEntries(form)).toEqual({
      clientId: 'client-bridge',
      activity: '{"active":true,"freeze":true}',
      systemUrl: '',
    });
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'GET /bots')).status).toBe(403);
    await gateway.freezeModule('bridge', false);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'GET /bots')).status).toBe(200);
  });

  it('tells the new address when the account is renamed; the old one knows no account any more', async () => {
    await module.register(gateway);
    const old = gateway.crmOrigin;
    const next = await gateway.renameCrm();
    const form = new URLSearchParams(module.received.at(-1)?.body);
    expect(form.get('systemUrl')).toBe(next);
    expect(next).not.toBe(old);
    const stale = await fetch(`${old}/api/credentials`, { headers: { 'x-api-key': gateway.apiKey } });
    expect(await stale.json()).toMatchObject({ success: false, errorMsg: 'Account does not exist.' });
    expect((await get('/api/credentials')).status).toBe(200);
  });

  it('switching chats off stops modules, and switching on again does not start them', async () => {
    const tokens = await module.register(gateway);
    await gateway.switchChatsOff(true);
    expect((await edit(module.moduleJson('bridge'))).status).toBe(400);
    await gateway.switchChatsOff(false);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'GET /bots')).status).toBe(403);
    await module.register(gateway);
    expect((await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, 'GET /bots')).status).toBe(200);
  });

  it('do not stop the CRM when the module cannot be reached', async () => {
    await module.register(gateway);
    await module.close();
    expect(await gateway.freezeModule('bridge')).toMatchObject({ status: 0 });
    module = await FakeTransport.start();
  });

  it('keeps notifications for the administrators', async () => {
    const notification = JSON.stringify({ userGroups: ['superadmins'], type: 'api.error', message: 'Сломалось' });
    expect((await crmPost(gateway, '/api/v5/notifications/send', { notification })).status).toBe(200);
    expect(gateway.notifications()).toMatchObject([{ type: 'api.error', message: 'Сломалось' }]);
  });
});

describe('one-step connection', () => {
  let simple: Server;
  let forms: URLSearchParams[];
  let origin: string;

  beforeEach(async () => {
    forms = [];
    simple = createServer((incoming, answer) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        if (incoming.method === 'POST') forms.push(new URLSearchParams(Buffer.concat(parts).toString()));
        const config = { success: true, scopes: ['integration_read'], registerUrl: `${origin}/register` };
        answer.end(JSON.stringify(incoming.method === 'POST' ? { success: true, accountUrl: origin } : config));
      });
    });
    await new Promise<void>((resolve) => simple.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(simple.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await new Promise<void>((resolve) => {
      simple.close(() => resolve());
      simple.closeAllConnections();
    });
  });

  it('reads the configuration and posts a registration signed with the secret of the card', async () => {
    const result = await gateway.connectInOneStep(`${origin}/config`);
    expect(result.registration?.body).toEqual({ success: true, accountUrl: origin });
    expect(JSON.parse(forms[0]?.get('register') ?? '')).toEqual({
      token: simpleToken(gateway.simpleSecret, gateway.apiKey),
      apiKey: gateway.apiKey,
      systemUrl: gateway.crmOrigin,
    });
  });

  it('can forge the signature, leave the field out and send rubbish', async () => {
    await gateway.connectInOneStep(`${origin}/config`, { token: 'forged' });
    await gateway.connectInOneStep(`${origin}/config`, { register: null });
    await gateway.connectInOneStep(`${origin}/config`, { register: 'rubbish' });
    expect(forms.map((form) => form.get('register')?.slice(0, 17) ?? null)).toEqual([
      '{"token":"forged"',
      null,
      'rubbish',
    ]);
  });
});
