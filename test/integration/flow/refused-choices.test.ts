/** Numbers stand for buttons only where the customer could see them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone, ourBot } from '../../support/talk.ts';

const heard: string[] = [];
const brain = scriptBrain({
  deliver({ text }) {
    heard.push(text);
    const buttons = text === 'Что есть?' ? [{ type: 'say', label: 'Чай', text: 'хочу чаю' } as const] : [];
    return Promise.resolve({ replies: [{ ...textReply('Вот'), buttons }] });
  },
});

let own: OwnBridge;
beforeAll(async () => {
  own = await startOwnBridge({ brains: [brain.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});
afterAll(() => own.close());

it.each([
  ['that was shown stands for its button', false, 'хочу чаю'],
  ['of a message that the portal refused is the number itself', true, '1'],
] as const)('a number %s', async (_, isRefused, expected) => {
  const { portal } = own.bridge;
  const done = () => everythingDone(portal, own.probe);
  const lineId = portal.addLine({ name: 'Поддержка', botId: ourBot(portal, 'line').id }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, 'Начало');
  await until(() => botTalk(portal, chatId).some(({ text }) => text === 'Вот'));
  await done();
  if (isRefused) {
    portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', times: 1, kind: 'error', error: 'EMPTY_MESSAGE' });
  }
  portal.clientWrites(clientId, 'Что есть?');
  await done();
  expect(botTalk(portal, chatId).some(({ text }) => text.includes('1 – Чай'))).toBe(!isRefused);
  portal.clientWrites(clientId, '1');
  await until(() => heard.at(-1) !== 'Что есть?');
  expect(heard.at(-1)).toBe(expected);
  await done();
});
