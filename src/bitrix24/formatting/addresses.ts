/** Checks addresses from outside that people in the portal would open, or load as pictures. */
import { isPrivateHost } from '../../lib/network-guard.ts';

/** Browsers and the portal cut longer ones. */
const maxAddress = 2_000;

/**
 * The address if a browser in the portal may open it: http or https, without user or password, and not an address of a private network,
 * where it could make an employee's browser act on an internal system. Null otherwise. Brackets are escaped.
 */
export function publicLink(address: string | null): string | null {
  if (address === null || address.length > maxAddress) return null;
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '' || isPrivateHost(url.hostname)) return null;
  // Only an IPv6 host needs its brackets.
  const afterHost = url.href.indexOf('/', url.protocol.length + 2);
  return url.href.slice(0, afterHost) + url.href.slice(afterHost).replaceAll('[', '%5B').replaceAll(']', '%5D');
}
