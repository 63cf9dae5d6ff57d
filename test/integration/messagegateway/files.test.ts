/** Files on their way between a portal and MessageGateway when the way is bad: nothing half, nothing twice, nothing lost. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';

const captured = captureLog();
const content = randomBytes(600_001);
let stage: MgStage;

beforeAll(async () => {
  stage = await startMgStage({ log: captured.log, settings: { FILE_IDLE_SECONDS: '1' } });
});
afterAll(() => stage.close());

const sentByBot = ({ chatId }: LineTalk) =>
  stage.bridge.portal.messages(chatId).flatMap(({ isBot, files }) => (isBot ? files : []));
const managerSends = async ({ mgChat }: LineTalk, bytes = content) =>
  await stage.gateway.managerAnswers(mgChat, '', { items: [{ name: 'план.pdf', content: bytes }] });
const arrivedFrom = ({ mgChat }: LineTalk) => stage.gateway.messages(mgChat).flatMap(({ items }) => items);
const contentAtGateway = (talk: LineTalk) =>
  arrivedFrom(talk).map(({ id }) => stage.gateway.fileContent(id)?.equals(content));
const contentAtPortal = (talk: LineTalk) =>
  sentByBot(talk).map(({ id }) => stage.bridge.portal.fileContent(id)?.equals(content));
const uploads = () =>
  stage.bridge.portal.calls().filter(({ method }) => method.toLowerCase() === 'imbot.v2.file.upload').length;

describe('a file of a manager', () => {
  it.each(['cut', 'stall', 'reset-before', 503] as const)(
    'whose fetching meets "%s" is sent once, whole',
    async (kind) => {
      const talk = await openLineTalk(stage, `Пришлите план (${kind})`);
      const before = uploads();
      stage.gateway.fail({ api: 'storage', times: 1, kind });
      const id = await managerSends(talk);
      await until(() => stage.gateway.messages(talk.mgChat).find((one) => one.id === id)?.status === 'sent');
      await stage.done();
      expect(contentAtPortal(talk)).toEqual([true]);
      // The portal has never seen a complete request besides the one.
      expect(uploads() - before).toBe(1);
    },
  );

  it('that drips is not taken for one that stalls', async () => {
    const talk = await openLineTalk(stage, 'Пришлите план по капле');
    stage.gateway.fail({ api: 'storage', times: 1, kind: 'drip', ms: 40 });
    await managerSends(talk);
    await until(() => sentByBot(talk).length > 0);
    expect(contentAtPortal(talk)).toEqual([true]);
  });

  it.each(['expired-token', 'invalid-token'] as const)('that the portal refuses (%s) is sent again', async (kind) => {
    const talk = await openLineTalk(stage, `Пришлите план (${kind})`);
    stage.bridge.portal.fault.rest({ method: 'imbot.v2.File.upload', times: 1, kind });
    await managerSends(talk);
    await until(() => sentByBot(talk).length > 0);
    await stage.done();
    expect(contentAtPortal(talk)).toEqual([true]);
  });

  it('of which nobody knows whether it was taken is not sent twice', async () => {
    const talk = await openLineTalk(stage, 'Пришлите план один раз');
    stage.bridge.portal.fault.rest({ method: 'imbot.v2.File.upload', times: 1, kind: 'reset-after' });
    const id = await managerSends(talk);
    await until(() => stage.gateway.messages(talk.mgChat).find((one) => one.id === id)?.status === 'failed');
    await stage.done();
    expect(contentAtPortal(talk)).toEqual([true]);
  });
});

describe('a file of a customer', () => {
  it.each(['cut', 'stall', 'reset-before', 'html502'] as const)(
    'whose fetching meets "%s" arrives once, whole',
    async (kind) => {
      const talk = await openLineTalk(stage, `Вот мой план (${kind})`);
      stage.bridge.portal.fault.rest({ method: 'download', times: 1, kind });
      talk.say('смотрите', [{ name: 'план.pdf', content }]);
      await until(() => arrivedFrom(talk).length > 0);
      await stage.done();
      expect(contentAtGateway(talk)).toEqual([true]);
    },
  );

  it('keeps its kind: a voice message is audio, a round video is a file with the type of a video', async () => {
    const talk = await openLineTalk(stage, 'Голосовое');
    talk.say('', [{ name: 'голос.webm', content: Buffer.from('voice'), isVoiceNote: true }]);
    await until(() => arrivedFrom(talk).length > 0);
    talk.say('', [{ name: 'кружок.webm', content: Buffer.from('round'), isVideoNote: true }]);
    await until(() => arrivedFrom(talk).length > 1);
    expect(arrivedFrom(talk)).toMatchObject([{ kind: 'audio' }, { kind: 'video' }]);
    expect(stage.gateway.messages(talk.mgChat).flatMap(({ type, items }) => (items.length > 0 ? [type] : []))).toEqual([
      'audio',
      'file',
    ]);
  });
});

it('several files both ways at once do not mix', async () => {
  const talks = await Promise.all([1, 2, 3].map(async (at) => await openLineTalk(stage, `Обмен ${at}`)));
  await Promise.all(
    talks.map(async (talk) => {
      talk.say('мой', [{ name: 'план.pdf', content }]);
      await managerSends(talk);
    }),
  );
  await until(() => talks.every((talk) => sentByBot(talk).length === 1 && arrivedFrom(talk).length === 2));
  await stage.done();
  for (const talk of talks) {
    expect(contentAtPortal(talk)).toEqual([true]);
    expect(contentAtGateway(talk)).toEqual([true, true]);
  }
});

it('the progress of transfers is in the log, without a query of an address', () => {
  const lines = captured
    .text()
    .split('\n')
    .filter((line) => line.includes('a file transfer'));
  const whole = { bytes: content.length, size: content.length };
  const facts = lines.map((line) => JSON.parse(line));
  for (const msg of [
    'a file transfer begins',
    'a file transfer goes on',
    'a file transfer ended',
    'a file transfer was broken off',
  ])
    expect(facts).toContainEqual(expect.objectContaining({ msg, ms: expect.any(Number) }));
  expect(facts).toContainEqual(
    expect.objectContaining({ msg: 'a file transfer ended', direction: 'download', ...whole }),
  );
  expect(lines.join('')).not.toMatch(/signature=|token=/);
});

it('a transfer is broken off when the app stops, and nothing of it is left', async () => {
  const talk = await openLineTalk(stage, 'Пришлите план до выключения');
  stage.gateway.fail({ api: 'storage', times: 1, kind: 'drip', ms: 400 });
  const begun = captured.text().length;
  await managerSends(talk);
  await until(() => captured.text().slice(begun).includes('"direction":"upload"'));
  await stage.bridge.stop();
  expect(sentByBot(talk)).toEqual([]);
  const rows = await stage.probe.rows(
    `select attempted_at, outcome from outbox where target = 'portal' and action->>'type' = 'send_file' and state = 'waiting'`,
  );
  expect(rows).toEqual([{ attempted_at: null, outcome: 'http.aborted' }]);
});
