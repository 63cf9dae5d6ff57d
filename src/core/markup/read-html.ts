/**
 * Reads HTML as bots and page editors write it: styles, links, pictures, code, quotations, headings, lists, tables as lines. Other tags are
 * left out, the text in them is kept. Takes time in proportion to the text.
 */
import { webAddress } from './addresses.ts';
import { decodeEntities } from './html-entities.ts';
import { isBlockNode, type Markup, type MarkupNode } from './markup.ts';
import { nodesAt } from './own-addresses.ts';
import { RawEnds } from './raw-ends.ts';
import { type MakeNode, TreeBuilder } from './tree-builder.ts';

/** A tag. Its attributes end at the first `>`. */
const tag = /<(\/?)([a-z][a-z\d]{0,20})(?=[\s/>])([^<>]*)>/gi;

/** Tags that begin a line of their own. */
const lineTags = new Set(
  [
    'address article aside br caption dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr',
    'li main nav ol p section summary table tbody tfoot thead tr ul',
  ].flatMap((names) => names.split(' ')),
);

/** Tags whose content is not parsed; only the first three show theirs. */
const rawTags = ['pre', 'code', 'time', 'script', 'style', 'title', 'template'] as const;

export function readHtml(html: string): Markup {
  return new HtmlReader(withoutComments(html)).read();
}

function withoutComments(html: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = html.indexOf('<!--'); at !== -1; at = html.indexOf('<!--', from)) {
    const end = html.indexOf('-->', at + 4);
    pieces.push(html.slice(from, at));
    from = end === -1 ? html.length : end + 3;
  }
  return pieces.join('') + html.slice(from);
}

interface OpenList {
  readonly start: number | null;
  readonly items: Markup[];
}

class HtmlReader {
  readonly #html: string;
  readonly #tags: readonly RegExpExecArray[];
  readonly #tree = new TreeBuilder();
  readonly #rawEnds: ReadonlyMap<string, RawEnds>;
  /** If tags make the lines, line breaks in the text are blanks; otherwise they break the line, as bots write them. */
  readonly #hasTaggedLines: boolean;
  readonly #lists: OpenList[] = [];
  /** Up to here the text was read. */
  #from = 0;
  /** Line breaks due before whatever is shown next. */
  #breaks = 0;

  constructor(html: string) {
    this.#html = html;
    this.#tags = [...html.matchAll(tag)];
    this.#rawEnds = new Map(rawTags.map((name) => [name, new RawEnds(this.#tags, name)]));
    this.#hasTaggedLines = this.#tags.some(([, , name = '']) => lineTags.has(name.toLowerCase()));
  }

  read(): Markup {
    for (const [at, found] of this.#tags.entries()) {
      if (found.index < this.#from) continue;
      this.#text(found.index);
      this.#from = found.index + found[0].length;
      const [, slash, name = '', rest = ''] = found;
      const key = name.toLowerCase();
      if (this.#rawEnds.has(key)) this.#raw(at, key, slash === '/', rest);
      else if (slash === '/') this.#close(key);
      else this.#open(key, rest);
    }
    this.#text(this.#html.length);
    // An answer that was cut off ends in the middle of its tags.
    return tidy(this.#tree.finishOpen());
  }

  #structure(): string | null {
    return this.#tree.innermost(['ul', 'ol', 'li', 'blockquote']);
  }

  #text(to: number): void {
    const raw = this.#html.slice(this.#from, to);
    const blanks = this.#hasTaggedLines ? raw.replaceAll(/[ \t\r\n\f]+/g, ' ') : raw;
    const isAtStart = this.#breaks > 0 || this.#isAtLineStart();
    const shown = this.#hasTaggedLines && isAtStart ? blanks.trimStart() : blanks;
    if (shown === '') return;
    this.#startLine();
    this.#tree.text(decodeEntities(shown.replaceAll('&nbsp;', ' ')));
  }

  #isAtLineStart(): boolean {
    const last = this.#tree.last();
    return last === undefined || isBlockNode(last) || (last.type === 'text' && /[\n ]$/.test(last.text));
  }

  #break(count: number): void {
    this.#breaks = Math.max(this.#breaks, count);
  }

  /** Writes the line breaks that are due; a block ends its line itself. */
  #startLine(): void {
    const last = this.#tree.last();
    if (last !== undefined && !isBlockNode(last)) this.#tree.text('\n'.repeat(this.#breaks));
    this.#breaks = 0;
  }

  #raw(at: number, key: string, isEnd: boolean, rest: string): void {
    // The ends of these tags are read together with them.
    if (isEnd) return;
    const end = this.#rawEnds.get(key)?.after(at) ?? null;
    const inside = this.#html.slice(this.#from, end?.index ?? this.#html.length);
    this.#from = end === null ? this.#html.length : end.index + end[0].length;
    const text = decodeEntities(inside.replaceAll(tag, ''));
    if (key === 'pre') {
      this.#breaks = 0;
      this.#tree.leaf({ type: 'code', isBlock: true, text: text.replace(/^\n/, '').replace(/\n$/, '') });
    } else if (key === 'code' && text !== '') {
      this.#startLine();
      this.#tree.leaf({ type: 'code', isBlock: false, text });
    } else if (key === 'time') {
      this.#startLine();
      this.#tree.leaf(momentIn(rest) ?? { type: 'text', text });
    }
  }

  #open(key: string, rest: string): void {
    const make = styleOf(key, rest);
    if (make !== null) {
      this.#startLine();
      this.#tree.open(key, '', make);
    } else if (key === 'br') this.#break(this.#breaks + 1);
    else if (key === 'img') this.#image(rest);
    else if (key === 'ul' || key === 'ol') this.#openList(key, rest);
    else if (key === 'li') this.#openItem();
    else if (key === 'blockquote') {
      this.#breaks = 0;
      this.#tree.open(key, '', (children) => [{ type: 'quote', isWhole: false, children: tidy(children) }]);
    } else if (/^h[1-6]$/.test(key)) {
      this.#breaks = 0;
      this.#tree.open(key, '', (children) => [
        { type: 'heading', level: Number(key.slice(1)), children: tidy(children) },
      ]);
    } else if (key === 'td' || key === 'th') {
      if (this.#breaks === 0 && !this.#isAtLineStart()) this.#tree.text(' | ');
    } else if (key === 'hr') {
      this.#break(1);
      this.#startLine();
      this.#tree.text('———');
      this.#break(1);
    } else if (lineTags.has(key)) this.#break(key === 'p' ? 2 : 1);
  }

  #close(key: string): void {
    if (key === 'ul' || key === 'ol') {
      if (this.#structure() === 'li') this.#tree.close('li', '');
      this.#tree.close(key, '');
      this.#breaks = 0;
    } else if (key === 'li' || key === 'blockquote' || /^h[1-6]$/.test(key)) {
      this.#tree.close(key, '');
      this.#breaks = 0;
    } else if (key !== 'br' && lineTags.has(key)) this.#break(key === 'p' ? 2 : 1);
    else this.#tree.close(key, '');
  }

  #openList(key: string, rest: string): void {
    const start = key === 'ul' ? null : Number(/^\d{1,9}$/.exec(attribute(rest, 'start') ?? '')?.[0] ?? 1);
    const list: OpenList = { start, items: [] };
    this.#breaks = 0;
    const isOpen = this.#tree.open(key, '', (children) => {
      this.#lists.pop();
      const items = children.some((node) => node.type !== 'text' || node.text.trim() !== '')
        ? [...list.items, tidy(children)]
        : list.items;
      return items.length === 0 ? [] : [{ type: 'list', start, items }];
    });
    if (isOpen) this.#lists.push(list);
  }

  #openItem(): void {
    if (this.#structure() === 'li') this.#tree.close('li', '');
    const list = this.#lists.at(-1);
    this.#breaks = 0;
    this.#tree.open('li', '', (children) => {
      if (list === undefined) return children;
      list.items.push(tidy(children));
      return [];
    });
  }

  #image(rest: string): void {
    const url = webAddress(decodeEntities(attribute(rest, 'src') ?? ''));
    const label = decodeEntities(attribute(rest, 'alt') ?? '');
    if (url === null && label === '') return;
    this.#startLine();
    this.#tree.leaf(url === null ? { type: 'text', text: label } : { type: 'image', url, size: 'medium', label });
  }
}

const simple: ReadonlyMap<string, 'bold' | 'italic' | 'underline' | 'strike'> = new Map([
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['u', 'underline'],
  ['ins', 'underline'],
  ['s', 'strike'],
  ['del', 'strike'],
  ['strike', 'strike'],
]);

/** What an inline tag makes of its content; null for other tags. */
function styleOf(key: string, rest: string): MakeNode | null {
  const type = simple.get(key);
  if (type !== undefined) return (children) => [{ type, children }];
  if (key === 'a') {
    const address = decodeEntities(attribute(rest, 'href') ?? '').trim();
    return (children) => (address === '' || address.startsWith('#') ? children : nodesAt(address, children));
  }
  if (key !== 'span' && key !== 'font') return null;
  const style = attribute(rest, 'style') ?? '';
  const hex =
    /(?:^|[;\s])color:\s{0,5}(#[\da-f]{6}|#[\da-f]{3})\b/i.exec(style)?.[1] ?? hexOf(attribute(rest, 'color'));
  const px = /(?:^|[;\s])font-size:\s{0,5}(\d{1,3})px/i.exec(style)?.[1];
  return (children) => {
    const sized: Markup =
      px === undefined ? children : [{ type: 'size', px: Math.min(30, Math.max(8, Number(px))), children }];
    return hex === undefined ? sized : [{ type: 'color', hex: hex.toLowerCase(), children: sized }];
  };
}

function hexOf(color: string | null): string | undefined {
  return /^#(?:[\da-f]{3}|[\da-f]{6})$/i.exec(color ?? '')?.[0];
}

function momentIn(rest: string): MarkupNode | null {
  const ms = Date.parse(attribute(rest, 'datetime') ?? '');
  if (Number.isNaN(ms) || ms < 0) return null;
  const format = /^[A-Z_]{1,60}$/.exec(attribute(rest, 'data-format') ?? '')?.[0] ?? '';
  return { type: 'timestamp', seconds: Math.floor(ms / 1_000), format };
}

/** The attributes of a tag are not read if they are longer than this together. */
const maxAttributes = 5_000;

function attribute(rest: string, name: string): string | null {
  if (rest.length > maxAttributes) return null;
  const found = new RegExp(`(?:^|\\s)${name}\\s{0,5}=\\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\\s"']+))`, 'i').exec(rest);
  return found === null ? null : (found[1] ?? found[2] ?? found[3] ?? null);
}

/** Removes line breaks beside blocks, which begin and end their own lines, and blanks at the edges. */
function tidy(nodes: Markup): Markup {
  return nodes.flatMap((node, index): Markup => {
    if (node.type !== 'text') return [node];
    let { text } = node;
    const [before, after] = [nodes[index - 1], nodes[index + 1]];
    if (index === 0) text = text.trimStart();
    else if (before !== undefined && isBlockNode(before)) text = text.replace(/^ *\n?/, '');
    if (index === nodes.length - 1) text = text.trimEnd();
    else if (after !== undefined && isBlockNode(after) && text.endsWith('\n')) text = text.slice(0, -1);
    return text === '' ? [] : [{ type: 'text', text }];
  });
}
