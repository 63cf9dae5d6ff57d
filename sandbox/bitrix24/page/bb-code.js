/** BB codes as DOM nodes. Only known tags become elements and only safe addresses become links: no HTML is ever parsed. */
import { link, node, safeAddress } from '../../kit/page/dom.js';

const TAG = /\[(\/?)([a-z]+|br)(?:=([^\]]*)| ([^\]]*))?\]/gi;
const SIMPLE = { b: 'strong', i: 'em', u: 'u', s: 's', code: 'code' };
const BARE_LINK = /https?:\/\/[^\s<>"]+/g;

function elementFor(tag, value) {
  if (SIMPLE[tag] !== undefined) return document.createElement(SIMPLE[tag]);
  const span = document.createElement('span');
  if (tag === 'user' || tag === 'chat') span.className = 'mention';
  if (tag === 'color' && /^#[0-9a-f]{3,6}$/i.test(value)) span.style.color = value;
  if (tag === 'size') span.style.fontSize = `${Math.min(30, Math.max(8, Number(value) || 14))}px`;
  if (tag === 'send' || tag === 'put' || tag === 'call') span.className = 'hint-action';
  if (tag === 'url') {
    const address = safeAddress(value);
    if (address !== null) return link(address, '');
  }
  return span;
}

const PAIRED = new Set([
  ...Object.keys(SIMPLE),
  'user',
  'chat',
  'color',
  'size',
  'url',
  'send',
  'put',
  'call',
  'context',
]);

function appendText(parent, plain) {
  let from = 0;
  for (const found of plain.matchAll(BARE_LINK)) {
    parent.append(plain.slice(from, found.index), link(found[0], found[0]));
    from = found.index + found[0].length;
  }
  parent.append(plain.slice(from));
}

/** One piece of text with BB codes, as a fragment. Unknown or unbalanced tags stay as text. */
export function bbNodes(source) {
  const root = document.createDocumentFragment();
  const open = [{ tag: '', node: root }];
  const top = () => open[open.length - 1].node;
  let from = 0;
  for (const found of source.matchAll(TAG)) {
    const tag = found[2].toLowerCase();
    const isClosing = found[1] === '/';
    const at = open.map((one) => one.tag).lastIndexOf(tag);
    if (tag !== 'br' && (!PAIRED.has(tag) || (isClosing && at <= 0))) continue;
    appendText(top(), source.slice(from, found.index));
    from = found.index + found[0].length;
    if (tag === 'br') top().append(document.createElement('br'));
    else if (isClosing) closeTag(open, at);
    else {
      const node = elementFor(tag, found[3] ?? '');
      top().append(node);
      open.push({ tag, node });
    }
  }
  appendText(top(), source.slice(from));
  while (open.length > 1) closeTag(open, open.length - 1);
  return root;
}

/** `[url]address[/url]` learns its address only when it is closed. */
function closeTag(open, at) {
  const { tag, node } = open[at];
  open.length = at;
  if (tag !== 'url' || node instanceof HTMLAnchorElement) {
    if (node instanceof HTMLAnchorElement && node.textContent === '') node.textContent = node.href;
    return;
  }
  const address = safeAddress(node.textContent);
  if (address !== null) node.replaceChildren(link(address, node.textContent));
}

/** A whole message: lines beginning with >> become a quote. */
export function messageBody(source) {
  const body = node('div', 'body');
  for (const part of source.split(/(^>>.*(?:\n>>.*)*\n?)/m)) {
    if (part === '') continue;
    const isQuote = part.startsWith('>>');
    const nodes = bbNodes(isQuote ? part.replaceAll(/^>>/gm, '').trimEnd() : part);
    body.append(node(isQuote ? 'blockquote' : 'div', '', nodes));
  }
  return body;
}
