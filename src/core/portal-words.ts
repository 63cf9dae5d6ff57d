/** What the portal shows of a brain's message: its text in pieces that fit, with the buttons, cards and menu that its readers can use. */
import { pressCommand } from './bot-texts.ts';
import type { RuleContext } from './bridge-result.ts';
import { cardText } from './card-text.ts';
import { type ButtonLines, buttonLines } from './choices.ts';
import type { Conversation } from './conversation.ts';
import type { Button, Card, Reply } from './events.ts';
import { forMessengers } from './markup/for-messengers.ts';
import { readMarkup } from './markup/forms.ts';
import { type Markup, plainMarkup, type TextForm } from './markup/markup.ts';
import { renderPlain } from './markup/render-plain.ts';
import { splitMarkup } from './markup/split-markup.ts';
import { splitText } from './split-text.ts';

/** The longest text Bitrix24 stores, in UTF-16 code units; it cuts longer ones, so we split before. */
const portalTextLimit = 20_000;

/** Characters that could begin markup or a command are sent with an invisible extra character. */
const escapedInPortal = '[>-/';

/** In a text that we have written as BB code, brackets are escaped already. */
const escapedInMarkup = '/';

export interface PortalWords {
  /** Empty for an empty text. */
  readonly pieces: readonly string[];
  /** How the pieces are written. */
  readonly form: { readonly form?: 'bbcode' };
  readonly buttons: readonly Button[];
  readonly menu: { readonly menu?: readonly Button[] };
  /** What the customer can answer with a number, and how it is shown. */
  readonly offered: ButtonLines;
}

type Said = Pick<Reply, 'text' | 'form' | 'buttons' | 'cards' | 'isInternal' | 'menu'> & {
  /** Lines of buttons that stay unchanged, for customers of an Open Channel. Absent: none. */
  readonly standing?: readonly string[];
};

export function portalWords(said: Said, { kind }: Conversation, context: RuleContext): PortalWords {
  const form = said.form ?? context.capabilities.textForm ?? 'plain';
  const text = said.text.trim();
  if (kind !== 'line' || said.isInternal) {
    const menu = said.menu === undefined ? {} : { menu: inChat(said.menu, kind) };
    return {
      ...written(text, [], form, false),
      buttons: inChat(said.buttons, kind),
      menu,
      offered: { lines: [], choices: [] },
    };
  }
  const offered = buttonLines(said.buttons);
  const lines = [...(said.standing ?? []), ...offered.lines];
  const unsaid = [...said.cards.map(textOf), ...lines].filter((line) => line !== '' && !includesLine(text, line));
  return { ...written(text, unsaid, form, true), buttons: [], menu: {}, offered };
}

const textOf = (card: Card): string => cardText(card);

/** Whether the text says the line already: a brain that knows its readers repeats cards and addresses in the text itself. */
function includesLine(text: string, line: string): boolean {
  const address = /https?:\/\/\S+$/.exec(line)?.[0];
  return text.includes(line) || (!line.includes('\n') && address !== undefined && text.includes(address));
}

/** @param isOutside the readers are customers of an Open Channel */
function written(
  text: string,
  lines: readonly string[],
  form: TextForm,
  isOutside: boolean,
): Pick<PortalWords, 'pieces' | 'form'> {
  if (form === 'plain') {
    const all = [text, ...lines].filter((part) => part !== '').join('\n');
    return { pieces: plainPieces(all), form: {} };
  }
  const read = readMarkup(text, form);
  const said = isOutside ? forMessengers(read) : read;
  const below = plainMarkup(lines.join('\n'));
  const all: Markup =
    said.length === 0 || below.length === 0 ? [...said, ...below] : [...said, ...plainMarkup('\n'), ...below];
  return { pieces: splitMarkup(all, 'bbcode', portalTextLimit, escapedInMarkup), form: { form: 'bbcode' } };
}

/** A plain text of the app itself in messages that the portal takes. */
export function plainPieces(text: string): readonly string[] {
  return splitText(text, portalTextLimit, escapedInPortal);
}

/** In groups the bot receives only mentions, so a button there carries a command instead of a message said aloud. */
function inChat(buttons: readonly Button[], kind: Conversation['kind']): readonly Button[] {
  if (kind !== 'group') return buttons;
  return buttons.map((button): Button => {
    if (button.type !== 'say') return button;
    const { type: _, text, ...look } = button;
    return { ...look, type: 'command', command: pressCommand, params: text };
  });
}

/** A brain's text where only plain text is shown. */
export function plainWords(text: string, form: TextForm = 'plain'): string {
  return form === 'plain' ? text : renderPlain(readMarkup(text, form));
}
