/** The settings that the connection page shows for a bot: a few main ones, and the others folded. */
import { type FormField, formOf } from '../../../core/config-form.ts';
import { configSchema } from '../config.ts';

const form = formOf(configSchema);

/** What the page asks for first. */
const accountKeys: ReadonlySet<string> = new Set(['crmUrl', 'apiKey']);

/** What people set for a bot; somebody who connects an account in the portal finds them folded with the others. */
const mainKeys: ReadonlySet<string> = new Set([
  'language',
  'handover.command',
  'onPersonTakesOver',
  'console.groups',
  'console.employees',
]);

/** Settings about groups: an Open Channel bot is in none. */
const ofGroups: ReadonlySet<string> = new Set(['console.groups', 'console.employees']);

export const accountFields: readonly FormField[] = form.filter(({ key }) => accountKeys.has(key));

/** The fields for a type of bot. */
export function settingFields(botType: string): readonly FormField[] {
  return form
    .filter(({ key }) => !accountKeys.has(key) && !(botType === 'O' && ofGroups.has(key)))
    .map((field) => ({ ...field, group: mainKeys.has(field.key) ? 'main' : 'advanced' }));
}
