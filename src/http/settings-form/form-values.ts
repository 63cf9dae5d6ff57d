/** What the settings form shows an administrator of the portal, and the names of its fields. */
import type { Brain } from '../../core/brain.ts';
import { type FormField, formOf } from '../../core/config-form.ts';
import type { Language } from '../../core/language.ts';
import type { BotRow } from '../../store/tenants/bots.ts';
import type { ConnectionRow } from '../../store/tenants/connections.ts';

/** What the form shows and changes. */
export interface Stored {
  readonly portal: string;
  readonly language: Language;
  /** The bots that are registered in the portal. */
  readonly bots: readonly RegisteredBot[];
  readonly connections: readonly ConnectionRow[];
  readonly brains: readonly Brain[];
}

export type RegisteredBot = BotRow & { readonly bot_id: string };

/** What was chosen and typed so far, by field name. */
export type Typed = Readonly<Record<string, string>>;

export const botField = 'bot';
export const againField = 'again';

export type BotSetting = 'name' | 'brain' | 'language' | 'greeting' | 'give-back' | 'call-person';

/** Each bot has fields of its own, so that choosing another bot does not carry over what was typed for the one before. */
export const fieldOf = (bot: RegisteredBot, setting: BotSetting): string => `${setting}-${bot.bot_id}`;

/** The name of the field for one key of an account to be connected. */
export const accountField = (brain: Brain, key: string): string => `account-${brain.name}-${key.replaceAll('.', '--')}`;

/** The fields with which an account is connected. For a brain with a page of its own only the main ones; the others keep their usual values. */
export function accountForm({ configSchema, connectPath }: Brain): readonly FormField[] {
  const form = configSchema === null ? [] : formOf(configSchema);
  return connectPath === undefined ? form : form.filter(({ group }) => group === 'main');
}

/** The chosen bot, or the first one before any is chosen; null if the chosen bot is gone. */
export function chosenBot({ bots }: Stored, typed: Typed): RegisteredBot | null {
  const chosen = typed[botField];
  return (chosen === undefined ? bots[0] : bots.find(({ bot_id: id }) => id === chosen)) ?? null;
}

/** Who may answer for a bot. */
export type Choice =
  | { readonly kind: 'brain'; readonly brain: Brain }
  | { readonly kind: 'account'; readonly brain: Brain; readonly row: ConnectionRow }
  | { readonly kind: 'new'; readonly brain: Brain };

/** Brains without accounts, the portal's accounts, and accounts that could be connected. */
export function choicesOf({ brains, connections }: Stored): ReadonlyMap<string, Choice> {
  const choices = new Map<string, Choice>();
  for (const brain of brains) {
    if (brain.configSchema === null) choices.set(`brain-${brain.name}`, { kind: 'brain', brain });
    const rows = connections.filter((row) => row.brain === brain.name);
    for (const row of rows) choices.set(`account-${row.id}`, { kind: 'account', brain, row });
    if (brain.configSchema !== null) choices.set(`new-${brain.name}`, { kind: 'new', brain });
  }
  return choices;
}

/** The choice a bot has now. */
export const currentChoice = ({ brain, connection_id: id }: RegisteredBot): string =>
  id === null ? `brain-${brain}` : `account-${id}`;
