/**
 * Reads Bitrix24's BB codes (docs/platform-notes/bitrix24.md#bb-codes). Anything that is not a tag, or is a tag without its end, stays text,
 * as the portal shows it. Takes time in proportion to the text, and reads no more of it than a chat can show.
 */
import { phoneNumber, webAddress } from './addresses.ts';
import { withoutJoiners } from './bb-escape.ts';
import { bbParts } from './bb-lines.ts';
import { type ImageSize, type Markup, type MarkupNode, plainMarkup } from './markup.ts';
import { nodesAt, withAddress } from './own-addresses.ts';
import { RawEnds } from './raw-ends.ts';
import { timestampFormats } from './timestamp-formats.ts';
import { type MakeNode, TreeBuilder } from './tree-builder.ts';

/** The longest text Bitrix24 stores of one message, in characters (documentation of `imbot.v2.Chat.Message.send` and `imbot.message.add`). */
const maxShown = 20_000;

/** The part of a text that a chat can show. */
export function shownPart(text: string): string {
  if (text.length <= maxShown) return text;
  return [...text.slice(0, 2 * maxShown)].slice(0, maxShown).join('');
}

export function readBb(bb: string): Markup {
  return readParts(shownPart(bb), true);
}

/** @param mayQuote false inside a quotation, which contains no further one */
function readParts(text: string, mayQuote: boolean): Markup {
  const nodes: MarkupNode[] = [];
  for (const [index, part] of (mayQuote ? bbParts(text) : [{ kind: 'inline' as const, text }]).entries()) {
    if (part.kind === 'code') nodes.push({ type: 'code', isBlock: true, text: withoutJoiners(part.text) });
    else if (part.kind === 'inline') {
      const inline = readInline(part.text);
      // An empty line between two blocks is a line too.
      if (inline.length === 0 && index > 0) nodes.push({ type: 'text', text: '' });
      for (const node of inline) nodes.push(node);
    } else {
      nodes.push({ type: 'quote', isWhole: part.kind === 'wholeQuote', children: readParts(part.text, false) });
    }
  }
  return nodes;
}

/** A tag's name, and its value with the sign before it. Values cannot hold brackets, so the search for an end stops at the next one. */
const tag = /\[(\/?)([a-z]+)((?:=|\s)[^[\]\n]*|\/)?\]/gi;

function readInline(text: string): Markup {
  const tags = [...text.matchAll(tag)];
  const tree = new TreeBuilder(endingsOf(tags));
  const code = new RawEnds(tags, 'code');
  const image = new RawEnds(tags, 'img');
  let from = 0;
  for (const [at, found] of tags.entries()) {
    // Inside code or an address.
    if (found.index < from) continue;
    const [literal, slash, name = '', rest = ''] = found;
    const key = name.toLowerCase();
    const before = (): void => tree.text(withoutJoiners(text.slice(from, found.index)));
    if (slash === '/') {
      if (!paired.has(key) || rest !== '') continue;
      before();
      tree.close(key, literal);
    } else if (key === 'code' || key === 'img') {
      const end = (key === 'code' ? code : image).after(at);
      const inside = end === null ? '' : text.slice(found.index + literal.length, end.index);
      const node = end === null ? null : rawNode(key, inside, rest);
      if (end === null || node === null) continue;
      before();
      tree.leaf(node);
      from = end.index + end[0].length;
      continue;
    } else {
      const leaf = leaves.get(key)?.(rest) ?? null;
      const make = leaf === null ? (paired.get(key)?.(rest) ?? null) : null;
      if (leaf === null && make === null) continue;
      before();
      if (leaf !== null) tree.leaf(leaf);
      else if (make !== null) tree.open(key, literal, make);
    }
    from = found.index + literal.length;
  }
  tree.text(withoutJoiners(text.slice(from)));
  return tree.finish();
}

function endingsOf(tags: readonly RegExpExecArray[]): ReadonlyMap<string, number> {
  const endings = new Map<string, number>();
  for (const [, slash, name = '', rest = ''] of tags) {
    const key = name.toLowerCase();
    if (slash === '/' && rest === '' && paired.has(key)) endings.set(key, (endings.get(key) ?? 0) + 1);
  }
  return endings;
}

/** The node of a tag that holds no further tags. Null: the tag is shown as text. */
function rawNode(key: 'code' | 'img', inside: string, rest: string): MarkupNode | null {
  if (key === 'code') {
    return rest === '' ? { type: 'code', isBlock: false, text: withoutJoiners(inside) } : null;
  }
  const size = /^ *size=(small|medium|large)$/i.exec(rest.trimEnd())?.[1]?.toLowerCase();
  const url = rest !== '' && size === undefined ? null : webAddress(inside);
  return url === null ? null : { type: 'image', url, size: imageSize(size), label: '' };
}

/** The sizes that the portal knows. */
function imageSize(size: string | undefined): ImageSize {
  return size === 'small' || size === 'large' ? size : 'medium';
}

/** A Map, not an object: a tag may be called `constructor`. */
function tagTable<T>(table: Readonly<Record<string, (rest: string) => T | null>>) {
  return new Map(Object.entries(table));
}

/** Tags without an end; each function is given what follows the name. */
const leaves = tagTable<MarkupNode>({
  br: (rest) => (/^[\s/]*$/.test(rest) ? { type: 'text', text: '\n' } : null),
  disk(rest) {
    const id = /^=(\d{1,20})$/.exec(rest)?.[1];
    return id === undefined ? null : { type: 'disk', id };
  },
  timestamp(rest) {
    const [, seconds, format = ''] = /^=(\d{1,12}) +format=([a-z_]{1,60})$/i.exec(rest) ?? [];
    const isKnown = seconds !== undefined && timestampFormats.has(format.toUpperCase());
    return isKnown ? { type: 'timestamp', seconds: Number(seconds), format: format.toUpperCase() } : null;
  },
  icon(rest) {
    const [first = '', ...others] = rest.slice(1).split(' ', 20);
    const url = rest.startsWith('=') ? webAddress(first) : null;
    if (url === null) return null;
    const said = others.join(' ');
    const px = Number(/(?:^| )(?:size|width|height)=(\d{1,3})/i.exec(said)?.[1] ?? 20);
    const title = /(?:^| )title=(.*?)(?= (?:size|width|height)=|$)/i.exec(said)?.[1] ?? '';
    return { type: 'icon', url, px: Math.min(px, 100), title: withoutJoiners(title.trim()) };
  },
});

const simple =
  (type: 'bold' | 'italic' | 'underline' | 'strike') =>
  (rest: string): MakeNode | null =>
    rest === '' ? (children) => [{ type, children }] : null;

/** Tags with an end; each function is given what follows the name. Null: the tag is shown as text. */
const paired = tagTable<MakeNode>({
  b: simple('bold'),
  i: simple('italic'),
  u: simple('underline'),
  s: simple('strike'),
  size(rest) {
    const px = /^=(\d{1,3})(?:px)?$/i.exec(rest)?.[1];
    if (px === undefined) return null;
    return (children) => [{ type: 'size', px: Math.min(30, Math.max(8, Number(px))), children }];
  },
  color(rest) {
    const hex = /^=(#[\da-f]{3}(?:[\da-f]{3})?)$/i.exec(rest)?.[1];
    return hex === undefined ? null : (children) => [{ type: 'color', hex: hex.toLowerCase(), children }];
  },
  url: withValue(nodesAt),
  user(rest) {
    const id = /^=(\d{1,20}|all)(?:\s+replace)?$/i.exec(rest)?.[1];
    if (id === undefined) return null;
    // Nobody but a person may mention everybody, so the tree cannot express it.
    if (id.toLowerCase() === 'all') return (children) => [...plainMarkup('@'), ...children];
    return (children) => [{ type: 'user', id, children }];
  },
  chat(rest) {
    const id = /^=((?:imol\|)?\d{1,20})$/i.exec(rest)?.[1];
    return id === undefined ? null : (children) => [{ type: 'chat', id: id.toLowerCase(), children }];
  },
  context(rest) {
    const target = /^=((?:chat\d{1,20}|\d{1,20}:\d{1,20})\/\d{1,20})$/i.exec(rest)?.[1];
    return target === undefined ? null : (children) => [{ type: 'context', target: target.toLowerCase(), children }];
  },
  call: withValue((value, children) => {
    const phone = phoneNumber(value);
    return phone === null ? withAddress(value, children) : [{ type: 'call', phone, children }];
  }),
  send: withValue((value, children) => [{ type: 'press', does: 'send', value, children }]),
  put: withValue((value, children) => [{ type: 'press', does: 'put', value, children }]),
});

/** A tag with an optional value; without one, its content is the value. */
function withValue(make: (value: string, children: Markup) => Markup): (rest: string) => MakeNode | null {
  return (rest) => {
    if (rest !== '' && !rest.startsWith('=')) return null;
    const given = withoutJoiners(rest.slice(1).trim());
    return (children) => {
      const value = given === '' ? textIn(children).trim() : given;
      return value === '' ? children : make(value, children);
    };
  };
}

/** The text inside a tag that may become its address or value. */
function textIn(children: Markup): string {
  return children.map((node) => (node.type === 'text' ? node.text : '')).join('');
}
