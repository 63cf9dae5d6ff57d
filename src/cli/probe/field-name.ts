/** Decides what of an answer may be kept: field names and words that look like a program's own, so that no person's data is among them. */

const nameForm = /^[a-z_][\w.-]{0,39}$/i;

/** The name of a field; `<other>` for a key that may be a person's name, number or address. */
export function fieldName(key: string): string {
  return nameForm.test(key) && !/\d{4}/.test(key) ? key : '<other>';
}

/** Shows a word in any alphabet with at most one digit (tokens have more); of any other text only its kind and length. */
export function shownWord(value: unknown): string {
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 100 ? String(value) : '<number>';
  if (typeof value !== 'string') return Array.isArray(value) ? '<list>' : `<${typeof value}>`;
  return /^\p{L}[\p{L}\p{N}_.-]{0,29}$/u.test(value) && !/\d\D*\d/.test(value) ? value : `<text of ${value.length}>`;
}
