import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { install, until } from '../../support/bridge.ts';
import { formBrain, goodKey } from '../../support/factories/form-brain.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';
import { createAccountBrain, joinedToken } from './account-brain.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

const account = createAccountBrain();
const brains = [echoBrain, account.brain, formBrain];
const key = 'key-that-nobody-may-see';
let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge({ brains });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

beforeEach(async () => {
  account.hooks.length = 0;
  account.isAccepted = true;
  await own.probe.rows(`update bot set brain = 'echo', connection_id = null`);
  await own.probe.rows('delete from connection');
});

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words, brains);

interface Added {
  readonly connection: { readonly id: string };
  readonly webhook: string;
}

async function add(): Promise<Added> {
  const ran = await cli('connections', 'add', '--brain', 'account', '--config', JSON.stringify({ key }), '--json');
  expect(ran.err).toBe('');
  return ran.json<Added>();
}

describe('connections', () => {
  it('joins the account and shows the webhook address it was told, which the app then serves', async () => {
    const { webhook } = await add();
    expect(webhook).toMatch(new RegExp(`^${own.bridge.url}/brains/account/[\\w-]{32}$`));
    expect(account.hooks).toEqual([webhook]);
    expect((await fetch(webhook, { method: 'POST', body: '{}' })).status).toBe(200);
    expect((await fetch(`${webhook}x`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('keeps secrets sealed, and shows neither them nor the address again', async () => {
    const { webhook } = await add();
    const stored = await own.probe.everything();
    for (const secret of [key, joinedToken, webhook.split('/').at(-1) ?? '']) {
      expect(stored).not.toContain(secret);
      for (const words of [['connections', 'list'], ['portals', 'show'], ['doctor']]) {
        expect((await cli(...words)).out).not.toContain(secret);
        expect((await cli(...words, '--json')).out).not.toContain(secret);
      }
    }
  });

  it('reads the settings of an account from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    try {
      await writeFile(join(folder, 'account.json'), JSON.stringify({ key }));
      const config = `@${join(folder, 'account.json')}`;
      expect((await cli('connections', 'add', '--brain', 'account', '--config', config)).code).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('refuses settings that do not fit, naming what is wrong and repeating none of them', async () => {
    const short = await cli('connections', 'add', '--brain', 'account', '--config', '{"key":"s3cret"}');
    expect(short.code).toBe(1);
    expect(short.err).toContain('key: ');
    const broken = await cli('connections', 'add', '--brain', 'account', '--config', '{key: s3cret}');
    expect(broken.code).toBe(2);
    expect(short.err + broken.err).not.toContain('s3cret');
    const needless = await cli('connections', 'add', '--brain', 'echo', '--config', '{}');
    expect(needless.err).toContain('[connection.not_needed]');
    expect(await own.probe.count('select count(*) from connection')).toBe(0);
  });

  it('stores nothing of an account that the remote refuses', async () => {
    account.isAccepted = false;
    const { code, err } = await cli('connections', 'add', '--brain', 'account', '--config', JSON.stringify({ key }));
    expect(code).toBe(1);
    expect(err).toContain('the remote does not know this key');
    expect(await own.probe.count('select count(*) from connection')).toBe(0);
  });

  it('is not made without the key of the app, and not joined without its address', async () => {
    const words = ['connections', 'add', '--brain', 'account', '--config', JSON.stringify({ key })];
    const keyless = await runCli({ ...environmentOf(own), APP_SECRET: '' }, words, brains);
    expect(keyless.err).toContain('[cli.no_app_secret]');
    const placeless = await runCli({ ...environmentOf(own), PUBLIC_URL: '' }, words, brains);
    expect(placeless.err).toContain('[cli.no_public_url]');
    expect(account.hooks).toEqual([]);
    expect(await own.probe.count('select count(*) from connection')).toBe(0);
  });

  it('is given to a bot, which thinks with it from then on', async () => {
    const { connection } = await add();
    const { code, out } = await cli('bots', 'set', '--code', 'bridge_assistant', '--brain', 'account', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ bot: { brain: 'account', connection: connection.id } });
    await everythingDone(own.bridge.portal, own.probe);
    const said = sayToAssistant(own.bridge, 'Кто там?');
    await until(() => said.isAnswered());
    await everythingDone(own.bridge.portal, own.probe);
    const tested = await cli('connections', 'test', '--connection', connection.id);
    expect(tested.out).toContain('delivered to the brain');
    expect(tested.code).toBe(0);
  });

  it('is not chosen by itself where there are two of a brain', async () => {
    await add();
    await add();
    const { code, err } = await cli('bots', 'set', '--code', 'bridge_assistant', '--brain', 'account');
    expect(code).toBe(1);
    expect(err).toContain('[bot.which_connection]');
  });

  it('is tested by joining again: an account that is refused now is wrong', async () => {
    const { connection } = await add();
    const fine = await cli('connections', 'test', '--connection', connection.id, '--json');
    expect(fine.code).toBe(0);
    expect(fine.json()).toMatchObject({ isHealthy: true });
    account.isAccepted = false;
    const { code, out } = await cli('connections', 'test', '--connection', connection.id);
    expect(code).toBe(1);
    expect(out).toMatch(/^wrong .*the remote does not know this key/m);
  });

  it('is found out when it was sealed with another key', async () => {
    const { connection } = await add();
    const environment = { ...environmentOf(own), APP_SECRET: Buffer.alloc(32, 7).toString('base64') };
    const { code, out } = await runCli(environment, ['connections', 'test', '--connection', connection.id], brains);
    expect(code).toBe(1);
    expect(out).toContain('APP_SECRET_PREVIOUS');
  });

  it('leaves each change in the audit list of the portal, with the keys that changed and no values', async () => {
    await own.probe.rows('delete from audit_entries');
    const { connection } = await add();
    const other = 'another-key-nobody-may-see';
    await cli('connections', 'set', '--connection', connection.id, '--config', JSON.stringify({ key: other }));
    await cli('connections', 'set', '--connection', connection.id, '--config', JSON.stringify({ key: other }));
    await cli('connections', 'remove', '--connection', connection.id);
    const entries = await own.probe.rows(
      'select action, subject, user_id, user_name, details from audit_entries order by id',
    );
    const by = { subject: connection.id, user_id: null, user_name: null };
    const named = { brain: 'account', title: 'Account brain' };
    expect(entries).toEqual([
      { ...by, action: 'connection.added', details: { to: { ...named, bot: null } } },
      { ...by, action: 'connection.changed', details: { changed: ['key'] } },
      { ...by, action: 'connection.removed', details: { from: named } },
    ]);
  });

  it('is moved to another host only together with the secret', async () => {
    const config = JSON.stringify({ host: 'https://demo.example', key: goodKey });
    const added = await cli('connections', 'add', '--brain', 'formed', '--config', config, '--json');
    const { id } = added.json<Added>().connection;
    const set = (change: object) => cli('connections', 'set', '--connection', id, '--config', JSON.stringify(change));
    const host = 'https://elsewhere.example';
    const refused = await set({ host });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('[connection.secret_needed]');
    expect((await set({ host, key: goodKey })).out).toContain('is changed: host');
    expect((await set({ host: `${host}/another/path` })).out).toContain('is changed: host');
  });

  it('is removed only when no bot thinks with it', async () => {
    const { connection } = await add();
    await cli('bots', 'set', '--code', 'bridge_assistant', '--connection', connection.id);
    const refused = await cli('connections', 'remove', '--connection', connection.id);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('bridge_assistant');
    await cli('bots', 'set', '--code', 'bridge_assistant', '--brain', 'echo');
    expect((await cli('connections', 'remove', '--connection', connection.id)).code).toBe(0);
    expect((await cli('connections', 'remove', '--connection', connection.id)).err).toContain('[connection.unknown]');
  });
});
