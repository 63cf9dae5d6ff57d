/** The step of the connection page at which the bot is told how to work. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema, type MessageGatewayConfig } from '../../../src/brains/messagegateway/config.ts';
import type { SettingsView } from '../../../src/core/connect-view.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listConnections } from '../../../src/store/tenants/connections.ts';
import { asked, type ConnectStage, type Shown, startConnectStage } from '../../support/connect-stage.ts';

let stage: ConnectStage;
let db: Pool;

beforeAll(async () => {
  stage = await startConnectStage();
  db = openDatabase({ url: stage.own.databaseUrl, poolSize: 2 });
});
afterAll(async () => {
  await db.destroy();
  await stage.close();
});
beforeEach(async () => {
  await stage.own.probe.rows(`update bot set brain = 'echo', connection_id = null`);
  await stage.own.probe.rows('delete from connection');
});

/** Up to the page with the settings of a bot. */
async function settingsOf(bot: string): Promise<Shown> {
  const chosen = await stage.submit({
    step: 'check',
    values: { crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey },
    code: await stage.newCode(),
  });
  return await stage.submit({ step: 'settings', carried: chosen.carried, bot });
}

function settingsIn({ view }: Shown): SettingsView {
  if (view.name !== 'settings') throw new Error(`the view is ${view.name}`);
  return view;
}

/** What the fields show, by their keys. */
function shownIn(page: Shown): Record<string, string> {
  return Object.fromEntries(
    settingsIn(page).shown.flatMap((field) => ('value' in field ? [[field.key, field.value]] : [])),
  );
}

/** Sends the page with what a person has changed on it. */
function save(page: Shown, values: Readonly<Record<string, string>> = {}): Promise<Shown> {
  const { carried, bot } = settingsIn(page);
  return stage.submit({ step: 'connect', carried, bot: bot.code, values });
}

async function stored(): Promise<MessageGatewayConfig> {
  const [row, ...others] = await listConnections(db, stage.bridge.portal.memberId);
  if (row === undefined || others.length > 0) throw new Error('not exactly one connection');
  const text = createSealer({ current: stage.bridge.appSecret }).open(row.config_sealed, `connection.config:${row.id}`);
  return configSchema.parse(JSON.parse(text));
}

describe('the settings of a bot on the connection page', () => {
  it('are all filled in, and as good as the defaults', async () => {
    const page = await settingsOf('bridge_supervisor');
    expect(page.status).toBe(200);
    expect(page.problem).toBe('');
    expect(settingsIn(page).bot.code).toBe('bridge_supervisor');
    const shown = shownIn(page);
    expect(shown).toMatchObject({
      language: 'en',
      'handover.command': 'operator',
      onPersonTakesOver: 'unassign',
      'console.groups': 'supervisors',
      'console.employees': '',
    });
    expect((await save(page, shown)).status).toBe(200);
    const { joined, ...given } = await stored();
    const { crmUrl, apiKey, name } = given;
    expect(joined).toBeDefined();
    expect(given).toEqual(configSchema.parse({ crmUrl, apiKey, name, language: 'en' }));
    expect(name).toBe('Наблюдатель');
  });

  it('become those of the connection, and are shown when it is renewed', async () => {
    const page = await settingsOf('bridge_supervisor');
    const typed = {
      language: 'ru',
      'handover.command': ' /human ',
      onPersonTakesOver: 'close',
      'console.groups': 'all',
      'console.employees': '1, 42; 7',
    };
    expect((await save(page, typed)).status).toBe(200);
    expect(await stored()).toMatchObject({
      language: 'ru',
      handover: { command: 'human', userIds: [] },
      onPersonTakesOver: 'close',
      console: { groups: 'all', employees: ['1', '42', '7'], showStaffTalk: true },
    });
    expect(stage.gateway.bots().at(-1)?.commands).toContain('human');
    const again = await settingsOf('bridge_supervisor');
    expect(settingsIn(again).isHere).toBe(true);
    expect(shownIn(again)).toMatchObject({ ...typed, 'handover.command': 'human', 'console.employees': '1, 42, 7' });
    // Without a word on them they stay.
    expect((await save(again)).status).toBe(200);
    expect(await stored()).toMatchObject({ onPersonTakesOver: 'close', console: { groups: 'all' } });
  });

  it('do not ask an Open Channel bot about groups', async () => {
    const page = await settingsOf('bridge_line');
    expect(asked(page)).not.toContain('console.groups');
    expect((await save(page, { 'console.groups': 'all' })).status).toBe(200);
    expect(await stored()).toMatchObject({ console: { groups: 'supervisors', employees: [] } });
  });

  it('are no way to another account, nor to what joining stores', async () => {
    const page = await settingsOf('bridge_supervisor');
    const { crmOrigin: crmUrl, apiKey } = stage.second;
    expect((await save(page, { crmUrl, apiKey, joined: '{}', 'joined.clientId': 'x' })).status).toBe(200);
    expect(await stored()).toMatchObject({ crmUrl: stage.gateway.crmOrigin, apiKey: stage.gateway.apiKey });
    expect(stage.second.modules()).toEqual([]);
  });

  it.each<readonly [string, Record<string, string>, string[]]>([
    ['a command of two words', { 'handover.command': 'give over' }, ['handover.command']],
    ['a command that means something else', { 'handover.command': 'bot' }, ['handover.command']],
    ['names instead of numbers', { 'console.employees': 'Иван, 7' }, ['console.employees.0']],
    [
      'values nobody offered',
      { language: 'de', onPersonTakesOver: 'shout', 'console.groups': 'some' },
      ['console.groups', 'onPersonTakesOver', 'language'],
    ],
    [
      'several at once',
      { 'handover.command': 'x y', 'console.employees': '<b>' },
      ['handover.command', 'console.employees.0'],
    ],
  ])('name what is wrong by its field, and store nothing: %s', async (_, wrong, keys) => {
    const page = await settingsOf('bridge_supervisor');
    const edits = stage.gateway.calls().filter(({ path }) => path.includes('/edit')).length;
    const refused = await save(page, wrong);
    expect(refused.status).toBe(422);
    expect(settingsIn(refused).problems.map(({ key }) => key)).toEqual(keys);
    for (const { message } of settingsIn(refused).problems) expect(message).not.toBe('');
    // What was typed is still there.
    expect(shownIn(refused)).toMatchObject(wrong);
    expect(await stage.own.probe.count('select count(*) from connection')).toBe(0);
    expect(stage.gateway.calls().filter(({ path }) => path.includes('/edit'))).toHaveLength(edits);
    const mended = {
      language: 'ru',
      onPersonTakesOver: 'note',
      'console.groups': 'none',
      'handover.command': 'person',
      'console.employees': '',
    };
    expect((await save(refused, mended)).status).toBe(200);
    expect(await stored()).toMatchObject({ onPersonTakesOver: 'note', handover: { command: 'person' } });
  });

  it('stay as typed when the CRM refuses, and lead back to the bots', async () => {
    const page = await settingsOf('bridge_supervisor');
    stage.gateway.fail({ api: 'crm', path: '/edit', times: 1, kind: 500 });
    const refused = await save(page, { 'handover.command': 'human' });
    expect(refused.problem).toBe('crm_away');
    expect(shownIn(refused)).toMatchObject({ 'handover.command': 'human' });
    const bots = await stage.submit({ step: 'choose', carried: refused.carried });
    expect(bots.view).toMatchObject({ name: 'choice' });
    expect(bots.text).toContain('bridge_line');
  });

  it('are not shown for a bot that is not there', async () => {
    const page = await settingsOf('made-up');
    expect(page.status).toBe(422);
    expect(page.problem).toBe('no_bot');
  });
});
