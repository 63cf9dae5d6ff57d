/** What an answer looks like, without what it says: the names and kinds of its parts. */

import { fieldName } from './field-name.ts';

/** Deep enough for every documented answer; what lies deeper is cut. */
const maxDepth = 8;
const maxKeys = 100;

/** Texts and numbers become their type, lists the shape of their first entry; booleans and null stay. Holds nothing personal. */
export function answerShape(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    return value.length === 0 ? [] : [answerShape(value[0], depth + 1), `${value.length} in all`];
  }
  if (typeof value !== 'object') return typeof value;
  if (depth >= maxDepth) return 'object';
  const entries = Object.entries(value).slice(0, maxKeys);
  // Maps by id have one shape for all their entries.
  const isById = entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key));
  const shown = isById ? entries.slice(0, 1).map(([, inner]) => ['<id>', inner] as const) : entries;
  return Object.fromEntries(
    shown.map(([key, inner]) => [key === '<id>' ? key : fieldName(key), answerShape(inner, depth + 1)]),
  );
}
