/** What an Open Channel tells while the bot is not in its chat. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { until } from '../../support/bridge.ts';
import { postEvent } from '../../support/event-bodies.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone, ourBot } from '../../support/talk.ts';

const answers = new Map<string, Promise<void>>();
const brain = scriptBrain({
  async deliver({ text }) {
    await answers.get(text);
    return { replies: [textReply(`Ответ: ${text}`)] };
  },
});

let own: OwnBridge;
beforeAll(async () => {
  own = await startInstalled({ brains: [brain.brain] });
});
afterAll(() => own.close());

const done = () => everythingDone(own.bridge.portal, own.probe);

async function open(left: 'close' | 'queue') {
  const { portal } = own.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const lineId = portal.addLine({ name: 'Линия', botId: ourBot(portal, 'line').id, left, queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId, connector: 'telegrambot' }).id;
  const { chatId } = portal.clientWrites(clientId, 'Начало');
  await done();
  return { portal, operatorId, clientId, chatId };
}

const conversation = async (chatId: number) =>
  (
    await own.probe.rows('select owner, taken_at, waiting_since from conversation where dialog_id = $1', [
      `chat${chatId}`,
    ])
  )[0];

it('an operator who writes after the bot was taken out has the conversation, and a late answer is not shown', async () => {
  const { portal, operatorId, clientId, chatId } = await open('queue');
  const { promise, resolve } = Promise.withResolvers<void>();
  answers.set('Долго', promise);
  portal.clientWrites(clientId, 'Долго');
  await until(
    async () => (await own.probe.count(`select count(*) from lane where attempts > 0 and locked_by is not null`)) > 0,
  );
  portal.operatorJoins(chatId, operatorId);
  portal.operatorWrites(chatId, operatorId, 'Это я, Ольга');
  await until(async () => (await conversation(chatId))?.['owner'] === 'person');
  resolve();
  await done();
  expect(botTalk(portal, chatId).map(({ text }) => text)).not.toContain('Ответ: Долго');
});

it('a message that the bot was told too counts once', async () => {
  const { portal, operatorId, chatId } = await open('close');
  portal.operatorWrites(chatId, operatorId, 'Я отвечу');
  await done();
  const rows = await own.probe.rows(
    `select outcome from inbox_outcome join inbox using (portal, lane, seq)
     where lane like $1 and convert_from(body, 'UTF8') like 'event=ONOPENLINEMESSAGEADD%'`,
    [`%/chat${chatId}`],
  );
  expect(
    rows
      .map(({ outcome }) => outcome)
      .every((outcome) => ['ignored_told_before', 'ignored_operator', 'ignored_bot'].includes(String(outcome))),
  ).toBe(true);
  expect((await conversation(chatId))?.['taken_at']).not.toBeNull();
});

it('a finished session has nobody who waits, and who leads stays as it is', async () => {
  const { portal, chatId } = await open('close');
  await own.probe.rows('update conversation set waiting_since = now() where dialog_id = $1', [`chat${chatId}`]);
  portal.finishSession(chatId);
  await until(async () => (await conversation(chatId))?.['waiting_since'] === null);
  expect(await conversation(chatId)).toMatchObject({ owner: 'brain' });
});

it('what is told of chats without a bot of ours is not stored', async () => {
  const { portal } = own.bridge;
  const before = await own.probe.count('select count(*) from inbox');
  const pairs = {
    event: 'ONOPENLINEMESSAGEADD',
    'data[DATA][connector][user_id]': '7',
    'data[DATA][message][id]': '5',
    'data[DATA][message][chat_id]': '424242',
    'data[DATA][message][user_id]': '9',
    ts: String(Math.floor(Date.now() / 1000)),
    'auth[member_id]': portal.memberId,
    'auth[application_token]': portal.applicationToken,
  };
  expect((await postEvent(own.bridge.url, new URLSearchParams(pairs).toString())).status).toBe(200);
  expect(await own.probe.count('select count(*) from inbox')).toBe(before);
});
