/** Commands made in the console, typed by managers in any chat of the account. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type ConsoleStage, type Group, startConsoleStage } from '../../support/console-stage.ts';

let stage: ConsoleStage;
let group: Group;
let chatId: number;

beforeAll(async () => {
  stage = await startConsoleStage();
  group = await stage.openGroup('Команды');
  // A chat of a foreign messenger, bound to no group.
  ({ chatId } = await stage.messenger.writes({ id: 'k1', name: 'Клара' }, 'Добрый день'));
  await until(() => stage.gateway.sockets().open === 1);
});
afterAll(() => stage.close());

const botId = (): number => stage.config.joined.bot.botId;

/** The console answers before the account has the command. */
async function type(line: string): Promise<void> {
  const name = line.slice(1).split(' ')[0] ?? '';
  await until(
    () =>
      stage.gateway
        .bots()
        .find(({ id }) => id === botId())
        ?.commands.includes(name) === true,
  );
  stage.gateway.runCommand(chatId, botId(), line);
}

const said = (scope: string): (string | null)[] =>
  stage.gateway
    .messages(chatId)
    .filter((message) => message.authorType === 'bot' && message.scope === scope)
    .map(({ text }) => text);

describe('a command made in the console', () => {
  it('does its line in the chat it is typed in, with the words behind it', async () => {
    expect(await group.asks('команды добавить thanks Поблагодарить = сказать Спасибо за заказ')).toContain(
      '/thanks – Поблагодарить = сказать Спасибо за заказ',
    );
    await type('/thanks № 7');
    await until(() => said('public').includes('Спасибо за заказ № 7'));
    await until(() => stage.messenger.sent().includes('Спасибо за заказ № 7'));
    await group.asks('команды добавить vip Отметить = тег VIP');
    await type('/vip');
    await until(() => stage.gateway.dialogs().some(({ tags }) => tags.some(({ name }) => name === 'VIP')));
  });

  it('that bears the name of one of the console does that, for the manager who typed it', async () => {
    await group.asks('команды добавить assign Назначить');
    await type('/assign me');
    await until(() => stage.gateway.dialogs().some(({ responsible }) => responsible?.id === stage.managerId));
    await until(() => said('private').length > 0);
    expect(said('public')).not.toContain('/assign me');
  });

  it('without a line is passed on to the group that made it', async () => {
    await group.asks('команды добавить refund Оформить возврат');
    await type('/refund заказ 12');
    await until(() => group.said().some((text) => text.includes('/refund заказ 12')));
    expect(group.said().at(-1)).toContain(`#${chatId}`);
  });

  it('is done once, also when the socket has been away', async () => {
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    await type('/thanks за ожидание');
    stage.gateway.refuseSockets(false);
    await until(() => said('public').includes('Спасибо за заказ за ожидание'));
    stage.gateway.cutSockets();
    await until(() => stage.gateway.sockets().open === 1);
    await stage.done();
    expect(said('public').filter((text) => text === 'Спасибо за заказ за ожидание')).toHaveLength(1);
  });

  it('says in the chat why it could not be done', async () => {
    await group.asks('команды добавить give Передать = назначить Никто');
    await type('/give');
    await until(() => said('private').some((text) => text?.includes('Никто')));
    expect(said('public').join()).not.toContain('Никто');
  });

  it('may do nothing but what concerns the chat', async () => {
    expect(await group.asks('команды добавить evil Имя = имя Взлом')).toContain('Так: /команды добавить');
    expect(stage.gateway.bots().find(({ id }) => id === botId())?.commands).not.toContain('evil');
  });
});
