/**
 * The settings form as Bitrix24 shows it: steps of text fields and lists (docs/platform-notes/bitrix24.md#settings-form). What people wrote goes into
 * the form unescaped: it is JSON, and Bitrix24 shows it.
 */
import { type Brain, titlesOf } from '../../core/brain.ts';
import type { FormField } from '../../core/config-form.ts';
import { languages } from '../../core/language.ts';
import { textIn } from '../../core/texts.ts';
import { formTexts, languageNames } from './form-texts.ts';
import {
  accountField,
  accountForm,
  againField,
  botField,
  choicesOf,
  chosenBot,
  currentChoice,
  fieldOf,
  type RegisteredBot,
  type Stored,
  type Typed,
} from './form-values.ts';
import type { FormTexts } from './texts/shape.ts';

interface ShownField {
  readonly id: string;
  readonly name: string;
  readonly type: 'input' | 'dropdown-list';
  readonly label: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly items?: readonly { readonly value: string; readonly name: string }[];
  /** A change of this field makes Bitrix24 ask for the form again. */
  readonly updateForm?: true;
}

interface ShownStep {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly fields: readonly ShownField[];
}

export interface SettingsForm {
  readonly title: string;
  readonly version: '1';
  readonly steps: readonly ShownStep[];
  readonly form: {
    readonly id: string;
    readonly action: string;
    readonly clientId: string;
    readonly saveCaption: string;
    readonly cancelCaption: string;
  };
}

/** The brain's own page, on which its account is connected from the remote's side with a one-time code. */
export interface ConnectPage {
  readonly address: string;
  readonly code: string;
  readonly minutes: number;
}

/** Where the form is saved. */
export interface FormTarget {
  readonly action: string;
  readonly clientId: string;
}

/** @param pageOf makes a one-time code for the brain whose new account was chosen; null if that brain has no page of its own */
export async function describeForm(
  stored: Stored,
  typed: Typed,
  target: FormTarget,
  pageOf: (brain: Brain) => Promise<ConnectPage | null>,
): Promise<SettingsForm> {
  const texts = formTexts[stored.language];
  const bot = chosenBot(stored, typed) ?? stored.bots[0];
  if (bot === undefined) return around(texts, target, [waitingStep(texts)]);
  const steps = [botStep(texts, stored, bot), settingsStep(texts, stored, { bot, typed })];
  const choice = choicesOf(stored).get(typed[fieldOf(bot, 'brain')] ?? '');
  if (choice?.kind !== 'new') return around(texts, target, steps);
  const page = await pageOf(choice.brain);
  return around(texts, target, [...steps, accountStep(texts, stored, { brain: choice.brain, page, typed })]);
}

/** For somebody who may not change anything: says so, and shows nothing of the portal. */
export function refusingForm(language: Stored['language'], target: FormTarget): SettingsForm {
  const texts = formTexts[language];
  const step = { id: 'refused', title: texts.title, description: texts.adminsOnly, fields: [] };
  return around(texts, target, [step]);
}

function around(texts: FormTexts, target: FormTarget, steps: readonly ShownStep[]): SettingsForm {
  const { save: saveCaption, cancel: cancelCaption } = texts;
  return { title: texts.title, version: '1', steps, form: { id: 'bots', ...target, saveCaption, cancelCaption } };
}

const input = (name: string, label: string, value: string, placeholder?: string): ShownField => ({
  id: name,
  name,
  type: 'input',
  label,
  ...(placeholder === undefined ? {} : { placeholder }),
  value,
});

const list = (
  name: string,
  label: string,
  value: string,
  items: NonNullable<ShownField['items']>,
): ShownField & { readonly type: 'dropdown-list' } => ({ id: name, name, type: 'dropdown-list', label, value, items });

function waitingStep(texts: FormTexts): ShownStep {
  const items = [
    { value: 'no', name: texts.no },
    { value: 'yes', name: texts.yes },
  ];
  const field = { ...list(againField, texts.again, 'no', items), updateForm: true as const };
  return { id: 'waiting', title: texts.title, description: texts.waiting, fields: [field] };
}

function botStep(texts: FormTexts, { bots }: Stored, bot: RegisteredBot): ShownStep {
  const items = bots.map(({ bot_id: value, name }) => ({ value, name }));
  const field = { ...list(botField, texts.bot, bot.bot_id, items), updateForm: true as const };
  return { id: 'bot', title: texts.botStep, description: texts.botHelp, fields: [field] };
}

interface OfBot {
  readonly bot: RegisteredBot;
  readonly typed: Typed;
}

function settingsStep(texts: FormTexts, stored: Stored, { bot, typed }: OfBot): ShownStep {
  const nameOf = (setting: Parameters<typeof fieldOf>[1]): string => fieldOf(bot, setting);
  const shownValue = (setting: Parameters<typeof fieldOf>[1], usual: string): string => typed[nameOf(setting)] ?? usual;
  const inLanguage = [
    { value: 'portal', name: texts.portalLanguage },
    ...languages.map((value) => ({ value, name: languageNames[value] })),
  ];
  const yesNo = [
    { value: 'yes', name: texts.yes },
    { value: 'no', name: texts.no },
  ];
  const now = settingsOf(bot);
  return {
    id: `settings-${bot.bot_id}`,
    title: texts.settings,
    fields: [
      input(nameOf('name'), texts.name, shownValue('name', now.name)),
      {
        ...list(nameOf('brain'), texts.brain, shownValue('brain', now.brain), brainItems(texts, stored)),
        updateForm: true,
      },
      list(nameOf('language'), texts.language, shownValue('language', now.language), inLanguage),
      list(nameOf('greeting'), texts.greeting, shownValue('greeting', now.greeting), yesNo),
      input(nameOf('give-back'), texts.giveBack, shownValue('give-back', now['give-back']), texts.giveBackHelp),
      input(
        nameOf('call-person'),
        texts.callPerson,
        shownValue('call-person', now['call-person']),
        texts.callPersonHelp,
      ),
    ],
  };
}

/** The stored settings of a bot, as the form's fields show them. */
export function settingsOf(bot: RegisteredBot): Readonly<Record<Parameters<typeof fieldOf>[1], string>> {
  return {
    name: bot.name,
    brain: currentChoice(bot),
    language: bot.language ?? 'portal',
    greeting: bot.greeting?.off === true ? 'no' : 'yes',
    'give-back': bot.give_back_minutes?.toString() ?? '',
    'call-person': bot.call_person_minutes?.toString() ?? '',
  };
}

function brainItems(texts: FormTexts, stored: Stored): NonNullable<ShownField['items']> {
  return [...choicesOf(stored)].map(([value, choice]) => {
    const title = textIn(titlesOf(choice.brain), stored.language);
    if (choice.kind === 'new') return { value, name: texts.newAccount(title) };
    return { value, name: choice.kind === 'account' ? `${title}: ${choice.row.title}` : title };
  });
}

interface OfAccount {
  readonly brain: Brain;
  readonly page: ConnectPage | null;
  readonly typed: Typed;
}

function accountStep(texts: FormTexts, { language }: Stored, { brain, page, typed }: OfAccount): ShownStep {
  const step = { id: `account-${brain.name}`, title: texts.account(textIn(titlesOf(brain), language)) };
  const fields = accountForm(brain).map((one) => accountInput(texts, language, { brain, one, typed }));
  if (page === null) return { ...step, fields };
  return { ...step, description: texts.codeHelp(page.address, page.code, page.minutes), fields };
}

function accountInput(
  texts: FormTexts,
  language: Stored['language'],
  { brain, one, typed }: { readonly brain: Brain; readonly one: FormField; readonly typed: Typed },
): ShownField {
  const name = accountField(brain, one.key);
  const label = `${textIn(one.title, language)}${one.required ? ' *' : ''}`;
  const help = textIn(one.help, language) === '' ? undefined : textIn(one.help, language);
  // A typed secret is not sent back: the form has no field that hides it.
  if (one.kind === 'secret') return input(name, label, '', help ?? texts.secretHelp);
  const value = typed[name] ?? (one.default === null ? '' : [one.default].flat().join(', '));
  if (one.kind !== 'choice' && one.kind !== 'yesno') return input(name, label, value, help);
  const choices =
    one.kind === 'choice'
      ? one.choices.map((choice) => ({ value: choice.value, name: textIn(choice.title, language) }))
      : [
          { value: 'true', name: texts.yes },
          { value: 'false', name: texts.no },
        ];
  const unset = one.required ? [] : [{ value: 'unset', name: texts.unset }];
  return list(name, label, value === '' ? 'unset' : value, [...unset, ...choices]);
}
