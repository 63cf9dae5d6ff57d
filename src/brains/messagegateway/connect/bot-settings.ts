/** The settings a person is asked for on the connection page: a few of the config's, as text of form fields. The config's own schema judges them. */
import type { z } from 'zod';
import { configSchema, type MessageGatewayConfig } from '../config.ts';

/** Names of the form's fields. */
export const settingFields = ['language', 'command', 'takesOver', 'groups', 'employees'] as const;

export type SettingField = (typeof settingFields)[number];

/** What stands in the fields; those that are absent were not asked for. */
export type TypedSettings = Readonly<Partial<Record<SettingField, string>>>;

/** What an administrator of an Open Channel's bot need not think about: that bot sits in no groups. */
const ofGroups: ReadonlySet<SettingField> = new Set(['groups', 'employees']);

/** The fields a kind of bot has. */
export function fieldsFor(botType: string): readonly SettingField[] {
  return botType === 'O' ? settingFields.filter((field) => !ofGroups.has(field)) : settingFields;
}

/** The settings of a config as they stand in the fields. */
export function shownSettings(config: MessageGatewayConfig): Readonly<Record<SettingField, string>> {
  return {
    language: config.language,
    command: config.handover.command,
    takesOver: config.onPersonTakesOver,
    groups: config.console.groups,
    employees: config.console.employees.join(', '),
  };
}

export function typedSettings(form: URLSearchParams): TypedSettings {
  const typed: Partial<Record<SettingField, string>> = {};
  for (const field of settingFields) {
    const value = form.get(field);
    if (value !== null) typed[field] = value;
  }
  return typed;
}

/** The config with what was typed, or the fields that are wrong. Throws ZodError when anything else of the config is. */
export function withSettings(
  config: object,
  typed: TypedSettings,
): { readonly config: MessageGatewayConfig } | { readonly wrong: readonly SettingField[] } {
  const parsed = configSchema.safeParse(merged(config, typed));
  if (parsed.success) return { config: parsed.data };
  const wrong = new Set(parsed.error.issues.map(fieldOf));
  if (wrong.has(null)) throw parsed.error;
  return { wrong: settingFields.filter((field) => wrong.has(field)) };
}

function merged(config: object, { language, command, takesOver, groups, employees }: TypedSettings): object {
  const { handover, console } = { handover: {}, console: {}, ...config };
  const numbers = employees?.split(/[\s,;]+/).filter((word) => word !== '');
  return {
    ...config,
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

const fieldOfPath: Readonly<Record<string, SettingField>> = {
  language: 'language',
  'handover.command': 'command',
  onPersonTakesOver: 'takesOver',
  'console.groups': 'groups',
  'console.employees': 'employees',
};

function fieldOf({ path }: z.core.$ZodIssue): SettingField | null {
  return fieldOfPath[path.slice(0, 2).join('.')] ?? null;
}
