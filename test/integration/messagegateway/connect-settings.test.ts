/** The step of the connection page at which the bot is told how to work. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema, type MessageGatewayConfig } from '../../../src/brains/messagegateway/config.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listConnections } from '../../../src/store/tenants/connections.ts';
import { type ConnectStage, type Shown, startConnectStage } from '../../support/connect-stage.ts';

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
    account: stage.gateway.crmOrigin,
    key: stage.gateway.apiKey,
    code: await stage.newCode(),
  });
  return await stage.submit({ step: 'settings', choice: chosen.hidden('choice'), bot });
}

/** What a browser would send of the page as it stands. */
function preset({ html }: Shown): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of html.matchAll(/<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"/g)) {
    if (name !== 'takesOver') fields[name] ??= value;
  }
  for (const [, name = '', inner = ''] of html.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g)) {
    fields[name] = /<option value="([^"]+)" selected>/.exec(inner)?.[1] ?? '';
  }
  fields['takesOver'] = /value="(\w+)"[^>]* checked/.exec(html)?.[1] ?? '';
  // The other form on the page goes back.
  return { ...fields, step: 'connect' };
}

const problemsAt = ({ html }: Shown): string[] =>
  [...html.matchAll(/<p id="([\w-]+)-problem" class="field-problem">/g)].map(([, name]) => name ?? '');

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
    const fields = preset(page);
    expect(fields).toMatchObject({
      bot: 'bridge_supervisor',
      language: 'en',
      command: 'operator',
      takesOver: 'unassign',
      groups: 'supervisors',
      employees: '',
    });
    expect((await stage.submit(fields)).status).toBe(200);
    const { joined, ...given } = await stored();
    const { crmUrl, apiKey, name } = given;
    expect(joined).toBeDefined();
    expect(given).toEqual(configSchema.parse({ crmUrl, apiKey, name, language: 'en' }));
  });

  it('become those of the connection, and are shown when it is renewed', async () => {
    const fields = {
      ...preset(await settingsOf('bridge_supervisor')),
      language: 'ru',
      command: ' /human ',
      takesOver: 'close',
      groups: 'all',
      employees: '1, 42; 7',
    };
    expect((await stage.submit(fields)).status).toBe(200);
    expect(await stored()).toMatchObject({
      language: 'ru',
      handover: { command: 'human', userIds: [] },
      onPersonTakesOver: 'close',
      console: { groups: 'all', employees: ['1', '42', '7'], showStaffTalk: true },
    });
    expect(stage.gateway.bots().at(-1)?.commands).toContain('human');
    const again = await settingsOf('bridge_supervisor');
    const shown = { language: 'ru', command: 'human', takesOver: 'close', groups: 'all', employees: '1, 42, 7' };
    expect(preset(again)).toMatchObject(shown);
    // Without a word on them they stay.
    const { choice = '', bot = '' } = preset(again);
    expect((await stage.submit({ step: 'connect', choice, bot })).status).toBe(200);
    expect(await stored()).toMatchObject({ onPersonTakesOver: 'close', console: { groups: 'all' } });
  });

  it('do not ask an Open Channel bot about groups', async () => {
    const page = await settingsOf('bridge_line');
    expect(page.html).not.toContain('name="groups"');
    expect((await stage.submit(preset(page))).status).toBe(200);
    expect(await stored()).toMatchObject({ console: { groups: 'supervisors', employees: [] } });
  });

  it.each<readonly [string, Record<string, string>, string[]]>([
    ['a command of two words', { command: 'give over' }, ['command']],
    ['a command that means something else', { command: 'bot' }, ['command']],
    ['no command', { command: '' }, ['command']],
    ['names instead of numbers', { employees: 'Иван, 7' }, ['employees']],
    [
      'values nobody offered',
      { language: 'de', takesOver: 'shout', groups: 'some' },
      ['language', 'takesOver', 'groups'],
    ],
    ['several at once', { command: 'x y', employees: '<b>' }, ['command', 'employees']],
  ])('name what is wrong beside its field, and store nothing: %s', async (_, wrong, fields) => {
    const page = await settingsOf('bridge_supervisor');
    const edits = stage.gateway.calls().filter(({ path }) => path.includes('/edit')).length;
    const refused = await stage.submit({ ...preset(page), ...wrong });
    expect(refused.status).toBe(422);
    expect(refused.problem).not.toBe('');
    expect(problemsAt(refused)).toEqual(fields);
    for (const field of fields) expect(refused.html).toContain(`aria-describedby="${field}-problem`);
    expect(refused.html).not.toContain('value="<b>');
    expect(await stage.own.probe.count('select count(*) from connection')).toBe(0);
    expect(stage.gateway.calls().filter(({ path }) => path.includes('/edit'))).toHaveLength(edits);
    // What was right is still there, and the page goes on.
    const mended = {
      ...preset(refused),
      language: 'ru',
      takesOver: 'note',
      groups: 'none',
      command: 'person',
      employees: '',
    };
    expect((await stage.submit(mended)).status).toBe(200);
    expect(await stored()).toMatchObject({ onPersonTakesOver: 'note', handover: { command: 'person' } });
  });

  it('stay as typed when the CRM refuses, and lead back to the bots', async () => {
    const page = await settingsOf('bridge_supervisor');
    stage.gateway.fail({ api: 'crm', path: '/edit', times: 1, kind: 500 });
    const refused = await stage.submit({ ...preset(page), command: 'human' });
    expect(refused.problem).toContain('is not responding');
    expect(preset(refused)).toMatchObject({ command: 'human' });
    const bots = await stage.submit({ step: 'choose', choice: refused.hidden('choice') });
    expect(bots.html).toContain('name="bot" value="bridge_line"');
  });

  it('are not shown for a bot that is not there', async () => {
    const page = await settingsOf('made-up');
    expect(page.status).toBe(422);
    expect(page.problem).toContain('Choose a bot');
  });
});
