/** Messages that follow each other quickly reach the brain as one: the rule as a table, and what holds whatever comes between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrainAction } from '../../../src/core/actions.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, Chat, ChatEvent } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const start = Date.parse('2026-11-21T06:00:00.000Z');
const pace = { quietMs: 2_000, maxMs: 6_000 };

const bot = (given: Partial<BridgeBot> = {}, capabilities: Partial<BridgeBot['capabilities']> = {}): BridgeBot => ({
  code: 'bridge_line',
  name: 'Помощник',
  type: 'O',
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith({ ownership: true, ...capabilities }),
  burst: pace,
  commands: [
    {
      name: 'script',
      title: { ru: 'Запустить', en: 'Run' },
      params: { ru: '<код>', en: '<code>' },
      request: 'run',
      read: (code) => (code === '' ? null : { code }),
    },
  ],
  ...given,
});

const line: Chat = {
  kind: 'line',
  dialogId: 'chat1777',
  title: '',
  line: { lineId: '22', connector: 'telegrambot', sessionId: '343', crm: [] },
};
const author = (kind: AuthorKind, id = '5') => ({ id, name: 'Кто-то', kind });

const said = (messageId: string, text = messageId, given: Partial<ReturnType<typeof portalMessage>> = {}): ChatEvent =>
  portalMessage({ messageId, text, author: author('client'), chat: line, ...given });
const edited = (messageId: string, text: string): ChatEvent => ({
  type: 'message_edited',
  messageId,
  text,
  author: author('client'),
  chat: line,
  mentionsBot: true,
  language: 'ru',
  sentAt: null,
});
const deleted = (messageId: string): ChatEvent => ({
  type: 'message_deleted',
  messageId,
  author: author('client'),
  chat: line,
});
const command = (name: string, params = ''): ChatEvent => ({
  type: 'command',
  command: name,
  params,
  messageId: `c-${name}`,
  via: 'text',
  text: `/${name} ${params}`,
  mentionsBot: true,
  author: author('employee', '1'),
  chat: line,
  language: 'ru',
  sentAt: null,
  quoteOf: null,
});
const timer: ChatEvent = { type: 'burst_timer_due' };
const receipt: ChatEvent = { type: 'receipt', remoteMessageId: 'r1', portalMessageId: '9', error: null };
const operator = said('op', 'я отвечу', { author: author('employee', '1') });

type Step = readonly [ms: number, event: ChatEvent];

/** Plays events at their times, with the timers that the rules ask for. */
function play(steps: readonly Step[], by = bot()) {
  let conversation: Conversation = {
    ...newConversation('bridge_line', 'chat1777', 'ref'),
    kind: 'line',
    isGreeted: true,
    sessionId: '343',
  };
  const results: Bridged[] = [];
  const told: BrainAction[] = [];
  const timers: number[] = [];
  const apply = (ms: number, event: ChatEvent): void => {
    const bridged = bridge(event, conversation, by, { at: new Date(start + ms) });
    conversation = bridged.conversation;
    results.push(bridged);
    for (const one of bridged.actions) {
      if (one.target === 'brain') told.push(one.action);
      if (one.target === 'app' && one.action.type === 'burst_timer') timers.push(ms + one.delayMs);
    }
  };
  const dueBefore = (ms: number): number => timers.findIndex((due) => due <= ms);
  const runTimers = (ms: number): void => {
    for (let next = dueBefore(ms); next !== -1; next = dueBefore(ms)) {
      const [due = 0] = timers.splice(next, 1);
      apply(due, timer);
    }
  };
  for (const [ms, event] of steps) {
    runTimers(ms - 1);
    apply(ms, event);
  }
  runTimers(Number.MAX_SAFE_INTEGER);
  return { results, told, conversation };
}

/** What the brain was told, in short. */
const short = (told: readonly BrainAction[]): string[] =>
  told.map((action) => {
    if (action.type === 'message')
      return `message ${(action.messageIds ?? [action.messageId]).join('+')}: ${action.text}`;
    if (action.type === 'mirrored') return `mirrored ${action.messageId}: ${action.text}`;
    if (action.type === 'owner_changed') return `owner ${action.owner}`;
    if (action.type === 'edit') return `edit ${action.messageId}: ${action.text}`;
    return action.type;
  });

const rows: readonly (readonly [string, readonly Step[], readonly string[], BridgeBot?])[] = [
  ['one message leaves when it has been quiet', [[0, said('1')]], ['message 1: 1']],
  [
    'three leave together',
    [
      [0, said('1')],
      [1_500, said('2')],
      [3_000, said('3')],
    ],
    ['message 1+2+3: 1\n2\n3'],
  ],
  [
    'a later one is a message of its own',
    [
      [0, said('1')],
      [2_100, said('2')],
    ],
    ['message 1: 1', 'message 2: 2'],
  ],
  [
    'no one waits longer than the limit',
    [0, 1_500, 3_000, 4_500, 5_900, 7_000].map((ms, index): Step => [ms, said(`m${index}`)]),
    ['message m0+m1+m2+m3+m4: m0\nm1\nm2\nm3\nm4', 'message m5: m5'],
  ],
  [
    'the twentieth makes all leave at once',
    Array.from({ length: 21 }, (_, index): Step => [index * 10, said(`m${index}`)]),
    [`message ${ids(20).join('+')}: ${ids(20).join('\n')}`, 'message m20: m20'],
  ],
  [
    'what does not fit beside the others begins anew',
    [
      [0, said('1', 'а'.repeat(60))],
      [10, said('2', 'б'.repeat(60))],
    ],
    [`message 1: ${'а'.repeat(60)}`, `message 2: ${'б'.repeat(60)}`],
  ],
  [
    'a long message leaves in parts, after the others',
    [
      [0, said('1')],
      [10, said('2', 'в'.repeat(150))],
    ],
    ['message 1: 1', `message 2: ${'в'.repeat(100)}`, `message 2.1: ${'в'.repeat(50)}`],
  ],
  [
    'another author begins anew',
    [
      [0, said('1')],
      [10, said('2', '2', { author: author('client', '6') })],
    ],
    ['message 1: 1', 'message 2: 2'],
  ],
  [
    'an edit changes what waits',
    [
      [0, said('1')],
      [10, said('2')],
      [20, edited('1', 'ещё')],
    ],
    ['message 1+2: ещё\n2'],
  ],
  [
    'a deleted one never leaves',
    [
      [0, said('1')],
      [10, said('2')],
      [20, deleted('1')],
    ],
    ['message 2: 2'],
  ],
  [
    'nothing leaves of what was deleted',
    [
      [0, said('1')],
      [20, deleted('1')],
    ],
    [],
  ],
  [
    'an edit that makes them too long sends them apart',
    [
      [0, said('1')],
      [10, said('2', 'б'.repeat(60))],
      [20, edited('1', 'а'.repeat(60))],
    ],
    [`message 1: ${'а'.repeat(60)}`, `message 2: ${'б'.repeat(60)}`],
  ],
  [
    'an edit of what has left follows it',
    [
      [0, said('1')],
      [9_000, edited('1', 'ещё')],
    ],
    ['message 1: 1', 'edit 1: ещё'],
  ],
  [
    'an edit of an earlier one does not overtake what waits',
    [
      [0, said('1')],
      [9_000, said('2')],
      [9_010, edited('1', 'ещё')],
    ],
    ['message 1: 1', 'message 2: 2', 'edit 1: ещё'],
  ],
  [
    'a request follows what waits',
    [
      [0, said('1')],
      [10, command('script', 'x')],
    ],
    ['message 1: 1', 'request'],
  ],
  [
    'our own command disturbs nothing',
    [
      [0, said('1')],
      [10, command('help')],
      [20, said('2')],
    ],
    ['message 1+2: 1\n2'],
  ],
  [
    'a receipt passes by',
    [
      [0, said('1')],
      [10, receipt],
      [20, said('2')],
    ],
    ['receipt', 'message 1+2: 1\n2'],
    bot({}, { receipts: true }),
  ],
  [
    'a person who takes over has the messages before them',
    [
      [0, said('1')],
      [10, operator],
    ],
    ['owner person'],
  ],
  [
    'a brain that wants the whole conversation gets them as what is not to be answered',
    [
      [0, said('1')],
      [10, operator],
    ],
    ['owner person', 'mirrored 1: 1', 'mirrored op: я отвечу'],
    bot({}, { mirrors: true }),
  ],
  [
    'a hand-over drops them',
    [
      [0, said('1')],
      [10, { type: 'handover', note: null }],
    ],
    ['owner person'],
  ],
  [
    'a conversation that comes back begins anew',
    [
      [0, said('1')],
      [10, operator],
      [20, command('bot')],
      [30, said('2')],
    ],
    ['owner person', 'owner brain', 'message 2: 2'],
  ],
  [
    'without a pace nothing waits',
    [
      [0, said('1')],
      [10, said('2')],
    ],
    ['message 1: 1', 'message 2: 2'],
    bot({ burst: undefined }),
  ],
];

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index}`);
}

describe('a burst of messages', () => {
  it.each(rows.map(([name, steps, expected, by = bot()]) => [name, steps, expected, by] as const))(
    '%s',
    (_, steps, expected, by) => {
      const { told, conversation } = play(steps, by);
      expect(short(told)).toEqual(expected);
      expect(conversation.burst).toBeNull();
    },
  );

  it('keeps files, the first quote and the last time', () => {
    const file = { id: '7', name: 'a.png', kind: 'image' as const, size: 1 };
    const { told } = play([
      [0, said('1', '', { files: [file], sentAt: '2026-11-21T06:00:00Z' })],
      [10, said('2', 'что это?', { quoteOf: '0', sentAt: '2026-11-21T06:00:01Z' })],
    ]);
    expect(told).toEqual([
      expect.objectContaining({
        messageId: '2',
        messageIds: ['1', '2'],
        texts: ['', 'что это?'],
        text: 'что это?',
        files: [file],
        quoteOf: '0',
        sentAt: '2026-11-21T06:00:01Z',
      }),
    ]);
  });

  it('says that a message waits, and that it was changed before it left', () => {
    const { results } = play([
      [0, said('1')],
      [10, edited('1', 'ещё')],
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['forwarded_later', 'changed_before_delivery', 'forwarded']);
  });

  it('leaves at once when its timer was lost and the next message comes, and has a timer again', () => {
    const first = bridge(said('1'), newConversation('b', 'chat1777', 'ref'), bot(), { at: new Date(start) });
    const later = new Date(start + 600_000);
    const next = bridge(said('2'), first.conversation, bot(), { at: later });
    expect(short(next.actions.flatMap((one) => (one.target === 'brain' ? [one.action] : [])))).toEqual([
      'message 1: 1',
    ]);
    expect(next.actions).toContainEqual({ target: 'app', action: { type: 'burst_timer' }, delayMs: pace.quietMs });
  });

  it('leaves when bursts were switched off meanwhile', () => {
    const first = bridge(said('1'), newConversation('b', 'chat1777', 'ref'), bot(), { at: new Date(start) });
    const next = bridge(timer, first.conversation, bot({ burst: undefined }), { at: new Date(start + 1) });
    expect(next).toMatchObject({
      outcome: 'forwarded',
      actions: [{ action: { messageId: '1' } }],
      conversation: { burst: null },
    });
  });
});

describe('a message that was delivered with others', () => {
  const joined = { messageId: '3', messageIds: ['1', '2', '3'], texts: ['один', 'два', 'три'] };
  const changed = (event: ChatEvent, capabilities = {}) =>
    bridge(event, { ...newConversation('b', 'chat1777', 'ref'), sessionId: '343' }, bot({}, capabilities), {
      at: new Date(start),
      isKnownToBrain: true,
      joined,
    });

  it.each([
    [edited('2', 'ДВА'), { type: 'edit', messageId: '3', text: 'один\nДВА\nтри', texts: ['один', 'ДВА', 'три'] }],
    [deleted('3'), { type: 'edit', messageId: '3', text: 'один\nдва', messageIds: ['1', '2'] }],
  ])('changes as a whole', (event, action) => {
    expect(changed(event).actions).toMatchObject([{ target: 'brain', action }]);
  });

  it('is deleted with the last of them', () => {
    const last = { messageId: '3', messageIds: ['1'], texts: ['один'] };
    const result = bridge(deleted('1'), { ...newConversation('b', 'chat1777', 'ref'), sessionId: '343' }, bot(), {
      at: new Date(start),
      joined: last,
    });
    expect(result.actions).toMatchObject([{ action: { type: 'delete', messageId: '3' } }]);
  });

  it('stays as it is where the brain takes no edits', () => {
    expect(changed(edited('2', 'ДВА'), { edits: false })).toMatchObject({
      outcome: 'ignored_unsupported',
      actions: [],
    });
    expect(changed(deleted('2'), { edits: false })).toMatchObject({ outcome: 'ignored_unsupported', actions: [] });
  });
});

describe('whatever comes between', () => {
  const between = fc.constantFrom<ChatEvent>(
    receipt,
    timer,
    command('help'),
    command('script', 'x'),
    { type: 'typing' },
    {
      type: 'reply',
      remoteMessageId: null,
      text: 'ответ',
      buttons: [],
      cards: [],
      files: [],
      quoteOf: null,
      isInternal: false,
    },
    { type: 'inactivity_timer_due' },
    edited('unknown', 'x'),
  );
  const steps = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 3_000 }),
      what: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('say' as const),
            by: fc.integer({ min: 5, max: 6 }),
            length: fc.integer({ min: 1, max: 60 }),
          }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('between' as const), event: between }) },
      ),
    }),
    { maxLength: 40 },
  );

  it('no message is lost, doubled or out of order, and none waits too long', () => {
    fc.assert(
      fc.property(steps, (given) => {
        let ms = 0;
        const said_: { id: string; text: string; ms: number }[] = [];
        const played = given.map(({ gap, what }, index): Step => {
          ms += gap;
          if (what.kind === 'between') return [ms, what.event];
          const text = `${index}:${'x'.repeat(what.length)}`;
          said_.push({ id: String(index), text, ms });
          return [ms, said(String(index), text, { author: author('client', String(what.by)) })];
        });
        const { told, conversation } = play(played);
        const messages = told.filter((action) => action.type === 'message');
        expect(messages.flatMap((action) => action.messageIds ?? [action.messageId])).toEqual(
          said_.map(({ id }) => id),
        );
        expect(messages.map(({ text }) => text).join('\n')).toBe(said_.map(({ text }) => text).join('\n'));
        expect(conversation.burst).toBeNull();
        for (const { text, author: by, messageIds = [] } of messages) {
          expect(text.length).toBeLessThanOrEqual(100);
          const times = said_.filter(({ id }) => messageIds.includes(id)).map((one) => one.ms);
          expect(Math.max(...times, 0) - Math.min(...times, Infinity)).toBeLessThan(pace.maxMs);
          expect(by.kind).toBe('client');
        }
      }),
      { numRuns: 500 },
    );
  });
});
