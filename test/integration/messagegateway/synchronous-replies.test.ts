/** What the webhook of a manager's message is answered: the result itself where Bitrix24 is quick, and otherwise that it will come. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

let stage: MgStage;
let talk: LineTalk;
let mgChat: number;
let ref: unknown;
let count = 0;

/** An answer may wait for Bitrix24 so long that a slow machine does not use it up. */
const patientMs = 10_000;

async function start(answerWithinMs: number): Promise<void> {
  stage = await startMgStage({ config: { answerWithinMs } });
}

async function begin(): Promise<void> {
  count += 1;
  const words = `Вопрос ${count}`;
  talk = await openLineTalk(stage, words);
  mgChat = talk.mgChat;
  const rows = await stage.probe.rows('select ref from conversation where dialog_id = $1', [`chat${talk.chatId}`]);
  ref = rows[0]?.['ref'];
}

const answers = (): unknown[] =>
  stage.gateway
    .webhooks()
    .filter(({ type, body }) => type === 'message_sent' && refIn(body) === ref)
    .map(({ response }) => response);
const refIn = (body: unknown): unknown => (body as { data: { external_chat_id?: string } }).data.external_chat_id;
const acknowledged = (id: number): number =>
  stage.gateway
    .calls()
    .filter(({ path, body }) => path === '/messages/ack' && JSON.stringify(body).includes(`{"id":${id}}`)).length;
const statusOf = (id: number): unknown => stage.gateway.messages(mgChat).find((message) => message.id === id);
const shownAs = (text: string): string =>
  String(stage.bridge.portal.messages(talk.chatId).find((message) => message.text === text)?.id);

describe('a webhook with a word for the customer', () => {
  beforeAll(() => start(patientMs));
  beforeEach(begin);
  afterAll(() => stage.close());

  it('is answered with the id of the message in Bitrix24, and nothing is acknowledged apart', async () => {
    const id = await stage.gateway.managerAnswers(mgChat, 'быстро');
    await stage.done();
    expect(answers()).toEqual([{ async: false, external_message_id: shownAs('быстро') }]);
    expect(statusOf(id)).toMatchObject({ status: 'sent', externalId: shownAs('быстро') });
    expect(acknowledged(id)).toBe(0);
    const steps = await stage.probe.rows(
      "select outcome from outbox where target = 'brain' and action->>'remoteMessageId' = $1",
      [String(id)],
    );
    expect(steps).toEqual([{ outcome: 'answered_in_webhook' }]);
  });

  it('is answered with the reason when nobody may be talked over', async () => {
    stage.bridge.portal.operatorWrites(talk.chatId, talk.operatorId, 'Это я возьму');
    await stage.done();
    const id = await stage.gateway.managerAnswers(mgChat, 'поверх');
    await stage.done();
    expect(answers()).toEqual([
      {
        async: false,
        error: { code: 'access_restricted', external_code: 'person_owns', message: expect.any(String) },
      },
    ]);
    expect(statusOf(id)).toMatchObject({
      status: 'failed',
      error: expect.objectContaining({ code: 'access_restricted' }),
    });
    expect(talk.shown()).toEqual([]);
  });

  it('is answered the same when it comes again', async () => {
    stage.gateway.repeatWebhooks(1);
    await stage.gateway.managerAnswers(mgChat, 'дважды');
    await stage.done();
    const answer = { async: false, external_message_id: shownAs('дважды') };
    expect(answers()).toEqual([answer, answer]);
    expect(talk.shown()).toEqual(['дважды']);
  });

  it('is refused where the bot thinks with another account by now, though this one knows the conversation still', async () => {
    const { clientId, channelId } = stage.config.joined;
    const [bot] = await stage.probe.rows(
      `select b.code, b.connection_id from bot b join conversation c on c.bot_code = b.code where c.ref = $1`,
      [ref],
    );
    await stage.probe.rows('update bot set connection_id = null where code = $1', [bot?.['code']]);
    const data = { id: 900_500, channel_id: channelId, external_chat_id: ref, type: 'text', content: 'из прошлого' };
    const answer = await fetch(stage.hook, {
      method: 'POST',
      headers: { ClientId: clientId, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'message_sent', meta: { timestamp: 1 }, data }),
    });
    await stage.probe.rows('update bot set connection_id = $2 where code = $1', [
      bot?.['code'],
      bot?.['connection_id'],
    ]);
    expect(await answer.json()).toMatchObject({ async: false, error: { code: 'customer_not_exists' } });
    await stage.done();
    expect(talk.shown()).toEqual([]);
  });

  it('has its result acknowledged apart when its sender did not wait for the answer', async () => {
    stage.bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow', ms: 300, times: 1 });
    // Of a message that MessageGateway does not show as failed: one that it does is withdrawn.
    const id = 900_001;
    const data = {
      id,
      channel_id: stage.config.joined.channelId,
      chat_id: mgChat,
      external_chat_id: ref,
      external_user_id: ref,
      type: 'text',
      content: 'ушёл',
    };
    await postAndGo(stage.hook, stage.config.joined.clientId, { type: 'message_sent', meta: { timestamp: 1 }, data });
    await until(() => acknowledged(id) === 1);
    expect(talk.shown()).toEqual(['ушёл']);
  });
});

describe('a webhook whose message takes Bitrix24 longer than its answer may wait', () => {
  beforeAll(() => start(300));
  beforeEach(begin);
  afterAll(() => stage.close());

  it('is promised a result, which is told later', async () => {
    stage.bridge.portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow', ms: 1_500, times: 1 });
    const id = await stage.gateway.managerAnswers(mgChat, 'медленно');
    await until(() => acknowledged(id) === 1);
    await stage.done();
    expect(answers()).toEqual([{ async: true }]);
    expect(statusOf(id)).toMatchObject({ status: 'sent', externalId: shownAs('медленно') });
    expect(talk.shown()).toEqual(['медленно']);
  });
});

/** Sends the request and closes the connection before any answer. */
async function postAndGo(address: string, clientId: string, body: unknown): Promise<void> {
  const url = new URL(address);
  const text = Buffer.from(JSON.stringify(body));
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    `ClientId: ${clientId}`,
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
  ];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.write(text, () => setTimeout(() => socket.destroy(), 100));
    });
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
}
