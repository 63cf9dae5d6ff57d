/** Parses JSON that comes from outside. */

/** How deep lists and objects may be nested. Bitrix24's and MessageGateway's answers have fewer than 20. */
const maxDepth = 100;

/**
 * The parsed value. Throws a SyntaxError for text that is not JSON, and for values nested deeper than 100: the parser takes any depth, but
 * code that walks through the value afterwards, `JSON.stringify` first of all, would run out of stack.
 */
export function parseJson(json: string | Buffer): unknown {
  const text = typeof json === 'string' ? json : json.toString('utf8');
  if (isTooDeep(text)) throw new SyntaxError(`JSON nested deeper than ${maxDepth}`);
  return JSON.parse(text);
}

/** The parsed value; undefined for what `parseJson` refuses. */
export function jsonOrUndefined(json: string | Buffer): unknown {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
}

const quote = 0x22;
const backslash = 0x5c;

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === backslash) at += 1;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    // `[` and `{`, `]` and `}` differ in one bit.
    else if ((code | 0x20) === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if ((code | 0x20) === 0x7d) depth -= 1;
  }
  return false;
}
