import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

let own: OwnBridge;

beforeEach(async () => {
  own = await startInstalled();
});

afterEach(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words);
const codesInPortal = (): string[] => own.bridge.portal.bots().map((bot) => bot.code);

describe('bots', () => {
  it('adds a bot, which the running app registers in the portal, and which answers there', async () => {
    const words = ['--code', 'sales', '--name', 'Продавец', '--brain', 'echo', '--give-back-after', '30', '--json'];
    const added = (await cli('bots', 'add', ...words)).json<{ bot: object; setUp: { trace: string } }>();
    const wanted = { code: 'sales', type: 'B', brain: 'echo', state: 'wanted', giveBackAfterMinutes: 30 };
    expect(added.bot).toMatchObject(wanted);
    await until(() => codesInPortal().includes('sales'));
    await everythingDone(own.bridge.portal, own.probe);
    expect((await cli('bots', 'list')).out).toMatch(/sales +B +\d+ +Продавец +echo +registered/);
    expect((await cli('trace', added.setUp.trace)).out).toContain('the portal was set up');
    const { portal } = own.bridge;
    const bot = portal.bots().find((one) => one.code === 'sales');
    const { chatId } = portal.employeeWritesPrivate(portal.adminId, bot?.id ?? 0, 'Есть скидки?');
    await until(() => answersIn(portal, chatId).includes('Есть скидки?'));
  });

  it('adds a fourth and a fifth and refuses a sixth', async () => {
    expect((await cli('bots', 'add', '--code', 'fourth', '--name', 'Четвёртый')).code).toBe(0);
    expect((await cli('bots', 'add', '--code', 'fifth', '--name', 'Пятый')).code).toBe(0);
    const { code, err } = await cli('bots', 'add', '--code', 'sixth', '--name', 'Шестой');
    expect(code).toBe(1);
    expect(err).toContain('[bot.too_many]');
    await everythingDone(own.bridge.portal, own.probe);
    expect(codesInPortal()).not.toContain('sixth');
  });

  it('refuses a code that is taken, one that cannot be written in a lane, and a brain nobody knows', async () => {
    const add = (code: string, ...more: string[]): Promise<Ran> =>
      cli('bots', 'add', '--code', code, '--name', 'Имя', ...more);
    expect((await add('bridge_line')).err).toContain('[bot.exists]');
    expect((await add('a/b')).err).toContain('[bot.bad_code]');
    expect((await add('good', '--brain', 'nobody')).err).toContain('[brain.unknown]');
    expect((await add('good', '--type', 'X')).code).toBe(2);
    expect(await own.probe.count('select count(*) from bot')).toBe(3);
  });

  it('changes a name, which the portal then shows', async () => {
    const { code } = await cli('bots', 'set', '--code', 'bridge_assistant', '--name', 'Степан');
    expect(code).toBe(0);
    await until(() => ourBot(own.bridge.portal, 'assistant').name.startsWith('Степан'));
  });

  it('sets after how long a silence the brain leads again, and never', async () => {
    const set = (...words: string[]): Promise<Ran> => cli('bots', 'set', '--code', 'bridge_line', ...words, '--json');
    const minutes = async (value: string): Promise<unknown> =>
      (await set('--give-back-after', value)).json<{ bot: { giveBackAfterMinutes: unknown } }>().bot
        .giveBackAfterMinutes;
    expect(await minutes('30')).toBe(30);
    expect((await set()).json<{ bot: object }>().bot).toMatchObject({ giveBackAfterMinutes: 30 });
    expect(await minutes('never')).toBeNull();
    for (const wrong of ['0', '-5', '1.5', 'soon', '43201'])
      expect((await set('--give-back-after', wrong)).code).toBe(2);
  });

  it('given another account forgets what the former one called its conversations', async () => {
    const connections = `insert into connection (portal, id, brain, title, config_sealed, webhook_secret_hash, webhook_secret_sealed)
      select portal, gen_random_uuid(), 'messagegateway', t, ''::bytea, t::bytea, ''::bytea from portal, unnest(array['a', 'b']) t`;
    await own.probe.rows(connections);
    await own.probe.rows(`insert into conversation (portal, bot_code, dialog_id, ref, remote_id, owner, kind, is_greeted, language)
      select portal, 'bridge_line', 'chat9', 'ref', '9000', 'brain', 'line', true, 'ru' from portal`);
    const [a, b] = (await own.probe.rows('select id::text from connection order by title')).map(({ id }) => String(id));
    const remote = async () => (await own.probe.rows('select remote_id from conversation'))[0]?.['remote_id'];
    const give = (...words: string[]) => cli('bots', 'set', '--code', 'bridge_line', ...words);
    await own.probe.rows('update bot set brain = $1, connection_id = $2 where code = $3', [
      'messagegateway',
      a,
      'bridge_line',
    ]);
    expect((await give('--name', 'Линия')).code).toBe(0);
    expect(await remote()).toBe('9000');
    expect((await give('--connection', b ?? '')).code).toBe(0);
    expect(await remote()).toBeNull();
  });

  it('keeps the type of a bot', async () => {
    const { code, err } = await cli('bots', 'set', '--code', 'bridge_assistant', '--type', 'S');
    expect(code).toBe(1);
    expect(err).toContain('[bot.type_is_fixed]');
    expect((await cli('bots', 'set', '--code', 'bridge_assistant', '--type', 'b')).code).toBe(0);
  });

  it('removes a bot, from the portal too', async () => {
    const { code, out } = await cli('bots', 'remove', '--code', 'bridge_supervisor');
    expect(code).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('takes its user out of the portal');
    await everythingDone(own.bridge.portal, own.probe);
    expect(await own.probe.count(`select count(*) from bot where code = 'bridge_supervisor'`)).toBe(0);
    await until(() => !codesInPortal().includes('bridge_supervisor'));
  });

  it('removes a bot that the portal never had without asking the portal', async () => {
    await own.bridge.stop();
    expect((await cli('bots', 'add', '--code', 'sales', '--name', 'Продавец')).code).toBe(0);
    expect((await cli('bots', 'remove', '--code', 'sales')).code).toBe(0);
    expect(await own.probe.count(`select count(*) from outbox where action->>'type' = 'unregister_bot'`)).toBe(0);
  });

  it('does not bring the default bots back after the last one was removed, whatever sets the portal up again', async () => {
    for (const kind of ['line', 'supervisor', 'assistant']) await cli('bots', 'remove', '--code', `bridge_${kind}`);
    await everythingDone(own.bridge.portal, own.probe);
    expect(await own.probe.count('select count(*) from bot')).toBe(0);
    own.bridge.portal.updateApp({ version: 2 });
    await everythingDone(own.bridge.portal, own.probe);
    expect(await own.probe.count('select count(*) from bot')).toBe(0);
  });

  it('brings back a bot that a person deleted in the portal, as a new one', async () => {
    await own.probe.rows(`update bot set state = 'deleted', bot_id = null where code = 'bridge_assistant'`);
    expect((await cli('bots', 'set', '--code', 'bridge_assistant', '--name', 'Иной')).err).toContain('[bot.deleted]');
    expect((await cli('bots', 'add', '--code', 'bridge_assistant', '--name', 'Снова')).code).toBe(0);
    await everythingDone(own.bridge.portal, own.probe);
    expect(await own.probe.rows(`select state, name from bot where code = 'bridge_assistant'`)).toEqual([
      { state: 'registered', name: 'Снова' },
    ]);
  });
});
