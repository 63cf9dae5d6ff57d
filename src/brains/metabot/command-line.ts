/** Reads what an employee types after a command: `welcome in 60 order=17 name="Anna K"`. */

const longest = 1_000;
/** Alternatives begin differently, so each character is looked at once. */
const word = /\s*(?:(\w{1,50})="([^"]*)"|([^\s"]+))(?=\s|$)/y;

/**
 * The parameters of the request; null for a line that cannot be understood. The line is chat text, so only a code or id,
 * a delay and plain parameters for the script are taken from it.
 */
export function readCommand(line: string): Readonly<Record<string, unknown>> | null {
  const words = wordsOf(line.trim());
  const [target, ...others] = words ?? [];
  if (target === undefined || target.value !== null || !/^[\w.-]{1,100}$/.test(target.text)) return null;
  const delay = delayIn(others);
  if (delay === null) return null;
  const pairs = delay === undefined ? others : others.slice(2);
  const named = pairs.flatMap(({ text, value }) => (value === null ? splitPair(text) : [[text, value] as const]));
  if (named.length !== pairs.length) return null;
  const isId = /^\d{1,15}$/.test(target.text);
  return {
    ...(isId ? { id: Number(target.text) } : { code: target.text }),
    ...(delay === undefined ? {} : { run_after_sec: delay }),
    ...(named.length === 0 ? {} : { params: JSON.stringify(Object.fromEntries(named)) }),
  };
}

interface Word {
  readonly text: string;
  /** The value of `name="value"`; null for a plain word. */
  readonly value: string | null;
}

function wordsOf(line: string): readonly Word[] | null {
  if (line.length > longest) return null;
  const words: Word[] = [];
  for (let at = 0; at < line.length; at = word.lastIndex) {
    word.lastIndex = at;
    const found = word.exec(line);
    if (found === null) return null;
    const [, name, value, plain = ''] = found;
    words.push(name === undefined ? { text: plain, value: null } : { text: name, value: value ?? '' });
  }
  return words;
}

/** Seconds; undefined for a line without a delay, null for a delay that is not readable. */
function delayIn([first, second]: readonly Word[]): number | null | undefined {
  if (first?.text !== 'in' || first.value !== null) return undefined;
  return second !== undefined && /^\d{1,7}$/.test(second.text) ? Number(second.text) : null;
}

function splitPair(text: string): (readonly [string, string])[] {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  return at > 0 && /^\w{1,50}$/.test(name) ? [[name, text.slice(at + 1)]] : [];
}
