/**
 * The form encoding of PHP in both directions: building bodies as http_build_query does, and reading bracketed keys as
 * PHP does. Knows nothing about Bitrix24.
 */

export type WireScalar = string | number | boolean | null | undefined;
export type WireValue = WireScalar | readonly WireValue[] | WireMap | ReadonlyMap<string | number, WireValue>;
export interface WireMap {
  readonly [key: string]: WireValue;
}

/** A parameter of a REST call: JSON types from a JSON body; strings, lists and maps from a form. */
export type Params = Record<string, unknown>;

const REST_OF_URLENCODE = /[!'()*~]|%20/g;
const keyCache = new Map<string, string>();

/** As PHP's urlencode: space becomes `+`, everything but letters, digits, `-`, `_` and `.` is escaped. */
export function phpUrlencode(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return encodeURIComponent(wellFormed).replace(REST_OF_URLENCODE, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodedKey(key: string): string {
  const known = keyCache.get(key);
  if (known !== undefined) return known;
  const encoded = phpUrlencode(key);
  if (keyCache.size < 5_000) keyCache.set(key, encoded);
  return encoded;
}

function scalarText(value: string | number | boolean): string {
  if (value === true) return '1';
  if (value === false) return '0';
  return String(value);
}

function append(pairs: string[], name: string, value: WireValue): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') {
    pairs.push(`${name}=${phpUrlencode(scalarText(value))}`);
    return;
  }
  if (value instanceof Map) {
    for (const [key, inner] of value) append(pairs, `${name}%5B${encodedKey(String(key))}%5D`, inner);
    return;
  }
  for (const [key, inner] of Object.entries(value)) append(pairs, `${name}%5B${encodedKey(key)}%5D`, inner);
}

/** A form body in the order of the keys. Null, undefined and empty lists or maps are left out, true is 1, false is 0. */
export function buildQuery(fields: WireMap): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) append(pairs, encodedKey(key), value);
  return pairs.join('&');
}

/** `[key, value]` pairs of a form body, decoded, in order. A broken escape is kept as it stands. */
export function decodePairs(body: string): [string, string][] {
  return body
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const cut = part.indexOf('=');
      return cut < 0 ? [decodePart(part), ''] : [decodePart(part.slice(0, cut)), decodePart(part.slice(cut + 1))];
    });
}

function decodePart(part: string): string {
  const spaced = part.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch (broken) {
    if (broken instanceof URIError) return spaced;
    throw broken;
  }
}

/** PHP's max_input_nesting_level is 64; deeper keys are dropped. */
const MAX_DEPTH = 64;

function keyPath(key: string): string[] | null {
  const open = key.indexOf('[');
  if (open <= 0) return [key.replaceAll(/[. ]/g, '_')];
  const path = [key.slice(0, open).replaceAll(/[. ]/g, '_')];
  for (const found of key.slice(open).matchAll(/\[([^\]]*)\]/g)) path.push(found[1] ?? '');
  return path.length > MAX_DEPTH ? null : path;
}

function place(target: Params, path: readonly string[], value: string): void {
  let level = target;
  path.forEach((segment, at) => {
    const name = segment === '' && at > 0 ? nextIndex(level) : segment;
    if (at === path.length - 1) {
      level[name] = value;
      return;
    }
    const next = level[name];
    if (isMap(next)) {
      level = next;
      return;
    }
    const fresh = emptyMap();
    level[name] = fresh;
    level = fresh;
  });
}

function emptyMap(): Params {
  // No prototype: a key such as __proto__ from outside stays an ordinary key.
  return Object.create(null) as Params;
}

function nextIndex(level: Params): string {
  const numbers = Object.keys(level).filter((key) => /^\d+$/.test(key));
  return String(numbers.length === 0 ? 0 : Math.max(...numbers.map(Number)) + 1);
}

/** True for a JSON object or a form map, not for a list. */
export function isMap(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listsFromIndexes(value: unknown): unknown {
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  const isList = entries.length > 0 && entries.every(([key], at) => key === String(at));
  if (isList) return entries.map(([, inner]) => listsFromIndexes(inner));
  for (const [key, inner] of entries) value[key] = listsFromIndexes(inner);
  return value;
}

/** A form body as PHP would hand it to a script; maps with the keys 0..n become lists. */
export function parseForm(body: string): Params {
  const result = emptyMap();
  for (const [key, value] of decodePairs(body)) {
    const path = keyPath(key);
    if (path !== null) place(result, path, value);
  }
  for (const key of Object.keys(result)) result[key] = listsFromIndexes(result[key]);
  return result;
}

/** A map as PHP encodes it: an empty one becomes `[]`. */
export function phpMap<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> | readonly [] {
  return Object.keys(map).length === 0 ? [] : map;
}
