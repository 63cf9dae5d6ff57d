/** Addresses that come from outside and are to be opened, or loaded as pictures, by people in the portal. */
import { isPrivateHost } from '../../lib/network-guard.ts';

/** Browsers and the portal cut longer ones. */
const maxAddress = 2_000;

/**
 * The address if a browser in the portal may be led there: http or https, without user or password, and not an address of a private
 * network, where it could make an employee's browser act on something inside. Null otherwise. Brackets come out escaped.
 */
export function publicLink(address: string | null): string | null {
  if (address === null || address.length > maxAddress) return null;
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '' || isPrivateHost(url.hostname)) return null;
  // An IPv6 host alone needs its brackets.
  const afterHost = url.href.indexOf('/', url.protocol.length + 2);
  return url.href.slice(0, afterHost) + url.href.slice(afterHost).replaceAll('[', '%5B').replaceAll(']', '%5D');
}
