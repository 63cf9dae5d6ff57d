import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startApp } from '../../../src/start-app.ts';
import { until } from '../../support/bridge.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';
import { type ConsoleStage, type Group, startConsoleStage } from '../../support/console-stage.ts';
import { openLineTalk } from '../../support/messagegateway-stage.ts';

let stage: ConsoleStage;
let captured: CapturedLog;
let count = 0;

async function start(config: Readonly<Record<string, unknown>> = {}): Promise<void> {
  captured = captureLog();
  stage = await startConsoleStage({ log: captured.log, config: { requestTimeoutMs: 1_000, ...config } });
}

interface Bound {
  readonly group: Group;
  readonly chatId: number;
  readonly name: string;
  readonly writes: (text: string) => Promise<number>;
  /** What the group was shown of this customer, headings cut off. */
  readonly shown: () => string[];
  /** What the bot said to him. */
  readonly answers: () => (string | null)[];
}

/** A customer of the foreign messenger and a group bound to his chat. */
async function begin(): Promise<Bound> {
  count += 1;
  const customer = { id: `b${count}`, name: `Анна ${count}` };
  const { chatId } = await stage.messenger.writes(customer, `начало ${count}`);
  const group = await stage.openGroup(`Группа ${count}`);
  expect(await group.asks(`привязать ${chatId}`)).toContain('Беседа привязана');
  const heading = `💬 ${customer.name} · Витрина:\n`;
  return {
    group,
    chatId,
    name: customer.name,
    writes: async (text) => (await stage.messenger.writes(customer, text)).messageId,
    shown: () =>
      group
        .said()
        .filter((text) => text.includes(heading))
        .map((text) => text.replace(heading, '')),
    answers: () =>
      stage.gateway
        .messages(chatId)
        .filter(({ authorType, scope }) => authorType === 'bot' && scope === 'public')
        .map(({ text }) => text),
  };
}

describe('what happens in a bound chat', () => {
  beforeAll(() => start());
  afterAll(() => stage.close());

  it('is changed in the group where the customer changes it, and marked where he deletes it', async () => {
    const { writes, shown, group, name } = await begin();
    const id = await writes('размр 42');
    await until(() => shown().includes('размр 42'));
    await stage.done();
    await stage.messenger.edits(id, 'размер 42');
    await until(() => shown().includes('✏️ размер 42'));
    await stage.messenger.deletes(id);
    await until(() => group.said().some((text) => text.startsWith(`🗑 ${name}: сообщение удалено`)));
    expect(group.said().filter((text) => text.includes('разм'))).toHaveLength(1);
  });

  it('shows what managers say to him and among themselves, told apart', async () => {
    const { chatId, group } = await begin();
    await stage.gateway.managerAnswers(chatId, 'Отправим завтра');
    await stage.gateway.managerAnswers(chatId, 'он уже третий раз пишет', { private: true });
    await until(() => group.said().some((text) => text.includes('третий раз')));
    expect(group.said().slice(-2)).toEqual([
      '👤 Марина Менеджерова → клиенту:\nОтправим завтра',
      '🔒 Марина Менеджерова (только сотрудникам):\nон уже третий раз пишет',
    ]);
    expect(stage.messenger.sent()).not.toContain('он уже третий раз пишет');
  });

  it('tells the group when the customer did not get an answer', async () => {
    const { group, chatId } = await begin();
    const { double } = stage.messenger;
    const usual = double.reply;
    double.reply = () => ({
      status: 200,
      body: JSON.stringify({ error: { code: 'reply_timed_out', message: 'окно закрыто' } }),
    });
    const id = group.mentions('успели?');
    await until(() => group.said().some((text) => text.includes('⚠️ Клиент этого не получил: reply_timed_out')));
    double.reply = usual;
    expect(group.messages().at(-1)?.replyTo).toBe(id);
    expect(stage.gateway.messages(chatId).at(-1)?.status).toBe('failed');
  });

  it('is said in the group even after somebody there has told the bot to be silent', async () => {
    const { group, writes, shown } = await begin();
    group.chatters('/operator');
    await until(() => group.said().some((text) => text.includes('передан человеку')));
    await writes('вы где?');
    await until(() => shown().includes('вы где?'));
    expect(shown()).toEqual(['вы где?']);
  });

  it('may be the chat of our own Open Channel customer: words go round once, notes stay among staff', async () => {
    const talk = await openLineTalk(stage, 'у меня вопрос из линии');
    const chatId = talk.mgChat;
    const group = await stage.openGroup('Своя линия');
    await group.asks(`привязать ${chatId}`);
    talk.say('сколько стоит?');
    await until(() => group.said().some((text) => text.endsWith('сколько стоит?')));
    await group.asks('сто рублей');
    await group.asks('/заметка торгуется');
    await until(() => talk.shown().includes('сто рублей'));
    await stage.done();
    expect(talk.shown()).toEqual(['сто рублей']);
    expect(group.said().filter((text) => text.includes('сто рублей'))).toEqual([]);
    expect(group.said().filter((text) => text.includes('сколько стоит?'))).toHaveLength(1);
  });

  it('leaves no trace when nobody has bound it', async () => {
    const { chatId } = await stage.messenger.writes({ id: 'unbound', name: 'Ничей' }, 'ау');
    const { writes, shown } = await begin();
    const before = await stage.probe.count(`select count(*) from inbox where source = 'messagegateway'`);
    await stage.messenger.writes({ id: 'unbound', name: 'Ничей' }, 'есть кто?');
    // A word in a bound chat afterwards proves that the socket has passed the other one.
    await writes('а я здесь');
    await until(() => shown().includes('а я здесь'));
    expect(await stage.probe.count(`select count(*) from inbox where source = 'messagegateway'`)).toBe(before + 1);
    expect(JSON.stringify(await stage.probe.rows('select lane from inbox'))).not.toContain(String(chatId));
  });

  it('is refused in words when there is no such chat, now or any more', async () => {
    const { group, chatId } = await begin();
    expect(await group.asks('/привязать 99999999')).toBe('Чата #99999999 нет');
    stage.gateway.deleteChats([chatId]);
    expect(await group.asks('вы тут?')).toContain('MessageGateway отказал');
  });
});

describe('a bound group when calls fail', () => {
  beforeAll(() => start());
  afterAll(() => stage.close());

  it('answers once although the answer of MessageGateway was lost, also when it says the same twice', async () => {
    const { group, answers } = await begin();
    await group.asks('да');
    stage.gateway.fail({ api: 'bot', path: '/messages', method: 'POST', times: 1, kind: 'reset-after' });
    group.mentions('да');
    await stage.bridge.portal.idle();
    group.mentions('и нет');
    await until(() => answers().includes('и нет'));
    await stage.done();
    expect(answers()).toEqual(['да', 'да', 'и нет']);
  });

  it('answers in order through a storm of 429 and connections that break off before', async () => {
    const { group, answers } = await begin();
    stage.gateway.storm429({ api: 'bot', times: 3 });
    stage.gateway.fail({ api: 'bot', path: '/messages', method: 'POST', times: 1, kind: 'reset-before' });
    for (const text of ['раз', 'два', 'три']) {
      group.mentions(text);
      // The portal does not promise the order of events that are under way together.
      await stage.bridge.portal.idle();
    }
    await until(() => answers().length === 3);
    await stage.done();
    expect(answers()).toEqual(['раз', 'два', 'три']);
  });

  it('closes, tags and assigns once more without harm when the answer was lost', async () => {
    const { group, chatId } = await begin();
    stage.gateway.fail({ api: 'bot', path: '/tags/add', times: 1, kind: 'reset-after' });
    await group.asks('/тег срочно');
    stage.gateway.fail({ api: 'bot', path: '/close', times: 1, kind: 'reset-after' });
    expect(await group.asks('/закрыть')).toContain('Диалог закрыт');
    const dialog = stage.gateway.dialogs().findLast((one) => one.chatId === chatId);
    expect(dialog).toMatchObject({ isOpen: false, tags: [{ name: 'срочно' }] });
  });

  it('shows everything once and in order, whenever the socket is cut', async () => {
    const { writes, shown } = await begin();
    const words = Array.from({ length: 12 }, (_, index) => `слово ${index}`);
    for (const [index, word] of words.entries()) {
      if (index % 3 === 0) stage.gateway.cutSockets();
      await writes(word);
    }
    await until(() => shown().length >= words.length);
    await until(() => stage.gateway.sockets().open === 1);
    await stage.done();
    expect(shown()).toEqual(words);
  });

  it('learns by and by of edits that were made while the socket was away', async () => {
    const { writes, shown } = await begin();
    const first = await writes('до обрыва');
    await until(() => shown().includes('до обрыва'));
    await stage.done();
    stage.gateway.refuseSockets(true);
    stage.gateway.cutSockets();
    await stage.messenger.edits(first, 'до обрыва, исправлено');
    const second = await writes('во время обрыва');
    await stage.messenger.edits(second, 'во время обрыва, исправлено');
    stage.gateway.refuseSockets(false);
    await until(() => shown().length === 2);
    await until(() => shown()[0] === '✏️ до обрыва, исправлено');
    await stage.done();
    expect(shown()).toEqual(['✏️ до обрыва, исправлено', 'во время обрыва, исправлено']);
  });

  it('says an answer that met a revoked token once the account has been mended', async () => {
    const { group, answers } = await begin();
    stage.gateway.revokeToken(stage.config.joined.moduleCode, 'bot');
    group.mentions('слышно?');
    await until(() => answers().length > 0);
    await stage.done();
    expect(answers()).toEqual(['слышно?']);
    expect(captured.text()).not.toContain(stage.config.joined.bot.token);
  });
});

describe('a bound group and a restart', () => {
  beforeAll(() => start());
  afterAll(() => stage.close());

  it('is still bound, and has missed nothing', async () => {
    const { writes, shown } = await begin();
    await writes('перед сном');
    await until(() => shown().includes('перед сном'));
    await stage.done();
    await stage.bridge.app.stop();
    await writes('во сне 1');
    await writes('во сне 2');
    const { settings, appSecret } = stage.bridge;
    const log = createLogger({ level: 'silent', name: 'second' });
    const brains = [messageGatewayBrain];
    const app = await startApp({ settings, databaseUrl: stage.databaseUrl, appSecret, brains, log });
    try {
      await until(() => shown().length === 3);
      await writes('наяву');
      await until(() => shown().length === 4);
      await stage.done();
      expect(shown()).toEqual(['перед сном', 'во сне 1', 'во сне 2', 'наяву']);
    } finally {
      await app.stop();
    }
  });
});
