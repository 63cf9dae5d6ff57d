/** Writes a tree as HTML. Every text is escaped; addresses are those of the tree and Bitrix24's own (`mention:27`). */
import { encodeEntities } from './html-entities.ts';
import type { Markup, MarkupNode } from './markup.ts';
import { addressOf } from './own-addresses.ts';
import { momentText, renderPlain } from './render-plain.ts';

export function renderHtml(nodes: Markup): string {
  return renderAll(nodes, false);
}

/** @param isInLabel inside the label of a link, which holds no further one */
function renderAll(nodes: Markup, isInLabel: boolean): string {
  return nodes.map((node) => renderNode(node, isInLabel)).join('');
}

const styles = { bold: 'b', italic: 'i', underline: 'u', strike: 's' } as const;

function renderNode(node: MarkupNode, isInLabel: boolean): string {
  switch (node.type) {
    case 'text':
      return textHtml(node.text);
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
      return element(styles[node.type], '', renderAll(node.children, isInLabel));
    case 'size':
      return element('span', ` style="font-size:${node.px}px"`, renderAll(node.children, isInLabel));
    case 'color':
      return element('span', ` style="color:${node.hex}"`, renderAll(node.children, isInLabel));
    case 'code': {
      const code = `<code>${encodeEntities(node.text)}</code>`;
      return node.isBlock || node.text.includes('\n') ? `<pre>${code}</pre>` : code;
    }
    case 'heading':
      return element(`h${Math.min(6, Math.max(1, node.level))}`, '', renderAll(node.children, isInLabel));
    case 'quote':
      return `<blockquote>${renderAll(node.children, isInLabel)}</blockquote>`;
    case 'list':
      return renderList(node.items, node.start);
    case 'press':
      return textHtml(renderPlain([node]));
    case 'image':
      return `<img src="${encodeEntities(node.url)}" alt="${encodeEntities(node.label)}">`;
    case 'icon':
      return textHtml(renderPlain([node]));
    case 'timestamp':
      return timeHtml(node.seconds, node.format);
    default:
      return renderLink(node, isInLabel);
  }
}

type Linked = MarkupNode & { readonly type: 'link' | 'call' | 'user' | 'chat' | 'context' | 'disk' };

function renderLink(node: Linked, isInLabel: boolean): string {
  const address = addressOf(node);
  if (address === null || isInLabel) return textHtml(renderPlain([node]));
  const name = node.type === 'disk' ? '' : renderAll(node.children, true);
  const label = node.type === 'user' ? `@${name}` : name || textHtml(renderPlain([node]) || address);
  return `<a href="${encodeEntities(address)}">${label}</a>`;
}

function renderList(items: readonly Markup[], start: number | null): string {
  const inside = items.map((item) => `<li>${renderAll(item, false)}</li>`).join('');
  if (start === null) return `<ul>${inside}</ul>`;
  return start === 1 ? `<ol>${inside}</ol>` : `<ol start="${start}">${inside}</ol>`;
}

function timeHtml(seconds: number, format: string): string {
  const shown = momentText(seconds);
  const date = new Date(seconds * 1_000);
  if (Number.isNaN(date.getTime())) return shown;
  const named = format === '' ? '' : ` data-format="${encodeEntities(format)}"`;
  return `<time datetime="${date.toISOString()}"${named}>${shown}</time>`;
}

function element(name: string, attributes: string, inside: string): string {
  return inside === '' ? '' : `<${name}${attributes}>${inside}</${name}>`;
}

/** HTML shows one blank where several stand, and none at the beginning of a line. */
function textHtml(text: string): string {
  return encodeEntities(text)
    .replaceAll(/ (?= )|(?<=\n) /g, '&nbsp;')
    .replaceAll('\n', '<br>');
}
