import { describe, expect, it } from 'vitest';
import type { BotMessage } from '../../../../../src/brains/messagegateway/api/bot-api.ts';
import type { MgMessage } from '../../../../../src/brains/messagegateway/api/mg-shapes.ts';
import { originOfMessage, sendOnce } from '../../../../../src/brains/messagegateway/console/send-once.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';
import { stateInMemory } from '../../../../support/state-in-memory.ts';

const botId = 760;
const signal = new AbortController().signal;
const words: BotMessage = { chat_id: 3, scope: 'public', type: 'text', content: 'да & нет' };

/** MessageGateway as far as it matters here: what was said stays, whatever became of the answer. */
function far(answers: ('lost' | 'refused' | 'given')[]) {
  const said: MgMessage[] = [];
  const sendMessage = (message: BotMessage): Promise<number> => {
    const how = answers.shift() ?? 'given';
    if (how === 'refused') return Promise.reject(new Error('refused'));
    const id = 100 + said.length;
    const content = message.content?.replaceAll('&', '&amp;') ?? null;
    said.push({ ...message, id, content, from: { id: botId, type: 'bot' } } as MgMessage);
    return how === 'lost' ? Promise.reject(new Error('lost')) : Promise.resolve(id);
  };
  const bot = { sendMessage, messages: () => Promise.resolve(said.toReversed()) };
  const facts = new Map<string, string>();
  const noHttp = { send: () => Promise.reject(new Error('no call')) };
  const context = () => consoleContext(bot, { ...unitTools(noHttp), state: stateInMemory(facts) });
  return { said, context };
}

describe('a message that must be said once', () => {
  it('is not said again when its delivery is repeated, by another process too', async () => {
    const { said, context } = far(['given']);
    expect(await sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).toBe(100);
    expect(await sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).toBe(100);
    expect(said).toHaveLength(1);
    expect(await originOfMessage(context(), 100)).toBe('55');
  });

  it('is found again when the answer was lost, although it came back escaped', async () => {
    const { said, context } = far(['lost']);
    await expect(sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).rejects.toThrow(
      'lost',
    );
    expect(await sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).toBe(100);
    expect(said).toHaveLength(1);
  });

  it('is said again when it had not got there', async () => {
    const { said, context } = far(['refused']);
    await expect(sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).rejects.toThrow(
      'refused',
    );
    expect(await sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).toBe(100);
    expect(said).toHaveLength(1);
  });

  it('is not mistaken for another one with the same words', async () => {
    const { said, context } = far(['given', 'refused']);
    await sendOnce(context(), { name: 'first:0', portalMessageId: '55', message: words }, signal);
    await expect(
      sendOnce(context(), { name: 'second:0', portalMessageId: '56', message: words }, signal),
    ).rejects.toThrow('refused');
    expect(await sendOnce(context(), { name: 'second:0', portalMessageId: '56', message: words }, signal)).toBe(101);
    expect(said).toHaveLength(2);
  });

  it('is not mistaken for a note to staff', async () => {
    const { said, context } = far(['given', 'refused']);
    await context().bot.sendMessage({ ...words, scope: 'private' });
    await expect(sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).rejects.toThrow(
      'refused',
    );
    expect(await sendOnce(context(), { name: 'key:0', portalMessageId: '55', message: words }, signal)).toBe(101);
    expect(said).toHaveLength(2);
  });
});
