import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { deliveryRetry } from '../../../src/core/retry.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startApp } from '../../../src/start-app.ts';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { until } from '../../support/bridge.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

let stage: MgStage;
let captured: CapturedLog;
let talk: LineTalk;
let words: string;
let mgChat: number;
let dialogId: number;
let count = 0;

async function start(): Promise<void> {
  captured = captureLog();
  stage = await startMgStage({
    log: captured.log,
    config: { requestTimeoutMs: 1_000, answerWithinMs: 0 },
    configFor: (managerId) => ({ handover: { userIds: [managerId] } }),
    gateway: { retryAfterSeconds: 1 },
  });
}

async function end(): Promise<void> {
  const { bot, transport } = stage.config.joined;
  const secrets = [bot.token, transport.token, stage.gateway.apiKey];
  const leaked = secrets.filter((secret) => captured.text().includes(secret));
  await stage.close();
  expect(leaked).toEqual([]);
}

/** Each test has a customer of its own. */
async function begin(): Promise<void> {
  count += 1;
  words = `Начало ${count}`;
  talk = await openLineTalk(stage, words);
  mgChat = talk.mgChat;
  dialogId = stage.gateway.dialogs().findLast((dialog) => dialog.chatId === mgChat)?.id ?? 0;
}

const heard = (): (string | null)[] =>
  stage.gateway
    .messages(mgChat)
    .filter(({ authorType }) => authorType === 'customer')
    .map(({ text }) => text);
const owner = async (): Promise<unknown> =>
  (await stage.probe.rows('select owner from conversation where dialog_id = $1', [`chat${talk.chatId}`]))[0]?.['owner'];
const runCommand = (line: string): number => stage.gateway.runCommand(dialogId, stage.config.joined.bot.botId, line);

describe('MessageGateway when it fails', () => {
  beforeAll(start);
  beforeEach(begin);
  afterAll(end);

  it('asks for pauses: every message arrives once, in order', async () => {
    stage.gateway.storm429({ times: 3, api: 'transport' });
    for (const text of ['раз', 'два', 'три']) {
      talk.say(text);
      // The portal does not promise the order of events that are under way together.
      await stage.bridge.portal.idle();
    }
    await until(() => heard().length === 4);
    await stage.done();
    expect(heard()).toEqual([words, 'раз', 'два', 'три']);
  });

  it.each([
    ['reset-after', 1],
    ['reset-before', 1],
    ['html', 1],
    ['hang', 1],
    [500, 2],
    [503, 1],
  ] as const)('breaks down (%s): nothing is lost, nothing doubled', async (kind, times) => {
    stage.gateway.fail({ api: 'transport', path: '/messages', method: 'POST', times, kind });
    talk.say('судьба');
    await until(() => heard().length === 2);
    await stage.done();
    expect(heard()).toEqual([words, 'судьба']);
  });

  it('answers 503 more often than anything else is tried: the message waits, and arrives', async () => {
    const times = 4;
    stage.gateway.fail({ api: 'transport', path: '/messages', method: 'POST', times, kind: 503 });
    const stormy = (): number => stage.gateway.calls().filter(({ status }) => status === 503).length;
    const before = stormy();
    talk.say('после бури');
    talk.say('и ещё');
    await until(async () => {
      // As if its pauses, which grow, were over and there had been as many as anything else has attempts; the shared one of a second is kept.
      await stage.probe.rows(
        `update lane set ready_at = now(), throttled = greatest(throttled, $1)
         where queue = 'outbox' and ready_at > now() and ready_at < 'infinity' and locked_by is null`,
        [deliveryRetry.maxAttempts],
      );
      expect(await stage.probe.rows('select attempts from lane where seq > done and attempts > 1')).toEqual([]);
      return heard().length === 3;
    });
    expect(stormy()).toBe(before + times);
    await stage.done();
    expect(new Set(heard())).toEqual(new Set([words, 'после бури', 'и ещё']));
    expect(heard()).toHaveLength(3);
    expect(await listDeadLetters(stage.db, stage.bridge.portal.memberId)).toEqual([]);
  });

  it('loses the answer to a receipt: it is given again', async () => {
    stage.gateway.fail({ api: 'transport', path: '/messages/ack', times: 1, kind: 'reset-before' });
    const id = await stage.gateway.managerAnswers(mgChat, 'ответ');
    await until(() => stage.gateway.messages(mgChat).find((message) => message.id === id)?.status === 'sent');
    expect(talk.shown()).toEqual(['ответ']);
  });
});

describe('the socket when it is cut or talks nonsense', () => {
  beforeAll(start);
  beforeEach(begin);
  afterAll(end);

  it('catches up on a command that was typed while the line was cut, once', async () => {
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    await until(() => stage.gateway.sockets().open === 0);
    const commandId = runCommand('/operator');
    await stage.done();
    expect(await owner()).toBe('brain');
    stage.gateway.refuseSockets(false);
    await until(async () => (await owner()) === 'person');
    await until(() => stage.gateway.sockets().open === 1);
    await stage.done();
    const rows = await stage.probe.rows('select state, outcome from inbox_history where subject = $1', [
      `command:${commandId}`,
    ]);
    expect(rows).toEqual([{ state: 'done', outcome: 'handed_over' }]);
  });

  it('catches up on an assignment, and does not take one heard before for a new one', async () => {
    stage.gateway.assign(dialogId, { userId: stage.managerId });
    await until(async () => (await owner()) === 'person');
    await stage.done();
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    stage.gateway.assign(dialogId, { botId: stage.config.joined.bot.botId });
    stage.gateway.refuseSockets(false);
    await until(async () => (await owner()) === 'brain');
    stage.gateway.cutSockets({ code: 1000 });
    await until(() => stage.gateway.sockets().open === 0);
    await until(() => stage.gateway.sockets().open === 1);
    await stage.done();
    expect(await owner()).toBe('brain');
  });

  it('passes over what is no frame', async () => {
    stage.gateway.garbageFrame();
    stage.gateway.garbageFrame('[]');
    stage.gateway.garbageFrame('{"type":"comet_seen","meta":{"timestamp":1},"data":{}}');
    // A command nobody has typed, in the customer's own chat: without an author it is nobody's wish.
    const { channelId } = stage.config.joined;
    const message = { id: 1, chat_id: mgChat, channel_id: channelId, type: 'command', content: '/operator' };
    stage.gateway.garbageFrame(JSON.stringify({ type: 'message_new', meta: { timestamp: 1 }, data: { message } }));
    await stage.done();
    expect(await owner()).toBe('brain');
    runCommand('/operator');
    await until(async () => (await owner()) === 'person');
    expect(stage.gateway.sockets().open).toBe(1);
  });

  it('catches up after the whole app was away', async () => {
    await stage.bridge.app.stop();
    runCommand('/operator');
    const { settings, appSecret } = stage.bridge;
    const app = await startApp({
      settings,
      databaseUrl: stage.databaseUrl,
      appSecret,
      brains: [messageGatewayBrain],
      log: createLogger({ level: 'silent', name: 'second' }),
    });
    try {
      await until(async () => (await owner()) === 'person');
      expect(stage.gateway.sockets().open).toBe(1);
    } finally {
      await app.stop();
    }
  });
});

describe('revoked tokens', () => {
  beforeAll(start);
  beforeEach(begin);
  afterAll(end);

  it('stop the socket, which says so and does not storm', async () => {
    stage.gateway.revokeToken(stage.config.joined.moduleCode, 'bot');
    await until(() => captured.text().includes('messagegateway.token_revoked'));
    expect(captured.text()).toContain('no longer accepts the token of the Bot API');
    const calls = stage.gateway.calls().filter(({ status }) => status === 403);
    expect(calls.length).toBeLessThanOrEqual(3);
    // Messages go on: they travel with the other token.
    talk.say('а мы говорим');
    await until(() => heard().includes('а мы говорим'));
  });

  it('hold messages back only until the account was joined again', async () => {
    // As if the last health check of the account were long ago.
    await stage.probe.rows('update connection set health_checked_at = null, health_check_at = null');
    stage.gateway.revokeToken(stage.config.joined.moduleCode, 'transport');
    talk.say('не потеряется');
    await until(() => heard().includes('не потеряется'));
    expect(captured.text()).toContain('no longer accepts the token of the Transport API');
    expect(await listDeadLetters(stage.db, stage.bridge.portal.memberId)).toEqual([]);
    expect(stage.gateway.modules()).toHaveLength(1);
  });
});
