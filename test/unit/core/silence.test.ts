/** When people fall silent: who leads again after how long, as a little play with moments. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridged.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, Chat, ChatEvent, ChatKind } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from '../../support/factories/rules.ts';

const start = Date.parse('2026-11-21T06:00:00.000Z');
const minutes = (count: number): Date => new Date(start + count * 60_000);

const bot = (giveBackAfterMinutes: number | null = 30): BridgeBot => ({
  code: 'bridge_line',
  name: 'Помощник',
  type: 'O',
  giveBackAfterMinutes,
  capabilities: capabilitiesWith({ ownership: true, crm: true }),
});

const chat = (kind: ChatKind, sessionId = '343'): Chat => ({
  kind,
  dialogId: kind === 'private' ? '27' : 'chat1777',
  title: '',
  line: kind === 'line' ? { lineId: '22', connector: 'telegrambot', sessionId, crm: [] } : null,
});

const said = (by: AuthorKind, kind: ChatKind = 'line', text = 'слово'): ChatEvent =>
  portalMessage({
    text,
    author: { id: '5', name: 'Кто-то', kind: by },
    chat: chat(kind),
    mentionsBot: kind !== 'group',
  });
const handover: ChatEvent = { type: 'handover', note: null };
const passed: ChatEvent = { type: 'time_passed' };

/** Plays events at their minutes; gives back every step. */
function play(steps: readonly (readonly [minute: number, event: ChatEvent])[], by = bot(), kind: ChatKind = 'line') {
  let conversation: Conversation = {
    ...newConversation('bridge_line', 'chat1777', 'ref'),
    kind,
    isGreeted: true,
    language: 'ru',
    sessionId: kind === 'line' ? '343' : null,
  };
  return steps.map(([minute, event]): Bridged => {
    const bridged = bridge(event, conversation, by, { at: minutes(minute) });
    conversation = bridged.conversation;
    return bridged;
  });
}
const reminders = (steps: readonly Bridged[]): number[] =>
  steps.flatMap(({ actions }) => actions.flatMap((one) => (one.target === 'app' ? [one.delayMs / 60_000] : [])));
const owners = (steps: readonly Bridged[]): string[] => steps.map(({ conversation }) => conversation.owner);

describe('the silence of an operator', () => {
  it('gives the conversation back when it has been long enough, with a word to both sides', () => {
    const steps = play([
      [0, said('employee')],
      [30, passed],
    ]);
    expect(reminders(steps)).toEqual([30]);
    expect(steps[1]).toMatchObject({ outcome: 'handed_back_after_silence', conversation: { owner: 'brain' } });
    expect(steps[1]?.actions).toMatchObject([
      {
        target: 'brain',
        action: {
          type: 'owner_changed',
          owner: 'brain',
          at: minutes(30).toISOString(),
          since: minutes(0).toISOString(),
        },
      },
      { target: 'portal', action: { type: 'send', internal: true, text: expect.stringContaining('30') } },
    ]);
  });

  it('begins anew with every word of his, and one reminder at a time is enough', () => {
    const steps = play([
      [0, said('employee')],
      [20, said('employee')],
      [30, passed],
      [45, said('employee')],
      [50, passed],
      [75, passed],
    ]);
    expect(reminders(steps)).toEqual([30, 20, 25]);
    expect(owners(steps)).toEqual(['person', 'person', 'person', 'person', 'person', 'brain']);
  });

  it('is not broken by the customer, who waits', () => {
    const steps = play([
      [0, said('employee')],
      [29, said('client')],
      [30, passed],
    ]);
    expect(owners(steps)).toEqual(['person', 'person', 'brain']);
  });

  it('is counted from the last take-over, however early an old reminder comes', () => {
    const back: ChatEvent = { type: 'taken_back' };
    const steps = play([
      [0, said('employee')],
      [5, back],
      [20, said('employee')],
      [30, passed],
      [50, passed],
    ]);
    expect(reminders(steps)).toEqual([30, 20]);
    expect(owners(steps)).toEqual(['person', 'brain', 'person', 'person', 'brain']);
  });

  it('means nothing once the brain leads, nor where no time is set', () => {
    const steps = play([
      [0, said('employee')],
      [5, { type: 'taken_back' }],
      [30, passed],
    ]);
    expect(steps[2]).toMatchObject({ outcome: 'noted', actions: [], conversation: { hasInactivityTimer: false } });
    const without = play(
      [
        [0, said('employee')],
        [500, passed],
      ],
      bot(null),
    );
    expect(reminders(without)).toEqual([]);
    expect(owners(without)).toEqual(['person', 'person']);
  });
});

describe('silence nobody can hear', () => {
  it('is not counted while the bot may have been taken out of the Open Channel chat', () => {
    const steps = play([
      [0, handover],
      [1, said('client', 'line', '0')],
    ]);
    expect(reminders(steps.slice(0, 1))).toEqual([]);
    const called = play([[0, said('client', 'line', '0')]]);
    expect(reminders(called)).toEqual([]);
  });

  it('is counted from the first word that proves the bot is still there', () => {
    const steps = play([
      [0, handover],
      [40, said('client')],
      [70, passed],
    ]);
    expect(reminders(steps)).toEqual([30]);
    expect(owners(steps)).toEqual(['person', 'person', 'brain']);
  });
});

describe('in other chats', () => {
  it('the bot always hears, so silence is counted from the take-over on', () => {
    const steps = play([[0, handover]], bot(), 'private');
    expect(reminders(steps)).toEqual([30]);
    expect(steps[0]?.actions).toMatchObject([
      { action: { type: 'owner_changed', owner: 'person' } },
      { action: { type: 'send', buttons: [{ type: 'command', command: 'bot' }] } },
      { target: 'app' },
    ]);
  });

  it('a word among colleagues counts, also one that does not mention the bot', () => {
    const steps = play(
      [
        [0, handover],
        [29, said('employee', 'group')],
        [30, passed],
      ],
      bot(),
      'group',
    );
    expect(owners(steps)).toEqual(['person', 'person', 'person']);
    expect(reminders(steps)).toEqual([30, 29]);
  });
});

describe('a new session', () => {
  it('gives the conversation back, and the brain is told before it hears the message', () => {
    const [, next] = play([
      [0, said('employee')],
      [60, { ...said('client'), chat: chat('line', '344') } as ChatEvent],
    ]);
    expect(next?.actions.map(({ action }) => action.type)).toEqual(['owner_changed', 'message']);
    expect(next?.actions[0]).toMatchObject({ action: { owner: 'brain', since: minutes(0).toISOString() } });
  });
});

describe('CRM records', () => {
  const withCrm = (...ids: string[]): ChatEvent => {
    const line = { ...chat('line').line, crm: ids.map((id) => ({ type: 'LEAD', id })) };
    return { ...said('client'), chat: { ...chat('line'), line } } as ChatEvent;
  };
  const told = (steps: readonly Bridged[]): unknown[] =>
    steps.flatMap(({ actions }) => actions.flatMap(({ action }) => (action.type === 'crm' ? [action.links] : [])));

  it('go along once, and again when they change', () => {
    const steps = play([
      [0, withCrm('7')],
      [1, withCrm('7')],
      [2, withCrm()],
      [3, withCrm('7', '8')],
    ]);
    expect(told(steps)).toEqual([
      [{ type: 'LEAD', id: '7' }],
      [
        { type: 'LEAD', id: '7' },
        { type: 'LEAD', id: '8' },
      ],
    ]);
    expect(steps[0]?.actions.map(({ action }) => action.type)).toEqual(['message', 'crm']);
  });

  it('stay here with a brain that does not care', () => {
    const careless = { ...bot(), capabilities: { ...bot().capabilities, crm: false } };
    expect(told(play([[0, withCrm('7')]], careless))).toEqual([]);
  });
});
