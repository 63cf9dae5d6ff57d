import nock from 'nock';
import { beforeEach, describe, expect, it } from 'vitest';
import { clientIdOf } from '../../../../src/brains/messagegateway/account/client-id.ts';
import type { JoinedConfig } from '../../../../src/brains/messagegateway/config.ts';
import { handleActivity } from '../../../../src/brains/messagegateway/connect/activity.ts';
import type { ConnectorHost, StoredConnection } from '../../../../src/core/brain.ts';
import type { Connection } from '../../../../src/core/connector.ts';
import { useNock } from '../../../support/factories/nock.ts';
import { mgConfig, realHttp, unitTools } from '../../../support/messagegateway-unit.ts';

const http = realHttp();
const logged: string[] = [];
const done: string[] = [];
const identity = { id: '2f1c3a7e-0000-4000-8000-0123456789ab', webhookSecret: 'hook-secret' };
const clientId = clientIdOf(identity);
let crmUrl = 'https://demo.simla.com';
let disabledReason: string | null = null;
let stored: JoinedConfig | null = null;
/** What somebody else stores while a callback is thought about; null: nobody does. */
let meanwhile: JoinedConfig | null = null;
let current: JoinedConfig | null = null;
let changedAt = new Date(1);

function connection(): Connection {
  return { ...identity, portal: 'p', config: current ?? mgConfig({ crmUrl }, { clientId }) };
}

const nobody = (): never => {
  throw new Error('not expected of a callback');
};

const host: ConnectorHost = {
  tools: unitTools(http, logged),
  settings: {},
  seal: nobody,
  open: nobody,
  redeemCode: nobody,
  offer: nobody,
  list: nobody,
  connect: nobody,
  hookUrl: nobody,
  awaiting: { keep: nobody, find: () => Promise.resolve(null), drop: nobody },
  find: (id) =>
    Promise.resolve<StoredConnection | null>(
      id === identity.id ? { connection: connection(), changedAt, disabledReason } : null,
    ),
  store(held, config) {
    if (meanwhile !== null) {
      current = meanwhile;
      meanwhile = null;
      changedAt = new Date(2);
    }
    if (held.changedAt !== changedAt) return Promise.resolve(false);
    stored = config as JoinedConfig;
    done.push('store');
    return Promise.resolve(true);
  },
  disable(_, reason) {
    done.push(`disable ${reason}`);
    return Promise.resolve();
  },
  checkSoon() {
    done.push('check');
    return Promise.resolve();
  },
};

async function hear(fields: Readonly<Record<string, string>>): Promise<number> {
  const body = Buffer.from(new URLSearchParams({ clientId, systemUrl: '', ...fields }).toString());
  return (await handleActivity({ headers: {}, query: {}, body }, host)).status;
}

const on = '{"active":true,"freeze":false}';
const off = '{"active":false,"freeze":false}';
const frozen = '{"active":true,"freeze":true}';

beforeEach(() => {
  crmUrl = 'https://demo.simla.com';
  disabledReason = null;
  stored = null;
  meanwhile = null;
  current = null;
  done.length = 0;
  logged.length = 0;
});
useNock(http);

/** A CRM that knows the key, and perhaps our module. */
function crmAt(origin: string, ownClientId: string | null = clientId): void {
  const scope = nock(origin, { reqheaders: { 'x-api-key': 'key-of-the-account' } });
  scope.get('/api/api-versions').reply(200, { success: true, versions: ['5.0'] });
  scope
    .get('/api/credentials')
    .reply(200, { success: true, scopes: ['integration_read', 'integration_write'], credentials: [] });
  const path = '/api/v5/integration-modules/bitrix24-bots-1';
  if (ownClientId === null) scope.get(path).reply(404, { success: false, errorMsg: 'Not found' });
  else scope.get(path).reply(200, { success: true, integrationModule: { clientId: ownClientId, active: true } });
}

describe('the state a callback tells', () => {
  it.each<readonly [string, string, string | null, readonly string[]]>([
    ['a stop', off, null, ['disable stopped']],
    ['a freeze', frozen, null, ['disable frozen']],
    ['a freeze after a stop', frozen, 'switched_off', ['disable frozen']],
    [
      'a stop that is known, with its reason: a check under way may have found it working before',
      off,
      'chats_off',
      ['check'],
    ],
    ['a freeze that is known', frozen, 'frozen', ['check']],
    ['a start', on, 'switched_off', ['check']],
    ['a start of what works', on, null, []],
  ])('%s', async (_, activity, before, expected) => {
    disabledReason = before;
    expect(await hear({ activity })).toBe(200);
    expect(done).toEqual(expected);
  });
});

describe('a new address of an account', () => {
  const move = (systemUrl: string): Promise<number> => hear({ activity: on, systemUrl });

  it('is believed where the stored key finds our module', async () => {
    crmAt('https://renamed.simla.com');
    expect(await move('https://renamed.simla.com/')).toBe(200);
    expect(stored?.crmUrl).toBe('https://renamed.simla.com');
    expect(done).toEqual(['store', 'check']);
  });

  it('leaves alone what was stored while it was being checked', async () => {
    crmAt('https://renamed.simla.com');
    meanwhile = mgConfig(
      { apiKey: 'newer-key' },
      { clientId, transport: { endpointUrl: 'https://mg.example', token: 'newer' } },
    );
    expect(await move('https://renamed.simla.com/')).toBe(200);
    expect(stored).toMatchObject({
      crmUrl: 'https://renamed.simla.com',
      apiKey: 'newer-key',
      joined: { transport: { token: 'newer' } },
    });
  });

  it('is not believed over one that a person gave while it was being checked', async () => {
    crmAt('https://renamed.simla.com');
    meanwhile = mgConfig({ crmUrl: 'https://other.simla.com' }, { clientId });
    expect(await move('https://renamed.simla.com/')).toBe(400);
    expect(stored).toBeNull();
    expect(done).toEqual([]);
  });

  it('is nothing new when it is the old one', async () => {
    expect(await move('https://demo.simla.com/')).toBe(200);
    expect(done).toEqual([]);
  });

  it.each<readonly [string, string]>([
    ['a stranger', 'https://evil.example'],
    ['a name that only looks like the vendor', 'https://demo.simla.com.evil.example'],
    ['another port', 'https://renamed.simla.com:8443'],
    ['a path', 'https://renamed.simla.com/steal'],
    ['plain http', 'http://renamed.simla.com'],
    ['a private address', 'https://10.0.0.1'],
  ])('does not get the key to %s', async (_, systemUrl) => {
    // The only question allowed is to the address we know.
    nock('https://demo.simla.com')
      .get('/api/system-info')
      .reply(200, { success: true, publicUrl: 'https://demo.simla.com' });
    const hosts: string[] = [];
    const watch = (request: Request): void => void hosts.push(request.url);
    nock.emitter.on('no match', watch);
    expect(await move(systemUrl)).toBe(400);
    nock.emitter.off('no match', watch);
    nock.cleanAll();
    expect(hosts).toEqual([]);
    expect(done).toEqual([]);
  });

  it('outside the vendor is believed when the account itself names it at its old address', async () => {
    crmUrl = 'https://crm.company.example';
    nock(crmUrl).get('/api/system-info').reply(200, { success: true, publicUrl: 'https://chat.company.example/' });
    crmAt('https://chat.company.example');
    expect(await move('https://chat.company.example')).toBe(200);
    expect(stored?.crmUrl).toBe('https://chat.company.example');
  });

  it.each<readonly [string, string | null]>([
    ['that has no module of ours', null],
    ['whose module of that code is of somebody else', 'f'.repeat(64)],
  ])('is not believed of an account %s', async (_, found) => {
    crmAt('https://renamed.simla.com', found);
    expect(await move('https://renamed.simla.com')).toBe(400);
    expect(done).toEqual([]);
  });

  it('is not believed where the key is unknown, and the rest of the callback neither', async () => {
    nock('https://renamed.simla.com')
      .get('/api/api-versions')
      .reply(403, { success: false, errorMsg: 'Wrong "apiKey" value.' });
    expect(await hear({ activity: off, systemUrl: 'https://renamed.simla.com' })).toBe(400);
    expect(done).toEqual([]);
  });
});
