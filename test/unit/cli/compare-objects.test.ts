import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compareObjects } from '../../../src/cli/probe/compare-objects.ts';
import { fieldName, shownWord } from '../../../src/cli/probe/field-name.ts';
import { mergedShape } from '../../../src/cli/probe/merged-shape.ts';
import { watchCalls } from '../../../src/cli/probe/watched-calls.ts';
import { oneOf } from '../../../src/core/brain-probe.ts';
import { unitTools } from '../../support/messagegateway-unit.ts';

const assumed = {
  schema: z.object({ id: z.int() }),
  needed: ['id', 'from.id'],
  known: ['from.name', 'settings', 'tags.name'],
  words: [{ path: 'tags.color', isKnown: oneOf('red'), follows: 'colors.ts' }],
  follows: 'shapes.ts',
};

describe('compareObjects', () => {
  it('says nothing of what is as assumed, and names what was never there', () => {
    const object = {
      id: 1,
      from: { id: 2 },
      settings: { any: { thing: 1 } },
      tags: [{ color: 'red' }, { color: null }],
    };
    expect(compareObjects([object], assumed)).toEqual({
      differences: [],
      neverSeen: ['from.name', 'tags.name'],
      words: { 'tags.color': ['red'] },
    });
  });

  it('names new fields where others are named beside them, and unknown words', () => {
    const object = { id: 1, from: { id: 2, age: 3 }, settings: { new: 1 }, tags: [{ color: 'pink' }], extra: null };
    expect(compareObjects([object, object], assumed).differences).toEqual([
      { found: 'new: from.age, extra', assumed: 'no other fields', follows: 'shapes.ts' },
      { found: 'tags.color: pink', assumed: 'known words', follows: 'colors.ts' },
    ]);
  });

  it('counts objects without a needed field, and those that the app cannot read', () => {
    const objects = [{ id: '1', from: { id: 2 } }, { id: 1, from: null }, 'no object'];
    expect(compareObjects(objects, assumed).differences.map(({ found }) => found)).toEqual([
      '2 of 3 not readable (id, the whole)',
      'id is missing in 1 of 3',
      'from.id is missing in 2 of 3',
    ]);
  });
});

describe('what is kept', () => {
  it.each(['Иван', 'ivan@example.com', '+79991234567', 'a b', '1abc', 'x'.repeat(41), 'token_84736251', '__proto__ x'])(
    'is no key that may be data: %s',
    (key) => expect(fieldName(key)).toBe('<other>'),
  );

  it.each([
    ['бот', 'бот'],
    ['dialog_closed', 'dialog_closed'],
    [true, 'true'],
    ['Иван Петров', '<text of 11>'],
    ['+79991234567', '<text of 12>'],
    [79_991_234_567, '<number>'],
    ['sk_live_51H8', '<text of 12>'],
    [{ a: 1 }, '<object>'],
    [['a'], '<list>'],
  ])('is a word and no sentence: %j', (value, shown) => expect(shownWord(value)).toBe(shown));

  it('is the shape of all entries together', () => {
    const answer = [
      { id: 1, name: 'Иван' },
      { id: 'x', tags: [{ name: 'a' }, 3] },
    ];
    expect(mergedShape([answer])).toEqual([
      { id: { oneOf: ['number', 'string'] }, name: 'string', tags: [{ oneOf: ['number', { name: 'string' }] }] },
    ]);
    const deep = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`);
    expect(JSON.stringify(mergedShape([deep])).length).toBeLessThan(100);
  });
});

describe('watchCalls', () => {
  it('makes the announced call and no other', async () => {
    const made: string[] = [];
    const watch = watchCalls(
      unitTools({
        send({ method, url }) {
          made.push(`${method} ${url.pathname}`);
          return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{}') });
        },
      }),
    );
    const send = (method: 'GET' | 'POST', path: string) =>
      watch.tools.http.send({ method, url: new URL(path, 'https://mg.example'), timeoutMs: 1 });
    watch.expect('GET /bots');
    expect(watch.heard()).toBeNull();
    await send('GET', '/bots?limit=1');
    expect(watch.heard()?.status).toBe(200);
    await expect(send('POST', '/bots')).rejects.toThrow('had not announced');
    await expect(send('GET', '/messages')).rejects.toThrow('had not announced');
    expect(made).toEqual(['GET /bots']);
  });
});
