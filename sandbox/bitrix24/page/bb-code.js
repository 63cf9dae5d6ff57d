/** BB codes as DOM nodes. Only known tags become elements and only safe addresses become links: no HTML is ever parsed. */
import { link, node, picture, safeAddress } from '../../kit/page/dom.js';

const TAG = /\[(\/?)([a-z]+|br)(?:=([^\]]*)| ([^\]]*))?\]/gi;
const SIMPLE = { b: 'strong', i: 'em', u: 'u', s: 's' };
const BARE_LINK = /https?:\/\/[^\s<>"]+/g;
const SIZES = { small: 80, medium: 160, large: 320 };

function elementFor(tag, value) {
  if (SIMPLE[tag] !== undefined) return document.createElement(SIMPLE[tag]);
  const span = document.createElement('span');
  if (tag === 'user' || tag === 'chat' || tag === 'context') span.className = 'mention';
  if (tag === 'color' && /^#[0-9a-f]{3,6}$/i.test(value)) span.style.color = value;
  if (tag === 'size') span.style.fontSize = `${Math.min(30, Math.max(8, Number(value) || 14))}px`;
  if (tag === 'send' || tag === 'put' || tag === 'call') {
    span.className = 'hint-action';
    span.title = `${tag}: ${value}`;
  }
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

/** Tags without an end tag; null for a value that the portal does not accept. */
const ALONE = {
  br: () => document.createElement('br'),
  disk: (value) => (/^\d+$/.test(value) ? node('span', 'mention', `disk:${value}`) : null),
  timestamp: (value) => {
    const [, seconds, format] = /^(\d{1,12}) format=([a-z_]+)$/i.exec(value) ?? [];
    if (seconds === undefined) return null;
    const shown = new Date(Number(seconds) * 1000);
    const words = /TIME_FORMAT$/i.test(format) ? shown.toLocaleTimeString() : shown.toLocaleString();
    return node('time', '', words);
  },
  icon: (value) => {
    const [address = '', ...rest] = value.split(' ');
    const px = Number(/(?:^| )size=(\d{1,3})/i.exec(rest.join(' '))?.[1] ?? 20);
    const title = /(?:^| )title=(.*?)(?= (?:size|width|height)=|$)/i.exec(rest.join(' '))?.[1] ?? '';
    const icon = picture(address, title);
    if (icon === null) return null;
    icon.className = 'icon';
    icon.title = title;
    icon.style.height = `${Math.min(px, 100)}px`;
    return icon;
  },
};

/** Tags whose content is not interpreted. */
const RAW = {
  code: (inside) => node('code', '', inside),
  img: (inside, size) => {
    const shown = picture(inside.trim(), '');
    if (shown !== null) shown.style.maxHeight = `${SIZES[size?.replace(/^size=/i, '').toLowerCase()] ?? 160}px`;
    return shown;
  },
};

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
  const lower = source.toLowerCase();
  let from = 0;
  const put = (element, at, next) => {
    appendText(top(), source.slice(from, at));
    top().append(element);
    from = next;
  };
  for (const found of source.matchAll(TAG)) {
    if (found.index < from) continue;
    const tag = found[2].toLowerCase();
    const isClosing = found[1] === '/';
    const behind = found.index + found[0].length;
    if (Object.hasOwn(RAW, tag)) {
      const end = isClosing ? -1 : lower.indexOf(`[/${tag}]`, behind);
      const element = end === -1 ? null : RAW[tag](source.slice(behind, end), found[4]);
      if (element !== null) put(element, found.index, end + tag.length + 3);
      continue;
    }
    if (Object.hasOwn(ALONE, tag)) {
      const element = isClosing ? null : ALONE[tag](found[3] ?? '');
      if (element !== null) put(element, found.index, behind);
      continue;
    }
    const at = open.map((one) => one.tag).lastIndexOf(tag);
    if (!PAIRED.has(tag) || (isClosing && at <= 0)) continue;
    appendText(top(), source.slice(from, found.index));
    from = behind;
    if (isClosing) closeTag(open, at);
    else {
      const element = elementFor(tag, found[3] ?? '');
      top().append(element);
      open.push({ tag, node: element });
    }
  }
  appendText(top(), source.slice(from));
  while (open.length > 1) closeTag(open, open.length - 1);
  return root;
}

/** The address of `[url]address[/url]` is known only when the tag is closed. */
function closeTag(open, at) {
  const { tag, node: element } = open[at];
  open.length = at;
  if (tag !== 'url' || element instanceof HTMLAnchorElement) {
    if (element instanceof HTMLAnchorElement && element.textContent === '') element.textContent = element.href;
    return;
  }
  const address = safeAddress(element.textContent);
  if (address !== null) element.replaceChildren(link(address, element.textContent));
}

const QUOTE = /(^-{54}\n[\s\S]*?\n-{54}$\n?|^>>.*(?:\n>>.*)*\n?)/m;

/** A whole message: lines beginning with >>, and text between two rules, become quotes; not inside code. */
export function messageBody(source) {
  const body = node('div', 'body');
  for (const part of splitOutsideCode(source)) {
    const isLines = part.startsWith('>>');
    const isWhole = /^-{54}\n/.test(part);
    if (!isLines && !isWhole) {
      body.append(node('div', '', bbNodes(part)));
      continue;
    }
    const quoted = isLines ? part.replaceAll(/^>>/gm, '') : part.replaceAll(/^-{54}$\n?/gm, '');
    body.append(node('blockquote', '', bbNodes(quoted.trimEnd())));
  }
  return body;
}

function splitOutsideCode(source) {
  const parts = [];
  for (const [index, piece] of source.split(/(\[code\][\s\S]*?\[\/code\])/i).entries()) {
    const found = index % 2 === 1 ? [piece] : piece.split(QUOTE);
    for (const part of found) {
      if (part === '') continue;
      const last = parts[parts.length - 1];
      const isQuote = (one) => one.startsWith('>>') || /^-{54}\n/.test(one);
      if (index > 0 && last !== undefined && !isQuote(last) && !isQuote(part)) parts[parts.length - 1] = last + part;
      else parts.push(part);
    }
  }
  return parts;
}
