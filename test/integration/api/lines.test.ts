import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { BotAnswer } from '../../../src/api/schemas/bots.ts';
import type { LineAnswer } from '../../../src/api/schemas/lines.ts';
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

const lines = async (): Promise<readonly LineAnswer[]> =>
  (await admin.get<{ lines: LineAnswer[] }>('/api/lines')).lines;
const lineOf = async (id: string) => (await lines()).find((line) => line.id === id);
const lastEntry = async () => (await admin.get<AuditPage>('/api/audit?limit=1')).entries[0];

describe('the lines of the API', () => {
  it('are given a bot and lose it again, in the portal itself', async () => {
    const id = String(own.bridge.portal.addLine({ name: 'Поддержка' }).id);
    expect(await lineOf(id)).toMatchObject({ name: 'Поддержка', isActive: true, welcomeBot: null });
    const { line } = await admin.send<{ line: LineAnswer }>('PUT', `/api/lines/${id}/bot`, {
      code: 'bridge_line',
      operatorsAfterSeconds: 90,
    });
    expect(line.welcomeBot).toMatchObject({
      code: 'bridge_line',
      join: 'always',
      operatorsAfterSeconds: 90,
      afterwards: 'stay',
    });
    expect(await lineOf(id)).toEqual(line);
    expect(await lastEntry()).toMatchObject({
      action: 'line.bot_attached',
      subject: id,
      details: { from: { bot: null } },
    });
    await admin.send('DELETE', `/api/lines/${id}/bot`);
    expect((await lineOf(id))?.welcomeBot).toBeNull();
    expect(await lastEntry()).toMatchObject({ action: 'line.bot_detached', details: { from: { bot: 'bridge_line' } } });
  });

  it('are asked of the portal by one person so often only', async () => {
    const { portal, url } = own.bridge;
    const { id } = portal.addEmployee({ name: 'Нетерпеливый Читатель' });
    await admin.send('PUT', '/api/readers', { readers: [String(id)] });
    const reader = await openApi(url, portal, id);
    const asked = (): number => portal.calls().filter(({ method }) => method === 'imopenlines.config.list.get').length;
    const before = asked();
    let last = await reader.call('GET', '/api/lines');
    for (let call = 1; call < 40 && last.status === 200; call += 1) last = await reader.call('GET', '/api/lines');
    expect(last).toMatchObject({ status: 429, json: { error: { code: 'api.too_many' } } });
    expect(asked() - before).toBe(30);
    // Everything else goes on for him, and the lines for everybody else.
    await reader.get('/api/health');
    await lines();
  });

  it("keep another app's bot unless it is to be replaced", async () => {
    const id = String(own.bridge.portal.addLine({ name: 'Продажи', botId: 4_711 }).id);
    const path = `/api/lines/${id}/bot`;
    expect(await admin.refused('PUT', path, { code: 'bridge_line' })).toMatchObject({
      status: 409,
      code: 'line.taken',
    });
    expect(await admin.refused('DELETE', path)).toMatchObject({ status: 409, code: 'line.taken' });
    expect((await lineOf(id))?.welcomeBot).toMatchObject({ botId: '4711', code: null });
    await admin.send('PUT', path, { code: 'bridge_line', replaces: true });
    expect((await lineOf(id))?.welcomeBot).toMatchObject({ code: 'bridge_line' });
  });

  it.each([
    ['/api/lines/999/bot', { code: 'bridge_line' }, 404, 'line.unknown'],
    ['/api/lines/1/bot', { code: 'nobody' }, 404, 'bot.unknown'],
    ['/api/lines/1/bot', { code: 'bridge_supervisor' }, 400, 'bot.not_for_lines'],
    ['/api/lines/one/bot', { code: 'bridge_line' }, 422, 'api.invalid'],
    ['/api/lines/1/bot', { code: 'bridge_line', operatorsAfterSeconds: -1 }, 422, 'api.invalid'],
  ])('refuse %s %j', async (path, body, status, code) => {
    expect(await admin.refused('PUT', path, body)).toMatchObject({ status, code });
  });
});

describe('bots', () => {
  it('are added up to five, registered in the portal, and removed from it', async () => {
    const codes = async () => (await admin.get<{ bots: BotAnswer[] }>('/api/bots')).bots.map(({ code }) => code);
    const wish = {
      code: 'sales',
      type: 'B',
      name: 'Продажи',
      greeting: { texts: { ru: 'Я {name}.' } },
      language: 'ru',
    };
    const { bot } = await admin.send<{ bot: BotAnswer }>('POST', '/api/bots', wish);
    expect(bot).toMatchObject({ code: 'sales', type: 'B', greeting: { texts: { ru: 'Я {name}.' } }, language: 'ru' });
    await until(() => own.bridge.portal.bots().some(({ name }) => name === 'Продажи'));
    expect(await admin.refused('POST', '/api/bots', wish)).toMatchObject({ status: 409, code: 'bot.exists' });
    await admin.send('POST', '/api/bots', { code: 'fifth', type: 'O', name: 'Пятый' });
    const sixth = { code: 'sixth', type: 'B', name: 'Шестой' };
    expect(await admin.refused('POST', '/api/bots', sixth)).toMatchObject({ status: 409, code: 'bot.too_many' });
    expect(await admin.refused('POST', '/api/bots', { ...sixth, code: 'a b' })).toMatchObject({ code: 'bot.bad_code' });
    expect(await lastEntry()).toMatchObject({ action: 'bot.added', subject: 'fifth', details: { to: { type: 'O' } } });

    await until(async () =>
      (await admin.get<{ bots: BotAnswer[] }>('/api/bots')).bots.every(({ state }) => state === 'registered'),
    );
    expect(await admin.send('DELETE', '/api/bots/sales')).toEqual({ leavesPortal: true, isLast: false });
    await until(() => !own.bridge.portal.bots().some(({ name }) => name === 'Продажи'));
    expect(await codes()).not.toContain('sales');
    expect(await admin.refused('DELETE', '/api/bots/sales')).toMatchObject({ status: 404, code: 'bot.unknown' });
    expect(await lastEntry()).toMatchObject({ action: 'bot.removed', subject: 'sales' });
  });
});

describe('the changes of a portal', () => {
  it('are limited, whether they work or not, and reading is not', async () => {
    const change = async () => (await admin.call('POST', '/api/session')).status;
    let status = await change();
    for (let count = 0; count < 200 && status === 200; count += 1) status = await change();
    expect(status).toBe(429);
    expect((await admin.call('GET', '/api/bots')).status).toBe(200);
  });
});
