/** Each bot of a portal has an avatar of its own, also beside others of its type, and keeps it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BotAnswer } from '../../../src/api/schemas/bots.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled();
  admin = await openApi(own.bridge.url, own.bridge.portal);
});

afterAll(() => own.close());

/** The avatar that the portal shows of a bot; undefined while the portal does not know it. */
const shown = (code: string): string | null | undefined =>
  own.bridge.portal.bots().find((bot) => bot.code === code)?.avatarHash;

async function add(code: string): Promise<BotAnswer> {
  const { bot } = await admin.send<{ bot: BotAnswer }>('POST', '/api/bots', { code, type: 'O', name: code });
  await until(() => shown(code) !== undefined);
  return bot;
}

async function remove(code: string): Promise<void> {
  await admin.send('DELETE', `/api/bots/${code}`);
  await until(() => shown(code) === undefined);
}

const pictureAt = async (path: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${own.bridge.url}${path}`)).arrayBuffer());

describe('the avatars of a portal with several bots of one type', () => {
  it('differ, stay when another bot is removed, and are shown at their addresses', async () => {
    const first = shown('bridge_line');
    expect(first).toMatch(/^[\da-f]{64}$/);
    const second = await add('second');
    await add('third');
    const all = own.bridge.portal.bots().map(({ avatarHash }) => avatarHash);
    expect(all).toHaveLength(5);
    expect(new Set(all).size).toBe(5);
    expect(second.picture).toBe('/bots/O2.png');
    expect((await pictureAt(second.picture)).equals(await pictureAt('/bots/O.png'))).toBe(false);

    const [ofSecond, ofThird] = [shown('second'), shown('third')];
    await remove('second');
    await admin.send('PATCH', '/api/bots/third', { name: 'Третий' });
    await until(() => own.bridge.portal.bots().some(({ name }) => name === 'Третий'));
    expect([shown('bridge_line'), shown('third')]).toEqual([first, ofThird]);

    await add('fourth');
    expect(shown('fourth')).toBe(ofSecond);
  });

  it.each(['/bots/O1.png', '/bots/O0.png', '/bots/O100.png', '/bots/X2.png', '/bots/O-2.png'])(
    'are not at %s',
    async (path) => {
      expect((await fetch(`${own.bridge.url}${path}`)).status).toBe(404);
    },
  );
});
