/** A schema as a form: which fields it has, and what becomes of what people type. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { brains } from '../../../src/brains/index.ts';
import { field, formOf } from '../../../src/core/config-form.ts';
import { missingFields, problemsOf, readPairs, shownFields, withTyped } from '../../../src/core/form-values.ts';

const about = (en: string) => ({ title: { en, ru: `${en} по-русски` }, help: { en: `help of ${en}`, ru: '' } });

const schema = z.strictObject({
  host: field(z.url(), about('host')),
  key: field(z.string().min(8), { ...about('key'), secret: true }),
  spare: field(z.string(), { ...about('spare'), secret: true }).optional(),
  turns: field(z.int().min(1), about('turns')).default(20),
  mode: field(z.enum(['a', 'b']), { ...about('mode'), choices: { a: { en: 'A', ru: 'А' } } }).default('a'),
  isOn: field(z.boolean(), about('isOn')).default(true),
  ids: field(z.array(z.int()), about('ids')).default([]),
  words: field(z.array(z.string()), about('words')).default(['x']),
  zone: field(z.string().nullable(), about('zone')).default(null),
  origin: field(
    z.string().transform((text) => text.toLowerCase()),
    about('origin'),
  ).prefault('HTTP'),
  inner: z
    .strictObject({ deep: field(z.string().trim().pipe(z.string().min(2)), about('deep')).optional() })
    .prefault({}),
  token: z.string().optional(),
  map: z.record(z.string(), z.string()).default({}),
});
const form = formOf(schema);

describe('the form of a schema', () => {
  it('has its titled keys in their order, and no others', () => {
    expect(form.map(({ key, kind, required, default: usual }) => [key, kind, required, usual])).toEqual([
      ['host', 'text', true, null],
      ['key', 'secret', true, null],
      ['spare', 'secret', false, null],
      ['turns', 'number', false, 20],
      ['mode', 'choice', false, 'a'],
      ['isOn', 'yesno', false, true],
      ['ids', 'list', false, []],
      ['words', 'list', false, ['x']],
      ['zone', 'text', false, null],
      ['origin', 'text', false, 'HTTP'],
      ['inner.deep', 'text', false, null],
    ]);
  });

  it('has titles in both languages, those of choices too', () => {
    expect(form[0]).toMatchObject({ title: { en: 'host', ru: 'host по-русски' }, help: { en: 'help of host' } });
    expect(form[4]?.choices).toEqual([
      { value: 'a', title: { en: 'A', ru: 'А' } },
      { value: 'b', title: { en: 'b', ru: 'b' } },
    ]);
  });

  it('is refused for a key that no field can show', () => {
    expect(() => formOf(z.object({ map: field(z.record(z.string(), z.number()), about('map')) }))).toThrow('map');
  });

  it('keeps the help as the description of the schema', () => {
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      properties: { host: { description: 'help of host' } },
    });
  });
});

describe('the form of every brain', () => {
  const forms = brains.flatMap(({ name, configSchema }) =>
    configSchema === null ? [] : [{ name, form: formOf(configSchema) }],
  );

  it.each(forms)('$name has titles and help in both languages', ({ form: own }) => {
    expect(own.length).toBeGreaterThan(0);
    for (const { key, title, help } of own) {
      for (const text of [title.en, title.ru, help.en, help.ru]) expect(text, key).toMatch(/\p{L}/u);
      expect(title.ru, key).not.toBe(title.en);
    }
  });
});

describe('what is typed', () => {
  const stored = { host: 'https://a.example', key: 'secret-key', turns: 3, token: 't', inner: { deep: 'yes' } };
  const change = (typed: Record<string, string>) => withTyped(form, stored, typed);

  it.each([
    [{ turns: '7' }, { turns: 7 }],
    [{ turns: 'many' }, { turns: 'many' }],
    [{ turns: '' }, { turns: undefined }],
    [{ isOn: 'false' }, { isOn: false }],
    [{ ids: '1, 2;3' }, { ids: [1, 2, 3] }],
    [{ words: 'a, b' }, { words: ['a', 'b'] }],
    [{ 'inner.deep': 'no' }, { inner: { deep: 'no' } }],
    [{ 'inner.deep': '' }, { inner: {} }],
    [{ key: '' }, { key: 'secret-key' }],
    [{ key: ' another-key ' }, { key: 'another-key' }],
    [
      { unknown: 'x', token: 'y', __proto__: 'z' },
      { token: 't', unknown: undefined },
    ],
  ])('%j becomes %j', (typed, expected) => {
    expect(change(typed)).toEqual({ ...stored, ...expected });
  });

  it('leaves a config as it is where nothing is typed', () => {
    expect(change({})).toEqual(stored);
    expect(withTyped(form, null, {})).toEqual({});
  });

  it('is shown again, but for secrets', () => {
    const shown = shownFields(form, stored);
    expect(shown).toContainEqual({ key: 'key', isSet: true });
    expect(shown).toContainEqual({ key: 'spare', isSet: false });
    expect(shown).toContainEqual({ key: 'turns', value: '3' });
    expect(shown).toContainEqual({ key: 'words', value: 'x' });
    expect(JSON.stringify(shown)).not.toContain('secret-key');
  });

  it('is missing where a required field has nothing', () => {
    expect(missingFields(form, { host: '' }).map(({ key }) => key)).toEqual(['host', 'key']);
  });

  it('has problems that name keys and repeat no value', () => {
    const parsed = schema.safeParse({ host: 'no-host', key: 'geheim', inner: { deep: 'q' } });
    const problems = parsed.success ? [] : problemsOf(parsed.error);
    expect(problems.map(({ key }) => key)).toEqual(['host', 'key', 'inner.deep']);
    expect(JSON.stringify(problems)).not.toMatch(/no-host|geheim/);
  });

  it('is read from words of a command by the kind of the field', () => {
    expect(
      readPairs(schema, [
        ['turns', '4'],
        ['key', '12345678'],
        ['other', '5'],
      ]),
    ).toEqual({ turns: 4, key: '12345678', other: '5' });
  });
});
