/** What MessageGateway shows as failed is not shown to the customer later, or not without a note: whoever was first decides. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { until } from '../../support/bridge.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

const sendMethod = 'imbot.v2.Chat.Message.send';

let stage: MgStage;
let talk: LineTalk;
let mgChat: number;
let count = 0;

const mgMessage = (id: number) => stage.gateway.messages(mgChat).find((message) => message.id === id);
const isFailed = (id: number) => (): boolean => mgMessage(id)?.status === 'failed';
const notes = (): (string | null)[] =>
  stage.gateway
    .messages(mgChat)
    .filter(({ scope, authorType }) => scope === 'private' && authorType === 'bot')
    .map(({ text }) => text);
const rowsOf = (id: number) =>
  stage.probe.rows(
    `select state, outcome from outbox where target = 'portal' and action->>'remoteMessageId' = $1 order by seq`,
    [String(id)],
  );
const isHeardOf = (id: number) => async (): Promise<boolean> =>
  (await stage.probe.rows('select 1 from reported_failure where remote_id = $1', [String(id)])).length === 1;
const breakSends = (times = 1_000): void =>
  stage.bridge.portal.fault.rest({ method: sendMethod, kind: 'error', error: 'OVERLOAD_LIMIT', status: 503, times });

async function begin(): Promise<void> {
  count += 1;
  const words = `Вопрос ${count}`;
  talk = await openLineTalk(stage, words);
  mgChat = talk.mgChat;
}

/** As if the pauses between tries were over. */
async function hurry(): Promise<void> {
  await stage.probe.rows(
    `update lane set ready_at = now() where queue = 'outbox' and ready_at > now() and ready_at < 'infinity' and locked_by is null`,
  );
}

const usual = { answerWithinMs: 0 };

/** MessageGateway gives a message up so soon; a machine that does other things too may take longer to deliver one. */
const soonMs = 400;

describe('a message that MessageGateway shows as failed', () => {
  beforeAll(async () => {
    stage = await startMgStage({ config: usual, gateway: { ackTimeoutMs: soonMs } });
  });
  beforeEach(begin);
  afterEach(() => {
    stage.bridge.portal.fault.clear();
    stage.gateway.waitForAcks(soonMs);
  });
  afterAll(() => stage.close());

  it('is withdrawn while it waits, and the retry of the manager is the only one shown', async () => {
    breakSends();
    const id = await stage.gateway.managerAnswers(mgChat, 'первая попытка');
    await until(isFailed(id));
    await until(isHeardOf(id));
    stage.bridge.portal.fault.clear();
    await hurry();
    await stage.done();
    stage.gateway.waitForAcks(30_000);
    const again = await stage.gateway.managerAnswers(mgChat, 'вторая попытка');
    await until(() => mgMessage(again)?.status === 'sent');
    await stage.done();
    expect(talk.shown()).toEqual(['вторая попытка']);
    expect(await rowsOf(id)).toEqual([{ state: 'dropped', outcome: 'withdrawn' }]);
    expect(mgMessage(id)?.status).toBe('failed');
    expect(notes()).toEqual([]);
  });

  it('was under way meanwhile: managers read that the customer has it', async () => {
    stage.bridge.portal.fault.rest({ method: sendMethod, kind: 'slow', ms: 1_500, times: 1 });
    const id = await stage.gateway.managerAnswers(mgChat, 'в пути');
    await until(isFailed(id));
    await until(() => talk.shown().includes('в пути'));
    await until(() => notes().length === 1);
    await stage.done();
    expect(notes()).toHaveLength(1);
    expect(notes()[0]).toContain(String(id));
    expect(notes()[0]).toContain('увидел');
    expect(await rowsOf(id)).toEqual([{ state: 'done', outcome: 'sent' }]);
  });

  it('had been shown before: its receipt was lost, and a note says so', async () => {
    stage.gateway.fail({ api: 'transport', path: '/messages/ack', times: 3, kind: 503 });
    const id = await stage.gateway.managerAnswers(mgChat, 'показано');
    await until(isFailed(id));
    await until(() => notes().length === 1);
    await stage.done();
    expect(talk.shown()).toEqual(['показано']);
    expect(notes()).toHaveLength(1);
  });

  it('may have been shown when its last try ended without an answer: a note says that', async () => {
    stage.bridge.portal.fault.rest({ method: sendMethod, kind: 'reset-before', times: 1_000 });
    const id = await stage.gateway.managerAnswers(mgChat, 'кто знает');
    await until(isHeardOf(id));
    await until(() => notes().length === 1);
    stage.bridge.portal.fault.clear();
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(notes()[0]).toContain('неизвестно');
    expect((await rowsOf(id))[0]).toMatchObject({ state: 'unknown' });
  });

  it('is no dead letter once it has been told, and cannot be sent again from here', async () => {
    stage.bridge.portal.fault.rest({
      method: sendMethod,
      kind: 'error',
      error: 'ACCESS_DENIED',
      status: 403,
      times: 1,
    });
    const id = await stage.gateway.managerAnswers(mgChat, 'нельзя');
    await until(isFailed(id));
    await until(async () => (await rowsOf(id))[0]?.['state'] === 'dropped');
    await stage.done();
    expect(await rowsOf(id)).toEqual([
      { state: 'dropped', outcome: expect.stringMatching(/ACCESS_DENIED\+withdrawn$/) },
    ]);
    const dead = await listDeadLetters(stage.db, stage.bridge.portal.memberId);
    expect(dead.filter(({ lane }) => lane.includes(`chat${talk.chatId}>`))).toEqual([]);
    expect(talk.shown()).toEqual([]);
  });

  it('comes after its failure: it is not shown', async () => {
    const { clientId, channelId } = stage.config.joined;
    stage.gateway.dropWebhooks(1);
    const id = await stage.gateway.managerAnswers(mgChat, 'опоздало');
    await until(isHeardOf(id));
    const ref = (
      await stage.probe.rows('select ref from conversation where dialog_id = $1', [`chat${talk.chatId}`])
    )[0]?.['ref'];
    const data = {
      id,
      channel_id: channelId,
      external_chat_id: ref,
      external_user_id: ref,
      type: 'text',
      content: 'опоздало',
    };
    const answer = await fetch(stage.hook, {
      method: 'POST',
      headers: { ClientId: clientId, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'message_sent', meta: { timestamp: 1 }, data }),
    });
    expect(answer.status).toBe(200);
    await stage.done();
    expect(talk.shown()).toEqual([]);
  });

  it('is withdrawn when its failure was told while nobody listened', async () => {
    breakSends();
    stage.gateway.cutSockets();
    const id = await stage.gateway.managerAnswers(mgChat, 'пока связи не было');
    await until(isHeardOf(id));
    stage.bridge.portal.fault.clear();
    await hurry();
    await stage.done();
    expect(talk.shown()).toEqual([]);
  });
});

describe('with late delivery', () => {
  beforeAll(async () => {
    stage = await startMgStage({ config: { ...usual, lateDelivery: 'note' }, gateway: { ackTimeoutMs: soonMs } });
  });
  afterAll(() => stage.close());

  it('a message that was told as failed is shown all the same, and managers read it', async () => {
    await begin();
    breakSends();
    const id = await stage.gateway.managerAnswers(mgChat, 'поздно, но верно');
    await until(isHeardOf(id));
    stage.bridge.portal.fault.clear();
    await until(async () => {
      await hurry();
      return notes().length === 1;
    });
    await stage.done();
    expect(talk.shown()).toEqual(['поздно, но верно']);
    expect(await rowsOf(id)).toEqual([{ state: 'done', outcome: 'sent' }]);
    expect(notes()[0]).toContain('увидел');
  });
});
