/** Settings of a connection in use, changed by command: the account, its module, bot and channel stay the same ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema, type MessageGatewayConfig } from '../../../src/brains/messagegateway/config.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listConnections } from '../../../src/store/tenants/connections.ts';
import { until } from '../../support/bridge.ts';
import { type ConnectStage, startConnectStage } from '../../support/connect-stage.ts';
import { environmentOf, type Ran, runCli } from '../cli/run-cli.ts';

let stage: ConnectStage;
let db: Pool;
let id: string;

beforeAll(async () => {
  stage = await startConnectStage();
  db = openDatabase({ url: stage.own.databaseUrl, poolSize: 2 });
  const { crmOrigin: crmUrl, apiKey } = stage.gateway;
  const config = JSON.stringify({ crmUrl, apiKey });
  const added = await cli('add', '--brain', 'messagegateway', '--config', config);
  id = added.json<{ connection: { id: string } }>().connection.id;
  await runCli(environmentOf(stage.own), ['bots', 'set', '--code', 'bridge_line', '--connection', id]);
  await until(() => stage.gateway.sockets().open === 1);
});
afterAll(async () => {
  await db.destroy();
  await stage.close();
});

function cli(verb: string, ...words: string[]): Promise<Ran> {
  return runCli(environmentOf(stage.own), ['connections', verb, ...words, '--json']);
}

const set = (change: object): Promise<Ran> => cli('set', '--connection', id, '--config', JSON.stringify(change));

async function stored(): Promise<MessageGatewayConfig> {
  const [row] = await listConnections(db, stage.bridge.portal.memberId);
  if (row === undefined) throw new Error('no connection');
  const text = createSealer({ current: stage.bridge.appSecret }).open(row.config_sealed, `connection.config:${row.id}`);
  return configSchema.parse(JSON.parse(text));
}

const counts = (): object => ({
  modules: stage.gateway.modules().length,
  bots: stage.gateway.bots().length,
  channels: stage.gateway.channels().length,
});

const bot = () => stage.gateway.bots().at(-1);

describe('connections set', () => {
  it('changes what is given and leaves the rest, and the running app follows', async () => {
    const before = { ...counts(), joined: (await stored()).joined };
    const changed = await set({
      handover: { command: 'person' },
      botRoles: ['responsible', 'distributor'],
      timeZone: 'Europe/Moscow',
    });
    expect(changed.json()).toMatchObject({ changed: ['handover.command', 'timeZone', 'botRoles'] });
    expect(await stored()).toMatchObject({ handover: { command: 'person', userIds: [] }, timeZone: 'Europe/Moscow' });
    await until(
      () => bot()?.commands.includes('person') === true && bot()?.roles.includes('distributor') === true,
      20_000,
    );
    await until(() => bot()?.commands.includes('operator') === false);
    expect({ ...counts(), joined: (await stored()).joined }).toEqual(before);
  });

  it('takes a key back to its default with null, and does nothing twice', async () => {
    expect((await set({ timeZone: null, handover: { command: null } })).code).toBe(0);
    expect(await stored()).toMatchObject({ timeZone: 'UTC', handover: { command: 'operator' } });
    expect((await set({ timeZone: 'UTC' })).json()).toMatchObject({ changed: [] });
  });

  it('renames module, bot and channel in place', async () => {
    const before = counts();
    expect((await set({ name: 'Второе имя' })).code).toBe(0);
    await until(() =>
      [stage.gateway.modules(), stage.gateway.bots(), stage.gateway.channels()].every(
        (all) => all.at(-1)?.name === 'Второе имя',
      ),
    );
    expect(counts()).toEqual(before);
  });

  it.each<readonly [string, () => object, RegExp]>([
    ['a key that does not exist', () => ({ color: 'red' }), /color/],
    ['a value that does not fit', () => ({ callsPerSecond: 31 }), /callsPerSecond/],
    ['what the app alone writes', () => ({ joined: { channelId: 1 } }), /joined/],
    ['a key the CRM does not know', () => ({ apiKey: 'wrong' }), /API key|key/],
    ['another account', () => ({ crmUrl: stage.second.crmOrigin, apiKey: stage.second.apiKey }), /other_account/],
  ])('refuses %s and changes nothing', async (_, change, words) => {
    const before = { ...counts(), config: await stored(), second: stage.second.modules().length };
    const refused = await set(change());
    expect(refused.code).not.toBe(0);
    expect(refused.out + refused.err).toMatch(words);
    expect({ ...counts(), config: await stored(), second: stage.second.modules().length }).toEqual(before);
  });
});
