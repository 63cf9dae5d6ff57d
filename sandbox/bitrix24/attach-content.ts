/** The rules for the attach of a message, as in the server's source: which blocks are accepted, and which of their fields are stored. */
import { intOf, isEmpty, textOf } from './param-reader.ts';
import { RestError } from './rest-error.ts';
import { colors, colorToken, isAddress, isOversized, parsedJson } from './stored-content.ts';
import { isMap, type Params } from './wire-format.ts';

/** Kinds of blocks in the order in which the server tests for them; the first match counts. */
const KINDS = ['USER', 'LINK', 'RICH_LINK', 'MESSAGE', 'GRID', 'IMAGE', 'FILE', 'DELIMITER'] as const;
type Kind = (typeof KINDS)[number];

const GRID_DISPLAYS: Readonly<Record<string, string>> = {
  BLOCK: 'BLOCK',
  LINE: 'LINE',
  CARD: 'LINE',
  ROW: 'ROW',
  COLUMN: 'ROW',
  TABLE: 'TABLE',
};

const oneLine = (text: string): string => text.replaceAll(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/g, ' ');

/** A single map or a list of maps. */
function mapsOf(value: unknown): readonly Params[] {
  if (Array.isArray(value)) return value.filter(isMap);
  return isMap(value) ? [value] : [];
}

/** The keys whose values are numbers above 0. */
function numbers(from: Params, ...keys: readonly string[]): Params {
  return Object.fromEntries(keys.map((key) => [key, intOf(from, key)] as const).filter(([, value]) => value > 0));
}

function address(from: Params, key: string): Params {
  const value = textOf(from, key);
  return isAddress(value) ? { [key]: value } : {};
}

function user(from: Params): Params | null {
  if (textOf(from, 'NAME').trim() === '') return null;
  const [target = ''] = ['USER_ID', 'CHAT_ID', 'BOT_ID'].filter((key) => intOf(from, key) > 0);
  const leads = target === '' ? address(from, 'LINK') : { [target]: intOf(from, target) };
  const usual = target === 'CHAT_ID' ? 'CHAT' : target === 'BOT_ID' ? 'BOT' : 'USER';
  const wanted = textOf(from, 'AVATAR_TYPE');
  const type = ['CHAT', 'USER', 'BOT'].includes(wanted) ? wanted : usual;
  return { NAME: oneLine(textOf(from, 'NAME')), AVATAR_TYPE: type, ...leads, ...address(from, 'AVATAR') };
}

function link(from: Params): Params | null {
  const isNamed = 'NAME' in from;
  const [inside = ''] = ['USER_ID', 'CHAT_ID'].filter((key) => isNamed && intOf(from, key) > 0);
  if (inside === '' && !isAddress(textOf(from, 'LINK'))) return null;
  return {
    ...(inside === '' ? {} : { [inside]: intOf(from, inside) }),
    ...(isNamed ? { NAME: oneLine(textOf(from, 'NAME').trim()) } : {}),
    ...('LINK' in from ? { LINK: textOf(from, 'LINK') } : {}),
    ...('DESC' in from ? { DESC: textOf(from, 'DESC') } : {}),
    ...('HTML' in from ? { HTML: textOf(from, 'HTML') } : preview(from)),
  };
}

function preview(from: Params): Params {
  return isAddress(textOf(from, 'PREVIEW')) ? { ...address(from, 'PREVIEW'), ...numbers(from, 'WIDTH', 'HEIGHT') } : {};
}

/** Only a row of cards may lack both name and value. */
function gridRow(from: Params): Params | null {
  const name = textOf(from, 'NAME').trim();
  const value = textOf(from, 'VALUE').trim();
  if (textOf(from, 'DISPLAY') !== 'LINE' && name === '' && value === '') return null;
  return {
    DISPLAY: GRID_DISPLAYS[textOf(from, 'DISPLAY')] ?? 'BLOCK',
    NAME: oneLine(name),
    VALUE: value.replaceAll('#BR#', '[BR]'),
    ...colors(from, 'COLOR'),
    ...numbers(from, 'WIDTH', 'HEIGHT', 'USER_ID', 'CHAT_ID'),
    ...address(from, 'LINK'),
    COLOR_TOKEN: colorToken(from['COLOR_TOKEN']),
  };
}

function image(from: Params): Params | null {
  if (!isAddress(textOf(from, 'LINK'))) return null;
  const name = textOf(from, 'NAME').trim();
  const named = name === '' ? {} : { NAME: name };
  return { ...named, LINK: textOf(from, 'LINK'), ...numbers(from, 'WIDTH', 'HEIGHT'), ...address(from, 'PREVIEW') };
}

function file(from: Params): Params | null {
  if (!isAddress(textOf(from, 'LINK'))) return null;
  const name = oneLine(textOf(from, 'NAME').trim());
  return { LINK: textOf(from, 'LINK'), ...(name === '' ? {} : { NAME: name }), ...numbers(from, 'SIZE') };
}

function message(value: unknown): readonly Params[] {
  const text = isMap(value) ? textOf(value, 'TEXT') : typeof value === 'string' ? value : '';
  return text.trim() === '' ? [] : [{ MESSAGE: text.trim().replaceAll('#BR#', '[BR]') }];
}

/** Each user and each link is stored as a block of its own; pictures, files and rows are stored together in one block. */
function blocksOf(kind: Kind, value: unknown): readonly Params[] {
  const each = (read: (from: Params) => Params | null): Params[] =>
    mapsOf(value)
      .map(read)
      .filter((one) => one !== null);
  const apart = (found: readonly Params[]): Params[] => found.map((one) => ({ [kind]: [one] }));
  const together = (found: readonly Params[]): Params[] => (found.length === 0 ? [] : [{ [kind]: found }]);
  switch (kind) {
    case 'USER':
      return apart(each(user));
    case 'LINK':
    case 'RICH_LINK':
      return apart(each(link));
    case 'MESSAGE':
      return message(value);
    case 'GRID':
      // Unlike pictures and files, rows are always a list.
      return Array.isArray(value) ? together(each(gridRow)) : [];
    case 'IMAGE':
      return together(each(image));
    case 'FILE':
      return together(each(file));
    case 'DELIMITER': {
      const from = isMap(value) ? value : {};
      return [{ DELIMITER: { SIZE: 200, ...numbers(from, 'SIZE'), ...colors(from, 'COLOR') } }];
    }
  }
}

/** The attach as stored, or null when the parameter asks for none. Throws ATTACH_OVERSIZE, ATTACH_ERROR. */
export function readAttach(raw: unknown): Params | null {
  if (isEmpty(raw) || raw === 'N') return null;
  const value = parsedJson(raw);
  const whole = isMap(value) && 'BLOCKS' in value ? value : {};
  const given = 'BLOCKS' in whole ? whole['BLOCKS'] : value;
  const blocks = (Array.isArray(given) ? given : isMap(given) ? Object.values(given) : []).flatMap((block: unknown) => {
    const kind = isMap(block) ? KINDS.find((one) => block[one] !== undefined && block[one] !== null) : undefined;
    return kind === undefined || !isMap(block) ? [] : blocksOf(kind, block[kind]);
  });
  if (blocks.length === 0) throw new RestError('ATTACH_ERROR', 'Incorrect attach params');
  const stored: Params = {
    // The server ignores the id that was sent and makes one from the current time.
    ID: Math.floor(Date.now() / 1_000),
    BLOCKS: blocks,
    DESCRIPTION: textOf(whole, 'DESCRIPTION').trim(),
    ...colors(whole, 'COLOR'),
    COLOR_TOKEN: colorToken(whole['COLOR_TOKEN']),
  };
  if (isOversized(stored)) {
    throw new RestError('ATTACH_OVERSIZE', 'You have exceeded the maximum allowable size of attach');
  }
  return stored;
}
