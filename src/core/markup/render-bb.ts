/**
 * Writes a tree as Bitrix24's BB codes. Texts are escaped, so the only tags in the result are those of the tree; it mentions nobody but the
 * users the tree names, and its links open nothing but what `link` admits.
 */
import { bracketless, phoneNumber } from './addresses.ts';
import { escapeBb, escapeCode } from './bb-escape.ts';
import { linesOf, type Markup, type MarkupNode } from './markup.ts';
import { listText, quoted, renderPlain } from './render-plain.ts';
import { timestampFormats } from './timestamp-formats.ts';

export interface BbRules {
  /** The address as people in the portal may open it; null: it is shown, but opens nothing. Absent: every address of the tree may be opened. */
  readonly link?: (url: string) => string | null;
}

export function renderBb(nodes: Markup, rules: BbRules = {}): string {
  return renderLines(nodes, { link: rules.link ?? ((url) => url), isInLink: false });
}

interface Place {
  readonly link: (url: string) => string | null;
  /** Inside the label of something that opens when pressed. */
  readonly isInLink: boolean;
}

function renderLines(nodes: Markup, place: Place): string {
  return linesOf(nodes)
    .map((part) => {
      const out = new BbWriter();
      for (const node of part) writeNode(out, node, place);
      return out.finish();
    })
    .join('\n');
}

/** Escapes neighbouring texts together if no tag stands between them. */
class BbWriter {
  #done = '';
  #text = '';

  text(text: string): void {
    this.#text += text;
  }

  tag(tag: string): void {
    this.#done += escapeBb(this.#text) + tag;
    this.#text = '';
  }

  finish(): string {
    return this.#done + escapeBb(this.#text);
  }
}

const styles = { bold: 'b', italic: 'i', underline: 'u', strike: 's' } as const;

function writeNode(out: BbWriter, node: MarkupNode, place: Place): void {
  switch (node.type) {
    case 'text':
      out.text(node.text);
      return;
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
      wrap(out, styles[node.type], '', renderLines(node.children, place));
      return;
    case 'size':
      wrap(out, 'size', `=${node.px}`, renderLines(node.children, place));
      return;
    case 'color':
      wrap(out, 'color', `=${node.hex}`, renderLines(node.children, place));
      return;
    case 'code':
      out.tag(`[code]${escapeCode(node.text)}[/code]`);
      return;
    case 'heading':
      wrap(out, 'b', '', renderLines(node.children, place));
      return;
    case 'quote':
      // The signs of a quotation are added to the text after it has been escaped.
      out.tag(quoted(renderLines(node.children, place), node.isWhole));
      return;
    case 'list':
      out.tag(listText(node.items, node.start, (item) => renderLines(item, place)));
      return;
    case 'link':
    case 'call':
    case 'user':
    case 'chat':
    case 'context':
    case 'press':
      writeLinked(out, node, place);
      return;
    default:
      writeThing(out, node, place);
  }
}

type Linked = MarkupNode & { readonly type: 'link' | 'call' | 'user' | 'chat' | 'context' | 'press' };

function writeLinked(out: BbWriter, node: Linked, place: Place): void {
  const [name, value] = place.isInLink ? ['', null] : tagOf(node, place);
  if (value === null) {
    // What cannot be opened is shown as plain text.
    out.text(renderPlain([node]));
    return;
  }
  const label = renderLines(node.children, { ...place, isInLink: true });
  if (label.trim() !== '') wrap(out, name, `=${value}`, label);
  else if (node.type === 'link') out.tag(`[url]${value}[/url]`);
  else if (node.type === 'call') out.tag(`[call]${value}[/call]`);
  // The portal itself writes the user's name into an empty mention.
  else if (node.type === 'user') out.tag(`[user=${value}][/user]`);
  else if (node.type === 'press') wrap(out, name, `=${value}`, escapeBb(node.value));
}

/** The tag and its value; null for a value that no tag can hold. */
function tagOf(node: Linked, { link }: Place): readonly [name: string, value: string | null] {
  switch (node.type) {
    case 'link': {
      const url = link(node.url);
      return ['url', url === null ? null : bracketless(url)];
    }
    case 'call':
      return ['call', phoneNumber(node.phone)];
    case 'user':
      return ['user', /^\d{1,20}$/.test(node.id) ? node.id : null];
    case 'chat':
      return ['chat', /^(?:imol\|)?\d{1,20}$/.test(node.id) ? node.id : null];
    case 'context':
      return ['context', /^(?:chat\d{1,20}|\d{1,20}:\d{1,20})\/\d{1,20}$/.test(node.target) ? node.target : null];
    case 'press':
      return [node.does, pressValue(node.value)];
  }
}

/** The longest text that a press sends. */
const maxPressed = 1_000;

/** The person who presses says it in their own name, so it may be words only: no command and no markup. */
function pressValue(value: string): string | null {
  const isWords = value.length <= maxPressed && !/[[\]\n]|^\s*[/\u2060]/.test(value) && value.trim() !== '';
  return isWords ? value : null;
}

function writeThing(
  out: BbWriter,
  node: MarkupNode & { readonly type: 'image' | 'icon' | 'timestamp' | 'disk' },
  { link }: Place,
): void {
  if (node.type === 'disk') {
    if (/^\d{1,20}$/.test(node.id)) out.tag(`[disk=${node.id}]`);
    else out.text(renderPlain([node]));
  } else if (node.type === 'timestamp') {
    const { seconds } = node;
    const format = timestampFormats.has(node.format) ? node.format : 'FORMAT_DATETIME';
    if (Number.isInteger(seconds) && seconds >= 0 && seconds < 1e12) out.tag(`[timestamp=${seconds} format=${format}]`);
    else out.text(renderPlain([node]));
  } else {
    const admitted = link(node.url);
    const url = admitted === null ? null : bracketless(admitted);
    if (url === null) out.text(renderPlain([node]));
    else if (node.type === 'image') out.tag(`[img size=${node.size}]${url} [/img]`);
    else out.tag(`[icon=${url} size=${node.px}${iconTitle(node.title)}]`);
  }
}

function iconTitle(title: string): string {
  const words = title.replaceAll(/[[\]=\s]+/g, ' ').trim();
  return words === '' ? '' : ` title=${words}`;
}

/** Tags around nothing are left out. */
function wrap(out: BbWriter, name: string, value: string, inside: string): void {
  if (inside !== '') out.tag(`[${name}${value}]${inside}[/${name}]`);
}
