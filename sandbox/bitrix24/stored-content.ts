/** What attach, keyboard and menu have in common: how they are sent, colours, addresses, and the limit of their stored size. */
import type { Params } from './wire-format.ts';

/** Characters of stored JSON allowed for each of them (server source and v2 documentation). */
const MAX_STORED_CHARS = 60_000;

const HEX_COLOR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const TOKENS: ReadonlySet<unknown> = new Set(['primary', 'secondary', 'alert', 'base']);

/** A parameter may be sent as JSON text. */
export function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch (broken) {
    if (broken instanceof SyntaxError) return null;
    throw broken;
  }
}

/** Whether the stored JSON is too large; the server's JSON escapes slashes but not letters. */
export function isOversized(stored: unknown): boolean {
  const json = JSON.stringify(stored).replaceAll('/', '\\/');
  return [...json].length >= MAX_STORED_CHARS;
}

/** The given keys whose values are hexadecimal colours. */
export function colors(from: Params, ...keys: readonly string[]): Params {
  return Object.fromEntries(
    keys
      .map((key) => [key, from[key]] as const)
      .filter(([, color]) => typeof color === 'string' && HEX_COLOR.test(color)),
  );
}

/** One of the portal's own colours; `base` for anything else. */
export function colorToken(value: unknown): string {
  return TOKENS.has(value) ? String(value) : 'base';
}

/** Whether the portal opens this address: one of its own, or a web address. */
export function isAddress(text: string): boolean {
  return /^(?:\/|https?:\/\/)/.test(text);
}
