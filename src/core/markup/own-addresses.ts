/**
 * Addresses by which Markdown and HTML name what only Bitrix24 has: `mention:27` a user, `chat:45` a chat, `message:chat45/678` a message,
 * `disk:12` a file of the Drive. A brain that repeats them in its answer gets the same thing back.
 */
import { percentDecoded, phoneNumber, webAddress } from './addresses.ts';
import { type Markup, type MarkupNode, plainMarkup } from './markup.ts';

/** The address of a node that has one; null for all others. */
export function addressOf(node: MarkupNode): string | null {
  switch (node.type) {
    case 'link':
      return node.url;
    case 'call':
      return `tel:${node.phone}`;
    case 'user':
      return `mention:${node.id}`;
    case 'chat':
      return `chat:${node.id}`;
    case 'context':
      return `message:${node.target}`;
    case 'disk':
      return `disk:${node.id}`;
    default:
      return null;
  }
}

/** What an address and its label stand for. An address that may not be opened is shown behind the label. */
export function nodesAt(address: string, children: Markup): Markup {
  const url = webAddress(address);
  if (url !== null) return [{ type: 'link', url, children }];
  const [, scheme = '', rest = ''] = /^([a-z]{1,10}):(.{1,100})$/i.exec(address) ?? [];
  return own(scheme.toLowerCase(), rest, children) ?? withAddress(address, children);
}

function own(scheme: string, rest: string, children: Markup): Markup | null {
  switch (scheme) {
    case 'tel': {
      const phone = phoneNumber(percentDecoded(rest));
      return phone === null ? null : [{ type: 'call', phone, children }];
    }
    case 'mention':
      return /^\d{1,20}$/.test(rest) ? [{ type: 'user', id: rest, children: withoutAt(children) }] : null;
    case 'chat':
      return /^(?:imol\|)?\d{1,20}$/.test(rest) ? [{ type: 'chat', id: rest, children }] : null;
    case 'message':
      return /^(?:chat\d{1,20}|\d{1,20}:\d{1,20})\/\d{1,20}$/.test(rest)
        ? [{ type: 'context', target: rest, children }]
        : null;
    case 'disk':
      return /^\d{1,20}$/.test(rest) ? [{ type: 'disk', id: rest }] : null;
    default:
      return null;
  }
}

/** Mentions are written `@Name`; in the tree the name stands alone. */
function withoutAt(children: Markup): Markup {
  const [first, ...others] = children;
  return first?.type === 'text' && first.text.startsWith('@')
    ? [...plainMarkup(first.text.slice(1)), ...others]
    : children;
}

/** The label followed by the address, unless the label is the address. */
export function withAddress(address: string, children: Markup): Markup {
  const label = children
    .map((node) => (node.type === 'text' ? node.text : ''))
    .join('')
    .trim();
  const shown = address.replace(/^mailto:/i, '').trim();
  if (shown === '' || label === shown) return children;
  return children.length === 0 ? plainMarkup(shown) : [...children, ...plainMarkup(` (${shown})`)];
}
