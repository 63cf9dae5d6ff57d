/** Messages in quick succession in an Open Channel: a bot that waits for the end of such a series, the events, and what its brain receives. */
import { expect, it } from 'vitest';
import type { BrainAction } from '../../../src/core/actions.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, Chat, ChatEvent } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from './rules.ts';

export const start = Date.parse('2026-11-21T06:00:00.000Z');
export const pace = { quietMs: 2_000, maxMs: 6_000 };

export const bot = (
  given: Partial<BridgeBot> = {},
  capabilities: Partial<BridgeBot['capabilities']> = {},
): BridgeBot => ({
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
export const author = (kind: AuthorKind, id = '5') => ({ id, name: 'Кто-то', kind });

export const said = (
  messageId: string,
  text = messageId,
  given: Partial<ReturnType<typeof portalMessage>> = {},
): ChatEvent => portalMessage({ messageId, text, author: author('client'), chat: line, ...given });
export const edited = (messageId: string, text: string): ChatEvent => ({
  type: 'message_edited',
  messageId,
  text,
  author: author('client'),
  chat: line,
  mentionsBot: true,
  language: 'ru',
  sentAt: null,
});
export const deleted = (messageId: string): ChatEvent => ({
  type: 'message_deleted',
  messageId,
  author: author('client'),
  chat: line,
});
export const command = (name: string, params = ''): ChatEvent => ({
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
export const timer: ChatEvent = { type: 'burst_timer_due' };
export const receipt: ChatEvent = { type: 'receipt', remoteMessageId: 'r1', portalMessageId: '9', error: null };
export const operator = said('op', 'я отвечу', { author: author('employee', '1') });

export type Step = readonly [ms: number, event: ChatEvent];

/** Applies events at their times, with the timers that the rules request. */
export function play(steps: readonly Step[], by = bot()) {
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

/** Short texts for what the brain received. */
export const short = (told: readonly BrainAction[]): string[] =>
  told.map((action) => {
    if (action.type === 'message')
      return `message ${(action.messageIds ?? [action.messageId]).join('+')}: ${action.text}`;
    if (action.type === 'mirrored') return `mirrored ${action.messageId}: ${action.text}`;
    if (action.type === 'owner_changed') return `owner ${action.owner}`;
    if (action.type === 'edit') return `edit ${action.messageId}: ${action.text}`;
    return action.type;
  });

/** A test name, the events, the short texts of what the brain receives, and the bot if it is not the default one. */
export type Row = readonly [name: string, steps: readonly Step[], told: readonly string[], by?: BridgeBot];

/** Defines a test for each row, and checks that nothing waits at the end. */
export function playRows(rows: readonly Row[]): void {
  it.each(rows.map(([name, steps, told, by = bot()]) => [name, steps, told, by] as const))(
    '%s',
    (_, steps, expected, by) => {
      const { told, conversation } = play(steps, by);
      expect(short(told)).toEqual(expected);
      expect(conversation.burst).toBeNull();
    },
  );
}
