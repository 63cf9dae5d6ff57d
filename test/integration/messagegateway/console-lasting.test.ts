/** What employees say about the bot itself in the console holds until they say otherwise. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type ConsoleStage, type Group, startConsoleStage } from '../../support/console-stage.ts';

let stage: ConsoleStage;
let group: Group;
const picture = 'https://pictures.example/bot.png';

const own = () => stage.gateway.bots().find(({ id }) => id === stage.config.joined.bot.botId);
const commandLists = (): number =>
  stage.gateway.calls().filter(({ method, path }) => method === 'GET' && path.startsWith('/my/commands')).length;

/** The listener loses its socket and has compared everything anew. */
async function reconnect(): Promise<void> {
  const before = commandLists();
  stage.gateway.cutSockets();
  await until(() => commandLists() > before && stage.gateway.sockets().open === 1);
  await stage.done();
}

/** A check has ended: it is a routine one next. One that is under way is tried again much sooner. */
const checked = `select count(*) from connection where health_check_at > now() + interval '50 minutes'`;

/** The account is looked at, and joined again with it. */
async function lookAgain(): Promise<void> {
  await stage.probe.rows('update connection set health_check_at = now()');
  await until(async () => (await stage.probe.count(checked)) === 1);
  await stage.done();
}

beforeAll(async () => {
  stage = await startConsoleStage();
  group = await stage.openGroup('Надолго');
});
afterAll(() => stage.close());

describe('what the console says about the bot', () => {
  it('keeps commands of its own over a reconnect and a new joining, and lets go what it deletes', async () => {
    expect(await group.asks('команды добавить price Цена товара')).toContain('/price – Цена товара');
    await group.asks('команды добавить stock Остаток');
    await reconnect();
    expect(own()?.commands).toEqual(expect.arrayContaining(['help', 'bot', 'operator', 'price', 'stock']));
    await lookAgain();
    expect(own()?.commands).toContain('price');
    expect(await group.asks('команды удалить price')).not.toContain('/price');
    await reconnect();
    expect(own()?.commands).toContain('stock');
    expect(own()?.commands).not.toContain('price');
  });

  it('begins with the picture the bot has in Bitrix24, which anybody may see and keep', async () => {
    expect(own()?.avatarUrl).toMatch(/^http.*\/bots\/[BOS]\.png$/);
    const answer = await fetch(own()?.avatarUrl ?? '');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('cache-control')).toContain('max-age');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    for (const wrong of ['X.png', 'S.gif', '..%2fS.png']) {
      expect((await fetch(`${stage.bridge.url}/bots/${wrong}`)).status).toBe(404);
    }
  });

  it('keeps name, picture and roles over a new joining', async () => {
    await group.asks('имя Мост');
    await group.asks('роли responsible, hidden');
    expect(await group.asks(`картинка ${picture}`)).toBe('Картинка бота изменена');
    const said = { name: 'Мост', roles: ['responsible', 'hidden'], avatarUrl: picture };
    // A health check that was under way may have written what it knew before.
    await until(() => own()?.name === 'Мост');
    expect(own()).toMatchObject(said);
    await lookAgain();
    expect(own()).toMatchObject(said);
    await reconnect();
    expect(own()).toMatchObject(said);
  });

  it('refuses a picture without a public address', async () => {
    expect(await group.asks('картинка http://pictures.example/bot.png')).toContain('https://');
    expect(await group.asks('картинка кот')).toContain('https://');
    expect(own()?.avatarUrl).toBe(picture);
  });
});
