/** People take an Open Channel while answers still wait to be sent, and beside other bots; what they say among themselves stays there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';

/** Repeats what it hears, and wants to know everything. */
const echo = scriptBrain(
  { deliver: ({ text, messageId }) => Promise.resolve({ replies: [textReply(text, `r${messageId}`)] }) },
  { capabilities: { edits: true, deletes: true, mirrors: true, receipts: true } },
);

const sendName = 'imbot.v2.Chat.Message.send';

let own: OwnBridge;
let line: SeenBot;

beforeAll(async () => {
  own = await startOwnBridge({ brains: [echo.brain] });
  await install(own.bridge);
  await done();
  line = ourBot(own.bridge.portal, 'line');
});
afterAll(() => own.close());

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** A customer whom the bot has answered once, on a line where it stays beside the operator. */
async function talk() {
  const { portal } = own.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const lineId = portal.addLine({ name: 'Поддержка', botId: line.id, left: 'close', queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, 'Начало');
  await done();
  return { portal, operatorId, chatId, say: (text: string) => portal.clientWrites(clientId, text).messageId };
}

const ownerOf = async (chatId: number): Promise<unknown> => {
  const rows = await own.probe.rows('select owner from conversation where dialog_id = $1', [`chat${chatId}`]);
  return rows[0]?.['owner'];
};

/** What the brain was told about a message, in order. */
async function toldOf(messageId: number): Promise<string[]> {
  const rows = await own.probe.rows(
    `select action->>'type' as type, coalesce(action->>'text', '') as text from outbox
     where target = 'brain' and action->>'messageId' = $1 order by seq`,
    [String(messageId)],
  );
  return rows.map((row) => `${String(row['type'])}: ${String(row['text'])}`);
}

describe('an answer that waits', () => {
  it.each([
    ['a word of an operator', 'writes'],
    ['the button without a word', 'presses'],
    ['the 0 of the customer', 'zero'],
  ])('is not shown any more after %s', async (_, how) => {
    const { portal, operatorId, chatId, say } = await talk();
    portal.fault.rest({ method: sendName, kind: 'query-limit', times: 1_000 });
    const asked = say('Сколько стоит?');
    const waits = `select count(*) from outbox where target = 'portal' and action->>'remoteMessageId' = 'r${asked}' and outcome is not null`;
    await until(async () => (await own.probe.count(waits)) === 1);
    if (how === 'writes') portal.operatorWrites(chatId, operatorId, 'Сейчас посмотрю');
    else if (how === 'presses') {
      portal.operatorJoins(chatId, operatorId);
      say('Ау');
    } else say('0');
    await until(async () => (await ownerOf(chatId)) === 'person');
    portal.fault.clear();
    await done();
    expect(answersIn(portal, chatId)).toEqual(['Начало']);
    const rows = await own.probe.rows(
      `select state, outcome from outbox where target = 'portal' and action->>'remoteMessageId' = 'r${asked}'
       union all select 'told', action->>'error' from outbox
       where action->>'type' = 'receipt' and action->>'remoteMessageId' = 'r${asked}'`,
    );
    expect(rows).toEqual([
      { state: 'dropped', outcome: 'person_owns' },
      { state: 'told', outcome: 'person_owns' },
    ]);
  });

  it('is shown where the brain itself hands over behind it, and operators read their notes', async () => {
    const { portal, chatId, say } = await talk();
    echo.script = {
      deliver: ({ messageId }) =>
        Promise.resolve({
          replies: [textReply('Зову человека', `r${messageId}`), { type: 'handover', note: 'Клиент ждёт' }],
        }),
    };
    try {
      portal.fault.rest({ method: sendName, kind: 'query-limit', times: 2 });
      say('Позовите человека');
      await done();
      expect(await ownerOf(chatId)).toBe('person');
      expect(answersIn(portal, chatId)).toEqual(['Начало', 'Зову человека', 'Клиент ждёт']);
    } finally {
      echo.script = {
        deliver: ({ text, messageId }) => Promise.resolve({ replies: [textReply(text, `r${messageId}`)] }),
      };
    }
  });
});

describe('a brain that mirrors', () => {
  it('is not told how a hidden note was changed, nor how the bot changed its own words', async () => {
    const { portal, operatorId, chatId } = await talk();
    portal.inviteBot(chatId, operatorId, operatorId);
    const note = portal.operatorWrites(chatId, operatorId, 'тайная заметка', { isHidden: true }).messageId;
    const aloud = portal.operatorWrites(chatId, operatorId, 'Здравствуйте', {}).messageId;
    const bots = botTalk(portal, chatId).find(({ text }) => text === 'Начало')?.id ?? 0;
    await done();
    for (const id of [note, aloud, bots]) portal.editMessage(id, 'изменено');
    await done();
    for (const id of [note, aloud, bots]) portal.deleteMessage(id);
    await done();
    expect(await toldOf(note)).toEqual([]);
    expect(await toldOf(bots)).toEqual([]);
    expect(await toldOf(aloud)).toEqual(['mirrored: Здравствуйте', 'edit: изменено', 'delete: ']);
  });

  it('hears the customer also while operators whisper in silent mode', async () => {
    const { portal, operatorId, chatId, say } = await talk();
    portal.operatorWrites(chatId, operatorId, 'Я веду', {});
    portal.setSilentMode(chatId, true);
    const whispered = portal.operatorWrites(chatId, operatorId, 'между нами').messageId;
    const asked = say('Вы тут?');
    await done();
    expect(await toldOf(whispered)).toEqual([]);
    expect(await toldOf(asked)).toEqual(['mirrored: Вы тут?']);
  });
});

describe('two bots of ours in one chat', () => {
  it('do not both answer: the one that leads does', async () => {
    const { portal, operatorId, chatId, say } = await talk();
    const second = await own.probe.rows(
      `with own as materialized (select portal from portal)
       insert into bot (portal, code, type, name, brain) select portal, 'bridge_second', 'O', 'Второй', 'echo' from own returning code`,
    );
    expect(second).toHaveLength(1);
    portal.updateApp({ version: 2 });
    portal.finishInstall();
    await until(() => portal.bots().some(({ code }) => code === 'bridge_second'));
    await done();
    const other = portal.bots().find(({ code }) => code === 'bridge_second')?.id ?? 0;
    portal.inviteBot(chatId, other, operatorId);
    say('Кто ответит?');
    await done();
    const talkers = botTalk(portal, chatId).filter(({ text }) => !isGreeting(text));
    expect(talkers.map(({ authorId, text }) => [authorId, text])).toEqual([
      [line.id, 'Начало'],
      [line.id, 'Кто ответит?'],
    ]);
    expect(botTalk(portal, chatId).some(({ authorId }) => authorId === other)).toBe(false);
  });
});
