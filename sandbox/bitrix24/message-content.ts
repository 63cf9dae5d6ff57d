/** The rules for attach, keyboard and menu blocks of a message: what is accepted, what is dropped, what is an error. */
import { isEmpty, textOf } from './param-reader.ts';
import { RestError } from './rest-error.ts';
import { isMap, type Params } from './wire-format.ts';

/** Characters of serialised JSON allowed for attach, keyboard and menu (server source and v2 documentation). */
const MAX_BLOCK_CHARS = 60_000;
/** A text beyond this is cut, not refused. */
const MAX_TEXT_CHARS = 20_000;

const ATTACH_BLOCKS = new Set(['MESSAGE', 'LINK', 'USER', 'GRID', 'IMAGE', 'FILE', 'DELIMITER', 'HTML']);
const ACTIONS = new Set(['PUT', 'SEND', 'COPY', 'CALL', 'DIALOG', 'LIVECHAT', 'HELP']);
const GRID_DISPLAYS = new Set(['BLOCK', 'LINE', 'ROW', 'TABLE', 'COLUMN', 'CARD']);
const HEX_COLOR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const CUT_MARK = ' (...)';

/** The text as it is stored: trimmed, and cut at 20 000 characters with ` (...)` at the end. */
export function storedText(text: string): string {
  const trimmed = text.trim();
  const characters = [...trimmed];
  if (characters.length <= MAX_TEXT_CHARS) return trimmed;
  return characters.slice(0, MAX_TEXT_CHARS - CUT_MARK.length).join('') + CUT_MARK;
}

function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch (broken) {
    if (broken instanceof SyntaxError) return null;
    throw broken;
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function anyOf(value: unknown, accept: (inner: Params) => boolean): boolean {
  if (isList(value)) return value.some((inner) => isMap(inner) && accept(inner));
  return isMap(value) && accept(value);
}

function isUsableBlock(block: unknown): boolean {
  if (!isMap(block)) return false;
  const [kind, value] = Object.entries(block)[0] ?? ['', null];
  if (!ATTACH_BLOCKS.has(kind)) return false;
  if (kind === 'MESSAGE' || kind === 'HTML') return typeof value === 'string' && value !== '';
  if (kind === 'LINK' || kind === 'IMAGE' || kind === 'FILE')
    return anyOf(value, (inner) => textOf(inner, 'LINK') !== '');
  if (kind === 'USER') return anyOf(value, (inner) => textOf(inner, 'NAME') !== '');
  if (kind === 'GRID') return anyOf(value, (inner) => GRID_DISPLAYS.has(textOf(inner, 'DISPLAY')));
  return true;
}

/** The attach as stored, or null when the parameter asks for none. Throws ATTACH_OVERSIZE, ATTACH_ERROR. */
export function readAttach(raw: unknown): Params | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const value = parsedJson(raw);
  const size = JSON.stringify(value)?.length ?? 0;
  if (size >= MAX_BLOCK_CHARS) {
    throw new RestError('ATTACH_OVERSIZE', 'You have exceeded the maximum allowable size of attach');
  }
  const blocks = isMap(value) && 'BLOCKS' in value ? value['BLOCKS'] : value;
  const usable = isList(blocks) ? blocks.filter(isUsableBlock) : [];
  if (usable.length === 0) throw new RestError('ATTACH_ERROR', 'Incorrect attach params');
  return { ...(isMap(value) ? value : {}), BLOCKS: usable };
}

function isColor(value: unknown): boolean {
  return typeof value === 'string' && HEX_COLOR.test(value);
}

function action(button: Params, botId: number): Params | null {
  const link = textOf(button, 'LINK');
  if (/^(\/|https?:\/\/)/.test(link)) return { LINK: link };
  if (textOf(button, 'APP_ID') !== '') return { APP_ID: button['APP_ID'], APP_PARAMS: textOf(button, 'APP_PARAMS') };
  const named = textOf(button, 'ACTION');
  const value = textOf(button, 'ACTION_VALUE');
  if (ACTIONS.has(named) && value.trim() !== '') return { ACTION: named, ACTION_VALUE: value };
  const command = textOf(button, 'COMMAND').replace(/^\//, '');
  if (command === '' || botId <= 0) return null;
  const params = textOf(button, 'COMMAND_PARAMS');
  return { COMMAND: command, COMMAND_PARAMS: isNothing(params) ? '' : params, BOT_ID: botId };
}

/** PHP takes the text `0` for empty. */
const isNothing = (text: string): boolean => text === '0' || text.trim() === '';

const LOOKS = ['DISPLAY', 'WIDTH', 'CONTEXT', 'BG_COLOR_TOKEN'] as const;
const COLORS = ['BG_COLOR', 'TEXT_COLOR', 'OFF_BG_COLOR', 'OFF_TEXT_COLOR'] as const;

function usableButton(raw: unknown, botId: number): Params | null {
  if (!isMap(raw)) return null;
  if (raw['TYPE'] === 'NEWLINE') return { TYPE: 'NEWLINE' };
  const text = textOf(raw, 'TEXT').trim();
  const does = action(raw, botId);
  if (isNothing(textOf(raw, 'TEXT')) || does === null) return null;
  const button: Params = { TYPE: 'BUTTON', TEXT: text, ...does };
  for (const key of LOOKS) if (raw[key] !== undefined) button[key] = raw[key];
  for (const key of COLORS) if (isColor(raw[key])) button[key] = raw[key];
  if (raw['DISABLED'] === 'Y' || raw['DISABLED'] === true) button['DISABLED'] = 'Y';
  if ((raw['BLOCK'] === 'Y' || raw['BLOCK'] === true) && 'COMMAND' in does) button['BLOCK'] = 'Y';
  return button;
}

/** The usable buttons of a keyboard, or null when the parameter asks for none. Bad buttons vanish; nothing left is KEYBOARD_ERROR. */
export function readKeyboard(raw: unknown, botId: number): Params[] | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const value = parsedJson(raw);
  const buttons = isMap(value) && 'BUTTONS' in value ? value['BUTTONS'] : value;
  const usable = isList(buttons)
    ? buttons.map((button) => usableButton(button, botId)).filter((button) => button !== null)
    : [];
  // A row break that is left counts: only a keyboard of which nothing at all is left is an error.
  if (usable.length === 0) {
    throw new RestError('KEYBOARD_ERROR', 'Incorrect keyboard params');
  }
  return usable;
}

/** Throws KEYBOARD_OVERSIZE. imbot.message.add does not check this; imbot.message.update, command.answer and v2 do. */
export function checkKeyboardSize(raw: unknown): void {
  if ((JSON.stringify(parsedJson(raw))?.length ?? 0) >= MAX_BLOCK_CHARS) {
    throw new RestError('KEYBOARD_OVERSIZE', 'You have exceeded the maximum allowable size of keyboard');
  }
}

/** The usable items of a message menu, or null when the parameter asks for none. None left is MENU_ERROR. */
export function readMenu(raw: unknown, botId: number): Params[] | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const value = parsedJson(raw);
  const items = isMap(value) && 'ITEMS' in value ? value['ITEMS'] : value;
  const usable = isList(items) ? items.map((item) => usableButton(item, botId)).filter((item) => item !== null) : [];
  if (usable.length === 0) throw new RestError('MENU_ERROR', 'Incorrect menu params');
  return usable;
}
