/** What the pages show of connections: the forms of brains, the accounts, what brains have scheduled. */
import { type Brain, titleIn } from '../core/brain.ts';
import { type FormField, formOf } from '../core/config-form.ts';
import { badInput } from '../core/errors.ts';
import { type ShownField, shownFields } from '../core/form-values.ts';
import type { Language } from '../core/language.ts';
import type { Texts } from '../core/texts.ts';
import type { Db } from '../store/database.ts';
import { type ConnectionRow, findConnection } from '../store/tenants/connections.ts';
import type { AccountWork } from './account-work.ts';
import { type ConnectionFacts, connectionFacts } from './connection-facts.ts';

export interface DescribedForm {
  readonly brain: string;
  readonly title: string;
  readonly form: readonly FormField[];
  /** What the fields of a new account show before anything is typed. */
  readonly start: readonly ShownField[];
  readonly webhookHelp: Texts | null;
}

/** @param beginning what a new account of a brain has before anything is typed */
export function describeForms(
  brains: readonly Brain[],
  beginning: (brain: Brain) => unknown,
): readonly DescribedForm[] {
  return brains.flatMap((brain) => {
    const { name, title, configSchema, webhookHelp } = brain;
    const form = configSchema === null ? [] : formOf(configSchema);
    if (form.length === 0) return [];
    return [{ brain: name, title, form, start: shownFields(form, beginning(brain)), webhookHelp: webhookHelp ?? null }];
  });
}

export interface DescribedConnection {
  readonly id: string;
  readonly brain: string;
  readonly brainTitle: string;
  readonly title: string;
  /** Why it is disabled; null while it works. */
  readonly disabled: string | null;
  readonly hasFigures: boolean;
  /** Null when the settings cannot be opened: they were sealed with a key that is gone. */
  readonly fields: ConnectionFacts['fields'] | null;
  readonly webhook: string | null;
}

export function describeConnection(
  work: Pick<AccountWork, 'sealer' | 'hookUrl'>,
  { brains, language }: { readonly brains: readonly Brain[]; readonly language: Language },
  row: ConnectionRow,
): DescribedConnection {
  const brain = brains.find(({ name }) => name === row.brain);
  const facts = brain === undefined ? null : connectionFacts(work, brain, row);
  return {
    id: row.id,
    brain: row.brain,
    brainTitle: titleIn(brains, row.brain, language),
    title: row.title,
    disabled: row.disabled_reason,
    hasFigures: brain?.figures !== undefined,
    fields: facts?.fields ?? null,
    webhook: facts?.webhook ?? null,
  };
}

/** The title of a brain's request; its name where the brain no longer has it. */
export function requestTitle(brains: readonly Brain[], brain: string | undefined, name: string): Texts {
  const request = brains.find((one) => one.name === brain)?.requests?.find((one) => one.name === name);
  return request?.title ?? { en: name, ru: name };
}

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A connection of this portal whose brain this app has. Throws BadInput `page.unknown_connection` (404). */
export async function needConnection(
  db: Db,
  brains: readonly Brain[],
  portal: string,
  id: string,
): Promise<{ readonly row: ConnectionRow; readonly brain: Brain }> {
  const row = uuidForm.test(id) ? await findConnection(db, portal, id) : null;
  const brain = brains.find(({ name }) => name === row?.brain);
  if (row !== null && brain !== undefined) return { row, brain };
  throw badInput('page.unknown_connection', 'this connection was removed meanwhile', 404);
}
