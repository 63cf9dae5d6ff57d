/** Writes a value for a log that strangers may read: its shape, numbers and short codes stay; texts, names, addresses and secrets do not. */

/** Texts under these keys are never shown, whatever they look like. */
const hiddenKeys =
  /auth|token|secret|passw|key|sign|cookie|session|message|text|title|name|mail|phone|address|domain|url|link|file|content|avatar|photo|description|position|birthday|comment|value|label|html/i;

/** What codes and ids are made of. */
const plainText = /^[A-Za-z0-9_.:|-]{0,30}$/;

/** What exceeds these limits is cut, so that any value costs little. */
const maxValues = 300;
const maxDepth = 6;
const maxLength = 4_000;

/** Returns at most 4 000 characters of JSON-like text; the work is bounded too. */
export function maskedJson(value: unknown): string {
  let values = 0;
  function masked(part: unknown, key: string, depth: number): unknown {
    values += 1;
    if (values > maxValues || depth > maxDepth) return '…';
    if (Array.isArray(part)) return part.slice(0, maxValues).map((one) => masked(one, key, depth + 1));
    if (typeof part === 'object' && part !== null) {
      const entries: [string, unknown][] = [];
      for (const name in part) {
        if (values > maxValues) break;
        if (!Object.hasOwn(part, name)) continue;
        const shown = plainText.test(name) ? name : '…';
        entries.push([shown, masked((part as Readonly<Record<string, unknown>>)[name], name, depth + 1)]);
      }
      return Object.fromEntries(entries);
    }
    return maskedValue(part, key);
  }
  return JSON.stringify(masked(value, '', 0)).slice(0, maxLength);
}

function maskedValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') {
    return plainText.test(value) && !hiddenKeys.test(key) ? value : `[${value.length} characters]`;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
