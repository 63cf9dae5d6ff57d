import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { BotAnswer } from '../../../src/api/schemas/bots.ts';
import { usualPicture } from '../../../src/bitrix24/install/bot-avatar.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled();
  admin = await openApi(own.bridge.url, own.bridge.portal);
});

afterAll(() => own.close());

/** A PNG that says it has this size. */
function resized(width: number, height: number): Buffer {
  const image = Buffer.from(usualPicture('P', 1));
  image.writeUInt32BE(width, 16);
  image.writeUInt32BE(height, 20);
  return image;
}

const bots = async (): Promise<readonly BotAnswer[]> => (await admin.get<{ bots: BotAnswer[] }>('/api/bots')).bots;
const audit = async (query = ''): Promise<AuditPage> => await admin.get(`/api/audit${query}`);

async function bot(code: string): Promise<BotAnswer> {
  const found = (await bots()).find((one) => one.code === code);
  if (found === undefined) throw new Error(`there is no bot ${code}`);
  return found;
}

describe('the bots of the API', () => {
  it('are listed as they are', async () => {
    const list = await bots();
    expect(list.map(({ code, type, state }) => [code, type, state])).toEqual([
      ['bridge_line', 'O', 'registered'],
      ['bridge_supervisor', 'S', 'registered'],
      ['bridge_assistant', 'B', 'registered'],
    ]);
    expect(list[0]).toMatchObject({ brain: { name: 'echo' }, connection: null, greeting: { isOff: false, texts: {} } });
    expect((await fetch(`${own.bridge.url}${list[0]?.picture}`)).headers.get('content-type')).toBe('image/png');
  });

  it('are changed in every fact, in the portal too, and the change is in the audit list', async () => {
    const changes = {
      name: 'Помощница Аня',
      giveBackMinutes: 30,
      callPersonMinutes: 5,
      turnsPerMinute: 0,
      greeting: { isOff: false, texts: { ru: 'Здравствуйте! Я {name}.', de: 'Guten Tag!' } },
      greetAfterSeconds: 10,
      language: 'de',
      burstMs: 2_000,
    };
    const { bot: changed } = await admin.send<{ bot: BotAnswer }>('PATCH', '/api/bots/bridge_line', changes);
    const { greeting, greetAfterSeconds, ...plain } = changes;
    expect(changed).toMatchObject({ ...plain, greeting: { ...greeting, afterSeconds: greetAfterSeconds } });
    expect(await bot('bridge_line')).toEqual(changed);
    await until(() => own.bridge.portal.bots().some(({ name }) => name === 'Помощница Аня'));

    await admin.send('PATCH', '/api/bots/bridge_line', { greeting: { texts: { de: null } }, language: null });
    expect(await bot('bridge_line')).toMatchObject({
      language: null,
      greeting: { texts: { ru: 'Здравствуйте! Я {name}.' } },
    });
    const [last, first] = (await audit()).entries;
    expect(first).toMatchObject({
      action: 'bot.changed',
      subject: 'bridge_line',
      userId: expect.stringMatching(/^\d+$/),
      userName: expect.stringMatching(/./),
      details: { from: { giveBackMinutes: null, burstMs: null }, to: { name: 'Помощница Аня', giveBackMinutes: 30 } },
    });
    expect(last?.details['to']).toEqual({ greeting: { ru: 'Здравствуйте! Я {name}.' }, language: null });
  });

  it('are not changed by what changes nothing: it sets the portal up again and is no change', async () => {
    const before = await audit();
    const { trace } = await admin.send<{ trace: string }>('PATCH', '/api/bots/bridge_assistant', {});
    expect(trace).toMatch(/^bots-/);
    expect(await audit()).toEqual(before);
  });

  it('are not changed over what somebody else has changed meanwhile', async () => {
    const { revision } = await bot('bridge_assistant');
    await admin.send('PATCH', '/api/bots/bridge_assistant', { name: 'Первый', revision });
    const late = { name: 'Второй', revision };
    expect(await admin.refused('PATCH', '/api/bots/bridge_assistant', late)).toMatchObject({
      status: 409,
      code: 'bot.changed',
    });
    expect((await bot('bridge_assistant')).name).toBe('Первый');
  });

  it('say what does not fit, value by value and in the language of the reader', async () => {
    const { status, code, problems } = await admin.refused('PATCH', '/api/bots/bridge_line', {
      giveBackMinutes: 0,
      turnsPerMinute: 601,
      language: 'xx',
      greeting: { texts: { ru: '' } },
      unknownKey: 1,
    });
    expect([status, code]).toEqual([422, 'api.invalid']);
    expect(problems?.map(({ path }) => path).toSorted()).toEqual([
      '',
      'giveBackMinutes',
      'greeting.texts.ru',
      'language',
      'turnsPerMinute',
    ]);
    expect(problems?.find(({ path }) => path === 'turnsPerMinute')?.message).toMatch(/[а-я]/);
  });

  it.each([
    ['/api/bots/nobody', { name: 'X' }, 404, 'bot.unknown'],
    ['/api/bots/a%00b', { name: 'X' }, 422, 'api.invalid'],
    ['/api/bots/__proto__', { name: 'X' }, 404, 'bot.unknown'],
    ['/api/bots/bridge_line', { brain: 'nobody' }, 400, 'brain.unknown'],
    ['/api/bots/bridge_line', { brain: 'metabot' }, 400, 'bot.which_connection'],
    ['/api/bots/bridge_line', { connectionId: '7d8c34a5-9b0e-4a57-8d7a-7d8c34a59b0e' }, 404, 'connection.unknown'],
    ['/api/bots/bridge_line', { name: 'A\0B' }, 422, 'api.invalid'],
    ['/api/bots/bridge_line', '{"name":', 400, 'api.unreadable'],
    ['/api/bots/bridge_line', '"name"', 422, 'api.invalid'],
    ['/api/bots/bridge_line', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400, 'api.unreadable'],
    ['/api/bots/bridge_line', { name: 'x'.repeat(70_000) }, 413, 'body.too_large'],
    ['/api/bots/bridge_line', '{"__proto__":{"name":"Y"},"name":"Y"}', 422, 'api.invalid'],
    ['/api/bots/bridge_line', '{"constructor":{"prototype":{"isAdmin":true}}}', 422, 'api.invalid'],
  ])('refuse %s %j', async (path, body, status, code) => {
    const before = await bots();
    expect(await admin.refused('PATCH', path, body)).toMatchObject({ status, code });
    expect(await bots()).toEqual(before);
  });

  it('take no greeting from the prototype of a list of texts', async () => {
    const before = await bots();
    await admin.send('PATCH', '/api/bots/bridge_line', '{"greeting":{"texts":{"__proto__":{"ru":"Y"}}}}');
    expect(await bots()).toEqual(before);
  });

  it('get a picture and a colour, which the portal shows, and the usual ones again', async () => {
    const { portal } = own.bridge;
    const photoOf = () => {
      const changes = portal.calls().filter(({ method }) => /imbot\.(v2\.Bot\.)?update/.test(method));
      return JSON.stringify(changes.map(({ params }) => params));
    };
    const png = usualPicture('P', 1).toString('base64');
    const path = '/api/bots/bridge_assistant/picture';
    expect(await admin.get(path)).toEqual({ picture: null });
    const { bot: changed } = await admin.send<{ bot: BotAnswer }>('PUT', path, { png });
    expect(changed.pictureId).toMatch(/^[\da-f]{16}$/);
    expect(await admin.get(path)).toEqual({ picture: `data:image/png;base64,${png}` });
    await until(() => photoOf().includes(png));
    const address = `${own.bridge.url}/bots/${changed.pictureId}.png`;
    const shown = await fetch(address);
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await shown.arrayBuffer()).toString('base64')).toBe(png);
    await admin.send('PATCH', '/api/bots/bridge_assistant', { color: 'LIGHT_BLUE' });
    await until(() => photoOf().includes('LIGHT_BLUE'));
    expect(await bot('bridge_assistant')).toMatchObject({ color: 'LIGHT_BLUE', pictureId: changed.pictureId });
    await admin.send('DELETE', path);
    expect(await admin.get(path)).toEqual({ picture: null });
    expect((await fetch(address)).status).toBe(404);
    expect((await audit()).entries[0]).toMatchObject({ action: 'bot.changed', details: { to: { pictureId: null } } });
  });

  it.each([
    ['no PNG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PNG that is not square', resized(200, 100)],
    ['a huge PNG', resized(50_000, 50_000)],
    ['a heavy PNG', Buffer.concat([usualPicture('P', 1), Buffer.alloc(300 * 1024)])],
    ['the beginning of a PNG', usualPicture('P', 1).subarray(0, 20)],
    ['nothing', Buffer.alloc(0)],
  ])('take no picture that is %s', async (_what, image) => {
    const body = { png: image.toString('base64') };
    expect(await admin.refused('PUT', '/api/bots/bridge_assistant/picture', body)).toMatchObject({
      status: 422,
      code: 'bot.bad_picture',
    });
  });

  it('are listed page by page in the audit list, each entry once', async () => {
    for (const name of ['А', 'Б', 'В']) await admin.send('PATCH', '/api/bots/bridge_assistant', { name });
    const all = await audit('?limit=100');
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page: AuditPage = await audit(`?limit=2${next === null ? '' : `&before=${next}`}`);
      expect(page.entries.length).toBeLessThanOrEqual(2);
      seen.push(...page.entries.map(({ id }) => id));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(all.entries.map(({ id }) => id));
    expect(seen.length).toBeGreaterThan(4);
    for (const query of ['?before=x', '?before=-1', '?limit=0', '?limit=101', `?before=${'9'.repeat(30)}`]) {
      expect(await admin.refused('GET', `/api/audit${query}`)).toMatchObject({ status: 422, code: 'api.invalid' });
    }
  });

  it('end with the app: a page left open in a portal that has removed the app shows and changes nothing', async () => {
    const another = await startInstalled();
    try {
      const client = await openApi(another.bridge.url, another.bridge.portal);
      await client.send('PATCH', '/api/bots/bridge_line', { name: 'Аня' });
      await everythingDone(another.bridge.portal, another.probe);
      another.bridge.portal.uninstallApp();
      await until(async () => (await client.call('GET', '/api/bots')).status === 401);
      expect(await client.refused('PATCH', '/api/bots/bridge_line', { name: 'X' })).toMatchObject({ status: 401 });
    } finally {
      await another.close();
    }
  });
});
