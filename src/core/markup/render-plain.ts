/** Writes a tree as plain text. Nothing that a reader needs is lost: links keep their addresses, mentions their names, quotations their signs. */
import { linesOf, type Markup, type MarkupNode } from './markup.ts';

/** The rule around a quoted message, as Bitrix24 writes it. */
const quoteRule = '-'.repeat(54);

/** The indentation of each further level of a list. */
const indent = '    ';

export function renderPlain(nodes: Markup): string {
  return linesOf(nodes)
    .map((part) => part.map(renderNode).join(''))
    .join('\n');
}

function renderNode(node: MarkupNode): string {
  switch (node.type) {
    case 'text':
    case 'code':
      return node.text;
    case 'link':
      return withAddress(renderPlain(node.children), node.url);
    case 'call':
      return withAddress(renderPlain(node.children), node.phone);
    case 'user': {
      const name = renderPlain(node.children);
      return name === '' ? '' : `@${name}`;
    }
    case 'press':
      return renderPlain(node.children) || node.value;
    case 'image':
      return node.label === '' ? node.url : `${node.label} (${node.url})`;
    case 'icon':
      return `(${node.title || node.url})`;
    case 'timestamp':
      return momentText(node.seconds);
    case 'disk':
      return `disk:${node.id}`;
    case 'quote':
      return quoted(renderPlain(node.children), node.isWhole);
    case 'list':
      return listText(node.items, node.start, renderPlain);
    default:
      return renderPlain(node.children);
  }
}

/** The label followed by the address, unless the label is empty or contains it. */
function withAddress(label: string, address: string): string {
  if (label.trim() === '') return address;
  return label === address || label.trim().includes(address) ? label : `${label} (${address})`;
}

/** Quoted lines or a whole quoted message, as Bitrix24 writes them. */
export function quoted(text: string, isWhole: boolean): string {
  if (isWhole) return `${quoteRule}\n${text}\n${quoteRule}`;
  return text.replaceAll(/^/gm, '>>');
}

/** A list in signs that every chat shows; further lines of an item stand below its text. */
export function listText(items: readonly Markup[], start: number | null, render: (item: Markup) => string): string {
  return items
    .map((item, index) => {
      const sign = start === null ? '•' : `${start + index}.`;
      return `${sign} ${render(item).replaceAll('\n', `\n${indent}`)}`;
    })
    .join('\n');
}

/** The latest moment that JavaScript can show. */
const maxSeconds = 8_640_000_000_000;

/** For example `2026-11-21 12:00 UTC`. */
export function momentText(seconds: number): string {
  if (!(seconds >= 0 && seconds <= maxSeconds)) return String(seconds);
  return `${new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
