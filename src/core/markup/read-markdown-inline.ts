/** Reads the inline markup of Markdown: emphasis, code, links, pictures, `<u>`. Takes time in proportion to the text. */
import { webAddress } from './addresses.ts';
import { decodeEntities } from './html-entities.ts';
import { type Markup, plainMarkup } from './markup.ts';
import { nodesAt } from './own-addresses.ts';
import { TreeBuilder } from './tree-builder.ts';

/** Every token that may be markup, in the order in which they are tried. */
const tokens =
  /\\([!-/:-@[-`{-~\n])|(`+)|<(https?:[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>|<(\/?)(u|ins|b|strong|i|em|s|del|br)\s{0,3}\/?>|(\*{1,3}|_{1,3}|~~)|(!?\[)|(\])/gi;

/** What stands between the parentheses of a link: an address, with at most one pair of parentheses, and perhaps a title. */
const target =
  /\( {0,3}(?:<([^<>\n]{0,2000})>|([^\s<>()]{0,2000}(?:\([^\s<>()]{0,500}\)[^\s<>()]{0,500})?))(?: {1,3}"[^"\n]{0,500}")? {0,3}\)/y;

const htmlStyles: Readonly<Record<string, 'bold' | 'italic' | 'underline' | 'strike'>> = {
  u: 'underline',
  ins: 'underline',
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strike',
  del: 'strike',
};

export function readInlineMarkdown(text: string): Markup {
  return new InlineReader(text).read();
}

class InlineReader {
  readonly #text: string;
  readonly #tree = new TreeBuilder();
  readonly #codeEnds: CodeEnds;
  /** Up to here the text was read. */
  #from = 0;

  constructor(text: string) {
    this.#text = text;
    this.#codeEnds = new CodeEnds(text);
  }

  read(): Markup {
    for (const found of this.#text.matchAll(tokens)) {
      // Inside code or an address.
      if (found.index < this.#from) continue;
      const next = this.#take(found);
      if (next !== null) this.#from = next;
    }
    this.#plain(this.#text.length);
    return this.#tree.finish();
  }

  /** The position behind the token; null: the token is text. */
  #take(found: RegExpExecArray): number | null {
    const [whole, escaped, ticks, address, slash, name, run, bracket, closing] = found;
    const { index } = found;
    const next = index + whole.length;
    if (escaped !== undefined) return this.#say(index, escaped === '\n' ? '\n' : escaped, next);
    if (ticks !== undefined) return this.#code(index, ticks);
    if (address !== undefined) {
      this.#plain(index);
      for (const node of autolink(address)) this.#tree.leaf(node);
      return next;
    }
    if (name !== undefined) return this.#html(index, name.toLowerCase(), slash === '/', whole);
    if (run !== undefined) return this.#emphasis(index, run);
    if (bracket !== undefined) {
      this.#plain(index);
      const isImage = bracket === '![';
      this.#tree.open(isImage ? 'image' : 'link', bracket, (children) => children);
      return next;
    }
    return closing === undefined ? null : this.#endLink(index);
  }

  #plain(to: number): void {
    this.#tree.text(decodeEntities(this.#text.slice(this.#from, to)));
    this.#from = to;
  }

  #say(index: number, text: string, next: number): number {
    this.#plain(index);
    this.#tree.text(text);
    return next;
  }

  #code(index: number, ticks: string): number {
    const behind = index + ticks.length;
    const end = this.#codeEnds.after(behind, ticks.length);
    if (end === null) return this.#say(index, ticks, behind);
    this.#plain(index);
    const inside = this.#text.slice(behind, end).replaceAll('\n', ' ');
    const isPadded = inside.startsWith(' ') && inside.endsWith(' ') && inside.trim() !== '';
    this.#tree.leaf({ type: 'code', isBlock: false, text: isPadded ? inside.slice(1, -1) : inside });
    return end + ticks.length;
  }

  #html(index: number, name: string, isEnd: boolean, whole: string): number {
    this.#plain(index);
    const type = htmlStyles[name];
    if (type === undefined) this.#tree.text('\n');
    else if (isEnd) this.#tree.close(`<${name}`, whole);
    else this.#tree.open(`<${name}`, whole, (children) => [{ type, children }]);
    return index + whole.length;
  }

  /** A run opens before a word and closes behind one; `_` does so only at the edges of words. */
  #emphasis(index: number, run: string): number {
    const { isBefore, isBehind } = edges(this.#text, index, run);
    this.#plain(index);
    const keys = run === '~~' ? ['~~'] : runKeys(run);
    if (isBehind && keys.some((key) => this.#tree.isOpen(key))) {
      const rest = this.#closeRun(run, keys);
      // `**a***b*`: the rest of the run opens the next.
      if (rest !== '' && isBefore) this.#openRun(runKeys(rest));
      else this.#tree.text(rest);
    } else if (isBefore) this.#openRun(keys);
    else this.#tree.text(run);
    return index + run.length;
  }

  #openRun(keys: readonly string[]): void {
    for (const key of keys) {
      const type = key === '~~' ? 'strike' : key.length === 2 ? 'bold' : 'italic';
      this.#tree.open(key, key, (children) => [{ type, children }]);
    }
  }

  /** `**a *b***`: the inner one ends first. Returns what is left of the run. */
  #closeRun(run: string, keys: readonly string[]): string {
    const inner = this.#tree.innermost(keys);
    const ordered = inner === null ? keys : [inner, ...keys.filter((key) => key !== inner)];
    let rest = run;
    for (const key of ordered) {
      if (!this.#tree.isOpen(key)) continue;
      this.#tree.close(key, key);
      rest = rest.slice(key.length);
    }
    return rest;
  }

  /** `]` ends a link if an address follows in parentheses. */
  #endLink(index: number): number {
    this.#plain(index);
    const key = this.#tree.innermost(['link', 'image']);
    target.lastIndex = index + 1;
    const found = key === null ? null : target.exec(this.#text);
    if (key === null || found === null) {
      if (key !== null) this.#tree.abandon(key);
      this.#tree.text(']');
      return index + 1;
    }
    const address = decodeEntities((found[1] ?? found[2] ?? '').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'));
    this.#tree.close(key, ']', (children) =>
      key === 'image' ? imageNodes(address, children) : nodesAt(address, children),
    );
    return index + 1 + found[0].length;
  }
}

function runKeys(run: string): readonly string[] {
  const sign = run.charAt(0);
  if (run.length === 3) return [sign.repeat(2), sign];
  return [run];
}

function edges(text: string, index: number, run: string): { readonly isBefore: boolean; readonly isBehind: boolean } {
  const before = text.charAt(index - 1);
  const behind = text.charAt(index + run.length);
  const isBefore = behind !== '' && !/\s/.test(behind);
  const isBehind = before !== '' && !/\s/.test(before);
  // `2*3*4` is arithmetic.
  if (run === '*' && /\d/.test(before) && /\d/.test(behind)) return { isBefore: false, isBehind: false };
  if (!run.startsWith('_')) return { isBefore, isBehind };
  const isWord = (sign: string): boolean => /[\p{L}\p{N}]/u.test(sign);
  return { isBefore: isBefore && !isWord(before), isBehind: isBehind && !isWord(behind) };
}

function autolink(address: string): Markup {
  const url = webAddress(address);
  return url === null ? plainMarkup(address) : [{ type: 'link', url, children: [] }];
}

function imageNodes(address: string, children: Markup): Markup {
  const url = webAddress(address);
  const label = children.map((node) => (node.type === 'text' ? node.text : '')).join('');
  return url === null ? nodesAt(address, children) : [{ type: 'image', url, size: 'medium', label }];
}

/** Finds where runs of backticks of one length end code; each run is looked at once per length. */
class CodeEnds {
  readonly #byLength = new Map<number, number[]>();

  constructor(text: string) {
    for (const { 0: run, index } of text.matchAll(/`+/g)) {
      const known = this.#byLength.get(run.length);
      if (known === undefined) this.#byLength.set(run.length, [index]);
      else known.push(index);
    }
    for (const ends of this.#byLength.values()) ends.reverse();
  }

  /** Call it with growing positions only. */
  after(position: number, length: number): number | null {
    const ends = this.#byLength.get(length) ?? [];
    while ((ends.at(-1) ?? position) < position) ends.pop();
    return ends.at(-1) ?? null;
  }
}
