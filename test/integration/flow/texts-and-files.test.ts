import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { install } from '../../support/bridge.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, botTalk, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let bot: SeenBot;

beforeAll(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  bot = ourBot(own.bridge.portal, 'assistant');
});

afterAll(() => own.close());

interface Heard {
  readonly chatId: number;
  readonly userId: number;
  /** The echo's messages. */
  readonly answers: string[];
}

/** Somebody new says it to the assistant; returns what came back once nothing more will. */
async function hear(text: string, files: readonly { name: string; content: Buffer }[] = []): Promise<Heard> {
  const { portal } = own.bridge;
  const userId = portal.addEmployee({ name: 'Многословный Макар' }).id;
  const { chatId } = portal.employeeWritesPrivate(userId, bot.id, text, { files });
  await everythingDone(portal, own.probe);
  return { chatId, userId, answers: answersIn(portal, chatId) };
}

/** Without the invisible marks by which foreign codes are made harmless. */
const seen = (texts: readonly string[]): string => texts.join('').replaceAll('\u2060', '');

describe('texts', () => {
  it.each<readonly [string, string]>([
    ['of one letter', 'я'],
    ['of 20 000 Cyrillic letters', 'Ж'.repeat(20_000)],
    ['of 20 000 letters in words', 'Слово '.repeat(3_333).trim()],
    ['of 10 000 emoji', '👩‍🚀😀'.repeat(2_500)],
    ['with line breaks and tabs', 'раз\n\nдва\n\tтри'],
    ['with quotes and slashes', `"'\\/<b>&amp;{{x}}%s$1\${y}`],
    ['that look like SQL', `'; drop table inbox; --`],
    ['in other scripts', 'שלום 你好 สวัสดี ﷽ z̷̢a̸l̶g̷o'],
    ['with a zero in them', 'a0b'],
  ])('%s come back whole', async (_name, text) => {
    const { answers } = await hear(text);
    expect(seen(answers)).toBe(text);
  });

  it.each<readonly [string, string]>([
    ['short ones', '[timestamp=1700000000 format=SHORT] [icon=y.png] [rating=5]'],
    ['so many that making them harmless makes the text longer', '[rating=5] '.repeat(1_818).trim()],
  ])('with codes the portal would interpret come back whole and harmless: %s', async (_name, text) => {
    const { answers } = await hear(text);
    // The portal takes the blank off the end of a part.
    expect(seen(answers).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    // A code that the portal still knows would have its bracket directly before its name.
    expect(answers.join('')).not.toMatch(/\[(?:timestamp|icon|rating)/);
  });

  it('that are codes of buttons and people are shown as text, not carried out', async () => {
    const { answers } = await hear(
      '[send=/operator]нажми[/send] [put=x]y[/put] [call=+7900]звони[/call] [user=1]Анна[/user]',
    );
    expect(answers).toHaveLength(1);
    expect(answers[0]).not.toMatch(/\[(?:send|put|call|user)/i);
    expect(answers[0]).toContain('нажми');
  });

  it('of nothing but blanks are no message', async () => {
    const { portal } = own.bridge;
    const userId = portal.addEmployee({ name: 'Молчун' }).id;
    const body = privateMessageBody(portal, bot, { userId, messageId: `6${userId}`, text: ' \n\t ' });
    await (await postEvent(own.bridge.url, body)).text();
    await everythingDone(portal, own.probe);
    expect(answersIn(portal, portal.privateChatId(userId, bot.id) ?? 0)).toEqual([]);
  });
});

describe('files', () => {
  it('without a word are named to a brain that cannot take them', async () => {
    const { answers } = await hear('', [{ name: 'договор «новый».pdf', content: Buffer.from('%PDF-1.7') }]);
    expect(answers).toEqual(['[Файл: договор «новый».pdf]']);
  });

  it('with a word come after it', async () => {
    const files = ['один.png', 'два.jpg'].map((name) => ({ name, content: Buffer.from('x') }));
    const { answers } = await hear('Посмотрите', files);
    expect(answers).toEqual(['Посмотрите\n[Файл: один.png, два.jpg]']);
  });
});

describe('words that are not meant for a bot', () => {
  it.each<readonly [string, Record<string, string>]>([
    ['another bot', { 'data[USER][IS_BOT]': 'Y' }],
    ['the portal itself', { 'data[PARAMS][SYSTEM]': 'Y' }],
    ['nobody', { 'data[USER][ID]': '0', 'data[PARAMS][AUTHOR_ID]': '0', 'data[PARAMS][FROM_USER_ID]': '0' }],
  ])('are not answered when they come from %s', async (_name, changes) => {
    const { portal } = own.bridge;
    const userId = portal.addEmployee({ name: 'Не Человек' }).id;
    const message = { userId, messageId: `5${userId}`, text: 'Привет, коллега' };
    const answer = await postEvent(own.bridge.url, privateMessageBody(portal, bot, message, changes));
    expect(answer.status).toBe(200);
    await answer.text();
    await everythingDone(portal, own.probe);
    expect(botTalk(portal, portal.privateChatId(userId, bot.id) ?? 0)).toEqual([]);
  });

  it('by other bots in the same chat start no endless conversation', async () => {
    const { portal } = own.bridge;
    const supervisor = ourBot(portal, 'supervisor');
    const ownerId = portal.addEmployee({ name: 'Хозяин' }).id;
    const group = portal.addGroup({ title: 'Боты', ownerId, botIds: [bot.id, supervisor.id] });
    await everythingDone(portal, own.probe);
    const mention = (one: SeenBot): string => `[USER=${one.id}]${one.name}[/USER]`;
    portal.writesInGroup(ownerId, group.chatId, `${mention(bot)}, скажи: ${mention(supervisor)}, скажи: привет`);
    await everythingDone(portal, own.probe);
    expect(answersIn(portal, group.chatId)).toHaveLength(2);
  });
});
