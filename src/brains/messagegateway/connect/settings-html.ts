/** The settings of a bot as a form. Takes no decisions. */
import { moreFields, nameOf, type SettingField, type TypedSettings } from './bot-settings.ts';
import { type Html, html } from './html.ts';
import type { PageMessages } from './messages/en.ts';
import { type Language, pageMessages } from './messages/page-messages.ts';
import { page, problemBox } from './page-html.ts';
import type { SchemaField } from './schema-fields.ts';
import { meaningOf } from './setting-meanings.ts';

export interface SettingsState {
  readonly sealed: string;
  readonly account: string;
  readonly bot: { readonly code: string; readonly name: string };
  readonly fields: readonly SettingField[];
  readonly typed: TypedSettings;
  readonly wrong: readonly string[];
  readonly problem: string | null;
  /** The bot is connected to this account already. */
  readonly isConnected: boolean;
}

export function settingsPage(language: Language, state: SettingsState): string {
  const texts = pageMessages(language);
  const { settings } = texts;
  const asksGroups = state.fields.includes('groups');
  return page(language, settings.title, [
    html`<p class="lead">${settings.lead(state.bot.name, state.account)}</p>`,
    problemBox(state.problem),
    html`<form method="post" action="/messagegateway/connect?lang=${language}" data-busy="${texts.connecting}">
<input type="hidden" name="step" value="connect">
<input type="hidden" name="choice" value="${state.sealed}">
<input type="hidden" name="bot" value="${state.bot.code}">
${select(texts, state, { field: 'language', label: settings.language }, settings.languages)}
${textField(texts, state, { field: 'command', label: settings.command, hint: settings.commandHint })}
${radios(texts, state, { field: 'takesOver', label: settings.takesOver, hint: settings.takesOverHint }, settings.takesOverOptions)}
${
  asksGroups
    ? html`<fieldset class="group">
<legend>${settings.console}</legend>
<p class="hint">${settings.consoleHint}</p>
${select(texts, state, { field: 'groups', label: settings.groups }, settings.groupsOptions)}
${textField(texts, state, { field: 'employees', label: settings.employees, hint: settings.employeesHint })}
</fieldset>`
    : null
}
${more(texts, state, language)}
<button type="submit">${state.isConnected ? settings.save : texts.connect}</button>
</form>
<form method="post" action="/messagegateway/connect?lang=${language}">
<input type="hidden" name="step" value="choose">
<input type="hidden" name="choice" value="${state.sealed}">
<button type="submit" class="quiet">${settings.otherBot}</button>
</form>`,
  ]);
}

/** All other keys of the config, by their names. */
function more(texts: PageMessages, state: SettingsState, language: Language): Html {
  const isOpen = moreFields.some((field) => state.wrong.includes(nameOf(field)));
  return html`<details class="more"${isOpen ? html` open` : null}>
<summary>${texts.settings.more}</summary>
${moreFields.map((field) => moreField(texts, state, field, meaningOf(field, language)))}
</details>`;
}

function moreField(texts: PageMessages, state: SettingsState, field: SchemaField, meaning: string): Html {
  const { yes, no } = texts.settings;
  const labelled = { field: nameOf(field), label: field.path, hint: meaning };
  if (field.kind === 'flag') {
    const options = { ...(field.mayBeAbsent ? { '': '—' } : {}), true: yes, false: no };
    return select(texts, state, labelled, options);
  }
  if (field.kind !== 'choice') return textField(texts, state, labelled);
  const options = Object.fromEntries(field.options.map((option) => [option, option]));
  return select(texts, state, labelled, options);
}

/** A field of the form and the texts beside it. */
interface Labelled {
  readonly field: string;
  readonly label: string;
  readonly hint?: string;
}

/** A text field. It is not marked as required: the schema decides, and its errors are shown in the reader's language. */
function textField(texts: PageMessages, state: SettingsState, { field, label, hint }: Required<Labelled>): Html {
  return html`<label for="${field}">${label}</label>
<input id="${field}" name="${field}" value="${state.typed[field] ?? ''}" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="2000"${marks(state, field, `${field}-hint`)}>
${problemOf(texts, state, field)}<p id="${field}-hint" class="hint">${hint}</p>`;
}

type Options = Readonly<Record<string, string>>;

function select(texts: PageMessages, state: SettingsState, labelled: Labelled, options: Options): Html {
  const { field, label, hint } = labelled;
  const choices = Object.entries(options).map(
    ([value, name]) =>
      html`<option value="${value}"${value === state.typed[field] ? html` selected` : null}>${name}</option>`,
  );
  return html`<label for="${field}">${label}</label>
<select id="${field}" name="${field}"${hint === undefined ? marks(state, field) : marks(state, field, `${field}-hint`)}>${choices}</select>
${problemOf(texts, state, field)}${hint === undefined ? null : html`<p id="${field}-hint" class="hint">${hint}</p>`}`;
}

function radios(texts: PageMessages, state: SettingsState, labelled: Required<Labelled>, options: Options): Html {
  const { field, label, hint } = labelled;
  const choices = Object.entries(options).map(
    ([value, name]) =>
      html`<label class="choice"><input type="radio" name="${field}" value="${value}" required${value === state.typed[field] ? html` checked` : null}>
<span>${name}</span></label>
`,
  );
  return html`<fieldset class="choices"${marks(state, field, `${field}-hint`)}>
<legend>${label}</legend>
${problemOf(texts, state, field)}${choices}<p id="${field}-hint" class="hint">${hint}</p>
</fieldset>`;
}

/** Links a field to its hint and error, for screen readers. */
function marks({ wrong }: SettingsState, field: string, hintId?: string): Html {
  const isWrong = wrong.includes(field);
  const ids = [...(isWrong ? [`${field}-problem`] : []), ...(hintId === undefined ? [] : [hintId])].join(' ');
  const described = ids === '' ? null : html` aria-describedby="${ids}"`;
  return html`${described}${isWrong ? html` aria-invalid="true"` : null}`;
}

function problemOf(texts: PageMessages, { wrong }: SettingsState, field: string): Html | null {
  if (!wrong.includes(field)) return null;
  const { problems, otherProblem, moreProblem } = texts.settings;
  return html`<p id="${field}-problem" class="field-problem">${problems[field] ?? (field.startsWith('more.') ? moreProblem : otherProblem)}</p>
`;
}
