/**
 * Turns the body of a form post written by PHP's http_build_query (`a[b][0]=c`) into a tree of strings, and reads from such a tree. It knows
 * no field by name and checks no value: that is the caller's job.
 */

/** A branch of a parsed form. Has no prototype, so every key, `__proto__` included, is an ordinary one. */
export type FormTree = { [key: string]: FormTree | string };

/**
 * The limits of what is read of a form. A large event has about 110 pairs, keys of 120 bytes and 9 brackets; PHP itself stops at 1 000
 * pairs. Together the limits bound what a hostile body can build: 160 000 branches.
 */
export const formLimits = {
  /** Pairs after this many are not read. */
  pairs: 10_000,
  /** Brackets beyond this many stay together as one literal key. */
  brackets: 16,
  /** Pairs with a longer key, in bytes as it travels, are not read. */
  keyBytes: 1_000,
};

const percent = 0x25;
const plus = 0x2b;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const digitFive = 0x35;
const lastAscii = 0x7f;
/** U+FFFD in UTF-8, written in place of a percent sign that begins no escape. */
const replacement = [0xef, 0xbf, 0xbd] as const;

interface Source {
  readonly bytes: Buffer;
  /** One character per byte, so that positions in it are positions in `bytes`. */
  readonly letters: string;
  /** The buffer in which escapes are decoded; grows to three times the longest part, since a broken percent sign grows from one byte to three. */
  scratch: Buffer;
}

/** One pair of a form, as far as its key goes. */
export interface FormPair {
  /** The parts of the key, decoded; '' for the empty brackets of `a[]`. */
  readonly path: readonly string[];
  /** Where the pair begins and ends in the body. */
  readonly start: number;
  readonly end: number;
  readonly value: () => string;
}

/**
 * Parses a form body. Never throws: bytes that are not UTF-8 and percent signs that begin no escape become U+FFFD, NUL characters are
 * dropped (PostgreSQL text cannot hold them), anything beyond `formLimits` is not read. Takes time and memory in proportion to the body.
 *
 * `a[]` takes the first free number; a later value replaces an earlier one; if a key has both a value and a branch, the branch stays; `;`
 * separates nothing; what follows the last closing bracket of a key is ignored, as PHP does. Number-like keys stay strings, and JavaScript
 * lists them first.
 */
export function parseForm(raw: Buffer): FormTree {
  const form = startForm();
  eachFormPair(raw, ({ path, value }) => form.put(path, value));
  return form.tree;
}

/** A tree that grows by the pairs its owner chooses. */
export interface GrowingForm {
  readonly tree: FormTree;
  /** Puts a pair in as `parseForm` does. */
  put(path: readonly string[], value: () => string): void;
}

export function startForm(): GrowingForm {
  const tree = emptyTree();
  // Where `a[]` goes next, for the few branches that are appended to.
  const nextIndex = new Map<FormTree, number>();
  return { tree, put: (path, value) => put(tree, path, value, nextIndex) };
}

/** Calls `visit`, in order, for every pair of a form that `parseForm` would read. */
export function eachFormPair(raw: Buffer, visit: (pair: FormPair) => void): void {
  const letters = raw.toString('latin1');
  const source: Source = { bytes: raw, letters, scratch: Buffer.alloc(0) };
  let start = 0;
  // Looked up once and kept until passed: a body without '=' must not be searched to its end for every pair.
  let equals = positionOf(letters, '=', 0);
  for (let pair = 0; pair < formLimits.pairs && start < letters.length; pair += 1) {
    const end = positionOf(letters, '&', start);
    if (equals < start) equals = positionOf(letters, '=', start);
    const keyEnd = Math.min(equals, end);
    if (keyEnd > start && keyEnd - start <= formLimits.keyBytes) {
      const path = keyPath(source, start, keyEnd);
      const valueStart = Math.min(keyEnd + 1, end);
      if (path !== null) visit({ path, start, end, value: () => decode(source, valueStart, end) });
    }
    start = end + 1;
  }
}

/** Bytes of a form, decoded as `parseForm` decodes them. */
export function decodeFormText(bytes: Buffer): string {
  return decode({ bytes, letters: bytes.toString('latin1'), scratch: Buffer.alloc(0) }, 0, bytes.length);
}

/** The text at that path, or undefined when there is none or a branch stands there. */
export function text(tree: FormTree | undefined, ...path: readonly string[]): string | undefined {
  const found = find(tree, path);
  return typeof found === 'string' ? found : undefined;
}

/** The branch at that path, or undefined when there is none or a text stands there. */
export function branch(tree: FormTree | undefined, ...path: readonly string[]): FormTree | undefined {
  const found = find(tree, path);
  return typeof found === 'string' ? undefined : found;
}

function find(tree: FormTree | undefined, path: readonly string[]): FormTree | string | undefined {
  let found: FormTree | string | undefined = tree;
  for (const key of path) {
    if (found === undefined || typeof found === 'string') return undefined;
    // A tree made elsewhere may have a prototype; inherited properties are not data.
    found = Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}

/** The parts of the key from `start` to `keyEnd`. Null when one of them is nothing but NUL characters: the pair is not read. */
function keyPath(source: Source, start: number, keyEnd: number): string[] | null {
  const { letters } = source;
  const path: string[] = [];
  let partEnd = nextBracket(letters, start, keyEnd);
  // A key that begins with a bracket has no name to hang a branch on: it is one literal key.
  if (partEnd === start) partEnd = keyEnd;
  let open = partEnd;
  let key = decode(source, start, partEnd);
  for (let brackets = 0; open < keyEnd; brackets += 1) {
    const inside = open + bracketLength(letters, open, openBracket);
    const close = closingBracket(letters, inside, keyEnd);
    if (close === -1 || brackets === formLimits.brackets) {
      const rest = decode(source, open, keyEnd);
      if (close === -1 && brackets === 0) key += rest;
      else {
        path.push(key);
        key = rest;
      }
      break;
    }
    path.push(key);
    key = decode(source, inside, close);
    if (key === '' && close > inside) return null;
    open = close + bracketLength(letters, close, closeBracket);
    if (open < keyEnd && bracketLength(letters, open, openBracket) === 0) break;
  }
  path.push(key);
  return path[0] === '' ? null : path;
}

/** Makes branches along the path, and sets the value at its end. */
function put(root: FormTree, path: readonly string[], value: () => string, nextIndex: Map<FormTree, number>): void {
  let node = root;
  const last = path.length - 1;
  for (let at = 0; at < last; at += 1) node = descend(node, path[at] || appendKey(node, nextIndex));
  const key = path[last] || appendKey(node, nextIndex);
  const present = node[key];
  if (present === undefined || typeof present === 'string') node[key] = value();
}

function descend(node: FormTree, key: string): FormTree {
  const present = node[key];
  if (present !== undefined && typeof present !== 'string') return present;
  const created = emptyTree();
  node[key] = created;
  return created;
}

function appendKey(node: FormTree, nextIndex: Map<FormTree, number>): string {
  let index = nextIndex.get(node) ?? 0;
  while (node[index] !== undefined) index += 1;
  nextIndex.set(node, index + 1);
  return String(index);
}

/** 1 for the bracket itself, 3 for its escape (`%5B`, `%5D`), 0 when that bracket does not stand there. */
function bracketLength(letters: string, at: number, bracket: number): 0 | 1 | 3 {
  const code = letters.charCodeAt(at);
  if (code === bracket) return 1;
  if (code !== percent || letters.charCodeAt(at + 1) !== digitFive) return 0;
  // Ignores bit 5, so that %5b and %5B are the same: 'B' is 0x42, 'D' is 0x44.
  return (letters.charCodeAt(at + 2) & ~0x20) === (bracket === openBracket ? 0x42 : 0x44) ? 3 : 0;
}

function nextBracket(letters: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    if (bracketLength(letters, at, openBracket) !== 0) return at;
  }
  return to;
}

function closingBracket(letters: string, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    if (bracketLength(letters, at, closeBracket) !== 0) return at;
  }
  return -1;
}

/** The text between two positions. Most parts hold nothing to decode and are sliced out unchanged, which is faster. */
function decode(source: Source, from: number, to: number): string {
  const { letters } = source;
  for (let at = from; at < to; at += 1) {
    const code = letters.charCodeAt(at);
    if (code === percent || code === plus || code > lastAscii || code === 0) return decodeEscapes(source, from, to);
  }
  return letters.slice(from, to);
}

function decodeEscapes(source: Source, from: number, to: number): string {
  if (source.scratch.length < 3 * (to - from)) source.scratch = Buffer.allocUnsafe(Math.max(1024, 3 * (to - from)));
  const { bytes, scratch } = source;
  let length = 0;
  let ascii = true;
  for (let at = from; at < to; at += 1) {
    let byte = bytes[at] ?? 0;
    if (byte === plus) byte = 0x20;
    else if (byte === percent) {
      const high = at + 2 < to ? hexValue(bytes[at + 1] ?? 0) : -1;
      const low = high === -1 ? -1 : hexValue(bytes[at + 2] ?? 0);
      if (low === -1) {
        for (const part of replacement) scratch[length++] = part;
        ascii = false;
        continue;
      }
      byte = high * 16 + low;
      at += 2;
    }
    if (byte === 0) continue;
    if (byte > lastAscii) ascii = false;
    scratch[length++] = byte;
  }
  return scratch.toString(ascii ? 'latin1' : 'utf8', 0, length);
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}

function positionOf(letters: string, mark: string, from: number): number {
  const at = letters.indexOf(mark, from);
  return at === -1 ? letters.length : at;
}

function emptyTree(): FormTree {
  return Object.create(null) as FormTree;
}
