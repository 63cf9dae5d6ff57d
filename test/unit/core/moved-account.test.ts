import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { brains } from '../../../src/brains/index.ts';
import { field, formOf } from '../../../src/core/config-form.ts';
import { languages } from '../../../src/core/language.ts';
import { missingSecrets, secretProblems } from '../../../src/core/moved-account.ts';

const words = { en: '', ru: '' };
const secret = { title: words, help: words, secret: true } as const;
const form = formOf(
  z.object({
    url: field(z.string(), { title: words, help: words, isAddress: true }).default('https://cloud.example'),
    name: field(z.string(), { title: words, help: words }).optional(),
    nested: z.object({ key: field(z.string(), secret).optional() }).optional(),
    token: field(z.string(), secret).optional(),
  }),
);

const before = { url: 'https://a.example/one', nested: { key: 'k' } };
const missing = (after: unknown, given: readonly string[] = [], from: unknown = before): string[] =>
  missingSecrets(form, { before: from, after }, (key) => given.includes(key)).map(({ key }) => key);

describe('an account whose address changes', () => {
  it.each(['https://b.example/one', 'https://a.example:8443/one', 'http://a.example/one', undefined])(
    'needs its secrets anew at %s',
    (url) => {
      expect(missing({ ...before, url })).toEqual(['nested.key']);
      expect(missing({ ...before, url }, ['nested.key'])).toEqual([]);
    },
  );

  it('keeps them on the same host, whatever else changes', () => {
    expect(missing({ url: 'https://a.example/two', name: 'other', nested: {} })).toEqual([]);
    expect(missing({ url: 'https://cloud.example' }, [], { token: 't' })).toEqual([]);
  });

  it('needs none where none is stored', () => {
    expect(missing({ url: 'https://b.example' }, [], { url: 'https://a.example', token: '' })).toEqual([]);
  });

  it('is told so in every language', () => {
    const told = languages.map((language) => secretProblems(form.slice(-1), language)[0]?.message);
    expect(new Set(told).size).toBe(languages.length);
  });
});

describe('every brain with secrets', () => {
  it.each(
    brains.flatMap(({ name, configSchema }) => (configSchema === null ? [] : [{ name, fields: formOf(configSchema) }])),
  )('names the address they go to: $name', ({ fields }) => {
    const hasSecrets = fields.some(({ kind }) => kind === 'secret');
    expect(fields.some(({ isAddress }) => isAddress)).toBe(hasSecrets);
  });
});
