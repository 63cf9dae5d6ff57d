/** What administrators read of any brain is there in every language of the app: what it is, what is wrong with its account, and what was typed wrongly. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { states } from '../../../install/src/texts/en/states.ts';
import { brains } from '../../../src/brains/index.ts';
import { formOf } from '../../../src/core/config-form.ts';
import { formProblems } from '../../../src/core/form-values.ts';
import { languages } from '../../../src/core/language.ts';
import type { Texts } from '../../../src/core/texts.ts';
import { formError } from '../../../src/lib/zod-locales.ts';

const root = fileURLToPath(new URL('../../../src/brains/', import.meta.url));

/** Errors that no page tells in a sentence: of messages on their way, of webhooks, of listeners, and those in which the remote's own words are told. */
const withoutWords = [
  /^metabot\.(file_\w+|unreadable)$/,
  /^selarti\.(unreadable|com)$/,
  /^webhook\.(file_\w+|no_file|unreadable)$/,
  /^messagegateway\.(file_\w+|socket_\w+|unreadable|unreadable_step|console|token|crm|bot_off|channel_\w+)$/,
  // What an administrator can do only by the command line, and the service's own sentences.
  /^messagegateway\.(not_settable|refused|crm_refused)$/,
];

function codesOf(brain: string): string[] {
  const sources = globSync(`${brain}/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith('-texts.ts'));
  const found = sources.flatMap((file) => [
    ...readFileSync(`${root}${file}`, 'utf8').matchAll(new RegExp(`'(${brain}\\.[a-z_]+)'`, 'g')),
  ]);
  return [...new Set(found.map(([, code]) => code ?? ''))].filter(
    (code) => !withoutWords.some((pattern) => pattern.test(code)),
  );
}

const gaps = (texts: Readonly<Record<string, Texts | undefined>>): string[] =>
  Object.entries(texts).flatMap(([name, text]) =>
    languages.filter((language) => (text?.[language] ?? '') === '').map((language) => `${name}: ${language}`),
  );

describe.each(brains.map((brain) => [brain.name, brain] as const))('the words of %s', (name, brain) => {
  const form = brain.configSchema === null ? [] : formOf(brain.configSchema);

  it('are there in every language', () => {
    const { about, titles, webhookHelp, disabledHelp = {}, problemTexts = {} } = brain;
    expect(gaps({ about, ...(titles && { titles }), ...(webhookHelp && { webhookHelp }) })).toEqual([]);
    expect(gaps(disabledHelp)).toEqual([]);
    expect(gaps(problemTexts)).toEqual([]);
    expect(gaps(Object.fromEntries(form.flatMap(({ key, wrong }) => (wrong === null ? [] : [[key, wrong]]))))).toEqual(
      [],
    );
  });

  it('tell each of its errors that a page may show', () => {
    expect(codesOf(name).filter((code) => !Object.hasOwn(brain.problemTexts ?? {}, code))).toEqual([]);
  });

  it('say why an account is stopped', () => {
    for (const reason of Object.keys(brain.disabledHelp ?? {})) expect(Object.keys(states.stopped)).toContain(reason);
  });

  it('tell what is wrong with a text that does not fit its field', () => {
    if (brain.configSchema === null) return;
    const typed = form.filter(({ kind }) => kind === 'text' || kind === 'secret');
    const config = Object.fromEntries(
      typed.filter(({ key }) => !key.includes('.')).map(({ key }) => [key, '\u0001 ,']),
    );
    const parsed = brain.configSchema.safeParse(config, { error: formError('kz') });
    const problems = parsed.success ? [] : formProblems(form, parsed.error, 'kz');
    const wrong = problems.filter(({ key }) => typed.some((field) => field.key === key));
    expect(wrong.length).toBeGreaterThan(0);
    // Zod has no Kazakh, and Russian stands in.
    expect(wrong.filter(({ message }) => !/\p{Script=Cyrillic}/u.test(message))).toEqual([]);
  });
});
