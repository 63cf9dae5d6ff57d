import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, ourBot } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

let own: OwnBridge;

beforeEach(async () => {
  own = await startInstalled();
});

afterEach(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words);

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly metBy: string;
  readonly welcomeBot: object | null;
}

const listed = async (): Promise<readonly Shown[]> =>
  (await cli('lines', 'list', '--json')).json<{ lines: Shown[] }>().lines;

describe('lines', () => {
  it('lets a bot meet the customers of a line, as the portal then stores it, and takes it off again', async () => {
    const { portal } = own.bridge;
    const line = portal.addLine({ name: 'Поддержка' });
    expect(await listed()).toMatchObject([{ id: String(line.id), metBy: 'operators', welcomeBot: null }]);

    const attached = await cli('lines', 'attach', String(line.id), '--code', 'bridge_line', '--operators-after', '90');
    expect(attached).toMatchObject({ code: 0, err: '' });
    const bot = ourBot(portal, 'line');
    expect(await listed()).toMatchObject([
      {
        name: 'Поддержка',
        metBy: 'bridge_line, in every session, operators after 90 s',
        welcomeBot: { botId: String(bot.id), join: 'always', seconds: 90, afterwards: 'close' },
      },
    ]);
    const { chatId } = portal.clientWrites(portal.addClient({ name: 'Анна', lineId: line.id }).id, 'Где заказ?');
    await until(() => answersIn(portal, chatId).includes('Где заказ?'));

    expect(await cli('lines', 'detach', String(line.id))).toMatchObject({ code: 0, err: '' });
    expect(await listed()).toMatchObject([{ metBy: 'operators', welcomeBot: null }]);
  });

  it("leaves another app's bot in its place unless told otherwise", async () => {
    const { portal } = own.bridge;
    const line = portal.addLine({ name: 'Продажи', botId: 4_711 });
    const attach = (...more: string[]): Promise<Ran> =>
      cli('lines', 'attach', String(line.id), '--code', 'bridge_line', ...more);
    expect((await attach()).err).toContain('[line.taken]');
    expect((await cli('lines', 'detach', String(line.id))).err).toContain('[line.taken]');
    expect(await listed()).toMatchObject([{ metBy: 'bot 4711 of another app, in every session' }]);
    expect((await attach('--replace')).code).toBe(0);
    expect((await listed())[0]?.metBy).toContain('bridge_line');
  });

  it('refuses what cannot be', async () => {
    const line = String(own.bridge.portal.addLine({ name: 'Поддержка' }).id);
    expect((await cli('lines', 'attach', '999', '--code', 'bridge_line')).err).toContain('[line.unknown]');
    expect((await cli('lines', 'attach', line, '--code', 'bridge_supervisor')).err).toContain('[bot.not_for_lines]');
    expect((await cli('lines', 'attach', line, '--code', 'nobody')).err).toContain('[bot.unknown]');
    expect((await cli('lines', 'attach', 'one', '--code', 'bridge_line')).code).toBe(2);
    expect((await cli('lines', 'attach', line, '--code', 'bridge_line', '--operators-after', '-1')).code).toBe(2);
    expect(await listed()).toMatchObject([{ metBy: 'operators' }]);
  });

  it('says so when the employee behind the token may not edit lines, or the portal stores something else', async () => {
    const { portal } = own.bridge;
    const line = String(portal.addLine({ name: 'Поддержка' }).id);
    const method = 'imopenlines.config.update';
    portal.fault.rest({ method, times: 1, kind: 'error', error: 'CONFIG_WRONG_USER_PERMISSION', status: 403 });
    expect((await cli('lines', 'attach', line, '--code', 'bridge_line')).err).toContain('[line.forbidden]');
    portal.fault.rest({ method, times: 1, kind: 'null-result' });
    expect((await cli('lines', 'attach', line, '--code', 'bridge_line')).err).toContain('[line.not_changed]');
  });
});
