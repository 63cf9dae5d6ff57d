/**
 * The sender of a request: the address that limits and logs use. Behind proxies named in TRUSTED_PROXIES it is the right-most address of
 * X-Forwarded-For that is not such a proxy; everything left of it was written by the sender itself and proves nothing.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { Context } from 'koa';

/** A proxy adds one address to the header; of a longer list only the end is read. */
const maxHeaderLength = 2_000;
const maxHops = 20;

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

const senders = new WeakMap<IncomingMessage, string>();

/** Sets what `senderOf` returns for this request. */
export function rememberSender(request: IncomingMessage, sender: string): void {
  senders.set(request, sender);
}

/**
 * The sender of a request: an IPv4 address, or an IPv6 network of /64 (one subscriber usually has that many addresses). Without trusted
 * proxies it is the address of the connection; `unknown` when the connection is closed.
 */
export function senderOf(ctx: Pick<Context, 'req'>): string {
  return senders.get(ctx.req) ?? networkOf(plainAddress(ctx.req.socket?.remoteAddress ?? ''));
}

/** Finds senders, trusting X-Forwarded-For of these networks only. The ranges are CIDR texts; throws when one is not. */
export function createSenderFinder(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const ranges = trustedProxies.map((text): Range => ipaddr.parseCIDR(text));
  const isTrusted = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  return (request) => {
    let last = plainAddress(request.socket.remoteAddress ?? '');
    if (ranges.length === 0 || last === null || !isTrusted(last)) return networkOf(last);
    for (const hop of hopsOf(request)) {
      const address = plainAddress(hop);
      // Not an address: a value that a trusted proxy did not understand is ignored.
      if (address === null) break;
      last = address;
      if (!isTrusted(address)) break;
    }
    return networkOf(last);
  };
}

/** The addresses of X-Forwarded-For, last one first. */
function hopsOf(request: IncomingMessage): string[] {
  const header = request.headers['x-forwarded-for'];
  const text = (Array.isArray(header) ? header.join(',') : (header ?? '')).slice(-maxHeaderLength);
  return text.split(',').slice(-maxHops).reverse();
}

/** Parses an address as proxies write it: bare, with a port, or in brackets. Null for anything else. IPv4 inside IPv6 becomes IPv4. */
function plainAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const trimmed = text.trim();
  const bare =
    /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : null;
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6 | null): string {
  if (address === null) return 'unknown';
  if (address instanceof ipaddr.IPv4) return address.toString();
  const parts = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${parts.join(':')}::/64`;
}
