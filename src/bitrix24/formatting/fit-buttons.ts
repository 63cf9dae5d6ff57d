/**
 * Buttons as a portal takes them. It drops a button it does not like, and refuses the whole message when none is left or the keyboard is
 * too large; so what cannot be a button is said in the text, or left out, before anything is sent.
 */
import type { Button } from '../../core/events.ts';
import { toKeyboard } from './keyboard.ts';

/** Serialised keyboards have to have fewer characters than this. */
const maxKeyboardLength = 60_000;

export interface FittingButtons {
  readonly buttons: readonly Button[];
  /** What stands in the text instead of a button, one line each. */
  readonly lines: readonly string[];
  /** A button was left out, or stands in the text. */
  readonly isCut: boolean;
}

/** A phone becomes a button that calls; a mail address, and any other link that is neither on the web nor of the portal, a line of text. */
export function fitButtons(wanted: readonly Button[], botId: string): FittingButtons {
  const buttons: Button[] = [];
  const lines: string[] = [];
  for (const button of wanted) {
    const fitted = fitOne(button);
    if (typeof fitted === 'string') lines.push(fitted);
    else if (fitted !== null) buttons.push(fitted);
  }
  const kept = cutToSize(buttons, botId);
  return { buttons: kept, lines, isCut: kept.length < wanted.length };
}

/** The button, the line that says what it would, or null for one that says and does nothing. */
function fitOne(button: Button): Button | string | null {
  const label = button.label.trim() || labelOf(button);
  if (label === '') return null;
  switch (button.type) {
    case 'say':
      return button.text.trim() === '' ? null : { ...button, label };
    case 'command':
      return button.command.trim() === '' ? null : { ...button, label };
    case 'call':
      return callTo(label, button.phone);
    case 'link':
      return fitLink(label, button.url.trim());
  }
}

function labelOf(button: Button): string {
  if (button.type === 'link') return button.url.trim();
  if (button.type === 'call') return button.phone.trim();
  return button.type === 'say' ? button.text.trim() : '';
}

function fitLink(label: string, url: string): Button | string | null {
  if (/^(?:\/|https?:\/\/)/.test(url)) return { type: 'link', label, url };
  const [, scheme = '', address = ''] = /^([a-z]+):(.*)$/i.exec(url) ?? [];
  if (scheme.toLowerCase() === 'tel') return callTo(label, unescaped(address));
  const shown = scheme.toLowerCase() === 'mailto' ? unescaped(address.split('?', 1)[0] ?? '') : url;
  if (shown === '') return null;
  return shown === label ? shown : `${label}: ${shown}`;
}

function callTo(label: string, phone: string): Button | string | null {
  const number = phone.replaceAll(/[^\d+*#]/g, '');
  if (number !== '') return { type: 'call', label, phone: number };
  return phone.trim() === '' ? null : `${label}: ${phone.trim()}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Broken escapes stay as they are written.
    return text;
  }
}

function cutToSize(buttons: readonly Button[], botId: string): readonly Button[] {
  let length = JSON.stringify(toKeyboard([], botId)).length;
  const kept: Button[] = [];
  for (const button of buttons) {
    // With the row break before it and the commas.
    length += JSON.stringify(toKeyboard([button, button], botId)).length;
    if (length >= maxKeyboardLength) break;
    kept.push(button);
  }
  return kept;
}
