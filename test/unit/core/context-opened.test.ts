/** The data of a link that opens a bot reach the brain that wants them, bounded; others leave a word in the trace. */
import { describe, expect, it } from 'vitest';
import { decodeContextOpened } from '../../../src/bitrix24/events/decoders/decode-bot-chat.ts';
import { contextDataOf } from '../../../src/core/context-data.ts';
import type { ChatEvent } from '../../../src/core/events.ts';
import { parseForm } from '../../../src/lib/form-body.ts';
import { bot, bridgeAtOnce as bridge, chat, from, talked } from '../../support/factories/plain-talk.ts';
import { fixture, formOf } from '../../support/fixtures.ts';

const recorded = fixture('v1-onimbotcontextget');
const lane = { code: 'acme_helper', id: '571' };
const decoded = (pairs = recorded.pairs) => decodeContextOpened(parseForm(formOf(pairs)), lane);

describe('the event of the portal', () => {
  it('tells who opened the bot, and with which data', () => {
    expect(decoded()).toMatchObject({
      kind: 'chat',
      events: [
        {
          type: 'context_opened',
          author: { id: '27', kind: 'employee' },
          context: { entityId: '164', entityType: 'task', source: 'link' },
        },
      ],
    });
  });

  it.each([
    ['none', [], undefined],
    ['a plain text', ['data[PARAMS][CONTEXT]=abc'], { context: 'abc' }],
    ['nested ones', ['data[PARAMS][CONTEXT][order][id]=7'], { 'order.id': '7' }],
    ['small letters', ['data[PARAMS][context][pairCode]=13bd'], { pairCode: '13bd' }],
  ])('may have %s', (_, pairs, context) => {
    const others = recorded.pairs.filter((pair) => !pair.startsWith('data[PARAMS][CONTEXT]'));
    const found = decoded([...others, ...pairs]);
    const [event] = found.kind === 'chat' ? found.events : [];
    expect(event?.type === 'context_opened' ? event.context : null).toEqual(context);
  });
});

describe('the data of a link', () => {
  it('are flattened, whatever JSON they are', () => {
    const given = { a: 1, b: true, c: null, d: ['x', { y: 'z' }], e: {}, f: '' };
    expect(contextDataOf(given)).toEqual({ a: '1', b: 'true', 'd.0': 'x', 'd.1.y': 'z' });
  });

  it('cannot be too many, too long, too deep, or broken', () => {
    const many = contextDataOf(
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, 'v'.repeat(5_000)])),
    );
    expect(Object.keys(many)).toHaveLength(50);
    expect(Math.max(...Object.values(many).map(({ length }) => length))).toBe(1_000);
    let deep: unknown = 'leaf';
    for (let level = 0; level < 100_000; level += 1) deep = { a: deep };
    expect(contextDataOf(deep)).toEqual({});
    expect(contextDataOf({ a: '\ud800', ['x'.repeat(500)]: 'y' })).toEqual({ a: '\ufffd' });
    expect(contextDataOf(Array.from({ length: 100_000 }, () => ({})))).toEqual({});
  });

  it('cannot change how objects work', () => {
    const data = contextDataOf(JSON.parse('{"__proto__":{"polluted":"yes"}}'));
    expect(data).toEqual({ '__proto__.polluted': 'yes' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a bot opened by a link', () => {
  const opened = (changes: object = {}): ChatEvent => ({
    type: 'context_opened',
    chat: chat('private'),
    language: 'ru',
    author: from('employee'),
    context: { order: '164' },
    ...changes,
  });

  it('passes the data on to a brain that wants them, after its greeting', () => {
    const { actions, outcome } = bridge(opened(), talked({ isGreeted: false }), bot({ contexts: true }));
    expect(outcome).toBe('context_passed');
    expect(actions.map(({ target, action }) => `${target} ${action.type}`)).toEqual(['portal send', 'brain context']);
    expect(actions[1]?.action).toEqual({
      type: 'context',
      data: { order: '164' },
      chat: chat('private'),
      author: from('employee'),
    });
  });

  it.each([
    ['says in the trace that the brain takes none', 'context_ignored', {}, {}, {}],
    ['has nothing to pass on without data', 'noted', { context: undefined }, {}, { contexts: true }],
    ['is silent while a person leads', 'ignored_person_owns', {}, { owner: 'person' as const }, { contexts: true }],
    ['is not opened by a bot', 'ignored_bot', { author: from('bot') }, {}, { contexts: true }],
  ])('%s', (_, outcome, changes, before, capabilities) => {
    const bridged = bridge(opened(changes), talked(before), bot(capabilities));
    expect([bridged.outcome, bridged.actions]).toEqual([outcome, []]);
  });
});
