/** Makes foreign text fit for PostgreSQL, which takes no NUL characters, and no halves of surrogate pairs inside JSON. */

/** Longer than any id or code of a remote; an index entry must stay below 2 700 bytes. */
const maxLength = 500;

/** A name or code from outside as it can be stored: NUL characters become U+FFFD, what is too long is cut. */
export function storableText<T extends string | null>(text: T): T | string {
  if (text === null || (text.length <= maxLength && !text.includes('\0'))) return text;
  return text.slice(0, maxLength).replaceAll('\0', '\ufffd');
}

/** False for text that PostgreSQL cannot hold: no stored value can be equal to it, and a statement with it would fail. */
export function isStorable(text: string): boolean {
  return !text.includes('\0');
}

/** A value as JSON that PostgreSQL's JSON operators accept. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!json.includes('\\u')) return json;
  return json.replaceAll(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][\da-f]{2})/gi, '$1\ufffd');
}
