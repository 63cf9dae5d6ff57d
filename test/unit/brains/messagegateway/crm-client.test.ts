import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { registerModule } from '../../../../src/brains/messagegateway/account/api-tokens.ts';
import { type CrmModule, createCrmClient } from '../../../../src/brains/messagegateway/api/crm-client.ts';
import { RemoteUnreachable } from '../../../../src/core/errors.ts';
import { errorOf } from '../../../support/factories/errors.ts';
import { useNock } from '../../../support/factories/nock.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import { freeRateLimiter } from '../../../support/free-rate-limiter.ts';
import { mgConfig, mgPayload, realHttp } from '../../../support/messagegateway-unit.ts';

const http = realHttp();
const origin = 'https://demo.simla.com';
const apiKey = 'key-of-the-account';
const clock = { ...createFakeClock(), sleep: () => Promise.resolve() };
const crm = createCrmClient({
  tools: { http, rateLimiter: () => freeRateLimiter(clock) },
  crmUrl: origin,
  apiKey,
  clock,
  timeoutMs: 1_000,
});
const module: CrmModule = {
  code: 'b24-1',
  integrationCode: 'b24-1',
  active: true,
  name: 'Bitrix24',
  logo: 'https://bots.example/messagegateway/logo.svg',
  clientId: 'c',
  baseUrl: 'https://bots.example',
  accountUrl: 'https://bots.example/messagegateway/connect',
  actions: { activity: '/messagegateway/activity' },
  integrations: { mgBot: {}, mgTransport: { webhookUrl: 'https://bots.example/brains/messagegateway/s' } },
};
const editPath = '/api/v5/integration-modules/b24-1/edit';

function versions(answer: unknown = mgPayload('crm-api-versions-response')): void {
  nock(origin, { reqheaders: { 'x-api-key': apiKey } })
    .get('/api/api-versions')
    .reply(200, answer as nock.Body);
}

useNock(http);

describe('checking the key', () => {
  it('is content with the scopes of a module', async () => {
    versions();
    nock(origin)
      .get('/api/credentials')
      .reply(200, mgPayload('crm-credentials-response') as nock.Body);
    await expect(crm.checkKey()).resolves.toBeUndefined();
  });

  it('is content with the method list of an old account', async () => {
    versions();
    const credentials = ['/api/integration-modules/{code}', '/api/integration-modules/{code}/edit'];
    nock(origin).get('/api/credentials').reply(200, { success: true, credentials });
    await expect(crm.checkKey()).resolves.toBeUndefined();
  });

  it('names the scopes that are missing', async () => {
    versions();
    nock(origin)
      .get('/api/credentials')
      .reply(200, { success: true, scopes: ['integration_read', 'order_read'] });
    const error = await errorOf(crm.checkKey());
    expect(error.code).toBe('messagegateway.crm_scopes');
    expect(error.message).toContain('integration_write');
    expect(error.message).not.toContain('integration_read');
  });

  it('wants version 5 of the API', async () => {
    versions({ success: true, versions: ['3.0', '4.0'] });
    expect((await errorOf(crm.checkKey())).code).toBe('messagegateway.crm_version');
  });

  it('slows down at 503 and goes on', async () => {
    nock(origin).get('/api/api-versions').times(2).reply(503, { success: false, errorMsg: 'API limit exceeded' });
    versions();
    nock(origin)
      .get('/api/credentials')
      .reply(200, mgPayload('crm-credentials-response') as nock.Body);
    await expect(crm.checkKey()).resolves.toBeUndefined();
  });

  it('gives up when the account stays busy', async () => {
    nock(origin).get('/api/api-versions').times(5).reply(503, {});
    expect((await errorOf(crm.checkKey())).code).toBe('messagegateway.crm_away');
  });
});

describe('what the CRM refuses', () => {
  it.each([
    ['a wrong key', 403, mgPayload('crm-error-wrong-api-key'), 'messagegateway.crm_wrong_key', 'API key'],
    [
      'a wrong key, with a dot',
      403,
      { success: false, errorMsg: 'Wrong "apiKey" value.' },
      'messagegateway.crm_wrong_key',
      'API key',
    ],
    ['no key', 400, { success: false, errorMsg: '"apiKey" is missing.' }, 'messagegateway.crm_no_key', 'no API key'],
    [
      'a key without rights',
      403,
      { success: false, errorMsg: 'Access denied.' },
      'messagegateway.crm_scopes',
      'integration_write',
    ],
    [
      'an account that is not there',
      400,
      mgPayload('crm-error-account-missing'),
      'messagegateway.crm_no_account',
      'check the address',
    ],
    ['a page', 404, '<html><body>404</body></html>', 'messagegateway.crm_no_account', 'check the address'],
    ['too little money', 402, { success: false, errorMsg: 'Payment required' }, 'messagegateway.crm_unpaid', 'money'],
    [
      'a field',
      400,
      mgPayload('crm-error-validation'),
      'messagegateway.crm_refused',
      'integrationModule[name] This value is too long.',
    ],
    [
      'a list of reasons',
      400,
      { success: false, errorMsg: 'Validation error', errors: ['first', 'second'] },
      'messagegateway.crm_refused',
      'first; second',
    ],
    [
      'chats that are switched off',
      400,
      { success: false, errorMsg: 'Chats are not enabled' },
      'messagegateway.crm_chats_off',
      'chats are switched on',
    ],
    ['its own failure', 500, '', 'messagegateway.crm_away', '500'],
    ['something else entirely', 200, '"hello"', 'messagegateway.crm_garbage', 'check the address'],
  ])('%s is said in a sentence to act on', async (_name, status, answer, code, words) => {
    nock(origin)
      .post(editPath)
      .reply(status, answer as nock.Body);
    const error = await errorOf(crm.editModule(module));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain(apiKey);
  });

  it('an address that has moved is named', async () => {
    nock(origin).post(editPath).reply(301, '', { Location: 'https://new.simla.com/api/v5/x?apiKey=1' });
    const error = await errorOf(crm.editModule(module));
    expect(error.code).toBe('messagegateway.crm_moved');
    expect(error.message).toMatch(/https:\/\/new\.simla\.com;/);
  });
});

describe('registering the module', () => {
  const mg = (token: string) => ({ endpointUrl: 'https://mg-s1.retailcrm.pro', token });
  const untested = () => Promise.reject(new Error('nothing stored was to be tried'));
  const isRefresh = (body: { integrationModule: string }): boolean => body.integrationModule.includes('refreshToken');

  it('posts one form field with JSON in it and takes both accesses from the answer', async () => {
    nock(origin)
      .post(editPath, (body: { integrationModule: string }) => {
        expect(JSON.parse(body.integrationModule)).toEqual(module);
        return true;
      })
      .matchHeader('content-type', 'application/x-www-form-urlencoded')
      .reply(201, { success: true, info: { mgBot: mg('b'), mgTransport: mg('t') } });
    expect(await registerModule(crm, module, undefined, untested)).toEqual({ bot: mg('b'), transport: mg('t') });
  });

  it('asks for new tokens when the answer is an empty list and the module hides them', async () => {
    nock(origin).post(editPath).reply(200, { success: true, info: [] });
    nock(origin)
      .get('/api/v5/integration-modules/b24-1')
      .reply(200, mgPayload('crm-integration-module-get-mgtransport-response-doc') as nock.Body);
    nock(origin)
      .post(editPath, isRefresh)
      .reply(200, { success: true, info: { mgBot: mg('b2'), mgTransport: mg('t2') } });
    expect(await registerModule(crm, module, undefined, untested)).toEqual({ bot: mg('b2'), transport: mg('t2') });
  });

  it('keeps the stored address where only the tokens can be read again', async () => {
    nock(origin).post(editPath).reply(200, { success: true, info: [] });
    const integrations = { mgBot: { token: 'b', isActive: true }, mgTransport: { token: 't', isActive: true } };
    nock(origin)
      .get('/api/v5/integration-modules/b24-1')
      .reply(200, { success: true, integrationModule: { integrations } });
    const found = await registerModule(crm, module, mgConfig().joined, untested);
    expect(found).toEqual({
      bot: { endpointUrl: 'https://mg.example', token: 'b' },
      transport: { endpointUrl: 'https://mg.example', token: 't' },
    });
  });

  const listOnly = (): void => {
    nock(origin).post(editPath).reply(200, { success: true, info: [] });
    nock(origin)
      .get('/api/v5/integration-modules/b24-1')
      .reply(200, mgPayload('crm-integration-module-get-mgtransport-response-doc') as nock.Body);
  };
  const stored = mgConfig().joined;

  it('asks for no new tokens where the stored ones work', async () => {
    listOnly();
    const found = await registerModule(crm, module, stored, () => Promise.resolve({ bot: true, transport: true }));
    expect(found).toEqual({
      bot: { endpointUrl: stored.bot.endpointUrl, token: stored.bot.token },
      transport: stored.transport,
    });
  });

  it('asks for the one token anew that no longer works', async () => {
    listOnly();
    nock(origin)
      .post(editPath, ({ integrationModule }: { integrationModule: string }) => {
        const { integrations } = JSON.parse(integrationModule);
        expect(integrations.mgBot).toEqual({});
        expect(integrations.mgTransport).toMatchObject({ refreshToken: true });
        return true;
      })
      .reply(200, { success: true, info: { mgTransport: mg('t2') } });
    const found = await registerModule(crm, module, stored, () => Promise.resolve({ bot: true, transport: false }));
    expect(found).toMatchObject({ bot: { token: stored.bot.token }, transport: mg('t2') });
  });

  it('asks for none while it cannot be known whether the stored ones work', async () => {
    listOnly();
    const away = new RemoteUnreachable({ code: 'messagegateway.server_error', message: 'away' });
    const error = await errorOf(registerModule(crm, module, stored, () => Promise.reject(away)));
    expect(error.code).toBe('messagegateway.server_error');
  });

  it('says so when the CRM gives no access at all', async () => {
    nock(origin).post(editPath).times(2).reply(200, { success: true, info: [] });
    nock(origin)
      .get('/api/v5/integration-modules/b24-1')
      .reply(200, { success: true, integrationModule: { integrations: [] } });
    const error = await errorOf(registerModule(crm, module, undefined, untested));
    expect(error.code).toBe('messagegateway.no_access');
  });
});
