/** What a person has typed into the form of a brain, as settings that its schema accepts. */
import type { Brain } from '../core/brain.ts';
import { formOf } from '../core/config-form.ts';
import { type FieldProblem, formProblems, withTyped } from '../core/form-values.ts';
import type { Language } from '../core/language.ts';
import { missingSecrets, secretProblems } from '../core/moved-account.ts';
import { formError } from '../lib/zod-locales.ts';
import type { NoteChange } from '../portals/audit.ts';
import type { AccountWork } from './account-work.ts';
import { changeConfig, type StoredAccount } from './change-connection.ts';
import { openConnection } from './stored-connection.ts';

export interface Typed {
  /** Values by the key of the field; absent fields stay as they are. */
  readonly values: Readonly<Record<string, string>>;
  /** The language of the problems' texts. */
  readonly language: Language;
}

/** The settings, or why they do not fit. */
export type ReadSettings =
  | { readonly config: unknown; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly FieldProblem[] };

/**
 * Changes settings and title of a connection in use. Throws like `changeConfig`. With problems, nothing is changed. `changed` names the keys that are
 * different now, never their values.
 */
export async function changeTyped(
  work: AccountWork,
  account: StoredAccount,
  typed: Typed & { readonly title?: string | undefined },
  note: NoteChange,
): Promise<{ readonly problems: readonly FieldProblem[]; readonly changed: readonly string[] }> {
  const { row, brain } = account;
  const { configSchema } = brain;
  if (configSchema === null) return { problems: [], changed: [] };
  const { problems } = readTyped(brain, typed, openConnection(work.sealer, row).config);
  if (problems.length > 0) return { problems, changed: [] };
  const form = formOf(configSchema);
  const { values, title } = typed;
  const edit = { apply: (before: unknown) => withTyped(form, before, values), isGiven: isTyped(typed), title };
  return { problems, changed: await changeConfig(work, account, edit, note) };
}

/** @param before the settings before anything was typed */
export function readTyped({ configSchema }: Brain, typed: Typed, before: unknown): ReadSettings {
  const { values, language } = typed;
  if (configSchema === null) return { config: {}, problems: [] };
  const form = formOf(configSchema);
  const parsed = configSchema.safeParse(withTyped(form, before, values), { error: formError(language) });
  if (!parsed.success) return { config: null, problems: formProblems(form, parsed.error, language) };
  const missing = missingSecrets(form, { before, after: parsed.data }, isTyped(typed));
  if (missing.length > 0) return { config: null, problems: secretProblems(missing, language) };
  return { config: parsed.data, problems: [] };
}

const isTyped =
  ({ values }: Typed) =>
  (key: string): boolean =>
    Object.hasOwn(values, key) && values[key]?.trim() !== '';
