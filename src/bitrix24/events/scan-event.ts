/**
 * Reads from a raw event body the few fields the endpoint needs, and cuts the tokens out of it. It does not parse the payload: that is
 * the worker's job, so that a mistake about the payload makes a replayable row, never a lost message.
 *
 * The time it takes is linear in the size of the body: reading a pair stops at the first character that does not fit. A body of which any
 * pair could be read in two ways is left to the form parser, so that the endpoint reads the same as the worker.
 *
 * Why not the form parser for all: for the real 5 KB event of about 110 pairs it takes four times as long.
 */
import {
  branch,
  decodeFormText,
  eachFormPair,
  type FormTree,
  formLimits,
  startForm,
  text,
} from '../../lib/form-body.ts';

export interface ScannedBot {
  /** Empty when the portal did not say; then the code is not. */
  readonly id: string;
  /** Empty when the portal did not say. */
  readonly code: string;
}

export interface ScannedEvent {
  /** Upper case; empty when the body has none. */
  readonly event: string;
  readonly memberId: string;
  readonly applicationToken: string;
  /** Every bot the event is for, each once. */
  readonly bots: readonly ScannedBot[];
  readonly dialogId: string;
  readonly messageId: string;
  /** The body without tokens. */
  readonly kept: Buffer;
}

/** What is not kept of `data[BOT][id]`, `data[bot]` and `data[COMMAND][id]`: the tokens and what comes with them. */
const tokenFields = new Set([
  'access_token',
  'refresh_token',
  'application_token',
  'client_id',
  'expires',
  'expires_in',
  'scope',
  'domain',
  'server_endpoint',
  'client_endpoint',
  'status',
  'member_id',
  'user_id',
  'AUTH',
  'auth',
]);

interface Found {
  event: string;
  memberId: string;
  applicationToken: string;
  dialogId: string;
  messageId: string;
  readonly bots: Map<string, { id: string; code: string }>;
}

interface Scan {
  readonly body: Buffer;
  /** One character per byte. */
  readonly letters: string;
  readonly found: Found;
}

/** What reading one pair found: it is stored, it is a token, or its key is not spelled the way portals spell keys. */
type Sight = 'kept' | 'token' | 'unclear';

/** Never throws; what is not there stays empty. */
export function scanEvent(body: Buffer): ScannedEvent {
  const letters = body.toString('latin1');
  const found: Found = { event: '', memberId: '', applicationToken: '', dialogId: '', messageId: '', bots: new Map() };
  const scan: Scan = { body, letters, found };
  const kept: string[] = [];
  let runStart = 0;
  let at = 0;
  for (let pairs = 0; at < letters.length; pairs += 1) {
    const next = letters.indexOf('&', at);
    const end = next === -1 ? letters.length : next;
    const sight = pairs < formLimits.pairs ? lookAt(scan, at, end) : 'unclear';
    if (sight === 'unclear') return scanParsed(body);
    if (sight === 'token') {
      if (runStart < at) kept.push(letters.slice(runStart, at));
      runStart = end + 1;
    }
    at = end + 1;
  }
  if (runStart < letters.length) kept.push(letters.slice(runStart));
  return told(found, Buffer.from(kept.join(''), 'latin1'));
}

function told({ bots, ...found }: Found, kept: Buffer): ScannedEvent {
  const named = [...bots.values()].filter(({ id, code }) => id !== '' || code !== '');
  return { ...found, event: found.event.toUpperCase(), bots: named, kept };
}

function lookAt(scan: Scan, start: number, end: number): Sight {
  const { letters } = scan;
  if (letters.startsWith('data%5B', start)) return lookAtData(scan, start + 7, end);
  if (letters.startsWith('auth%5B', start)) return lookAtSender(scan, start + 7, end);
  if (letters.startsWith('event=', start)) {
    scan.found.event = valueIn(scan, start + 6, end);
    return 'kept';
  }
  const nameEnd = wordEnd(letters, start);
  const isPlain = nameEnd === end || letters.charCodeAt(nameEnd) === equalsSign;
  return isPlain && isOther(letters, start) ? 'kept' : 'unclear';
}

/** `data[…`, from behind the bracket. Sections are told by their first letter, because most pairs come through here. */
function lookAtData(scan: Scan, start: number, end: number): Sight {
  const { letters } = scan;
  switch (letters[start]) {
    case 'P':
      if (letters.startsWith('PARAMS%5D%5B', start)) return lookAtParams(scan, start + 12, end);
      break;
    case 'U':
      if (letters.startsWith('USER%5D', start)) return 'kept';
      break;
    case 'B':
      if (letters.startsWith('BOT%5D%5B', start)) return lookAtBot(scan, 'BOT', start + 9, end);
      break;
    case 'C':
      if (letters.startsWith('COMMAND%5D%5B', start)) return lookAtBot(scan, 'COMMAND', start + 13, end);
      break;
  }
  return lookAtOther(scan, start, end);
}

/** Whether a name without brackets is none of ours: `event` alone, `data` and `auth` are for the parser to judge. */
function isOther(letters: string, start: number): boolean {
  return (
    !letters.startsWith('auth', start) && !letters.startsWith('event&', start) && !letters.startsWith('data', start)
  );
}

/** `data[PARAMS][MESSAGE_ID]=529712`, from behind the second bracket. */
function lookAtParams(scan: Scan, start: number, end: number): Sight {
  const { letters, found } = scan;
  const first = letters.charCodeAt(start);
  // Whatever follows: a name that begins with another letter is another name.
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

/** `data[BOT][567][BOT_ID]=567`, from behind the second bracket. */
function lookAtBot(scan: Scan, section: string, start: number, end: number): Sight {
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

/** `auth[member_id]=…`, from behind the bracket. */
function lookAtSender(scan: Scan, start: number, end: number): Sight {
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

/** `data[BOT_ID]=…`, `data[bot][id]=…` and what is of no interest, from behind the bracket. */
function lookAtOther(scan: Scan, start: number, end: number): Sight {
  const { letters, found } = scan;
  const nameEnd = wordEnd(letters, start);
  if (nameEnd === start || !letters.startsWith('%5D', nameEnd)) return 'unclear';
  const name = letters.slice(start, nameEnd);
  const isValue = letters.charCodeAt(nameEnd + 3) === equalsSign;
  if (name === 'bot' || name === 'BOT' || name === 'COMMAND' || name === 'PARAMS') {
    if (name !== 'bot' || !letters.startsWith('%5B', nameEnd + 3)) return 'unclear';
    const fieldEnd = wordEnd(letters, nameEnd + 6);
    if (fieldEnd === nameEnd + 6 || !letters.startsWith('%5D', fieldEnd)) return 'unclear';
    return tokenFields.has(letters.slice(nameEnd + 6, fieldEnd)) ? 'token' : 'kept';
  }
  if (name !== 'BOT_ID' && name !== 'BOT_CODE') return 'kept';
  if (!isValue) return 'unclear';
  const value = valueIn(scan, nameEnd + 4, end);
  noteBot(found, '', name === 'BOT_ID' ? { id: value } : { code: value });
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

/** Where the letters, digits and underscores from `at` on end. */
function wordEnd(letters: string, at: number): number {
  let end = at;
  while (isWordCode(letters.charCodeAt(end))) end += 1;
  return end;
}

/** False for NaN too, which stands behind the end. */
function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x30 && code <= 0x39)
  );
}

/** A value; nearly all that are wanted are plain words. */
function valueIn({ body, letters }: Scan, start: number, end: number): string {
  const value = letters.slice(start, end);
  return /^\w*$/.test(value) ? value : decodeFormText(body.subarray(start, end));
}

/** The parts of the longest key that is looked for: `data[BOT][7][BOT_ID]`. */
const partsRead = 4;

/**
 * The same by means of the form parser, for bodies in any other spelling. Only what is looked for is put into a tree: of a body that
 * strangers may send, a tree of everything would cost a third of a second.
 */
function scanParsed(body: Buffer): ScannedEvent {
  const form = startForm();
  const kept: Buffer[] = [];
  eachFormPair(body, ({ path, start, end, value }) => {
    if (!isToken(path)) kept.push(kept.length === 0 ? body.subarray(start, end) : body.subarray(start - 1, end));
    if (!isWanted(path)) return;
    // Of a longer key only counts that a branch stands where a text might be.
    if (path.length <= partsRead) form.put(path, value);
    else form.put([...path.slice(0, partsRead), 'more'], () => '');
  });
  return told(foundIn(form.tree), Buffer.concat(kept));
}

/** Whether the pair can matter to what the endpoint reads; with all entries of bots, because `data[BOT][]` counts them. */
function isWanted([name, section = '', field = '']: readonly string[]): boolean {
  if (name !== 'data') return name === 'event' || name === 'auth';
  if (section === 'PARAMS') return field === 'DIALOG_ID' || field === 'MESSAGE_ID' || field === '';
  return section === 'BOT' || section === 'COMMAND' || section === 'BOT_ID' || section === 'BOT_CODE';
}

function foundIn(tree: FormTree): Found {
  const data = branch(tree, 'data');
  const bots = new Map<string, { id: string; code: string }>();
  for (const section of ['BOT', 'COMMAND']) {
    const entries = branch(data, section) ?? {};
    for (const key of Object.keys(entries)) bots.set(`${section} ${key}`, botOf(branch(entries, key)));
  }
  bots.set('', botOf(data));
  return {
    event: text(tree, 'event') ?? '',
    memberId: text(tree, 'auth', 'member_id') ?? '',
    applicationToken: text(tree, 'auth', 'application_token') ?? '',
    dialogId: text(data, 'PARAMS', 'DIALOG_ID') ?? '',
    messageId: text(data, 'PARAMS', 'MESSAGE_ID') ?? '',
    bots,
  };
}

const botOf = (entry: FormTree | undefined) => ({
  id: text(entry, 'BOT_ID') ?? '',
  code: text(entry, 'BOT_CODE') ?? '',
});

function isToken([name = '', section, first, second]: readonly string[]): boolean {
  if (name.startsWith('auth')) return name !== 'auth' || section !== 'user_id';
  if (name !== 'data') return false;
  if (section === 'bot') return tokenFields.has(first ?? '');
  return (section === 'BOT' || section === 'COMMAND') && tokenFields.has(second ?? '');
}
