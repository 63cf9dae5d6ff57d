/** The rules for the text, the keyboard and the menu of a message: what is accepted, what is dropped, what is an error. */
import { intOf, isEmpty, textOf } from './param-reader.ts';
import { RestError } from './rest-error.ts';
import { colors, colorToken, isAddress, isOversized, parsedJson } from './stored-content.ts';
import { isMap, type Params } from './wire-format.ts';

/** A text beyond this is cut, not refused. */
const MAX_TEXT_CHARS = 20_000;
const CUT_MARK = ' (...)';

const MENU_ACTIONS = ['PUT', 'SEND', 'COPY', 'CALL', 'DIALOG'];
const BUTTON_ACTIONS = [...MENU_ACTIONS, 'LIVECHAT', 'HELP'];
const COLORS = ['BG_COLOR', 'TEXT_COLOR', 'OFF_BG_COLOR', 'OFF_TEXT_COLOR'] as const;

/** The text as it is stored: trimmed, and cut at 20 000 characters with ` (...)` at the end. */
export function storedText(text: string): string {
  const trimmed = text.trim();
  const characters = [...trimmed];
  if (characters.length <= MAX_TEXT_CHARS) return trimmed;
  return characters.slice(0, MAX_TEXT_CHARS - CUT_MARK.length).join('') + CUT_MARK;
}

/** PHP takes the text `0` for empty. */
const isNothing = (text: string): boolean => text === '0' || text.trim() === '';

/** What a button or a menu entry does; the first action that is present counts. */
function action(from: Params, botId: number, actions: readonly string[]): Params | null {
  const link = textOf(from, 'LINK');
  if (isAddress(link)) return { LINK: link };
  if (intOf(from, 'APP_ID') !== 0) {
    const params = textOf(from, 'APP_PARAMS');
    return { APP_ID: intOf(from, 'APP_ID'), ...(params.trim() === '' ? {} : { APP_PARAMS: params }) };
  }
  const named = textOf(from, 'ACTION');
  const value = textOf(from, 'ACTION_VALUE');
  if (actions.includes(named) && value.trim() !== '') return { ACTION: named, ACTION_VALUE: value };
  const command = textOf(from, 'COMMAND');
  if (isNothing(command) || botId <= 0) return null;
  const params = textOf(from, 'COMMAND_PARAMS');
  return { COMMAND: command.replace(/^\//, ''), COMMAND_PARAMS: isNothing(params) ? '' : params };
}

function context(from: Params): string {
  const wanted = textOf(from, 'CONTEXT');
  return wanted === 'MOBILE' || wanted === 'DESKTOP' ? wanted : 'ALL';
}

const flag = (isOn: boolean): string => (isOn ? 'Y' : 'N');

/** Defaults for all buttons of a keyboard. */
interface KeyboardDefaults {
  readonly botId: number;
  readonly colors: Params;
  readonly isVote: boolean;
}

function usableButton(raw: unknown, { botId, colors: usual, isVote }: KeyboardDefaults): Params | null {
  if (!isMap(raw)) return null;
  if (raw['TYPE'] === 'NEWLINE') return { TYPE: 'NEWLINE' };
  // FUNCTION is reserved for the portal itself; a button that has one is dropped, whatever else it has.
  if (raw['FUNCTION'] !== undefined) return null;
  const does = action(raw, botId, BUTTON_ACTIONS);
  if (isNothing(textOf(raw, 'TEXT')) || does === null) return null;
  const display = textOf(raw, 'DISPLAY');
  const width = intOf(raw, 'WIDTH');
  return {
    BOT_ID: botId,
    TYPE: 'BUTTON',
    ...does,
    TEXT: textOf(raw, 'TEXT').trim(),
    VOTE: flag(isVote),
    BLOCK: flag(raw['BLOCK'] === 'Y'),
    WAIT: 'N',
    CONTEXT: context(raw),
    DISABLED: flag(raw['DISABLED'] === 'Y'),
    DISPLAY: display === 'LINE' ? 'LINE' : 'BLOCK',
    ...(width > 0 ? { WIDTH: width } : {}),
    ...usual,
    ...colors(raw, ...COLORS),
    BG_COLOR_TOKEN: colorToken(raw['BG_COLOR_TOKEN']),
  };
}

/** The list under the key, or the parameter itself if it has no such key. */
function listIn(value: unknown, key: string): readonly unknown[] {
  const list = isMap(value) && key in value ? value[key] : value;
  if (Array.isArray(list)) return list;
  return isMap(list) ? Object.values(list) : [];
}

/** The usable buttons of a keyboard, or null when the parameter asks for none. Invalid buttons are dropped; throws KEYBOARD_ERROR when nothing is left. */
export function readKeyboard(raw: unknown, botId: number): Params[] | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const value = parsedJson(raw);
  const whole = isMap(value) && 'BUTTONS' in value ? value : {};
  const usual = isMap(whole['COLORS']) ? colors(whole['COLORS'], ...COLORS) : {};
  const defaults = { botId, colors: usual, isVote: whole['VOTE'] === 'Y' };
  const usable = listIn(value, 'BUTTONS')
    .map((button) => usableButton(button, defaults))
    .filter((button) => button !== null);
  // A row break counts as something left: only an empty result is an error.
  if (usable.length === 0) throw new RestError('KEYBOARD_ERROR', 'Incorrect keyboard params');
  return usable;
}

/** Throws KEYBOARD_OVERSIZE: imbot.message.update, command.answer and v2 do, imbot.message.add drops the keyboard. */
export function checkKeyboardSize(stored: readonly Params[] | null): void {
  if (stored !== null && isOversized(stored)) {
    throw new RestError('KEYBOARD_OVERSIZE', 'You have exceeded the maximum allowable size of keyboard');
  }
}

/** Throws MENU_OVERSIZE: imbot.message.update does, imbot.message.add drops the menu. */
export function checkMenuSize(stored: readonly Params[] | null): void {
  if (stored !== null && isOversized(stored)) {
    throw new RestError('MENU_OVERSIZE', 'You have exceeded the maximum allowable size of menu');
  }
}

/** The keyboard or menu as it is stored where its size is not checked: an oversized one is stored as empty. */
export function keptIfSmall(stored: Params[] | null): Params[] | null {
  return stored === null || isOversized(stored) ? null : stored;
}

function usableItem(raw: unknown, botId: number): Params | null {
  if (!isMap(raw) || raw['FUNCTION'] !== undefined || textOf(raw, 'TEXT').trim() === '') return null;
  const does = action(raw, botId, MENU_ACTIONS);
  if (does === null) return null;
  const text = textOf(raw, 'TEXT').trim();
  return { BOT_ID: botId, ...does, TEXT: text, CONTEXT: context(raw), DISABLED: flag(raw['DISABLED'] === 'Y') };
}

/** The usable entries of a message's menu, or null when the parameter asks for none. None left is MENU_ERROR. */
export function readMenu(raw: unknown, botId: number): Params[] | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const usable = listIn(parsedJson(raw), 'ITEMS')
    .map((item) => usableItem(item, botId))
    .filter((item) => item !== null);
  if (usable.length === 0) throw new RestError('MENU_ERROR', 'Incorrect menu params');
  return usable;
}
