/** What goes wrong with an account itself: its channel, its key, its address. Messages wait, and go on when it is mended. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/brains/messagegateway/config.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { until } from '../../support/bridge.ts';
import { countStatements } from '../../support/count-statements.ts';
import { freePort } from '../../support/free-port.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

let stage: MgStage;
let talk: LineTalk;
let chatId: number;
let count = 0;

beforeAll(async () => {
  const renamedCrmPort = await freePort();
  stage = await startMgStage({
    config: { requestTimeoutMs: 2_000 },
    gateway: { renamedCrmPort },
    extraHosts: [`127.0.0.1:${renamedCrmPort}`],
  });
});
afterAll(() => stage.close());
beforeEach(async () => {
  count += 1;
  talk = await openLineTalk(stage, `Начало ${count}`);
  chatId = talk.mgChat;
  await longAgo();
});
afterEach(async () => {
  stage.gateway.setGone(false);
  stage.gateway.setScopes(['integration_read', 'integration_write']);
  await changeConfig({ apiKey: stage.gateway.apiKey });
  await checkHealthNow();
  // A check that is still under way would find out what the next test does.
  await until(isChecked);
  await until(async () => (await disabledReason()) === null && stage.gateway.sockets().open === 1);
});

const code = (): string => stage.config.joined.moduleCode;
const row = async (): Promise<Record<string, unknown>> => (await stage.probe.rows('select * from connection'))[0] ?? {};
const disabledReason = async (): Promise<unknown> => (await row())['disabled_reason'];
/** As if the last health check were long ago. */
const longAgo = (): Promise<unknown> => stage.probe.rows('update connection set health_checked_at = null');
const thaw = async (): Promise<void> => {
  await longAgo();
  await stage.gateway.freezeModule(code(), false);
};
const checkHealthNow = (): Promise<unknown> =>
  stage.probe.rows('update connection set health_check_at = now(), health_checked_at = null');
const isChecked = async (): Promise<boolean> =>
  (await stage.probe.count(`select count(*) from connection where health_check_at > now() + interval '50 minutes'`)) ===
  1;
const heard = (): (string | null)[] =>
  stage.gateway
    .messages(chatId)
    .filter(({ authorType }) => authorType === 'customer')
    .map(({ text }) => text);
const deadLetters = (): Promise<number> => stage.probe.count(`select count(*) from outbox where state = 'dead_letter'`);

const shownFiles = (): string[] =>
  stage.bridge.portal.messages(talk.chatId).flatMap(({ isBot, files }) => (isBot ? files.map(({ name }) => name) : []));
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function storedConfig() {
  const { id: stored, config_sealed: sealed } = await row();
  const id = String(stored);
  const sealer = createSealer({ current: stage.bridge.appSecret });
  return {
    sealer,
    id,
    config: configSchema.parse(JSON.parse(sealer.open(sealed as Buffer, `connection.config:${id}`))),
  };
}

async function changeConfig(change: Readonly<Record<string, unknown>>): Promise<void> {
  const { sealer, id, config } = await storedConfig();
  const sealed = sealer.seal(JSON.stringify({ ...config, ...change }), `connection.config:${id}`);
  await stage.probe.rows('update connection set config_sealed = $1, updated_at = now()', [sealed]);
}

async function switchChannelOff(channelId: number): Promise<void> {
  const { endpointUrl, token } = stage.config.joined.transport;
  const url = `${endpointUrl}/api/transport/v1/channels/${channelId}`;
  expect((await fetch(url, { method: 'DELETE', headers: { 'x-transport-token': token } })).status).toBe(200);
}

const mainChannel = (): number => stage.config.joined.channelId;
const lineChannel = (): number => stage.gateway.chats().find(({ id }) => id === chatId)?.channelId ?? 0;
const isOn = (channelId: number): boolean =>
  stage.gateway.channels().find(({ id }) => id === channelId)?.isActive === true;

describe("a line's channel that is switched off in MessageGateway", () => {
  it('is switched on again, and what was said meanwhile is no dead letter', async () => {
    expect(lineChannel()).not.toBe(mainChannel());
    await switchChannelOff(lineChannel());
    talk.say('слышно?');
    await until(() => heard().includes('слышно?'));
    expect(isOn(lineChannel())).toBe(true);
    expect(await deadLetters()).toBe(0);
  });
});

describe('a channel that is switched off in MessageGateway', () => {
  it.each([
    ['the main one', mainChannel],
    ['that of a line', lineChannel],
  ])('is noticed before anybody writes: %s', async (_, channel) => {
    await switchChannelOff(channel());
    await until(() => isOn(channel()));
    expect(await disabledReason()).toBeNull();
  });
});

describe('an account that cannot be asked any more', () => {
  it.each<readonly [string, () => unknown]>([
    ['key_refused', () => changeConfig({ apiKey: 'withdrawn' })],
    ['rights_missing', () => stage.gateway.setScopes([])],
    ['no_account', () => stage.gateway.setGone(true)],
  ])('is disabled when its tokens are dead too (%s), and works again when that is mended', async (reason, spoil) => {
    await spoil();
    stage.gateway.revokeToken(code(), 'bot');
    stage.gateway.revokeToken(code(), 'transport');
    talk.say('подожди меня');
    await until(async () => (await disabledReason()) === reason);
    expect(await deadLetters()).toBe(0);
    stage.gateway.setGone(false);
    stage.gateway.setScopes(['integration_read', 'integration_write']);
    await changeConfig({ apiKey: stage.gateway.apiKey });
    await checkHealthNow();
    await until(() => heard().includes('подожди меня'));
    expect(await disabledReason()).toBeNull();
  });

  it('goes on while its chats work', async () => {
    stage.gateway.setScopes([]);
    await checkHealthNow();
    await until(isChecked);
    expect(await disabledReason()).toBeNull();
    talk.say('ничего не случилось');
    await until(() => heard().includes('ничего не случилось'));
  });
});

describe('a disabled account', () => {
  it('tells managers in the form of the transport why nothing is taken', async () => {
    await stage.gateway.freezeModule(code());
    await until(async () => (await disabledReason()) === 'frozen');
    const answer = await fetch(stage.hook, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      async: false,
      error: {
        code: 'access_restricted',
        external_code: 'bridge.disabled.frozen',
        message: 'Подключение к Битрикс24 отключено, сообщение не показано',
      },
    });
    await thaw();
  });

  it('is checked within a minute when somebody over there thinks that it works', async () => {
    await stage.gateway.freezeModule(code());
    await until(async () => (await disabledReason()) === 'frozen');
    await stage.probe.rows(
      `update connection set health_checked_at = now(), health_check_at = now() + interval '10 minutes'`,
    );
    await fetch(stage.hook, { method: 'POST', body: '{}' });
    const soon = `select count(*) from connection where health_check_at between now() + interval '50 seconds' and now() + interval '60 seconds'`;
    expect(await stage.probe.count(soon)).toBe(1);
    await thaw();
  });

  it('keeps a file of a manager until it works again', async () => {
    // The portal hears the words at once; the file is asked for in vain until the account stands still.
    stage.gateway.fail({ api: 'transport', path: '/files/', method: 'GET', times: 1_000, kind: 500 });
    await stage.gateway.managerAnswers(chatId, 'смотрите', { items: [{ name: 'план.png', content: png }] });
    await stage.gateway.freezeModule(code());
    await until(async () => (await disabledReason()) === 'frozen');
    stage.gateway.clearFaults();
    // It was tried, and is held back.
    const isHeldBack = `select count(*) from outbox where state = 'waiting' and outcome like '%disabled%'`;
    await until(async () => (await stage.probe.count(isHeldBack)) > 0);
    expect(await deadLetters()).toBe(0);
    await thaw();
    await until(() => shownFiles().includes('план.png'));
  });
});

describe('a file of a manager', () => {
  it('is brought although the token was revoked in between', async () => {
    stage.gateway.revokeToken(code(), 'transport');
    await stage.gateway.managerAnswers(chatId, 'вот', { items: [{ name: 'смета.png', content: png }] });
    await until(() => shownFiles().includes('смета.png'));
    expect(await deadLetters()).toBe(0);
  });
});

describe('health checks', () => {
  it('are taken at working accounts about hourly, and wake nobody where nothing has changed', async () => {
    await stage.done();
    await stage.probe.rows(
      `update lane set ready_at = now() + interval '1 hour' where queue = 'outbox' and key like '%>brain'`,
    );
    // When the second check has ended, the first one has woken whom it wakes.
    for (let check = 0; check < 2; check += 1) {
      await checkHealthNow();
      await until(isChecked);
    }
    const woken = `select count(*) from lane where queue = 'outbox' and key like '%>brain' and ready_at < now() + interval '50 minutes'`;
    expect(await stage.probe.count(woken)).toBe(0);
    expect(
      await stage.probe.count(`select count(*) from connection where health_check_at < now() + interval '67 minutes'`),
    ).toBe(1);
    // What came into a lane meanwhile goes on.
    await stage.probe.rows(
      `update lane set ready_at = case when seq > done then now() else 'infinity' end where queue = 'outbox' and key like '%>brain'`,
    );
  });

  it('that callbacks ask for are not taken one after the other', async () => {
    await stage.gateway.activateModule(code(), false);
    await until(async () => (await disabledReason()) === 'switched_off');
    const before = (await row())['health_checked_at'];
    const rounds = await countStatements(stage.probe, 'connection', 'set health_checked_at');
    await stage.gateway.activateModule(code(), true);
    await rounds.next(3);
    expect((await row())['health_checked_at']).toEqual(before);
    const soon = `select count(*) from connection where health_check_at between now() and now() + interval '30 seconds'`;
    expect(await stage.probe.count(soon)).toBe(1);
  });
});

describe('an account that moves', () => {
  it('is followed to its new address', async () => {
    const origin = await stage.gateway.renameCrm();
    await until(async () => (await storedConfig()).config.crmUrl === origin);
    await until(isChecked);
    expect(await disabledReason()).toBeNull();
    talk.say('мы переехали');
    await until(() => heard().includes('мы переехали'));
    await until(() => stage.gateway.sockets().open === 1);
  });
});
