/** Cuts a BB-coded text into the parts that stand on lines of their own: quoted lines, whole quoted messages, blocks of code, and the rest. */

export interface BbPart {
  readonly kind: 'inline' | 'quote' | 'wholeQuote' | 'code';
  /** Without the signs that make it a quotation or code. */
  readonly text: string;
}

/** The portal writes a line of 54 dashes before and behind a quoted message; the documentation shows six. */
const rule = /^-{6,}[ \t]*$/;

const codeLine = /^\[code\]([\s\S]*)\[\/code\]$/i;

/** The parts in order. Between two neighbours stood one line break. */
export function bbParts(text: string): readonly BbPart[] {
  const lines = linesOutsideCode(text);
  const endOfQuote = pairedRules(lines);
  const parts: BbPart[] = [];
  let run: { readonly kind: BbPart['kind']; readonly lines: string[] } | null = null;
  const add = (kind: 'inline' | 'quote', line: string): void => {
    if (run?.kind === kind) {
      run.lines.push(line);
      return;
    }
    flush();
    run = { kind, lines: [line] };
  };
  const flush = (): void => {
    if (run !== null) parts.push({ kind: run.kind, text: run.lines.join('\n') });
    run = null;
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const end = endOfQuote.get(at);
    const code = codeLine.exec(line)?.[1];
    if (end !== undefined) {
      flush();
      parts.push({ kind: 'wholeQuote', text: lines.slice(at + 1, end).join('\n') });
      at = end;
    } else if (code !== undefined && !/\[\/code\]/i.test(code)) {
      flush();
      parts.push({ kind: 'code', text: code });
    } else if (line.startsWith('>>')) add('quote', line.slice(2));
    else add('inline', line);
  }
  flush();
  return parts;
}

/** Line breaks between `[code]` and `[/code]` end no line. */
function linesOutsideCode(text: string): readonly string[] {
  const lines: string[] = [];
  let from = 0;
  let isCode = false;
  // An opening after the last `[/code]` begins no code.
  const lastEnding = text.toLowerCase().lastIndexOf('[/code]');
  for (const { 0: sign, index } of text.matchAll(/\[\/?code\]|\n/gi)) {
    if (sign === '\n') {
      if (isCode) continue;
      lines.push(text.slice(from, index));
      from = index + 1;
    } else if (sign.startsWith('[/')) isCode = false;
    else isCode = isCode || index < lastEnding;
  }
  lines.push(text.slice(from));
  return lines;
}

/** Maps the line of each rule that begins a quoted message to the line of the rule that ends it. */
function pairedRules(lines: readonly string[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  let begun: number | null = null;
  for (const [at, line] of lines.entries()) {
    if (!rule.test(line)) continue;
    if (begun === null) begun = at;
    else {
      if (at > begun + 1) pairs.set(begun, at);
      begun = null;
    }
  }
  return pairs;
}
