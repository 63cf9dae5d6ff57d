import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  openSelartiTalk,
  type SelartiAppStage,
  type SelartiLineTalk,
  startSelartiStage,
} from '../../support/selarti-stage.ts';

let stage: SelartiAppStage;
let talk: SelartiLineTalk;
let count = 0;

beforeAll(async () => {
  stage = await startSelartiStage({ config: { echoWaitMs: 1_000 } });
});
afterAll(() => stage.close());
beforeEach(async () => {
  count += 1;
  stage.selarti.clearFaults();
  stage.selarti.answer = () => null;
  talk = await openSelartiTalk(stage, `Здравствуйте ${count}`);
});

const heard = (): string[] =>
  stage.selarti.messages(talk.ref).flatMap(({ type, text }) => (type === 'user' ? [text] : []));
const handovers = (): number =>
  stage.bridge.portal.calls().filter(({ method }) => method === 'imopenlines.bot.session.operator').length;
const finishes = (): number =>
  stage.bridge.portal.calls().filter(({ method }) => method === 'imopenlines.bot.session.finish').length;

async function says(text: string, as: 'bot' | 'operator' = 'bot', repeat = 1): Promise<void> {
  await stage.selarti.say(talk.ref, text, as, repeat);
  await stage.done();
}

async function tags(name: Parameters<typeof stage.selarti.tag>[1], text = ''): Promise<void> {
  await stage.selarti.tag(talk.ref, name, true, text);
  await stage.done();
}

describe('a customer of an Open Channel and Selarti', () => {
  it('talk with each other, and our own message that comes back is not shown', async () => {
    await says('Чем помочь?');
    await talk.say('Где заказ?');
    await says('В пути', 'bot', 3);
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Где заказ?']);
    expect(talk.shown()).toEqual(['Чем помочь?', 'В пути']);
    expect(stage.selarti.calls().filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('are joined by an operator of Bitrix24 once, whom the links are for and nobody else', async () => {
    const before = handovers();
    await tags('operator', 'Зову коллегу');
    await talk.say('Спасибо');
    await says('Коллега идёт');
    expect(handovers() - before).toBe(1);
    expect(talk.shown()).toEqual(['Зову коллегу']);
    expect(talk.notes().filter((note) => note.includes('передаёт разговор оператору'))).toHaveLength(1);
    expect(talk.notes().join()).toContain(`${stage.selarti.origin}/share/`);
    expect(talk.shown().join()).not.toContain('/share/');
    expect(heard()).toEqual([`Здравствуйте ${count}`]);
  });

  it('hear the person who types in the panel, also while an operator of Bitrix24 leads', async () => {
    await says('Я человек из панели', 'operator');
    expect(talk.shown()).toEqual(['Я человек из панели']);
    await talk.operatorWrites('Я из Битрикс24');
    await talk.say('Вас двое?');
    expect(heard()).toEqual([`Здравствуйте ${count}`]);
    await says('Да', 'operator');
    await talk.say('Понятно');
    expect(talk.shown()).toEqual(['Я человек из панели', 'Да']);
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Понятно']);
  });

  it('are not interrupted by the AI while an operator of Bitrix24 leads', async () => {
    await talk.operatorWrites('Я здесь');
    await says('Я тоже');
    expect(talk.shown()).toEqual([]);
  });

  it('get an operator again after /bot, while Selarti keeps silent', async () => {
    await tags('operator');
    const before = handovers();
    await talk.operatorWrites('/bot');
    await talk.say('Есть кто?');
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Есть кто?']);
    expect(handovers() - before).toBe(1);
  });

  it('part when Selarti closes the dialogue', async () => {
    const before = finishes();
    await tags('close', 'До свидания');
    expect(talk.shown()).toEqual(['До свидания']);
    expect(finishes() - before).toBe(1);
  });

  it('who writes again after that is taken over by people, because Selarti keeps silent', async () => {
    await tags('close', 'До свидания');
    const before = { handovers: handovers(), finishes: finishes() };
    await talk.say('Ещё вопрос');
    expect(heard()).toEqual([`Здравствуйте ${count}`]);
    expect(handovers() - before.handovers).toBe(1);
    expect(talk.notes().join()).toContain('Selarti закрыла диалог');
    await talk.operatorWrites('/bot');
    await talk.say('Вы там?');
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Вы там?']);
    expect(handovers() - before.handovers).toBe(2);
    expect(finishes()).toBe(before.finishes);
  });

  it('leave one note for staff of what was learnt, however many webhooks repeat it', async () => {
    await stage.selarti.learnContacts(talk.ref, '+7 900 000-00-00');
    for (const text of ['раз', 'два', 'три']) await says(text);
    expect(talk.shown()).toEqual(['раз', 'два', 'три']);
    const notes = talk.notes().filter((note) => note.includes('+7 900 000-00-00'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('#контакт');
  });

  it('stop talking when Selarti takes the customer for a robot', async () => {
    await tags('is_bot', 'Вы робот?');
    await talk.say('Бип');
    expect(talk.shown()).toEqual([]);
    expect(heard()).toEqual([`Здравствуйте ${count}`]);
    expect(talk.notes().filter((note) => note.includes('роботом'))).toHaveLength(1);
    await talk.operatorWrites('Проверяю');
    await talk.operatorWrites('/bot');
    await talk.say('Я человек');
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Я человек']);
  });

  it('lose nothing and get nothing twice when a call breaks off: its echo proves that it arrived', async () => {
    stage.selarti.fail({ kind: 'reset-after', times: 1 });
    await talk.say('Дошло?');
    stage.selarti.fail({ kind: 'fail-after', times: 1 });
    await talk.say('И это?');
    expect(heard()).toEqual([`Здравствуйте ${count}`, 'Дошло?', 'И это?']);
    expect(await stage.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
  });
});

describe('a webhook that somebody made up', () => {
  const forged = (changes: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({
      task_id: stage.selarti.taskId,
      external_chat_id: talk.ref,
      message_type: 'bot',
      message_text: 'подделка',
      message_id: 'forged',
      ...changes,
    });

  it.each([
    ['for another task', { task_id: '1721129985149x000000000000000000' }, 403],
    ['for a conversation that does not exist', { external_chat_id: 'nobody' }, 200],
  ])('%s shows nothing', async (_what, changes, status) => {
    expect(await stage.selarti.post(forged(changes))).toBe(status);
    await stage.done();
    expect(talk.shown()).toEqual([]);
    expect(await stage.probe.count(`select count(*) from lane where key like '~%'`)).toBe(0);
  });
});
