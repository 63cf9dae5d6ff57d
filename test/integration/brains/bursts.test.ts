/** A burst of messages through the running app: one delivery, changes included, and nothing left behind by a restart. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { requestBrain } from '../../support/factories/request-brain.ts';
import { type OwnBridge, startAnotherApp, startOwnBridge } from '../../support/installed-bridge.ts';
import type { BrainMessage, BrainScript } from '../../support/scripted-brain.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

const delivered: BrainMessage[] = [];
const changed: Parameters<NonNullable<BrainScript['change']>>[0][] = [];
const quietMs = 700;
const scripted = requestBrain(
  {
    deliver(message) {
      delivered.push(message);
      return Promise.resolve({ replies: [textReply(`на: ${message.text}`)] });
    },
    change: (change) => void changed.push(change),
  },
  { pace: () => ({ burst: { quietMs, maxMs: 5_000 } }) },
  { edits: true, deletes: true },
);
let own: OwnBridge;
let bot = 0;
let employee = 0;

beforeAll(async () => {
  own = await startOwnBridge({ brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  bot = ourBot(own.bridge.portal, 'assistant').id;
});
afterAll(() => own.close());
beforeEach(() => {
  delivered.length = 0;
  changed.length = 0;
  employee = own.bridge.portal.addEmployee({ name: 'Вера Проверкина' }).id;
});

async function write(text: string) {
  const said = own.bridge.portal.employeeWritesPrivate(employee, bot, text);
  await own.bridge.portal.idle();
  return said;
}
const cli = async (...words: string[]): Promise<void> => {
  expect((await runCli(environmentOf(own), words, [scripted.brain])).err).toBe('');
};

describe('a burst of messages', () => {
  it('is answered once', async () => {
    const first = await write('раз');
    const second = await write('два');
    await until(() => answersIn(own.bridge.portal, first.chatId).length > 0);
    await everythingDone(own.bridge.portal, own.probe);
    expect(answersIn(own.bridge.portal, first.chatId)).toEqual(['на: раз\nдва']);
    expect(delivered).toMatchObject([
      { messageId: String(second.messageId), messageIds: [String(first.messageId), String(second.messageId)] },
    ]);
  });

  it('takes in what is edited and deleted while it waits, and what is edited later as a change of the whole', async () => {
    const { portal } = own.bridge;
    const first = await write('раз');
    const second = await write('два');
    const third = await write('три');
    portal.editMessage(first.messageId, 'РАЗ');
    portal.deleteMessage(second.messageId);
    await until(() => delivered.length > 0);
    expect(delivered[0]?.text).toBe('РАЗ\nтри');
    await everythingDone(portal, own.probe);
    portal.editMessage(first.messageId, 'один');
    await until(() => changed.length === 1);
    portal.deleteMessage(third.messageId);
    await until(() => changed.length === 2);
    expect(changed).toMatchObject([
      { type: 'edit', messageId: String(third.messageId), text: 'один\nтри' },
      { type: 'edit', messageId: String(third.messageId), text: 'один' },
    ]);
    portal.deleteMessage(first.messageId);
    await until(() => changed.length === 3);
    expect(changed[2]).toMatchObject({ type: 'delete', messageId: String(third.messageId) });
  });

  it('leaves before a request', async () => {
    const { chatId } = await write('раз');
    await write('/run код');
    await until(() => answersIn(own.bridge.portal, chatId).length === 2);
    expect(answersIn(own.bridge.portal, chatId)).toEqual(['на: раз', 'запущен код']);
  });

  it('is switched off and lengthened by a setting of the bot', async () => {
    await cli('bots', 'set', '--code', 'bridge_assistant', '--burst', 'off');
    await everythingDone(own.bridge.portal, own.probe);
    await write('раз');
    await write('два');
    await until(() => delivered.length === 2);
    await cli('bots', 'set', '--code', 'bridge_assistant', '--burst', '1.5s');
    await everythingDone(own.bridge.portal, own.probe);
    await write('три');
    await new Promise((resolve) => setTimeout(resolve, quietMs + 300));
    await write('четыре');
    await until(() => delivered.length === 3);
    expect(delivered[2]?.text).toBe('три\nчетыре');
    await cli('bots', 'set', '--code', 'bridge_assistant', '--burst', 'default');
    await everythingDone(own.bridge.portal, own.probe);
  });

  it('survives the app', async () => {
    await write('раз');
    await write('два');
    await until(async () => (await own.probe.count('select count(*) from conversation where burst is not null')) === 1);
    await own.bridge.stop();
    expect(delivered).toEqual([]);
    const app = await startAnotherApp(own, {}, [scripted.brain]);
    try {
      await until(() => delivered.length > 0);
      expect(delivered.map(({ text }) => text)).toEqual(['раз\nдва']);
    } finally {
      await app.stop();
    }
  });
});
