/** Every kind of event in every state of who leads, in every kind of chat, held against the one table; and the document written from it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leadDocumentWith } from '../../../scripts/lead-document.ts';
import { bridge } from '../../../src/core/bridge.ts';
import type { Bridged } from '../../../src/core/bridge-result.ts';
import type { Conversation } from '../../../src/core/conversation.ts';
import type { ChatKind } from '../../../src/core/events.ts';
import { type Lead, leadOf, leads, leadTable, type Told } from '../../../src/core/who-leads.ts';
import { bot, leadEvents } from '../../support/factories/lead-events.ts';
import { atTheMoment, talked } from '../../support/factories/plain-talk.ts';

const kinds: readonly ChatKind[] = ['private', 'group', 'line'];

const cases = Object.entries(leadEvents).flatMap(([type, list]) =>
  list.flatMap((row) =>
    (row.kinds ?? kinds).flatMap((kind) =>
      leads.map((lead) => ({ ...row, type, kind, lead, title: `${type} ${row.name}` })),
    ),
  ),
);

const owned: Readonly<Record<Lead, Partial<Conversation>>> = {
  brain: { owner: 'brain', isTaken: false },
  handed_over: { owner: 'person', isTaken: false },
  taken: { owner: 'person', isTaken: true },
};

/** To whom something was said about who leads, in the order of the actions. */
function toldBy({ actions }: Bridged): Told[] {
  return actions.flatMap((one): Told[] => {
    if (one.target !== 'portal') return [];
    if (one.action.type === 'handover') return ['portal'];
    if (one.action.type !== 'send') return [];
    return [one.action.internal ? 'staff' : 'customer'];
  });
}

describe('who leads', () => {
  it.each(cases)('$title, $kind chat, $lead', ({ cause, event, kind, lead, before, of }) => {
    const conversation = talked({ kind, sessionId: kind === 'line' ? '343' : null, ...owned[lead], ...before });
    const bridged = bridge(event(kind), conversation, { ...bot, ...of }, { at: new Date(atTheMoment) });
    const isToldToBrain = bridged.actions.some(({ action }) => action.type === 'owner_changed');
    const expected = cause === null ? null : leadTable[cause].from[lead];
    const to = expected?.to ?? lead;
    expect(leadOf(bridged.conversation)).toBe(to);
    expect(isToldToBrain).toBe((to === 'brain') !== (lead === 'brain'));
    const told = toldBy(bridged);
    const other = told.filter((one) => one !== 'portal');
    expect(told).toEqual((kind === 'line' ? expected?.inLine : expected?.inside) ?? other);
  });

  it.each(Object.entries(leadTable))('after %s: the one whom we mean', (cause, { from: steps }) => {
    const meant: Readonly<Record<string, string>> = {
      session_began: 'brain brain brain',
      operator_wrote: 'taken taken taken',
      operator_answered: 'taken taken taken',
      person_called: 'taken taken taken',
      operator_command: 'handed_over handed_over taken',
      brain_handed_over: 'handed_over handed_over taken',
      brain_silent: 'handed_over handed_over taken',
      nobody_answers: 'handed_over handed_over taken',
      too_many_turns: 'handed_over handed_over taken',
      bot_command: 'brain brain brain',
      customer_bot_command: 'brain handed_over taken',
      brain_took_back: 'brain brain brain',
      people_inactive: 'brain brain brain',
      taken_on_page: 'taken taken taken',
      given_back_on_page: 'brain brain brain',
    };
    expect(leads.map((lead) => steps[lead].to).join(' ')).toBe(meant[cause]);
  });

  it.each(Object.keys(leadTable))('%s is tried wherever it happens', (cause) => {
    const row = Object.entries(leadTable).find(([name]) => name === cause)?.[1];
    const tried = new Set(cases.filter((one) => one.cause === cause).map(({ kind }) => kind));
    expect([...tried].toSorted()).toEqual(row?.isLineOnly === true ? ['line'] : [...kinds].toSorted());
  });
});

describe('docs/who-leads.md', () => {
  it('says what the table says', () => {
    const document = readFileSync(new URL('../../../docs/who-leads.md', import.meta.url), 'utf8');
    expect(leadDocumentWith(document), 'run: npm run settings').toBe(document);
  });
});
