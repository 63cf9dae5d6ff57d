/**
 * Reads from a raw event body the few fields the endpoint needs, and removes the tokens from it. It does not parse the payload: that is the
 * worker's job, so that our mistake about a payload leaves a replayable row, never a lost message.
 *
 * Takes linear time: reading a pair stops at the first character that does not fit. A body with a pair that could be read in two ways is
 * left to the form parser, so that the endpoint reads the same values as the worker.
 *
 * The form parser is not used for all bodies because it takes four times as long for the real 5 KB event of about 110 pairs.
 */
import { decodeFormText, formLimits } from '../../lib/form-body.ts';
import {
  type Found,
  nothingFound,
  type ScannedEvent,
  secondFields,
  tokenFields,
  toScannedEvent,
} from './scan-fields.ts';
import { scanParsed } from './scan-parsed.ts';

interface Scan {
  readonly body: Buffer;
  /** One character per byte. */
  readonly letters: string;
  readonly found: Found;
}

/** The result of reading one pair: it is stored, it is a token, or its key is not spelled as portals spell keys. */
type PairKind = 'kept' | 'token' | 'unclear';

/** Never throws; missing fields stay empty. */
export function scanEvent(body: Buffer): ScannedEvent {
  const letters = body.toString('latin1');
  const found = nothingFound();
  const scan: Scan = { body, letters, found };
  const kept: string[] = [];
  let runStart = 0;
  let at = 0;
  for (let pairs = 0; at < letters.length; pairs += 1) {
    const next = letters.indexOf('&', at);
    const end = next === -1 ? letters.length : next;
    const kind = pairs < formLimits.pairs ? readPair(scan, at, end) : 'unclear';
    if (kind === 'unclear') return scanParsed(body);
    if (kind === 'token') {
      if (runStart < at) kept.push(letters.slice(runStart, at));
      runStart = end + 1;
    }
    at = end + 1;
  }
  if (runStart < letters.length) kept.push(letters.slice(runStart));
  return toScannedEvent(found, Buffer.from(kept.join(''), 'latin1'));
}

function readPair(scan: Scan, start: number, end: number): PairKind {
  const { letters } = scan;
  if (letters.startsWith('data%5B', start)) return readDataPair(scan, start + 7, end);
  if (letters.startsWith('auth%5B', start)) return readAuthPair(scan, start + 7, end);
  if (letters.startsWith('event=', start)) {
    scan.found.event = valueIn(scan, start + 6, end);
    return 'kept';
  }
  const nameEnd = wordEnd(letters, start);
  const isPlain = nameEnd === end || letters.charCodeAt(nameEnd) === equalsSign;
  return isPlain && isOther(letters, start, nameEnd) ? 'kept' : 'unclear';
}

/** `data[…`, after the bracket. Sections are first distinguished by their first letter, because most pairs are read here. */
function readDataPair(scan: Scan, start: number, end: number): PairKind {
  const { letters } = scan;
  switch (letters[start]) {
    case 'P':
      if (letters.startsWith('PARAMS%5D%5B', start)) return readParamsPair(scan, start + 12, end);
      break;
    case 'U':
      if (letters.startsWith('USER%5D', start)) return 'kept';
      break;
    case 'B':
      if (letters.startsWith('BOT%5D%5B', start)) return readBotPair(scan, 'BOT', start + 9, end);
      break;
    case 'C':
      if (letters.startsWith('COMMAND%5D%5B', start)) return readBotPair(scan, 'COMMAND', start + 13, end);
      break;
  }
  return readOtherPair(scan, start, end);
}

/** Whether a name without brackets is irrelevant; bare `event`, `data` and `auth` are left to the parser. */
function isOther(letters: string, start: number, end: number): boolean {
  const isEvent = end - start === 5 && letters.startsWith('event', start);
  return !isEvent && !letters.startsWith('auth', start) && !letters.startsWith('data', start);
}

/** `data[PARAMS][MESSAGE_ID]=529712`, after the second bracket. */
function readParamsPair(scan: Scan, start: number, end: number): PairKind {
  const { letters, found } = scan;
  const first = letters.charCodeAt(start);
  // A name with another first letter is irrelevant, whatever follows.
  if (first !== letterM && first !== letterD) return isWordCode(first) ? 'kept' : 'unclear';
  if (letters.startsWith('MESSAGE_ID%5D', start)) {
    if (letters.charCodeAt(start + 13) !== equalsSign) return 'unclear';
    found.messageId = valueIn(scan, start + 14, end);
  } else if (letters.startsWith('DIALOG_ID%5D', start)) {
    if (letters.charCodeAt(start + 12) !== equalsSign) return 'unclear';
    found.dialogId = valueIn(scan, start + 13, end);
  } else if (!letters.startsWith('%5D', wordEnd(letters, start))) return 'unclear';
  return 'kept';
}

/** `data[BOT][567][BOT_ID]=567`, after the second bracket. */
function readBotPair(scan: Scan, section: string, start: number, end: number): PairKind {
  const { letters, found } = scan;
  const idEnd = wordEnd(letters, start);
  if (idEnd === start || !letters.startsWith('%5D%5B', idEnd)) return 'unclear';
  const fieldStart = idEnd + 6;
  const fieldEnd = wordEnd(letters, fieldStart);
  if (fieldEnd === fieldStart || !letters.startsWith('%5D', fieldEnd)) return 'unclear';
  const field = letters.slice(fieldStart, fieldEnd);
  if (field !== 'BOT_ID' && field !== 'BOT_CODE') return tokenFields.has(field) ? 'token' : 'kept';
  if (letters.charCodeAt(fieldEnd + 3) !== equalsSign) return 'unclear';
  const value = valueIn(scan, fieldEnd + 4, end);
  noteBot(found, `${section} ${letters.slice(start, idEnd)}`, field === 'BOT_ID' ? { id: value } : { code: value });
  return 'kept';
}

/** `auth[member_id]=…`, after the bracket. */
function readAuthPair(scan: Scan, start: number, end: number): PairKind {
  const { letters, found } = scan;
  const nameEnd = wordEnd(letters, start);
  if (nameEnd === start || !letters.startsWith('%5D', nameEnd)) return 'unclear';
  const field = letters.slice(start, nameEnd);
  if (field === 'user_id') return 'kept';
  if (field !== 'member_id' && field !== 'application_token') return 'token';
  if (letters.charCodeAt(nameEnd + 3) !== equalsSign) return 'unclear';
  const value = valueIn(scan, nameEnd + 4, end);
  if (field === 'member_id') found.memberId = value;
  else found.applicationToken = value;
  return 'token';
}

/** `data[BOT_ID]=…`, the fields of `imbot.v2` events, and irrelevant fields, after the bracket. */
function readOtherPair(scan: Scan, start: number, end: number): PairKind {
  const { letters, found } = scan;
  const nameEnd = wordEnd(letters, start);
  if (nameEnd === start || !letters.startsWith('%5D', nameEnd)) return 'unclear';
  const name = letters.slice(start, nameEnd);
  const isValue = letters.charCodeAt(nameEnd + 3) === equalsSign;
  switch (name) {
    case 'BOT':
    case 'COMMAND':
    case 'PARAMS':
      return 'unclear';
    case 'bot':
    case 'chat':
    case 'message':
      return readSecondPair(scan, name, nameEnd + 3, end);
    case 'BOT_ID':
    case 'BOT_CODE':
      if (!isValue) return 'unclear';
      noteBot(found, '', { [name === 'BOT_ID' ? 'id' : 'code']: valueIn(scan, nameEnd + 4, end) });
      return 'kept';
    case 'dialogId':
    case 'messageId':
      if (!isValue) return 'unclear';
      found.second[name] = valueIn(scan, nameEnd + 4, end);
      return 'kept';
    default:
      return 'kept';
  }
}

/** `data[bot][id]=…`, `data[chat][dialogId]=…`, `data[message][id]=…`, from the second bracket on. */
function readSecondPair(scan: Scan, section: 'bot' | 'chat' | 'message', start: number, end: number): PairKind {
  const { letters, found } = scan;
  if (!letters.startsWith('%5B', start)) return 'unclear';
  const fieldEnd = wordEnd(letters, start + 3);
  if (fieldEnd === start + 3 || !letters.startsWith('%5D', fieldEnd)) return 'unclear';
  const field = letters.slice(start + 3, fieldEnd);
  const wanted = secondFields[section][field];
  if (wanted === undefined) return section === 'bot' && tokenFields.has(field) ? 'token' : 'kept';
  if (letters.charCodeAt(fieldEnd + 3) !== equalsSign) return 'unclear';
  found.second[wanted] = valueIn(scan, fieldEnd + 4, end);
  return 'kept';
}

function noteBot(found: Found, entry: string, fact: { id?: string; code?: string }): void {
  const known = found.bots.get(entry);
  if (known === undefined) found.bots.set(entry, { id: '', code: '', ...fact });
  else Object.assign(known, fact);
}

const equalsSign = 0x3d;
const letterD = 0x44;
const letterM = 0x4d;

/** The end of the letters, digits and underscores that begin at `at`. */
function wordEnd(letters: string, at: number): number {
  let end = at;
  while (isWordCode(letters.charCodeAt(end))) end += 1;
  return end;
}

/** Also false for NaN, which `charCodeAt` returns past the end. */
function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x30 && code <= 0x39)
  );
}

/** A decoded value; nearly all values read here are plain words. */
function valueIn({ body, letters }: Scan, start: number, end: number): string {
  const value = letters.slice(start, end);
  return /^\w*$/.test(value) ? value : decodeFormText(body.subarray(start, end));
}
