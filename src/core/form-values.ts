/** Turns what people type into form fields into values of the config, and back. */
import type { z } from 'zod';
import { type FormField, formOf } from './config-form.ts';
import { isRecord } from './is-record.ts';
import type { Language } from './language.ts';
import { textIn } from './texts.ts';

/** What a page may show of a field. A secret is never shown, only whether there is one. */
export type ShownField =
  | { readonly key: string; readonly value: string }
  | { readonly key: string; readonly isSet: boolean };

/** A key whose value the schema does not accept, and why. */
export interface FieldProblem {
  /** As in `FormField`; a path of the config if no field has this key. */
  readonly key: string;
  readonly message: string;
}

/** The fields with their values in a config; a field without a value shows its default. */
export function shownFields(form: readonly FormField[], config: unknown): readonly ShownField[] {
  return form.map(({ key, kind, default: usual }) => {
    if (kind === 'secret') return { key, isSet: hasValueAt(config, key) };
    return { key, value: toText(valueAt(config, key.split('.')) ?? usual) };
  });
}

/**
 * The config with the typed values applied. An empty text resets a key to its default, an empty secret keeps the stored one, and a field
 * that is not given stays unchanged. A text that cannot be parsed stays a text, so that the schema reports it.
 */
export function withTyped(
  form: readonly FormField[],
  config: unknown,
  typed: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  let result = isRecord(config) ? config : {};
  for (const field of form) {
    const text = Object.hasOwn(typed, field.key) ? typed[field.key]?.trim() : undefined;
    if (text === undefined || (field.kind === 'secret' && text === '')) continue;
    result = put(result, field.key.split('.'), text === '' ? undefined : readField(field, text));
  }
  return result;
}

/** The required fields for which a config has no value. */
export function missingFields(form: readonly FormField[], config: unknown): readonly FormField[] {
  return form.filter(({ key, required }) => required && !hasValueAt(config, key));
}

/** Why the schema does not accept a config. No value is repeated: it may be a secret. */
export function problemsOf(error: z.ZodError): readonly FieldProblem[] {
  return error.issues.map(({ path, message }) => ({ key: path.map(String).join('.'), message }));
}

/** Like `problemsOf`, for somebody who fills in the form: a field may have its own message for a malformed value. */
export function formProblems(
  form: readonly FormField[],
  error: z.ZodError,
  language: Language,
): readonly FieldProblem[] {
  return error.issues.map((issue) => {
    const key = issue.path.map(String).join('.');
    const wrong = form.find((field) => `${key}.`.startsWith(`${field.key}.`))?.wrong ?? null;
    const isOfForm = issue.code === 'invalid_format' || issue.code === 'custom';
    return { key, message: isOfForm && wrong !== null ? textIn(wrong, language) : issue.message };
  });
}

/** Values for a schema from words `key=value`. A key without a field is taken as text. */
export function readPairs(
  schema: z.ZodType,
  pairs: readonly (readonly [key: string, text: string])[],
): Readonly<Record<string, unknown>> {
  const form = formOf(schema);
  return Object.fromEntries(
    pairs.map(([key, text]) => {
      const field = form.find((one) => one.key === key);
      return [key, field === undefined ? text : readField(field, text)];
    }),
  );
}

function readField({ kind, ofNumbers }: FormField, text: string): unknown {
  switch (kind) {
    case 'yesno':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'number':
      return toNumber(text);
    case 'list':
      return wordsIn(text).map((word) => (ofNumbers ? toNumber(word) : word));
    case 'choice':
    case 'secret':
    case 'text':
      return text;
  }
}

function toNumber(text: string): number | string {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function wordsIn(text: string): readonly string[] {
  const words = text.split(/[,;\n]/).map((word) => word.trim());
  return words.filter((word) => word !== '');
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function hasValueAt(config: unknown, key: string): boolean {
  const value = valueAt(config, key.split('.'));
  return value !== undefined && value !== null && value !== '';
}

/** What a config has at a path; undefined: nothing. */
export function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined;
}

/** @param value undefined: the key is removed */
function put(
  config: Readonly<Record<string, unknown>>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const { [key]: before, ...others } = config;
  const after = rest.length === 0 ? value : put(isRecord(before) ? before : {}, rest, value);
  return after === undefined ? others : { ...others, [key]: after };
}
