/**
 * Buttons in Bitrix24's form. Labels, and what pressing them says, come from outside and are escaped like any text. A portal drops a button
 * it does not like, and refuses the whole message when none is left or the keyboard is too large; so what cannot be a button is said in
 * the text, or left out, before anything is sent.
 */
import type { Button } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb, notEmpty } from './bb-code.ts';

/**
 * A KEYBOARD may have fewer than this many characters as the portal stores it: a larger one is refused by some methods, and vanishes
 * without a word in others. Buttons that do not fit are left out.
 */
const maxKeyboardLength = 60_000;

/** What the portal adds to a button when it stores it, at most. */
const addedByPortal = 200;

/** Longest label: more does not show on a button. */
const maxLabel = 250;

/** Longest text a button says, or parameter it carries. */
const maxValue = 2_000;

export interface FittedKeyboard {
  /** For `imbot.v2.Chat.Message.send` and `imbot.message.add`, one button a row, as they read best in a narrow chat; null without buttons. */
  readonly keyboard: Readonly<Record<string, unknown>> | null;
  /** What stands in the text instead of a button, one line each, not escaped yet. */
  readonly lines: readonly string[];
  /** A button was left out, or shortened, or stands in the text. */
  readonly isCut: boolean;
}

type Row = Readonly<Record<string, string>>;

/** A phone becomes a button that calls; a mail address, and any link that nobody may be led to by a button, a line of text. */
export function toKeyboard(buttons: readonly Button[], botId: string): FittedKeyboard {
  const rows: Row[] = [];
  const lines: string[] = [];
  let length = 100;
  let isCut = buttons.some(isTooLong);
  for (const button of buttons) {
    const fitted = fitOne(button);
    if (typeof fitted === 'string') lines.push(fitted);
    if (fitted === null || typeof fitted === 'string') {
      isCut = true;
      continue;
    }
    const added = rows.length === 0 ? [fitted] : [{ TYPE: 'NEWLINE' }, fitted];
    length += JSON.stringify(added).length + addedByPortal;
    if (length < maxKeyboardLength) rows.push(...added);
    else isCut = true;
  }
  return { keyboard: rows.length === 0 ? null : { BOT_ID: Number(botId), BUTTONS: rows }, lines, isCut };
}

function isTooLong(button: Button): boolean {
  const value = button.type === 'say' ? button.text : button.type === 'command' ? button.params : '';
  return value.length > maxValue;
}

/** The button, the line that says what it would, or null for one that says and does nothing. */
function fitOne(button: Button): Row | string | null {
  const label = (button.label.trim() || labelOf(button)).slice(0, maxLabel).toWellFormed();
  if (label === '') return null;
  switch (button.type) {
    case 'say': {
      // The portal posts it in the presser's own name.
      const said = escapeBb(button.text.slice(0, maxValue).toWellFormed());
      return said.trim() === '' ? null : { ...look(label), ACTION: 'SEND', ACTION_VALUE: said };
    }
    case 'command': {
      const params = button.params.slice(0, maxValue).toWellFormed();
      return button.command.trim() === ''
        ? null
        : { ...look(label), COMMAND: button.command, COMMAND_PARAMS: notEmpty(params) };
    }
    case 'call':
      return callTo(label, button.phone.trim());
    case 'link':
      return fitLink(label, button.url.trim());
  }
}

/** What a button without a label is called. */
function labelOf(button: Button): string {
  if (button.type === 'link') return button.url.trim();
  if (button.type === 'call') return button.phone.trim();
  return button.type === 'say' ? button.text.trim() : '';
}

const look = (label: string): Row => ({ TEXT: notEmpty(escapeBb(label)), DISPLAY: 'LINE' });

/** A LINK may only be a public address of the web: it shows its label, not where it leads. */
function fitLink(label: string, url: string): Row | string | null {
  const link = publicLink(url);
  if (link !== null) return { ...look(label), LINK: link };
  const [, scheme = '', address = ''] = /^([a-z]+):(.*)$/i.exec(url) ?? [];
  if (scheme.toLowerCase() === 'tel') return callTo(label, unescaped(address).trim());
  return lineOf(label, scheme.toLowerCase() === 'mailto' ? unescaped(address.split('?', 1)[0] ?? '') : url);
}

/** Numbers are written with these between their digits; with anything else among them it is no plain number, and is told as it is. */
const phoneSigns = /[\s()./‐-―-]/g;

function callTo(label: string, phone: string): Row | string | null {
  const number = phone.replaceAll(phoneSigns, '');
  return /^\+?\d{3,15}$/.test(number) ? { ...look(label), ACTION: 'CALL', ACTION_VALUE: number } : lineOf(label, phone);
}

function lineOf(label: string, shown: string): string | null {
  if (shown === '') return null;
  return shown === label ? shown : `${label}: ${shown}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Broken escapes stay as they are written.
    return text;
  }
}
