/** The REST gateway of the sandbox: who may call, limits, envelopes, batch, ordered faults. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;

async function restart(options: SandboxPortalOptions): Promise<void> {
  await portal.close();
  portal = await startSandboxPortal(options);
  portal.placeApp();
}

beforeEach(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

async function raw(path: string, init: RequestInit = {}): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${portal.origin}${path}`, init);
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

describe('authorisation', () => {
  it('is refused without a token, with an unknown one, and with an expired one', async () => {
    expect(await raw('/rest/profile')).toMatchObject({ status: 401, json: { error: 'NO_AUTH_FOUND' } });
    expect(await callRest(portal, 'profile', {}, 'nonsense')).toMatchObject({ json: { error: 'NO_AUTH_FOUND' } });
    const { accessToken } = portal.issueToken();
    portal.skipTime(3_601_000);
    expect(await callRest(portal, 'profile', {}, accessToken)).toMatchObject({
      status: 401,
      json: { error: 'expired_token' },
    });
  });

  it('takes auth, access_token and a bearer header, with and without .json, by GET and POST', async () => {
    const { accessToken } = portal.issueToken();
    expect((await raw(`/rest/profile?auth=${accessToken}`)).status).toBe(200);
    expect((await raw(`/rest/profile.json?access_token=${accessToken}`)).status).toBe(200);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await raw('/rest/PROFILE', { method: 'POST', headers })).status).toBe(200);
  });

  it('knows a dismissed user, a removed app and a wrong webhook secret', async () => {
    const boss = portal.addEmployee({ name: 'Second Admin', admin: true });
    const { accessToken } = portal.issueToken(boss.id);
    portal.dismiss(boss.id);
    expect((await callRest(portal, 'profile', {}, accessToken)).json['error']).toBe('authorization_error');
    const own = portal.issueToken().accessToken;
    portal.uninstallApp();
    expect((await callRest(portal, 'profile', {}, own)).json['error']).toBe('APPLICATION_NOT_FOUND');
    const wrong = await raw(`/rest/${portal.adminId}/wrong/profile`);
    expect(wrong).toMatchObject({ status: 403, json: { error: 'INVALID_CREDENTIALS' } });
  });

  it('checks scopes per method and treats a parameter named token as a signed link', async () => {
    await restart({ rate: false, scope: ['imbot'] });
    expect(await callRest(portal, 'imopenlines.config.list.get')).toMatchObject({
      status: 403,
      json: { error: 'insufficient_scope' },
    });
    const linked = await callRest(portal, 'profile', { token: 'x' });
    expect(linked.json['error_description']).toBe('Link check failed');
  });
});

describe('method names', () => {
  it('match in any case for v1 and only as documented for v2', async () => {
    expect((await callRest(portal, 'IMBOT.bot.LIST')).status).toBe(200);
    expect((await callRest(portal, 'imbot.v2.Bot.list')).status).toBe(200);
    expect(await callRest(portal, 'imbot.v2.bot.list')).toMatchObject({
      status: 404,
      json: { error: 'ERROR_METHOD_NOT_FOUND' },
    });
  });

  it('of imbot.v2 do not exist on an older portal', async () => {
    await restart({ rate: false, v2: false });
    expect(await callRest(portal, 'imbot.v2.Bot.list')).toMatchObject({
      status: 404,
      json: { error: 'ERROR_METHOD_NOT_FOUND' },
    });
  });
});

describe('limits', () => {
  it('answer 503 when the bucket is full and let calls in again as it drains', async () => {
    await restart({ rate: { perSecond: 2, burst: 3 } });
    const { accessToken } = portal.issueToken();
    const statuses: number[] = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await callRest(portal, 'profile', {}, accessToken)).status);
    expect(statuses).toEqual([200, 200, 200, 503]);
    portal.skipTime(600);
    expect((await callRest(portal, 'profile', {}, accessToken)).status).toBe(200);
  });

  it('block one method with 429 when its operating time is used up, until the window has passed', async () => {
    await restart({ rate: false, operatingLimitSeconds: 10, operatingCostSeconds: 6 });
    expect((await callRest(portal, 'imbot.bot.list')).status).toBe(200);
    const second = await callRest(portal, 'imbot.bot.list');
    expect(second.json['time']).toMatchObject({ operating: 12 });
    expect(await callRest(portal, 'imbot.bot.list')).toMatchObject({
      status: 429,
      json: { error: 'OPERATION_TIME_LIMIT' },
    });
    expect((await callRest(portal, 'profile')).status).toBe(200);
    portal.skipTime(11 * 60_000);
    expect((await callRest(portal, 'imbot.bot.list')).status).toBe(200);
  });
});

describe('the limits of a plan', () => {
  it('are larger for Enterprise, and app.info names it', async () => {
    await restart({});
    expect(await resultOf(portal, 'app.info')).toMatchObject({ LICENSE: 'ru_pro100', LICENSE_FAMILY: 'pro' });
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await callRest(portal, 'profile')).status),
    );
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(8);
    await restart({ licenseType: 'ent250' });
    expect(await resultOf(portal, 'app.info')).toMatchObject({ LICENSE: 'ru_ent250', LICENSE_FAMILY: 'ent' });
    const larger = await Promise.all(
      Array.from({ length: 60 }, async () => (await callRest(portal, 'profile')).status),
    );
    expect(new Set(larger)).toEqual(new Set([200]));
  });

  it('count a batch as one request, and the time of each of its calls', async () => {
    await restart({ rate: { perSecond: 0.001, burst: 2 }, operatingLimitSeconds: 10, operatingCostSeconds: 6 });
    const { accessToken } = portal.issueToken();
    const cmd = { a: 'imbot.bot.list', b: 'imbot.bot.list', c: 'imbot.bot.list', d: 'profile' };
    const first = await callRest(portal, 'batch', { cmd }, accessToken);
    expect(first.json['result']).toMatchObject({
      result: { a: {}, b: {}, d: { ID: '1' } },
      result_error: { c: { error: 'OPERATION_TIME_LIMIT' } },
      result_time: { b: { operating: 12 }, d: { operating: 6 } },
    });
    // The batch itself is never blocked by its own time.
    expect((await callRest(portal, 'batch', { cmd: { d: 'profile' } }, accessToken)).status).toBe(200);
    expect(await callRest(portal, 'batch', { cmd }, accessToken)).toMatchObject({
      status: 503,
      json: { error: 'QUERY_LIMIT_EXCEEDED' },
    });
  });

  it('do not count what takes a tenth of a second in a request at most', async () => {
    await restart({ rate: false, operatingLimitSeconds: 1, operatingCostSeconds: 0.09 });
    for (let at = 0; at < 20; at += 1) expect((await callRest(portal, 'imbot.bot.list')).status).toBe(200);
    const cmd = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`c${at}`, 'imbot.bot.list']));
    await callRest(portal, 'batch', { cmd });
    expect((await callRest(portal, 'imbot.bot.list')).status).toBe(429);
  });
});

describe('form bodies', () => {
  it('are read like PHP reads them: brackets, lists, deep keys, plus signs', async () => {
    const { accessToken } = portal.issueToken();
    const body = `auth=${accessToken}&CODE=f&EVENT_HANDLER=${encodeURIComponent(app.eventUrl)}&PROPERTIES%5BNAME%5D=A+B&PROPERTIES[LAST_NAME]=C`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await raw('/rest/imbot.register', { method: 'POST', headers, body })).status).toBe(200);
    expect(portal.bots()[0]?.name).toBe('A B C');
  });
});

describe('batch', () => {
  it('lets later calls refer to earlier results and collects errors beside results', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'one' });
    const result = await resultOf(portal, 'batch', {
      cmd: {
        me: 'profile',
        wrong: 'imbot.message.add?BOT_ID=999&DIALOG_ID=1&MESSAGE=x',
        send: `imbot.message.add?BOT_ID=${bot}&DIALOG_ID=$result[me][ID]&MESSAGE=Hi+$result[me][NAME]`,
      },
    });
    expect(result).toMatchObject({ result_error: { wrong: { error: 'BOT_ID_ERROR' } }, result_total: [] });
    expect(portal.messages(String(portal.adminId))[0]?.text).toBe('Hi Анна');
  });

  it('stops at the first error when told to halt, forbids nesting, and takes fifty commands at most', async () => {
    const halted = await resultOf(portal, 'batch', { halt: 1, cmd: { a: 'nope', b: 'profile' } });
    expect(halted).toMatchObject({ result: [], result_error: { a: { error: 'ERROR_METHOD_NOT_FOUND' } } });
    const nested = await resultOf(portal, 'batch', { cmd: { a: 'batch?cmd[x]=profile' } });
    expect(nested).toMatchObject({ result_error: { a: { error: 'ERROR_BATCH_METHOD_NOT_ALLOWED' } } });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`c${at}`, 'server.time']));
    const long = (await resultOf(portal, 'batch', { cmd: many })) as { result: object; result_error: object };
    expect(Object.keys(long.result)).toHaveLength(50);
    expect(long.result_error).toMatchObject({ c50: { error: 'ERROR_BATCH_LENGTH_EXCEEDED' } });
  });
});

describe('a call inside a batch', () => {
  const sent = (): string[] => portal.messages(String(portal.adminId)).map(({ text }) => text);

  async function sendAll(bot: number, texts: readonly string[]): Promise<unknown> {
    const to = `imbot.message.add?BOT_ID=${bot}&DIALOG_ID=${portal.adminId}`;
    const cmd = Object.fromEntries(texts.map((text, at) => [`c${at}`, `${to}&MESSAGE=${encodeURIComponent(text)}`]));
    return await resultOf(portal, 'batch', { cmd });
  }

  it('is given what earlier calls came to wherever a text looks like a reference, in any letters', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'one' });
    await sendAll(bot, ['first', 'see $result[c0] and', 'see $RESULT[c0] and', 'a $total[c0]b', '$25 [c0]', '$next']);
    const [first, second, ...others] = sent();
    expect(first).toBe('first');
    expect(second).toMatch(/^see \d+ and$/);
    expect(others).toEqual(['see $RESULT[c0] and', 'a $total[c0]b', '$25 [c0]', '$next']);
  });

  it('loses its variables after the thousandth', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'one' });
    const many = Array.from({ length: 1_000 }, (_, at) => `x${at}=1`).join('&');
    const command = `imbot.message.add?BOT_ID=${bot}&DIALOG_ID=${portal.adminId}&${many}&MESSAGE=late`;
    const result = await resultOf(portal, 'batch', { cmd: { a: command } });
    expect(result).toMatchObject({ result_error: { a: { error: 'MESSAGE_EMPTY' } } });
  });

  it('can be refused by order, or be the last one that a dying portal does not make', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'one' });
    const fault = { method: 'imbot.message.add', inBatch: true, times: 1 } as const;
    portal.fault.rest({ ...fault, kind: 'expired-token' });
    expect(await sendAll(bot, ['a', 'b'])).toMatchObject({ result_error: { c0: { error: 'expired_token' } } });
    expect(sent()).toEqual(['b']);
    portal.fault.rest({ ...fault, kind: 'error', error: 'WRONG_REQUEST', times: 1 });
    expect(await sendAll(bot, ['c', 'd'])).toMatchObject({ result_error: { c0: { error: 'WRONG_REQUEST' } } });
    portal.fault.rest({ ...fault, kind: 'die-inside' });
    await expect(sendAll(bot, ['e'])).rejects.toThrow('fetch failed');
    // A call outside of a batch does not meet it.
    portal.fault.rest({ ...fault, kind: 'die-inside' });
    const params = { BOT_ID: bot, DIALOG_ID: portal.adminId, MESSAGE: 'f' };
    expect((await callRest(portal, 'imbot.message.add', params)).status).toBe(200);
    expect(sent()).toEqual(['b', 'd', 'f']);
  });
});

describe('ordered faults', () => {
  it('answer HTML, cut the line before or after the work, and are used up', async () => {
    const bot = await registerBot(portal, app.eventUrl, { CODE: 'one' });
    const params = { BOT_ID: bot, DIALOG_ID: portal.adminId, MESSAGE: 'x' };
    portal.fault.rest({ kind: 'html502', times: 1 });
    const html = await fetch(`${portal.restEndpoint}profile`);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    portal.fault.rest({ method: 'imbot.message.add', kind: 'reset-before', times: 1 });
    await expect(callRest(portal, 'imbot.message.add', params)).rejects.toThrow('fetch failed');
    expect(portal.allBotMessages()).toHaveLength(0);
    portal.fault.rest({ method: 'imbot.message.add', kind: 'reset-after', times: 1 });
    await expect(callRest(portal, 'imbot.message.add', params)).rejects.toThrow('fetch failed');
    expect(portal.allBotMessages()).toHaveLength(1);
    expect((await callRest(portal, 'imbot.message.add', params)).status).toBe(200);
    expect(portal.calls().map(({ executed }) => executed)).toEqual([true, false, false, true, true]);
  });

  it('never let a token into the record of calls', async () => {
    const { accessToken } = portal.issueToken();
    await callRest(portal, 'profile', { note: 1 }, accessToken);
    expect(JSON.stringify(portal.calls())).not.toContain(accessToken);
  });
});

describe('a changed domain', () => {
  it('is reached through 302 from the old address', async () => {
    const old = portal.restEndpoint;
    const { accessToken } = portal.issueToken();
    await portal.changeDomain();
    const moved = await fetch(`${old}profile?auth=${accessToken}`, { redirect: 'manual' });
    expect(moved.status).toBe(302);
    expect(moved.headers.get('location')).toBe(`${portal.restEndpoint}profile?auth=${accessToken}`);
    expect((await callRest(portal, 'profile', {}, accessToken)).status).toBe(200);
  });
});
