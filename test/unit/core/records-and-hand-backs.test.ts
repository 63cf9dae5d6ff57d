/** What a brain is told besides messages: the CRM records of a session, and that it leads again, with the words the staff see. */
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { botTexts } from '../../../src/core/bot-texts.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { ChatEvent, CrmLink } from '../../../src/core/events.ts';
import { languages } from '../../../src/core/language.ts';
import { command as commandOf } from '../../support/factories/open-channel-talk.ts';
import { bot as anyBot, chat, from, message, talked } from '../../support/factories/plain-talk.ts';
import { fixture, formOf } from '../../support/fixtures.ts';

function recordsIn(data1: string, data2: string): readonly CrmLink[] {
  const others = fixture('v1-onimbotmessageadd-openline').pairs.filter((pair) => !/ENTITY_DATA_[12]/.test(pair));
  const pairs = [...others, `data[PARAMS][CHAT_ENTITY_DATA_1]=${data1}`, `data[PARAMS][CHAT_ENTITY_DATA_2]=${data2}`];
  const decoded = decodeEvent(formOf(pairs), { code: 'acme_line', id: null });
  const [event] = decoded.kind === 'chat' ? decoded.events : [];
  return event?.type === 'message' ? (event.chat.line?.crm ?? []) : [];
}

describe('the CRM records of a session', () => {
  const none = 'N|NONE|0|N|N|343|1773682918|0|0|0';
  it.each([
    ['all four of the list', none, 'LEAD|1|COMPANY|2|CONTACT|3|DEAL|4', ['LEAD 1', 'COMPANY 2', 'CONTACT 3', 'DEAL 4']],
    ['only those that there are', none, 'LEAD|0|COMPANY|0|CONTACT|3|DEAL|0', ['CONTACT 3']],
    ['the one of the session where the list is missing', 'Y|DEAL|7|N|N|343', '', ['DEAL 7']],
    [
      'the one of the session before those of the list',
      'Y|DEAL|7|N|N|343',
      'LEAD|0|CONTACT|3',
      ['DEAL 7', 'CONTACT 3'],
    ],
    ['one that both name once', 'Y|LEAD|1209|N|N|343', 'LEAD|1209|COMPANY|0', ['LEAD 1209']],
    ['none of a session without one', none, 'LEAD|0|COMPANY|0|CONTACT|0|DEAL|0', []],
    ['none where the session is not kept in the CRM', 'N|LEAD|5|N|N|343', '', []],
    ['none of what cannot be read', 'Y|LEAD', 'LEAD', []],
  ])('are %s', (_, data1, data2, records) => {
    expect(recordsIn(data1, data2).map(({ type, id }) => `${type} ${id}`)).toEqual(records);
  });

  const bot = anyBot({ crm: true, ownership: true });
  const said = (crm: readonly CrmLink[], author: 'client' | 'employee' = 'client'): ChatEvent => {
    const place = chat('line');
    return message({
      author: from(author),
      chat: { ...place, line: place.line === null ? null : { ...place.line, crm } },
    });
  };
  const told = ({ actions }: Bridged): unknown[] =>
    actions.flatMap(({ action }) => (action.type === 'crm' ? [action.links] : []));
  const lead = { type: 'LEAD', id: '1' };
  const deal = { type: 'DEAL', id: '4' };

  it('reach a brain that wants them with the first message, and when they change', () => {
    const first = bridge(said([lead]), talked({ kind: 'line', sessionId: '343' }), bot, { at: new Date() });
    expect(told(first)).toEqual([[lead]]);
    const same = bridge(said([lead]), first.conversation, bot, { at: new Date() });
    expect(told(same)).toEqual([]);
    expect(told(bridge(said([lead, deal]), same.conversation, bot, { at: new Date() }))).toEqual([[lead, deal]]);
  });

  it('that were linked while a person led reach it when it leads again', () => {
    const before = talked({ kind: 'line', sessionId: '343', crm: 'LEAD:1' });
    const taken = bridge(said([lead, deal], 'employee'), before, bot, { at: new Date() });
    expect([taken.conversation.owner, told(taken)]).toEqual(['person', []]);
    const back = bridge({ type: 'taken_back' }, taken.conversation, bot, { at: new Date() });
    expect(told(bridge(said([lead, deal]), back.conversation, bot, { at: new Date() }))).toEqual([[lead, deal]]);
  });

  it('are kept from a brain that does not want them', () => {
    expect(
      told(bridge(said([lead]), talked({ kind: 'line', sessionId: '343' }), anyBot(), { at: new Date() })),
    ).toEqual([]);
  });
});

describe('a hand-back', () => {
  const at = new Date('2026-11-21T12:00:00.000Z');
  const since = '2026-11-21T11:00:00.000Z';
  const led: Partial<Conversation> = {
    owner: 'person',
    isTaken: true,
    ownedSince: since,
    inactiveSince: since,
    hasInactivityTimer: true,
  };
  const command = commandOf('bot', { author: from('employee'), chat: chat('line'), language: 'en' });

  it.each(
    languages.flatMap((language) =>
      (['taken_back', 'command', 'inactivity'] as const).map((way) => [language, way] as const),
    ),
  )('in %s by %s tells the staff in their words, and the brain since when people led', (language, way) => {
    const bot: BridgeBot = { ...anyBot({ ownership: true }), giveBackAfterMinutes: 30, language };
    const event: ChatEvent =
      way === 'command' ? command : way === 'taken_back' ? { type: 'taken_back' } : { type: 'inactivity_timer_due' };
    const { actions } = bridge(event, talked({ kind: 'line', sessionId: '343', language, ...led }), bot, { at });
    const { handedBack, handedBackAfter } = botTexts(language);
    const words = way === 'inactivity' ? handedBackAfter(30) : handedBack;
    expect(actions).toEqual([
      { target: 'brain', action: { type: 'owner_changed', owner: 'brain', at: at.toISOString(), since } },
      { target: 'portal', action: expect.objectContaining({ type: 'send', text: words, internal: true }) },
    ]);
  });

  it('has words of its own in every language', () => {
    const all = languages.flatMap((language) => [
      botTexts(language).handedBack,
      botTexts(language).handedBackAfter(30),
    ]);
    expect(new Set(all).size).toBe(languages.length * 2);
  });
});
