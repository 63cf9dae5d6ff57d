/** Two machines that answer each other are stopped; people who write fast are not. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { ChatEvent, ChatKind } from '../../../src/core/events.ts';
import { textReply } from '../../../src/core/events.ts';
import { usualTurnsPerMinute } from '../../../src/core/turns.ts';
import { bot as anyBot, chat, from, message, talked } from '../../support/factories/plain-talk.ts';

const most = 6;
const bot = (changes: Partial<BridgeBot> = {}, capabilities = {}): BridgeBot => ({
  ...anyBot({ ownership: true, ...capabilities }),
  turnsPerMinute: most,
  botIds: ['900'],
  ...changes,
});

const asked = (kind: ChatKind = 'line', messageId = '1'): ChatEvent =>
  message({ messageId, chat: chat(kind), author: from(kind === 'line' ? 'client' : 'employee') });
const answer = textReply('ответ', 'm1');
const second = (count: number): Date => new Date(Date.UTC(2026, 10, 21, 9, 0, count));

/** A question every so many seconds, each followed by its answers; stops where one is not passed on. */
function exchange(count: number, everySeconds: number, options: Partial<ExchangeOptions> = {}) {
  const { kind = 'line', by = bot(), answers = 1, questions = 1, from: start = 0 } = options;
  let conversation: Conversation = options.conversation ?? talked({ kind, sessionId: '343' });
  for (let index = 0; index < count; index += 1) {
    const at = start + index * everySeconds;
    for (let question = 0; question < questions; question += 1) {
      const bridged = bridge(asked(kind, `${index}${question}`), conversation, by, { at: second(at) });
      conversation = bridged.conversation;
      if (bridged.outcome === 'paused_too_many_turns') return { passed: index, last: bridged, conversation };
    }
    for (let part = 0; part < answers; part += 1)
      ({ conversation } = bridge(answer, conversation, by, { at: second(at) }));
  }
  return { passed: count, last: null, conversation };
}

interface ExchangeOptions {
  readonly kind: ChatKind;
  readonly by: BridgeBot;
  readonly answers: number;
  readonly questions: number;
  readonly from: number;
  readonly conversation: Conversation;
}

const done = (bridged: Bridged | null): string[] =>
  (bridged?.actions ?? []).map((one) => {
    const { action } = one;
    return action.type === 'send' ? `${action.internal ? 'note' : 'send'}` : `${one.target} ${action.type}`;
  });

describe('a machine that answers at once', () => {
  it('is given to people also where it names one of the offered buttons each time', () => {
    const menu = { ...answer, buttons: [{ type: 'say' as const, label: 'Дальше', text: 'Дальше' }] };
    const one = message({ messageId: '1', text: '1', chat: chat('line'), author: from('client') });
    let conversation = talked({ kind: 'line', sessionId: '343' });
    const outcomes = Array.from({ length: most + 2 }, (_, index) => {
      ({ conversation } = bridge(menu, conversation, bot(), { at: second(index) }));
      const bridged = bridge(one, conversation, bot(), { at: second(index) });
      ({ conversation } = bridged);
      return bridged.outcome;
    });
    expect(outcomes).toContain('chosen');
    expect(outcomes).toContain('paused_too_many_turns');
  });

  it('is given to people in an Open Channel, with a word for it and a note for the staff', () => {
    const { passed, last } = exchange(100, 1);
    expect(passed).toBe(most);
    expect(done(last)).toEqual(['send', 'brain owner_changed', 'note', 'portal handover']);
    expect(last?.conversation).toMatchObject({ owner: 'person', turns: null });
  });

  it.each(['private', 'group'] as const)('pauses the bot in a %s chat, with a button to go on', (kind) => {
    const { passed, last } = exchange(100, 1, { kind });
    expect(passed).toBe(most);
    expect(done(last)).toEqual(['brain owner_changed', 'note']);
    expect(last?.actions.at(-1)?.action).toMatchObject({
      buttons: [{ command: 'bot' }],
      text: expect.stringContaining(`${most}`),
    });
  });

  it('hears nothing more, so that both fall silent', () => {
    const { conversation } = exchange(100, 1);
    const { outcome, actions } = bridge(asked(), conversation, bot(), { at: second(30) });
    expect([outcome, actions]).toEqual(['ignored_person_owns', []]);
  });

  it('is stopped as well where it is slow but never pauses', () => {
    const { passed } = exchange(400, 20);
    expect(passed).toBe(most * 10);
  });

  it('is shown to a brain that wants the whole conversation, as what must not be answered', () => {
    const { last } = exchange(100, 1, { by: bot({}, { mirrors: true }) });
    expect(done(last)).toContain('brain mirrored');
    expect(done(last)).not.toContain('brain message');
  });

  it('is stopped by a bot that collects bursts, and what waits is not delivered', () => {
    const by = bot({ burst: { quietMs: 500, maxMs: 1_000 } });
    const { passed, last } = exchange(100, 1, { by });
    expect(passed).toBe(most);
    expect(last?.conversation.burst).toBeNull();
    expect(done(last)).not.toContain('brain message');
  });

  it.each([
    ['edits its message', { edits: true }],
    ['runs a command of the brain', {}],
    ['opens the bot by a link', { contexts: true }],
  ] as const)('is stopped as well where it %s instead of writing', (_, capabilities) => {
    const commands = [
      { name: 'run', request: 'run', title: { en: '', ru: '' }, params: { en: '', ru: '' }, read: () => ({}) },
    ];
    const by = bot({ commands }, { ...capabilities });
    const author = from('employee');
    const place = chat('private');
    const events: Readonly<Record<string, (at: number) => ChatEvent>> = {
      edits: (at) => ({
        ...{ type: 'message_edited', messageId: '1', text: `${at}`, chat: place, author, mentionsBot: true },
        ...{ language: 'ru', sentAt: second(at).toISOString() },
      }),
      runs: (at) => ({
        ...{ type: 'command', messageId: `${at}`, command: 'run', params: '', text: '/run', via: 'text' },
        ...{ chat: place, author, language: 'ru', sentAt: second(at).toISOString(), mentionsBot: true, quoteOf: null },
      }),
      opens: (at) => ({ type: 'context_opened', chat: place, author, language: 'ru', context: { at: String(at) } }),
    };
    const make = events[_.split(' ')[0] ?? ''];
    let conversation: Conversation = talked({ kind: 'private' });
    let last: Bridged | null = null;
    let passed = 0;
    for (let at = 0; at < 20 && last?.outcome !== 'paused_too_many_turns'; at += 1) {
      if (make === undefined) throw new Error('no such event');
      last = bridge(make(at), conversation, by, { at: second(at) });
      ({ conversation } = bridge(answer, last.conversation, by, { at: second(at) }));
      passed = at;
    }
    expect(passed).toBe(most);
    expect(done(last)).not.toContain('brain edit');
    expect(done(last)).not.toContain('brain request');
    expect(done(last)).not.toContain('brain context');
  });

  it('may begin again when the conversation was given back', () => {
    const { conversation } = exchange(100, 1);
    const back = bridge({ type: 'taken_back' }, conversation, bot(), { at: second(40) });
    expect(exchange(100, 1, { conversation: back.conversation, from: 41 }).passed).toBe(most);
  });
});

describe('a machine that only sends commands', () => {
  const commandOf = (command: string, at: number, kind: ChatKind = 'private'): ChatEvent => ({
    ...{ type: 'command', messageId: `${at}`, command, params: '', text: `/${command}`, via: 'text' },
    ...{ chat: chat(kind), author: from('employee'), language: 'ru', sentAt: second(at).toISOString() },
    ...{ mentionsBot: true, quoteOf: null },
  });

  /** What came of each command, one every so many seconds. */
  function run(commands: readonly string[], everySeconds: number, count: number, start: Partial<Conversation> = {}) {
    let conversation: Conversation = talked({ kind: 'private', ...start });
    const results = Array.from({ length: count }, (_, index) => {
      const event = commandOf(commands[index % commands.length] ?? '', index * everySeconds);
      const bridged = bridge(event, conversation, bot(), { at: second(index * everySeconds) });
      ({ conversation } = bridged);
      return bridged;
    });
    return { results, conversation };
  }

  it.each([[['help']], [['bot']], [['operator']], [['start']], [['help', 'bot']], [['operator', 'bot']]])(
    'is answered so often and no more, however long it goes on: %j',
    (commands) => {
      const { results } = run(commands, 1, 500);
      expect(results.filter(({ actions }) => actions.length > 0).length).toBeLessThanOrEqual(most + 1);
      expect(results.at(-1)).toMatchObject({ outcome: 'paused_too_many_turns', actions: [] });
    },
  );

  it('is told once that the bot pauses', () => {
    const { results } = run(['help'], 1, 100);
    const [pause, ...after] = results.filter(({ outcome }) => outcome === 'paused_too_many_turns');
    expect(done(pause ?? null)).toEqual(['brain owner_changed', 'note']);
    expect(after.flatMap(({ actions }) => actions)).toEqual([]);
  });

  it('is answered again after a pause, or once the conversation was given back in the pages', () => {
    const { conversation } = run(['help'], 1, 100);
    const later = bridge(commandOf('help', 500), conversation, bot(), { at: second(500) });
    expect(later.outcome).toBe('helped');
    const back = bridge({ type: 'taken_back' }, conversation, bot(), { at: second(101) });
    expect(back.conversation).toMatchObject({ owner: 'brain', turns: null });
    expect(bridge(commandOf('help', 102), back.conversation, bot(), { at: second(102) }).outcome).toBe('helped');
  });

  it('is stopped as well where it is slow but never pauses', () => {
    const { results } = run(['help'], 20, 400);
    expect(results.filter(({ outcome }) => outcome === 'helped')).toHaveLength(most * 10);
  });

  it('is answered for ever where the bot is told not to look', () => {
    const by = bot({ turnsPerMinute: 0 });
    let conversation: Conversation = talked({ kind: 'private' });
    for (let at = 0; at < 50; at += 1) {
      const helped = bridge(commandOf('help', at), conversation, by, { at: second(at) });
      expect(helped.outcome).toBe('helped');
      ({ conversation } = helped);
    }
  });
});

describe('people are not taken for machines', () => {
  it.each([
    ['who ask several things at once', { questions: 20 }],
    ['who are answered in many messages', { answers: 20 }],
  ])('%s', (_, options) => {
    expect(exchange(most, 1, options).passed).toBe(most);
  });

  it('who pause now and then, however long they talk', () => {
    let conversation: Conversation = talked({ kind: 'line', sessionId: '343' });
    for (let round = 0; round < 20; round += 1) {
      const talk = exchange(30, 12, { conversation, from: round * 700 });
      expect(talk.passed).toBe(30);
      ({ conversation } = talk);
    }
  });

  it('with the usual limit: one who presses a button every two seconds for a while', () => {
    expect(exchange(150, 2.1, { by: bot({ turnsPerMinute: usualTurnsPerMinute }) }).passed).toBe(150);
  });

  it('whose bot is told not to look', () => {
    expect(exchange(1_000, 1, { by: bot({ turnsPerMinute: 0 }) }).passed).toBe(1_000);
  });

  it('who are answered nothing, or in notes they do not see', () => {
    expect(exchange(100, 1, { answers: 0 }).passed).toBe(100);
    let conversation: Conversation = talked({ kind: 'line', sessionId: '343' });
    for (let index = 0; index < 50; index += 1) {
      const heard = bridge(asked(), conversation, bot(), { at: second(index) });
      expect(heard.outcome).toBe('forwarded');
      const note = { ...answer, isInternal: true };
      ({ conversation } = bridge(note, heard.conversation, bot(), { at: second(index) }));
    }
  });

  it('even where events come out of order of time', () => {
    const { conversation } = exchange(3, 1, { from: 100 });
    expect(bridge(asked(), conversation, bot(), { at: second(0) }).outcome).toBe('forwarded');
  });
});

describe('bots are never answered', () => {
  const authors = [
    ["another app's bot, marked by the portal", { id: '5001', name: 'Чужой', kind: 'bot' as const }],
    ['a bot of ours that the portal marks', { id: '900', name: 'Наш', kind: 'bot' as const }],
    ['a bot of ours that writes as a user', { id: '900', name: '', kind: 'employee' as const }],
    ['a bot of ours, taken for a customer', { id: '900', name: '', kind: 'client' as const }],
  ] as const;

  it.each(
    authors.flatMap(([name, author]) =>
      (['private', 'group', 'line'] as const).map((kind) => [name, kind, author] as const),
    ),
  )('%s, %s chat', (_, kind, author) => {
    const said = message({ chat: chat(kind), author, mentionsBot: true });
    const before = talked({ kind, sessionId: '343' });
    const { outcome, actions, conversation } = bridge(said, before, bot(), { at: second(0) });
    expect([outcome, actions, conversation.owner]).toEqual(['ignored_bot', [], 'brain']);
  });
});
