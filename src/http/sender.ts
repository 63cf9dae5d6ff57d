/**
 * Who sent a request: the one address that limits, budgets and logs go by. Behind proxies named in TRUSTED_PROXIES it is the right-most
 * address of X-Forwarded-For that no such proxy has; everything left of it was written by the sender itself and proves nothing.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { Context } from 'koa';

/** A proxy adds one address to the header; a longer list than this is only read from its end. */
const maxHeaderLength = 2_000;
const maxHops = 20;

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

const senders = new WeakMap<IncomingMessage, string>();

/** What `senderOf` answers for this request from now on. */
export function rememberSender(request: IncomingMessage, sender: string): void {
  senders.set(request, sender);
}

/**
 * The sender of a request: an IPv4 address, or an IPv6 network of /64 (one subscriber usually has that many addresses). The address of
 * the connection where no proxy is trusted; `unknown` when the connection has gone.
 */
export function senderOf(ctx: Pick<Context, 'req'>): string {
  return senders.get(ctx.req) ?? networkOf(plainAddress(ctx.req.socket?.remoteAddress ?? ''));
}

/** Finds senders, believing X-Forwarded-For of these networks alone. The ranges are CIDR texts; throws when one is not. */
export function createSenderFinder(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const ranges = trustedProxies.map((text): Range => ipaddr.parseCIDR(text));
  const isTrusted = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  return (request) => {
    let last = plainAddress(request.socket.remoteAddress ?? '');
    if (ranges.length === 0 || last === null || !isTrusted(last)) return networkOf(last);
    for (const hop of hopsOf(request)) {
      const address = plainAddress(hop);
      // Not an address: what a trusted proxy did not understand is not guessed at.
      if (address === null) break;
      last = address;
      if (!isTrusted(address)) break;
    }
    return networkOf(last);
  };
}

/** The addresses of X-Forwarded-For, from the last one on. */
function hopsOf(request: IncomingMessage): string[] {
  const header = request.headers['x-forwarded-for'];
  const text = (Array.isArray(header) ? header.join(',') : (header ?? '')).slice(-maxHeaderLength);
  return text.split(',').slice(-maxHops).reverse();
}

/** An address as written by proxies: bare, with a port, or in brackets. Null for anything else. IPv4 inside IPv6 becomes IPv4. */
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
