/** Reads REST parameters as PHP code does: tolerant of types, never throwing. */
import { isMap, type Params } from './wire-format.ts';

/** The parameter as text; lists and maps count as absent. */
export function textOf(params: Params, key: string): string {
  const value = params[key];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '';
  return '';
}

/** The parameter as PHP's (int) cast gives it: leading digits, otherwise 0. */
export function intOf(params: Params, key: string): number {
  const value = params[key];
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return 0;
  const found = /^\s*[+-]?\d+/.exec(value);
  return found === null ? 0 : Number(found[0]);
}

/** The parameter as a map, or null. */
export function mapOf(params: Params, key: string): Params | null {
  const value = params[key];
  return isMap(value) ? value : null;
}

/** The parameter as a list: a scalar becomes a list of one, a map its values, absent an empty list. */
export function listOf(params: Params, key: string): readonly unknown[] {
  const value = params[key];
  if (Array.isArray(value)) return value;
  if (isMap(value)) return Object.values(value);
  return value === undefined || value === null || value === '' ? [] : [value];
}

/** A list of ids; whatever is not a positive number is dropped. */
export function idsOf(params: Params, key: string): number[] {
  return listOf(params, key)
    .map((value) => intOf({ value }, 'value'))
    .filter((id) => id > 0);
}

/** v1 flags: only `Y` (or JSON true) is yes. */
export function isYes(params: Params, key: string): boolean {
  return params[key] === 'Y' || params[key] === true;
}

/** v2 flags: JSON booleans, `Y`/`N`, `1`/`0`; null when the key is absent or unreadable. */
export function flagOf(params: Params, key: string): boolean | null {
  const value = params[key];
  if (value === true || value === 'Y' || value === 'true' || value === '1' || value === 1) return true;
  if (value === false || value === 'N' || value === 'false' || value === '0' || value === 0) return false;
  return null;
}

/** Whether the caller sent the key at all, null included. */
export function isSent(params: Params, key: string): boolean {
  return Object.hasOwn(params, key);
}

/** PHP's empty(): absent, null, "", "0", 0, false, []. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === '0' || value === 0 || value === false)
    return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

/** Top-level keys in upper case, as most v1 methods treat their parameters. */
export function upperCaseKeys(params: Params): Params {
  const upper: Params = {};
  for (const [key, value] of Object.entries(params)) upper[key.toUpperCase()] = value;
  return upper;
}
