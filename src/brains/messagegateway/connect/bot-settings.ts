/** The settings on the connection page as form fields: a few main ones, and all others under "All settings". The config's schema validates them. */
import type { z } from 'zod';
import { configSchema, type MessageGatewayConfig } from '../config.ts';
import { type SchemaField, schemaFields, shownAt, withTyped } from './schema-fields.ts';

/** Names of the form's fields. */
export const settingFields = ['language', 'command', 'takesOver', 'groups', 'employees'] as const;

export type SettingField = (typeof settingFields)[number];

/** Texts of the fields by their names. A field that is absent was not on the form. */
export type TypedSettings = Readonly<Record<string, string>>;

/** Keys of the config with a main field, and the field's name. */
const fieldOfPath: Readonly<Record<string, SettingField>> = {
  language: 'language',
  'handover.command': 'command',
  onPersonTakesOver: 'takesOver',
  'console.groups': 'groups',
  'console.employees': 'employees',
};

/** All other keys; `nameOf` names their fields. */
export const moreFields: readonly SchemaField[] = schemaFields.filter(({ path }) => fieldOfPath[path] === undefined);

/** The name of a field for one of the other keys. */
export function nameOf({ path }: SchemaField): string {
  return `more.${path}`;
}

/** Fields that a bot of an Open Channel does not need: it is in no groups. */
const ofGroups: ReadonlySet<SettingField> = new Set(['groups', 'employees']);

/** The fields for a type of bot. */
export function fieldsFor(botType: string): readonly SettingField[] {
  return botType === 'O' ? settingFields.filter((field) => !ofGroups.has(field)) : settingFields;
}

/** The settings of a config as texts of the fields. */
export function shownSettings(config: MessageGatewayConfig): TypedSettings {
  return {
    ...Object.fromEntries(moreFields.map((field) => [nameOf(field), shownAt(config, field)])),
    language: config.language,
    command: config.handover.command,
    takesOver: config.onPersonTakesOver,
    groups: config.console.groups,
    employees: config.console.employees.join(', '),
  };
}

export function typedSettings(form: URLSearchParams): TypedSettings {
  const typed: Record<string, string> = {};
  for (const field of [...settingFields, ...moreFields.map(nameOf)]) {
    const value = form.get(field);
    if (value !== null) typed[field] = value;
  }
  return typed;
}

/** The config with the typed values, or the wrong fields. Throws ZodError when another part of the config is wrong. */
export function withSettings(
  config: object,
  typed: TypedSettings,
): { readonly config: MessageGatewayConfig } | { readonly wrong: readonly string[] } {
  const parsed = configSchema.safeParse(merged(config, typed));
  if (parsed.success) return { config: parsed.data };
  const wrong = new Set(parsed.error.issues.map(fieldOf));
  if (wrong.has(null)) throw parsed.error;
  return { wrong: [...settingFields, ...moreFields.map(nameOf)].filter((field) => wrong.has(field)) };
}

function merged(config: object, typed: TypedSettings): object {
  let result = config;
  for (const field of moreFields) {
    const text = typed[nameOf(field)];
    if (text !== undefined) result = withTyped(result, field, text);
  }
  const { language, command, takesOver, groups, employees } = typed;
  const { handover, console } = { handover: {}, console: {}, ...result };
  const numbers = employees?.split(/[\s,;]+/).filter((word) => word !== '');
  return {
    ...result,
    ...(language === undefined ? {} : { language }),
    handover: { ...handover, ...(command === undefined ? {} : { command }) },
    ...(takesOver === undefined ? {} : { onPersonTakesOver: takesOver }),
    console: {
      ...console,
      ...(groups === undefined ? {} : { groups }),
      ...(numbers === undefined ? {} : { employees: numbers }),
    },
  };
}

function fieldOf({ path }: z.core.$ZodIssue): string | null {
  const asked = fieldOfPath[path.slice(0, 2).join('.')] ?? fieldOfPath[path.slice(0, 1).join('.')];
  if (asked !== undefined) return asked;
  // An error in an item belongs to the field of the list.
  const key = `${path.join('.')}.`;
  const field = moreFields.find((one) => key.startsWith(`${one.path}.`));
  return field === undefined ? null : nameOf(field);
}
