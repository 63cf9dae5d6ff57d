/** What a portal refuses beside a text never costs the text. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import type { Reply } from '../../../src/core/events.ts';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone, isGreeting } from '../../support/talk.ts';

let next: Partial<Reply> = {};
const scripted = scriptBrain({
  deliver: ({ text }) => Promise.resolve({ replies: [{ ...textReply(text), ...next }] }),
});

const card = { title: 'Чайник', url: 'https://shop.example/1', image: null, facts: [{ name: 'Цена', value: '100' }] };
const say = { type: 'say', label: 'Да', text: 'да' } as const;

async function open(portal: SandboxPortalOptions): Promise<OwnBridge> {
  const own = await startOwnBridge({ portal, brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

/** The bot's answer to a text, with what the brain hangs on it, and how it stands in the outbox. */
async function answer({ bridge, probe }: OwnBridge, text: string, hanging: Partial<Reply>) {
  next = hanging;
  const said = sayToAssistant(bridge, text);
  const answers = () => botTalk(bridge.portal, said.chatId).filter((message) => !isGreeting(message.text));
  await until(() => answers().length > 0);
  await everythingDone(bridge.portal, probe);
  const rows = await probe.rows(
    `select outcome from outbox where target = 'portal' and action->>'type' = 'send' order by created_at desc, seq desc limit 1`,
  );
  const [message] = answers();
  if (message === undefined) throw new Error('no answer');
  return { message, count: answers().length, outcome: rows[0]?.['outcome'] };
}

describe.each([
  ['a portal of today', {}],
  ['the build with long names of errors', { longParamErrors: true }],
  ['a portal without imbot.v2', { v2: false }],
] as const)('%s', (name, options) => {
  let own: OwnBridge;
  beforeAll(async () => {
    own = await open(options);
  });
  afterAll(() => own.close());

  it('gets the text without a quote it does not know, once, and the trace says so', async () => {
    const { message, count, outcome } = await answer(own, 'без цитаты', { quoteOf: '999999' });
    expect(message).toMatchObject({ text: 'без цитаты', replyTo: null });
    expect([count, outcome]).toEqual([1, 'sent+without_quote']);
  });

  it('gets phones as calls and mail addresses as text', async () => {
    const buttons = [
      { type: 'link', label: 'Звонок', url: 'tel:+7 495 1234567' },
      { type: 'link', label: 'Почта', url: 'mailto:shop@example.org' },
    ] as const;
    const { message, outcome } = await answer(own, 'Связь', { buttons });
    expect(message.keyboard).toMatchObject([{ TEXT: 'Звонок', ACTION: 'CALL', ACTION_VALUE: '+74951234567' }]);
    expect([message.text, outcome]).toEqual(['Связь\nПочта: shop@example.org', 'sent+without_buttons']);
  });

  it('gets cards without a text', async () => {
    const { message } = await answer(own, 'x', { text: '', cards: [card] });
    expect(message.attach).toHaveLength(1);
    expect(message.text).toBe(name === 'a portal without imbot.v2' ? 'Чайник' : '');
  });

  const method = name === 'a portal without imbot.v2' ? 'imbot.message.add' : 'imbot.v2.Chat.Message.send';

  it.each([
    ['buttons', 'KEYBOARD_ERROR', { buttons: [say] }],
    ['buttons', 'KEYBOARD_OVERSIZE', { buttons: [say] }],
    ['cards', 'ATTACH_ERROR', { cards: [card] }],
    ['cards', 'ATTACH_OVERSIZE', { cards: [card] }],
  ] as const)('gets the text without %s on %s', async (lost, error, hanging) => {
    // The greeting goes first and must not meet the fault.
    const userId = own.bridge.portal.addEmployee({ name: 'Знакомый' }).id;
    next = {};
    const greeted = sayToAssistant(own.bridge, 'здравствуй', userId);
    await until(() => greeted.isAnswered());
    await everythingDone(own.bridge.portal, own.probe);
    next = hanging;
    own.bridge.portal.fault.rest({ method, times: 1, kind: 'error', error });
    sayToAssistant(own.bridge, `нет: ${error}`, userId);
    const answers = () => botTalk(own.bridge.portal, greeted.chatId).filter(({ text }) => text === `нет: ${error}`);
    await until(() => answers().length > 0);
    await everythingDone(own.bridge.portal, own.probe);
    expect(answers()).toMatchObject([{ keyboard: [], attach: [] }]);
    const rows = await own.probe.rows(
      `select outcome from outbox where outcome like 'sent+%' order by done_at desc limit 1`,
    );
    expect(rows[0]?.['outcome']).toBe(`sent+without_${lost}`);
  });

  it('gets the words of cards where there is nothing else', async () => {
    const userId = own.bridge.portal.addEmployee({ name: 'Покупатель' }).id;
    next = {};
    const greeted = sayToAssistant(own.bridge, 'привет', userId);
    await until(() => greeted.isAnswered());
    next = { text: '', cards: [card] };
    own.bridge.portal.fault.rest({ method, times: 1, kind: 'error', error: 'ATTACH_ERROR' });
    sayToAssistant(own.bridge, 'товар', userId);
    await everythingDone(own.bridge.portal, own.probe);
    expect(botTalk(own.bridge.portal, greeted.chatId).at(-1)?.text).toBe('Чайник\nЦена: 100\nhttps://shop.example/1');
  });
});
