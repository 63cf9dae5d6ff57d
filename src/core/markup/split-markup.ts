/** Cuts a formatted text into parts that fit; formatting around a cut ends before it and begins again behind it. */
import { splitText } from '../split-text.ts';
import { renderMarkup } from './forms.ts';
import type { Markup, MarkupNode, TextForm } from './markup.ts';
import { renderPlain } from './render-plain.ts';

/** Attempts to find a length that fits, before the rest is sent without formatting. */
const maxAttempts = 8;

/**
 * The text in parts of at most `limit` UTF-16 code units each, written in `form`. An empty text has no parts.
 *
 * @param wide see `splitText`
 */
export function splitMarkup(nodes: Markup, form: TextForm, limit: number, wide = ''): readonly string[] {
  const parts: string[] = [];
  let rest = nodes;
  while (rest.length > 0) {
    // Writing makes no character shorter, so a part never needs more than this; the rest need not be scanned for each part.
    const [near, far] = cutAt(rest, limit + 1);
    const whole = renderMarkup(near, form);
    if (far.length === 0 && weigh(whole, wide) <= limit) return whole === '' ? parts : [...parts, whole];
    const cut = cutOff(near, { form, limit, wide, length: whole.length });
    if (cut !== null) {
      parts.push(cut.part);
      rest = [...cut.rest, ...far];
    } else if (whole === '') {
      rest = far;
    } else {
      // The first node fits into no part: it is sent without formatting.
      const [first, ...others] = near;
      if (first !== undefined) parts.push(...splitPlain(renderPlain([first]), form, limit));
      rest = [...others, ...far];
    }
  }
  return parts;
}

/** The most characters that one character becomes when a text is written: `&quot;`. */
const maxGrowth = 6;

function splitPlain(text: string, form: TextForm, limit: number): readonly string[] {
  return splitText(text, limit / maxGrowth).map((part) => renderMarkup([{ type: 'text', text: part }], form));
}

interface CutRules {
  readonly form: TextForm;
  readonly limit: number;
  readonly wide: string;
  /** The length of the whole text as written. */
  readonly length: number;
}

/** The longest beginning that fits, and the rest; null when none was found. */
function cutOff(nodes: Markup, { form, limit, wide, length }: CutRules): { part: string; rest: Markup } | null {
  const shown = textOf(nodes);
  let wanted = Math.floor((shown.length * limit) / length);
  for (let attempt = 0; attempt < maxAttempts && wanted >= 2; attempt += 1) {
    const [first = ''] = splitText(shown, wanted);
    const [head, rest] = cutAt(nodes, first.length);
    const part = renderMarkup(head, form);
    const weight = weigh(part, wide);
    if (part !== '' && weight <= limit && lengthUpTo(rest, shown.length) < shown.length) return { part, rest };
    wanted = Math.floor(Math.min(wanted * 0.8, (wanted * limit) / Math.max(1, weight)));
  }
  return null;
}

function weigh(text: string, wide: string): number {
  if (wide === '') return text.length;
  let weight = text.length;
  for (const sign of text) if (wide.includes(sign)) weight += 1;
  return weight;
}

/** The text that a cut may go through. */
function textOf(nodes: Markup): string {
  return nodes.map((node) => textOfNode(node)).join('');
}

function textOfNode(node: MarkupNode): string {
  if (node.type === 'text' || node.type === 'code') return node.text;
  if (node.type === 'list') return node.items.map((item) => `${textOf(item)}\n`).join('');
  return 'children' in node ? textOf(node.children) : ' ';
}

/** The length of `textOf`, counted up to `most`. */
function lengthUpTo(nodes: Markup, most: number): number {
  let length = 0;
  for (const node of nodes) {
    if (length >= most) return most;
    length += nodeLengthUpTo(node, most - length);
  }
  return length;
}

function nodeLengthUpTo(node: MarkupNode, most: number): number {
  if (node.type === 'text' || node.type === 'code') return node.text.length;
  if (node.type === 'list') {
    let length = 0;
    for (const item of node.items) {
      if (length >= most) return most;
      length += lengthUpTo(item, most - length) + 1;
    }
    return length;
  }
  return 'children' in node ? lengthUpTo(node.children, most) : 1;
}

/** The first `count` characters of `textOf`, and the rest. */
function cutAt(nodes: Markup, count: number): readonly [Markup, Markup] {
  let left = count;
  for (const [index, node] of nodes.entries()) {
    if (left <= 0) return [nodes.slice(0, index), nodes.slice(index)];
    const length = nodeLengthUpTo(node, left + 1);
    if (length > left) {
      const [before, after] = cutNode(node, left, index === 0);
      return [
        [...nodes.slice(0, index), ...before],
        [...after, ...nodes.slice(index + 1)],
      ];
    }
    left -= length;
  }
  return [nodes, []];
}

/** Nodes that may end in one part and begin again in the next. */
const styles: ReadonlySet<string> = new Set([
  'bold',
  'italic',
  'underline',
  'strike',
  'size',
  'color',
  'quote',
  'heading',
]);

/** @param isFirst nothing stands before the node, so it must go into this part */
function cutNode(node: MarkupNode, count: number, isFirst: boolean): readonly [Markup, Markup] {
  if (node.type === 'text' || node.type === 'code') {
    return [[{ ...node, text: node.text.slice(0, count) }], [{ ...node, text: node.text.slice(count) }]];
  }
  if (node.type === 'list') return cutList(node, count);
  // A link cut in two would open the same thing twice.
  if (!('children' in node) || !styles.has(node.type)) return isFirst ? [[node], []] : [[], [node]];
  const [before, after] = cutAt(node.children, count);
  return [[{ ...node, children: before }], [{ ...node, children: after }]];
}

/** Cuts between items, or within the first one. */
function cutList(list: MarkupNode & { readonly type: 'list' }, count: number): readonly [Markup, Markup] {
  let left = count;
  let at = 0;
  for (const item of list.items) {
    const length = lengthUpTo(item, left + 1) + 1;
    if (length > left) break;
    left -= length;
    at += 1;
  }
  const from = (index: number): number | null => (list.start === null ? null : list.start + index);
  if (at > 0) {
    return [[{ ...list, items: list.items.slice(0, at) }], [{ ...list, start: from(at), items: list.items.slice(at) }]];
  }
  const [first = [], ...others] = list.items;
  const [before, after] = cutAt(first, left);
  return [[{ ...list, items: [before] }], [{ ...list, items: [after, ...others] }]];
}
