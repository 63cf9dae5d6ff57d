/**
 * Buttons in Bitrix24's format. Labels, and the texts that buttons send, come from outside and are escaped like any text. A portal drops a
 * button it does not accept, and refuses the whole message when none is left or the keyboard is too large; so what cannot be a button is
 * written into the text, or left out, before anything is sent.
 */
import type { Button } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb, notEmpty } from './bb-code.ts';

/**
 * A KEYBOARD, as the portal stores it, must have fewer characters than this: some methods refuse a larger one, others drop it without an
 * error. Buttons that do not fit are left out.
 */
const maxKeyboardLength = 60_000;

/** The most characters the portal adds to a button when it stores it. */
const addedByPortal = 200;

/** The longest label: a button shows no more. */
const maxLabel = 250;

/** The longest text or parameter of a button. */
const maxValue = 2_000;

export interface FittedKeyboard {
  /**
   * For `imbot.v2.Chat.Message.send` and `imbot.message.add`, one button a row, which reads best in a narrow chat; null without buttons.
   */
  readonly keyboard: Readonly<Record<string, unknown>> | null;
  /** Text lines that replace buttons, not escaped yet. */
  readonly textLines: readonly string[];
  /** A button was left out, shortened, or written into the text. */
  readonly isCut: boolean;
}

type Row = Readonly<Record<string, string>>;

/** A phone number becomes a button that calls; a mail address, and any link that is not public, becomes a text line. */
export function toKeyboard(buttons: readonly Button[], botId: string): FittedKeyboard {
  const rows: Row[] = [];
  const lines: string[] = [];
  let length = 100;
  let isCut = buttons.some(isTooLong);
  for (const button of buttons) {
    const fitted = fitButton(button);
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
  return { keyboard: rows.length === 0 ? null : { BOT_ID: Number(botId), BUTTONS: rows }, textLines: lines, isCut };
}

function isTooLong(button: Button): boolean {
  const value = button.type === 'say' ? button.text : button.type === 'command' ? button.params : '';
  return value.length > maxValue;
}

/** The button, the text line that replaces it, or null if it has neither label nor effect. */
function fitButton(button: Button): Row | string | null {
  const label = (button.label.trim() || labelOf(button)).slice(0, maxLabel).toWellFormed();
  if (label === '') return null;
  switch (button.type) {
    case 'say': {
      // The portal posts it in the name of the person who presses the button.
      const said = escapeBb(button.text.slice(0, maxValue).toWellFormed());
      return said.trim() === '' ? null : { ...appearance(label), ACTION: 'SEND', ACTION_VALUE: said };
    }
    case 'command': {
      const params = button.params.slice(0, maxValue).toWellFormed();
      return button.command.trim() === ''
        ? null
        : { ...appearance(label), COMMAND: button.command, COMMAND_PARAMS: notEmpty(params) };
    }
    case 'call':
      return callTo(label, button.phone.trim());
    case 'link':
      return fitLink(label, button.url.trim());
  }
}

/** The label of a button that has none. */
function labelOf(button: Button): string {
  if (button.type === 'link') return button.url.trim();
  if (button.type === 'call') return button.phone.trim();
  return button.type === 'say' ? button.text.trim() : '';
}

const appearance = (label: string): Row => ({ TEXT: notEmpty(escapeBb(label)), DISPLAY: 'LINE' });

/** A LINK may only be a public web address: the button shows its label, not where it leads. */
function fitLink(label: string, url: string): Row | string | null {
  const link = publicLink(url);
  if (link !== null) return { ...appearance(label), LINK: link };
  const [, scheme = '', address = ''] = /^([a-z]+):(.*)$/i.exec(url) ?? [];
  if (scheme.toLowerCase() === 'tel') return callTo(label, unescaped(address).trim());
  return textLineOf(label, scheme.toLowerCase() === 'mailto' ? unescaped(address.split('?', 1)[0] ?? '') : url);
}

/** Characters allowed between the digits of a number; with any other it is not a plain number and is shown as it is. */
const phoneSigns = /[\s()./‐-―-]/g;

function callTo(label: string, phone: string): Row | string | null {
  const number = phone.replaceAll(phoneSigns, '');
  return /^\+?\d{3,15}$/.test(number)
    ? { ...appearance(label), ACTION: 'CALL', ACTION_VALUE: number }
    : textLineOf(label, phone);
}

function textLineOf(label: string, shown: string): string | null {
  if (shown === '') return null;
  return shown === label ? shown : `${label}: ${shown}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Broken escapes are left as they are.
    return text;
  }
}
