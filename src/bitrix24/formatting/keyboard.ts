/**
 * Buttons in Bitrix24's format. Labels, and the texts that buttons send, come from outside and are escaped like any text. A portal drops a
 * button it does not accept, and refuses the whole message when none is left or the keyboard is too large. So anything that cannot be a
 * button is written into the text, or left out, before the message is sent.
 */

import type { Button } from '../../core/decorations.ts';
import { percentDecoded, phoneNumber } from '../../core/markup/addresses.ts';
import { escapeBb, notEmpty } from '../../core/markup/bb-escape.ts';
import { publicLink } from './addresses.ts';
import { colorFields, isUnknownColor } from './colors.ts';
import { maxStored, outerSize, storedSize } from './stored-size.ts';

/** The most characters the portal adds to a button when it stores it. */
const addedByPortal = 200;

/** The longest label: a button shows no more. */
const maxLabel = 250;

/** The longest text or parameter of a button. */
const maxValue = 2_000;

export interface FittedKeyboard {
  /**
   * For `imbot.v2.Chat.Message.send` and `imbot.message.add`; buttons have rows of their own unless they say otherwise, which reads best in
   * a narrow chat. Null without buttons.
   */
  readonly keyboard: Readonly<Record<string, unknown>> | null;
  /** Text lines that replace buttons, not escaped yet. */
  readonly textLines: readonly string[];
  /** A button was left out, shortened, or written into the text. */
  readonly isCut: boolean;
}

export interface FittedMenu {
  /** For `imbot.message.add` and `imbot.message.update`; null without entries. */
  readonly menu: Readonly<Record<string, unknown>> | null;
  /** An entry was left out or shortened. */
  readonly isCut: boolean;
}

type Row = Readonly<Record<string, string | number>>;

const newRow: Row = { TYPE: 'NEWLINE' };

/** A phone number becomes a button that calls; a mail address, and any link that is not public, becomes a text line. */
export function toKeyboard(buttons: readonly Button[], botId: string): FittedKeyboard {
  const rows: Row[] = [];
  const lines: string[] = [];
  let length = outerSize;
  let isCut = buttons.some(isShortened);
  for (const button of buttons) {
    const fitted = fitButton(button);
    if (typeof fitted === 'string') lines.push(fitted);
    if (fitted === null || typeof fitted === 'string') {
      isCut = true;
      continue;
    }
    const row = { ...fitted, ...lookOf(button) };
    const added = rows.length === 0 || button.joinsRow === true ? [row] : [newRow, row];
    const size = storedSize(added) + addedByPortal;
    if (length + size < maxStored) {
      length += size;
      rows.push(...added);
    } else isCut = true;
  }
  return { keyboard: rows.length === 0 ? null : { BOT_ID: Number(botId), BUTTONS: rows }, textLines: lines, isCut };
}

/** The entries of a message's menu. Buttons that cannot be entries are left out, because a menu has no text to write them into. */
export function toMenu(entries: readonly Button[], botId: string): FittedMenu {
  const items: Row[] = [];
  let length = outerSize;
  let isCut = entries.some(isShortened);
  for (const entry of entries) {
    const fitted = fitButton(entry);
    const item = fitted === null || typeof fitted === 'string' ? null : { ...withoutDisplay(fitted), ...whenOf(entry) };
    const size = item === null ? 0 : storedSize(item) + addedByPortal;
    if (item === null || length + size >= maxStored) isCut = true;
    else {
      length += size;
      items.push(item);
    }
  }
  return { menu: items.length === 0 ? null : { BOT_ID: Number(botId), ITEMS: items }, isCut };
}

function withoutDisplay(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'DISPLAY'));
}

function isShortened(button: Button): boolean {
  const isGrey = [button.color, button.textColor, button.offColor, button.offTextColor].some(isUnknownColor);
  return isGrey || carriedBy(button).length > maxValue;
}

function carriedBy(button: Button): string {
  if (button.type === 'command') return button.params;
  return 'text' in button ? button.text : '';
}

/** Where and when a button works. */
function whenOf({ device, isDisabled }: Button): Row {
  return {
    ...(device === undefined ? {} : { CONTEXT: device === 'mobile' ? 'MOBILE' : 'DESKTOP' }),
    ...(isDisabled === true ? { DISABLED: 'Y' } : {}),
  };
}

function lookOf(button: Button): Row {
  const { width = 0, type, isOnce } = button;
  return {
    ...colorFields(button.color, 'BG_COLOR', 'BG_COLOR_TOKEN'),
    ...colorFields(button.textColor, 'TEXT_COLOR', ''),
    ...colorFields(button.offColor, 'OFF_BG_COLOR', ''),
    ...colorFields(button.offTextColor, 'OFF_TEXT_COLOR', ''),
    ...(Number.isInteger(width) && width > 0 ? { WIDTH: width } : {}),
    ...(isOnce === true && type === 'command' ? { BLOCK: 'Y' } : {}),
    ...whenOf(button),
  };
}

/** The button, the text line that replaces it, or null if it has neither label nor effect. */
function fitButton(button: Button): Row | string | null {
  const label = (button.label.trim() || labelOf(button)).slice(0, maxLabel).toWellFormed();
  if (label === '') return null;
  switch (button.type) {
    // The portal posts the text in the name of the person who presses the button.
    case 'say':
      return acting(label, 'SEND', escapeBb(button.text.slice(0, maxValue).toWellFormed()));
    case 'put':
      return acting(label, 'PUT', escapeBb(button.text.slice(0, maxValue).toWellFormed()));
    case 'copy':
      return acting(label, 'COPY', button.text.slice(0, maxValue).toWellFormed());
    case 'dialog':
      return acting(label, 'DIALOG', /^(?:chat)?\d{1,20}$/.test(button.dialogId) ? button.dialogId : '');
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

function acting(label: string, action: string, value: string): Row | null {
  return value.trim() === '' ? null : { ...appearance(label), ACTION: action, ACTION_VALUE: value };
}

/** The label of a button that has none. */
function labelOf(button: Button): string {
  if (button.type === 'link') return button.url.trim();
  if (button.type === 'call') return button.phone.trim();
  return 'text' in button ? button.text.trim() : '';
}

const appearance = (label: string): Row => ({ TEXT: notEmpty(escapeBb(label)), DISPLAY: 'LINE' });

/** A LINK may only be a public web address: the button shows its label, not where it leads. */
function fitLink(label: string, url: string): Row | string | null {
  const link = publicLink(url);
  if (link !== null) return { ...appearance(label), LINK: link };
  const [, scheme = '', address = ''] = /^([a-z]+):(.*)$/i.exec(url) ?? [];
  if (scheme.toLowerCase() === 'tel') return callTo(label, percentDecoded(address).trim());
  return textLineOf(label, scheme.toLowerCase() === 'mailto' ? percentDecoded(address.split('?', 1)[0] ?? '') : url);
}

/** A phone that is not a plain number is shown as text. */
function callTo(label: string, phone: string): Row | string | null {
  const number = phoneNumber(phone);
  return number === null ? textLineOf(label, phone) : { ...appearance(label), ACTION: 'CALL', ACTION_VALUE: number };
}

function textLineOf(label: string, shown: string): string | null {
  if (shown === '') return null;
  return shown === label ? shown : `${label}: ${shown}`;
}
