/** The console over an account that answers the unknowns of the documents the other way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type ConsoleStage, type Group, startConsoleStage } from '../../support/console-stage.ts';

let stage: ConsoleStage;
let group: Group;
let chatId: number;
const customer = { id: 'o1', name: 'Рая & Ко' };

beforeAll(async () => {
  stage = await startConsoleStage({
    gateway: { escape: 'html', boundsInclusive: false, listOrder: 'ascending', timeOffset: 'Z', botSendStatus: 201 },
    config: { unescapeHtml: true, requestTimeoutMs: 1_000 },
  });
  for (let index = 0; index < 80; index += 1) ({ chatId } = await stage.messenger.writes(customer, `старое ${index}`));
  group = await stage.openGroup('Наоборот');
});
afterAll(() => stage.close());

describe('lists that begin at their beginning, and escaped texts', () => {
  it('still end with the newest message, and a binding begins behind it', async () => {
    const bound = await group.asks(`привязать ${chatId}`);
    expect(bound).toContain('Рая & Ко');
    expect(bound).toContain('старое 79');
    expect(bound).not.toContain('старое 70');
    await stage.messenger.writes(customer, '2 < 3 & 4 > 3');
    await until(() => group.said().some((text) => text.endsWith('2 < 3 & 4 > 3')));
    await stage.done();
    expect(group.said().filter((text) => text.startsWith('💬'))).toEqual(['💬 Рая & Ко · Витрина:\n2 < 3 & 4 > 3']);
  });

  it('are decoded in what a made command is given', async () => {
    await group.asks('/команды добавить thanks Поблагодарить = сказать Спасибо,');
    const { botId } = stage.config.joined.bot;
    stage.gateway.runCommand(chatId, botId, '/thanks Пётр &amp; Павел');
    const said = () => stage.gateway.messages(chatId).filter(({ authorType }) => authorType === 'bot');
    await until(() => said().some(({ scope }) => scope === 'public'));
    // What the service keeps of ours is escaped once.
    expect(said().find(({ scope }) => scope === 'public')?.text).toBe('Спасибо, Пётр &amp; Павел');
  });

  it('do not make a lost answer be said twice', async () => {
    stage.gateway.fail({ api: 'bot', path: '/messages', method: 'POST', times: 1, kind: 'reset-after' });
    const said = (): number => stage.gateway.messages(chatId).filter(({ authorType }) => authorType === 'bot').length;
    const before = said();
    group.mentions('1 < 2 & "так"');
    await until(() => said() > before);
    await stage.done();
    expect(said()).toBe(before + 1);
  });
});
