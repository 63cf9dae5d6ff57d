/** Commands beside other changes: what somebody else stores at the same moment stays, and only what is concerned is woken. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { createSealer, sha256 } from '../../../src/lib/encryption.ts';
import type { Pool } from '../../../src/store/database.ts';
import { until } from '../../support/bridge.ts';
import type { ClonedDatabase } from '../../support/database.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';
import { type Ran, runCli } from './run-cli.ts';

const portal = 'a'.repeat(32);
const appSecret = Buffer.alloc(32, 5);
const sealer = createSealer({ current: appSecret });

/** What the brain does, as each test wants it. */
const script: Pick<Brain, 'join' | 'checkHealth' | 'leave'> = {};
const left: string[] = [];

const account: Brain = {
  ...echoBrain,
  name: 'account',
  title: 'Account brain',
  configSchema: z.object({ key: z.string() }),
  join: (...given) => script.join?.(...given) ?? Promise.resolve(given[0].config),
  checkHealth: (...given) =>
    script.checkHealth?.(...given) ?? Promise.resolve({ works: true, config: given[0].config }),
  leave(connection) {
    left.push(connection.id);
    return Promise.resolve();
  },
};

let database: ClonedDatabase;
let db: Pool;

useOwnDatabase((pool, own) => {
  db = pool;
  database = own;
});

beforeEach(async () => {
  for (const table of ['lane', 'outbox', 'portal']) await db(table).delete();
  await db('portal').insert({
    portal,
    domain: 'acme.example',
    client_endpoint: 'https://acme.example/rest/',
    server_endpoint: 'https://oauth.example/rest/',
    application_token_hash: Buffer.alloc(32),
  });
  await addBot('line');
  await addBot('other');
  delete script.join;
  delete script.checkHealth;
  left.length = 0;
});

async function addBot(code: string, facts: object = {}): Promise<void> {
  await db('bot').insert({ portal, code, type: 'B', name: code, brain: 'echo', state: 'registered', ...facts });
}

async function addAccount(facts: object = {}): Promise<string> {
  const id = randomUUID();
  await db('connection').insert({
    portal,
    id,
    brain: 'account',
    title: 'the account',
    config_sealed: sealer.seal('{"key":"k"}', `connection.config:${id}`),
    webhook_secret_sealed: sealer.seal('secret', `connection.webhook:${id}`),
    webhook_secret_hash: sha256(id),
    ...facts,
  });
  return id;
}

function cli(...words: string[]): Promise<Ran> {
  const environment = {
    DATABASE_URL: database.url,
    APP_SECRET: appSecret.toString('base64'),
    PUBLIC_URL: 'https://bots.example',
    LOG_LEVEL: 'silent',
  };
  return runCli(environment, [...words, '--json'], [echoBrain, account]);
}

/** Runs a command while another transaction has made a change it has not committed; the change is committed when the command waits or ends. */
async function beside(change: (other: pg.Client) => Promise<unknown>, words: readonly string[]): Promise<Ran> {
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  try {
    await other.query('begin');
    await change(other);
    let isOver = false;
    const running = cli(...words).finally(() => {
      isOver = true;
    });
    // Of this database: other tests wait for locks of theirs on the same server.
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const isWaiting = async (): Promise<boolean> => (await db.raw(waiting)).rows.length > 0;
    await until(async () => isOver || (await isWaiting()));
    await other.query('commit');
    return await running;
  } finally {
    await other.end();
  }
}

const lanes = { ours: 'line/chat1>brain', others: 'other/chat1>brain' };

async function holdLanes(): Promise<void> {
  for (const key of Object.values(lanes)) {
    const ready_at = new Date(Date.now() + 3_600_000);
    await db('lane').insert({ portal, queue: 'outbox', key, seq: 1, ready_at });
  }
}

const woken = async (): Promise<string[]> =>
  (await db('lane').where('ready_at', '<=', db.raw('now()')).whereNot('key', '/app').orderBy('key')).map(
    ({ key }) => key,
  );

/** What the workers of a running app hear while `work` is done. */
async function heard(work: () => Promise<unknown>): Promise<string[]> {
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  const channels: string[] = [];
  listener.on('notification', ({ channel }) => channels.push(channel));
  try {
    await listener.query('listen bridge_inbox; listen bridge_outbox');
    await work();
    await listener.query('select 1');
    return channels;
  } finally {
    await listener.end();
  }
}

describe('bots, changed by two at the same moment', () => {
  it('keeps the account that somebody else gives the bot while only its name is changed', async () => {
    const id = await addAccount();
    const ran = await beside(
      (other) => other.query(`update bot set brain = 'account', connection_id = $1 where code = 'line'`, [id]),
      ['bots', 'set', '--code', 'line', '--name', 'New name'],
    );
    expect(ran.code).toBe(0);
    const [bot] = await db('bot').where({ code: 'line' });
    expect(bot).toMatchObject({ name: 'New name', brain: 'account', connection_id: id });
  });

  it('does not overwrite an account that somebody else gives the bot, and says so', async () => {
    const [first, second] = [await addAccount(), await addAccount()];
    const ran = await beside(
      (other) => other.query(`update bot set brain = 'account', connection_id = $1 where code = 'line'`, [first]),
      ['bots', 'set', '--code', 'line', '--connection', second],
    );
    expect(ran.code).toBe(1);
    expect(ran.json()).toMatchObject({ error: { code: 'bot.changed' } });
    expect((await db('bot').where({ code: 'line' }))[0]).toMatchObject({ connection_id: first });
  });

  it('takes a removed bot out of the portal, where it was registered at that moment', async () => {
    await addBot('new', { state: 'wanted' });
    const ran = await beside(
      (other) => other.query(`update bot set state = 'registered', bot_id = '77' where code = 'new'`),
      ['bots', 'remove', '--code', 'new'],
    );
    expect(ran.json()).toMatchObject({ leavesPortal: true });
    const orders = await db('outbox').whereRaw(`action->>'type' = 'unregister_bot'`);
    expect(orders.map(({ action }) => action.botId)).toEqual(['77']);
  });

  it('never gives a portal a sixth bot', async () => {
    for (const code of ['third', 'fourth']) await addBot(code);
    const ran = await beside(
      async (other) => {
        await other.query('select 1 from portal where portal = $1 for no key update', [portal]);
        await other.query(
          `insert into bot (portal, code, type, name, brain) values ($1, 'fifth', 'B', 'Fifth', 'echo')`,
          [portal],
        );
      },
      ['bots', 'add', '--code', 'sixth', '--name', 'Sixth'],
    );
    expect(ran.json()).toMatchObject({ error: { code: 'bot.too_many' } });
    expect(await db('bot').where({ portal })).toHaveLength(5);
  });
});

describe('what a command wakes', () => {
  it('is what waits for the bot that is given an account, and nothing else', async () => {
    const id = await addAccount();
    await holdLanes();
    const channels = await heard(() => cli('bots', 'set', '--code', 'line', '--connection', id));
    expect(await woken()).toEqual([lanes.ours]);
    expect(channels).toContain('bridge_outbox');
  });

  it('is nothing where only the name of a bot is changed', async () => {
    await holdLanes();
    expect((await cli('bots', 'set', '--code', 'line', '--name', 'New name')).code).toBe(0);
    expect(await woken()).toEqual([]);
  });

  it('is what waits for the bots of an account that works again, at once', async () => {
    const id = await addAccount({ disabled_reason: 'frozen' });
    await db('bot').where({ code: 'line' }).update({ brain: 'account', connection_id: id });
    await holdLanes();
    const channels = await heard(() => cli('connections', 'test', '--connection', id));
    expect(await woken()).toEqual([lanes.ours]);
    expect(channels).toContain('bridge_outbox');
  });

  it('is the lanes of an account that told something new, although it was not disabled', async () => {
    const id = await addAccount();
    await db('bot').where({ code: 'line' }).update({ brain: 'account', connection_id: id });
    await holdLanes();
    script.checkHealth = () => Promise.resolve({ works: true, config: { key: 'a new key' } });
    await cli('connections', 'test', '--connection', id);
    expect(await woken()).toEqual([lanes.ours]);
  });

  it('is nothing of an account that was changed during the test, which is said', async () => {
    const id = await addAccount({ disabled_reason: 'frozen' });
    await db('bot').where({ code: 'line' }).update({ brain: 'account', connection_id: id });
    await holdLanes();
    const newer = sealer.seal('{"key":"newer"}', `connection.config:${id}`);
    script.checkHealth = async ({ config }) => {
      await db('connection').update({ config_sealed: newer, updated_at: db.raw(`now() + interval '1 second'`) });
      return { works: true, config };
    };
    const ran = await cli('connections', 'test', '--connection', id);
    expect(ran.out).toContain('changed by somebody else');
    expect(await woken()).toEqual([]);
    expect((await db('connection'))[0]).toMatchObject({ config_sealed: newer, disabled_reason: 'frozen' });
  });
});

describe('an account', () => {
  it('is left again when its connection cannot be stored', async () => {
    const joined: string[] = [];
    script.join = async ({ id, config }) => {
      joined.push(id);
      await db('portal').delete();
      return config;
    };
    const ran = await cli('connections', 'add', '--brain', 'account', '--config', '{"key":"k"}');
    expect(ran.code).toBe(1);
    expect(joined).toHaveLength(1);
    expect(left).toEqual(joined);
  });

  it('has the name of its brain where the title is blank', async () => {
    const ran = await cli('connections', 'add', '--brain', 'account', '--title', ' ', '--config', '{"key":"k"}');
    expect(ran.json()).toMatchObject({ connection: { title: 'Account brain' } });
  });

  it('that could not be told is no obstacle to erasing, without the key of the app too', async () => {
    await addAccount();
    const environment = { DATABASE_URL: database.url, PUBLIC_URL: 'https://bots.example', LOG_LEVEL: 'silent' };
    const ran = await runCli(environment, ['portals', 'erase', '--portal', portal], [echoBrain, account]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('could not be told');
    expect(await db('portal')).toEqual([]);
  });
});

describe('dead letters of a portal', () => {
  it('are replayed, and all of unknown fate are counted', async () => {
    const lane = 'line/chat1>portal';
    const row = { portal, lane, target: 'portal', trace: 't', action: '{"type":"typing"}' };
    const seqs = Array.from({ length: 205 }, (_, index) => index + 1);
    await db('lane').insert({ portal, queue: 'outbox', key: lane, seq: 205, done: 205, ready_at: 'infinity' });
    await db('outbox').insert(seqs.map((seq) => ({ ...row, seq, key: randomUUID(), state: 'unknown' })));
    const ran = await cli('dead-letters', 'replay', '--all', '--portal', portal);
    expect(ran.json()).toEqual({ replayed: 0, unknownLeft: 205 });
  });
});
