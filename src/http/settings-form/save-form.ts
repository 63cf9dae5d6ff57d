/** Saves what was typed into the settings form: everything that was typed is checked before anything is changed. */
import { connectTyped } from '../../connections/connect-typed.ts';
import type { ConnectionService } from '../../connections/connection-service.ts';
import { readTyped } from '../../connections/typed-settings.ts';
import type { Brain } from '../../core/brain.ts';
import type { FormField } from '../../core/config-form.ts';
import { AppError } from '../../core/errors.ts';
import type { FieldProblem } from '../../core/form-values.ts';
import { languages } from '../../core/language.ts';
import type { BotChange } from '../../portals/bot-change.ts';
import { type BotServiceOptions, changePortalBot } from '../../portals/bot-service.ts';
import { settingsOf } from './describe-form.ts';
import { formTexts } from './form-texts.ts';
import {
  accountField,
  accountForm,
  againField,
  type BotSetting,
  botField,
  type Choice,
  choicesOf,
  chosenBot,
  fieldOf,
  type RegisteredBot,
  type Stored,
  type Typed,
} from './form-values.ts';

/** Shown below the field of that name. */
export interface FormProblem {
  readonly field: string;
  readonly message: string;
}

export interface SaveOptions extends BotServiceOptions {
  readonly connectionService: Pick<ConnectionService, 'beginning' | 'connect' | 'work'>;
}

/** Thirty days, as on the command line. */
const mostMinutes = 43_200;
const longestName = 100;

/** Returns what is wrong with the form; empty: it was saved. Throws what the database throws. */
export async function saveForm(options: SaveOptions, stored: Stored, typed: Typed): Promise<readonly FormProblem[]> {
  const bot = typed[botField] === undefined ? null : chosenBot(stored, typed);
  if (bot === null) {
    // A form without bots has only the field `again`.
    const field = typed[botField] === undefined ? againField : botField;
    return [{ field, message: formTexts[stored.language].unknownBot }];
  }
  const problems: FormProblem[] = [];
  const change = readChange(stored, bot, { typed, problems });
  const account = readAccount(options, stored, bot, { typed, problems });
  if (problems.length > 0) return problems;
  let field = fieldOf(bot, 'brain');
  try {
    // The account comes first: it is most likely to be refused, and then nothing is changed.
    const wrong = account === null ? [] : await connectAccount(options, stored, { bot, account });
    if (account !== null && wrong.length > 0) {
      return accountProblems(wrong, { ...account, bot, form: accountForm(account.brain) });
    }
    field = botField;
    if (Object.keys(change).length > 0) await changePortalBot(options, stored.portal, bot.code, change);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // What the brain or the bot service says to an administrator, for example that the remote does not know the key.
    return [{ field, message: error.message }];
  }
}

interface Reading {
  readonly typed: Typed;
  readonly problems: FormProblem[];
}

/** Only the settings that differ from the stored ones. */
function readChange(stored: Stored, bot: RegisteredBot, { typed, problems }: Reading): BotChange {
  const texts = formTexts[stored.language];
  const now = settingsOf(bot);
  const changed = (setting: BotSetting): string | null => {
    const text = typed[fieldOf(bot, setting)]?.trim();
    return text === undefined || text === now[setting] ? null : text;
  };
  const refuse = (setting: BotSetting, message: string): void =>
    void problems.push({ field: fieldOf(bot, setting), message });
  const name = changed('name');
  if (name !== null && (name === '' || name.length > longestName)) refuse('name', texts.badName);
  const language = changed('language');
  const known = languages.find((one) => one === language);
  if (language !== null && language !== 'portal' && known === undefined) refuse('language', texts.badChoice);
  const greeting = changed('greeting');
  if (greeting !== null && greeting !== 'yes' && greeting !== 'no') refuse('greeting', texts.badChoice);
  const minutes = (setting: 'give-back' | 'call-person'): number | null | undefined => {
    const text = changed(setting);
    if (text === null) return undefined;
    if (text === '') return null;
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > mostMinutes) refuse(setting, texts.badMinutes);
    return value;
  };
  const giveBackMinutes = minutes('give-back');
  const callPersonMinutes = minutes('call-person');
  return {
    ...(name === null ? {} : { name }),
    ...(language === null ? {} : { language: known ?? null }),
    ...(greeting === null ? {} : { greeting: { isOff: greeting === 'no' } }),
    ...(giveBackMinutes === undefined ? {} : { giveBackMinutes }),
    ...(callPersonMinutes === undefined ? {} : { callPersonMinutes }),
    ...brainChange(stored, bot, { typed, problems }),
  };
}

/** Who is to answer from now on; null: no change; undefined: there is no such choice. */
function newChoice(stored: Stored, bot: RegisteredBot, { typed }: Pick<Reading, 'typed'>): Choice | null | undefined {
  const wanted = typed[fieldOf(bot, 'brain')]?.trim();
  if (wanted === undefined || wanted === settingsOf(bot).brain) return null;
  return choicesOf(stored).get(wanted);
}

function brainChange(stored: Stored, bot: RegisteredBot, reading: Reading): BotChange {
  const choice = newChoice(stored, bot, reading);
  if (choice === undefined) {
    reading.problems.push({ field: fieldOf(bot, 'brain'), message: formTexts[stored.language].badChoice });
  }
  if (choice?.kind === 'brain') return { brain: choice.brain.name };
  return choice?.kind === 'account' ? { connection: choice.row.id } : {};
}

interface NewAccount {
  readonly brain: Brain;
  readonly values: Readonly<Record<string, string>>;
}

/** The account to be connected; null if there is none, or if nothing was typed because the brain's own page connects it. */
function readAccount(
  { connectionService }: SaveOptions,
  stored: Stored,
  bot: RegisteredBot,
  { typed, problems }: Reading,
): NewAccount | null {
  const choice = newChoice(stored, bot, { typed });
  if (choice?.kind !== 'new' || choice.brain.configSchema === null) return null;
  const { brain } = choice;
  const form = accountForm(brain);
  const values = Object.fromEntries(
    form.flatMap(({ key, kind }) => {
      const text = typed[accountField(brain, key)];
      if (text === undefined) return [];
      return [[key, text === 'unset' && (kind === 'choice' || kind === 'yesno') ? '' : text]];
    }),
  );
  const isEmpty = form.every(({ key, required }) => !required || (values[key] ?? '').trim() === '');
  if (isEmpty && brain.connectPath !== undefined) return null;
  const { language } = stored;
  const { problems: wrong } = readTyped(brain, { values, language }, connectionService.beginning(brain, language));
  if (wrong.length === 0) return { brain, values };
  problems.push(...accountProblems(wrong, { brain, bot, form }));
  return null;
}

/** Puts each problem at its field of the account, or at the choice of who answers if the form lacks that field. */
function accountProblems(
  wrong: readonly FieldProblem[],
  { brain, bot, form }: { readonly brain: Brain; readonly bot: RegisteredBot; readonly form: readonly FormField[] },
): readonly FormProblem[] {
  return wrong.map(({ key, message }) => {
    const isShown = form.some((one) => one.key === key);
    return { field: isShown ? accountField(brain, key) : fieldOf(bot, 'brain'), message };
  });
}

async function connectAccount(
  { connectionService, note }: SaveOptions,
  { portal, language }: Stored,
  { bot, account: { brain, values } }: { readonly bot: RegisteredBot; readonly account: NewAccount },
): Promise<readonly FieldProblem[]> {
  const wish = { portal, botCode: bot.code, title: '', values, language };
  return (await connectTyped(connectionService, brain, wish, note)).problems;
}
