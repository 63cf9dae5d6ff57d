/** A brain's settings as a form: its fields, what is stored, and what a person changes. Values travel as text, as the API describes. */
import type { Language } from '../../page-data.ts';

export type Words = Readonly<{ en: string; ru: string } & Partial<Record<Language, string | undefined>>>;

/** As `GET /api/connections/forms` describes it. */
export interface FormField {
  readonly key: string;
  readonly kind: 'text' | 'secret' | 'number' | 'yesno' | 'choice' | 'list';
  readonly title: Words;
  readonly help: Words;
  readonly required: boolean;
  readonly default: string | number | boolean | readonly (string | number)[] | null;
  readonly choices: readonly { readonly value: string; readonly title: Words }[];
  readonly group: 'main' | 'advanced';
  readonly ofNumbers: boolean;
}

/** What is stored of a field; of a secret only whether there is one. */
export type ShownField =
  | { readonly key: string; readonly value: string }
  | { readonly key: string; readonly isSet: boolean };

export interface FieldProblem {
  /** The field's key; `values.` may precede it. */
  readonly path: string;
  readonly message: string;
}

export type Values = Readonly<Record<string, string>>;

/** What the fields show before anything is changed. `shown` null: a new connection, with the defaults. */
export function startValues(fields: readonly FormField[], shown: readonly ShownField[] | null): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const stored = shown?.find(({ key }) => key === field.key);
      return [field.key, stored !== undefined && 'value' in stored ? stored.value : defaultText(field)];
    }),
  );
}

function defaultText({ kind, default: usual }: FormField): string {
  if (kind === 'secret' || usual === null) return '';
  return Array.isArray(usual) ? usual.join(', ') : String(usual);
}

export function isStored(shown: readonly ShownField[] | null, key: string): boolean {
  const field = shown?.find((one) => one.key === key);
  return field !== undefined && 'isSet' in field && field.isSet;
}

/** Only what differs: nothing else is written back as this page has read it, for somebody else may have changed it meanwhile. */
export function changedValues(fields: readonly FormField[], start: Values, values: Values): Values {
  return Object.fromEntries(
    fields.flatMap(({ key, kind }) => {
      const value = values[key] ?? '';
      return value === (start[key] ?? '') ? [] : [[key, kind === 'number' ? value.replace(',', '.') : value]];
    }),
  );
}

/** The keys of required fields without a value. */
export function missingKeys(
  fields: readonly FormField[],
  shown: readonly ShownField[] | null,
  values: Values,
): readonly string[] {
  return fields
    .filter(({ key, required }) => required && (values[key] ?? '').trim() === '' && !isStored(shown, key))
    .map(({ key }) => key);
}

/** What is wrong with a field, and what belongs to no field. Problems of a list name its entries: `tags.0`. */
export function sortProblems(fields: readonly FormField[], problems: readonly FieldProblem[]) {
  const byKey = new Map<string, string>();
  const others: string[] = [];
  for (const { path, message } of problems) {
    const at = path.replace(/^values\./, '');
    const field = fields.find(({ key }) => at === key || at.startsWith(`${key}.`));
    if (field === undefined) others.push(at === '' ? message : `${at}: ${message}`);
    else byKey.set(field.key, [byKey.get(field.key), message].filter(Boolean).join(' '));
  }
  return { byKey, others };
}
