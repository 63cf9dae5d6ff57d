/** Writes a tree as Markdown. What Markdown cannot say (size, colour) is left out; texts are escaped, so they read as they were written. */
import { linesOf, type Markup, type MarkupNode } from './markup.ts';
import { addressOf } from './own-addresses.ts';
import { momentText, renderPlain } from './render-plain.ts';

export function renderMarkdown(nodes: Markup): string {
  return renderLines(nodes, false);
}

/** @param isInLabel inside the label of a link, which holds no further one */
function renderLines(nodes: Markup, isInLabel: boolean): string {
  const parts = linesOf(joined(nodes));
  return parts
    .map((part, index) => {
      const text = part.map((node) => renderNode(node, isInLabel)).join('');
      // Without an empty line, what follows would belong to the block.
      const isOpen = part[0]?.type === 'quote' || part[0]?.type === 'list';
      return isOpen && index < parts.length - 1 ? `${text}\n` : text;
    })
    .join('\n');
}

/** Joins neighbours of one style into one node: otherwise their signs would touch and mean something else. */
function joined(nodes: Markup): Markup {
  const all: MarkupNode[] = [];
  for (const node of nodes) {
    const last = all.at(-1);
    const one = last === undefined ? null : join(last, node);
    if (one === null) all.push(node);
    else all[all.length - 1] = one;
  }
  return all;
}

function join(one: MarkupNode, other: MarkupNode): MarkupNode | null {
  if (one.type === 'text' && other.type === 'text') return { type: 'text', text: one.text + other.text };
  if (one.type === 'code' && other.type === 'code' && !one.isBlock && !other.isBlock) {
    return { ...one, text: one.text + other.text };
  }
  const isStyle = one.type === 'bold' || one.type === 'italic' || one.type === 'strike';
  return isStyle && other.type === one.type ? { ...one, children: [...one.children, ...other.children] } : null;
}

function renderNode(node: MarkupNode, isInLabel: boolean): string {
  switch (node.type) {
    case 'text':
      return escapeText(node.text);
    case 'bold':
      return around('**', node.children, isInLabel);
    case 'italic':
      return around('*', node.children, isInLabel);
    case 'strike':
      return around('~~', node.children, isInLabel);
    case 'underline': {
      const inside = renderLines(node.children, isInLabel);
      return inside === '' ? '' : `<u>${inside}</u>`;
    }
    case 'code':
      return node.isBlock || node.text.includes('\n') ? codeBlock(node.text, node.isBlock) : codeSpan(node.text);
    case 'heading':
      return `${'#'.repeat(Math.min(6, Math.max(1, node.level)))} ${renderLines(node.children, isInLabel).replaceAll('\n', ' ')}`;
    case 'quote':
      return renderLines(node.children, isInLabel).replaceAll(/^/gm, '> ');
    case 'list':
      return renderList(node.items, node.start);
    case 'size':
    case 'color':
    case 'press':
      return renderLines(node.children, isInLabel) || escapeText(renderPlain([node]));
    case 'image':
      return isInLabel ? escapeText(renderPlain([node])) : `![${escapeText(node.label)}](${target(node.url)})`;
    case 'icon':
      return escapeText(renderPlain([node]));
    case 'timestamp':
      return momentText(node.seconds);
    default:
      return renderLink(node, isInLabel);
  }
}

type Linked = MarkupNode & { readonly type: 'link' | 'call' | 'user' | 'chat' | 'context' | 'disk' };

function renderLink(node: Linked, isInLabel: boolean): string {
  const address = addressOf(node);
  if (address === null || isInLabel) return escapeText(renderPlain([node]));
  const children = node.type === 'disk' ? [] : node.children;
  const name = renderLines(children, true).replaceAll('\n', ' ');
  const label = node.type === 'user' ? `@${name}` : name || escapeText(renderPlain([node]) || address);
  return `[${label}](${target(address)})`;
}

/** An address for the parentheses of a link; if it holds parentheses itself, it is put between `<` and `>`. */
function target(address: string): string {
  return /[()]/.test(address) ? `<${address}>` : address;
}

/** Signs must touch the words they surround, so blanks at the edges are moved outside. */
function around(sign: string, children: Markup, isInLabel: boolean): string {
  const inside = renderLines(children, isInLabel);
  const words = inside.trim();
  if (words === '') return inside;
  const before = inside.slice(0, inside.length - inside.trimStart().length);
  const behind = inside.slice(inside.trimEnd().length);
  // Between digits `*` would multiply.
  if (sign === '*' && /^\d|\d$/.test(words)) return `${before}<i>${words}</i>${behind}`;
  return `${before}${sign}${words}${sign}${behind}`;
}

function codeSpan(text: string): string {
  const ticks = '`'.repeat(longestRun(text) + 1);
  const isTouching = text.startsWith('`') || text.endsWith('`') || (/^ .* $/.test(text) && text.trim() !== '');
  const inside = text === '' || isTouching ? ` ${text} ` : text;
  return `${ticks}${inside}${ticks}`;
}

function codeBlock(text: string, isAlone: boolean): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  const block = `${fence}\n${text}\n${fence}`;
  return isAlone ? block : `\n${block}\n`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

function renderList(items: readonly Markup[], start: number | null): string {
  return items
    .map((item, index) => {
      const sign = start === null ? '-' : `${start + index}.`;
      return `${sign} ${renderLines(item, false).trimEnd().replaceAll('\n', '\n    ')}`;
    })
    .join('\n');
}

/** Signs that mean something anywhere. `_` inside a word means nothing. */
const special = /[\\`*[\]<]|~(?=~)|(?<=~)~|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w{1,8};)|!(?![\s\S])/gu;

/** Signs that mean something at the beginning of a line. */
const leading = /^([ \t]*)(#{1,6}(?=\s|$)|>|[-+](?=[\s-]|$)|=(?==)|\d{1,9}(?=[.)](?:\s|$)))/gm;

function escapeText(text: string): string {
  return text
    .replaceAll(special, '\\$&')
    .replaceAll(leading, (_, blanks: string, sign: string) =>
      /^\d/.test(sign) ? `${blanks}${sign}\\` : `${blanks}\\${sign}`,
    );
}
