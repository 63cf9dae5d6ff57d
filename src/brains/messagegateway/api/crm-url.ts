/** Normalizes the address of a CRM account as an administrator types it. The network guard decides whether it may be called. */

/** A usable address, or a sentence about what is wrong with it. */
export type CrmAddress = { readonly origin: string } | { readonly problem: string };

const example = 'for example https://demo.simla.com';

/**
 * The account's origin without a trailing slash. The rules are the vendor's: https, no port, user, query, fragment or path
 * (docs/platform-notes/messagegateway.md#crm-address). Plain http, and ports on loopback addresses (the sandbox), pass here; the
 * network guard decides about them.
 */
export function readCrmUrl(typed: string): CrmAddress {
  const text = typed.trim();
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || text === '') return { problem: `this is not an address; write it in full, ${example}` };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { problem: `it must be an https address, ${example}` };
  if (url.username !== '' || url.password !== '') return { problem: 'it must not contain a user name or a password' };
  if (url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    return { problem: `only the address of the account is wanted, without a path, ${example}` };
  }
  if (url.protocol === 'https:' && url.port !== '' && !isThisMachine(url.hostname)) {
    return { problem: `it must not contain a port, ${example}` };
  }
  if (url.protocol === 'https:' && !url.hostname.includes('.') && !isThisMachine(url.hostname)) {
    return { problem: `this is not the full name of an account, ${example}` };
  }
  return { origin: url.origin };
}

/** Domains of the vendor. A key that is sent to a host there reaches nobody but the vendor. */
const vendorHost = /^[\da-z-]+\.(?:retailcrm\.(?:ru|pro|es)|ecomlogic\.com|simlachat\.(?:com|ru)|simla\.com)$/;

/** Whether a key that was given for one address may be sent to another without asking its owner. */
export function isSameProvider(known: string, other: string): boolean {
  const [a, b] = [new URL(known), new URL(other)];
  return a.protocol === b.protocol && (a.hostname === b.hostname || vendorHost.test(b.hostname));
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
