/**
 * Keeps calls to addresses that came from outside on the public internet: judges a URL before it is used, and the
 * addresses its name resolves to at the moment of connecting, so that a name cannot be re-pointed in between.
 */

import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type BadInput, badInput } from '../core/errors.ts';
import { checkNoTransaction } from './network-in-transaction.ts';

export interface NetworkGuardOptions {
  /** Exact `host:port` pairs that may be called although private, even over plain http. IPv6 in brackets (`[::1]:3000`). */
  readonly allowedPrivateHosts: readonly string[];
  /** Resolves names; the system's resolver unless a test brings its own. */
  readonly resolve?: LookupFunction;
}

export interface NetworkGuard {
  /**
   * The parsed URL, if it may be called. Throws BadInput: `network.bad_url`, `network.scheme` (only https, http for
   * allow-listed hosts), `network.credentials` (user or password inside), `network.private_address`.
   */
  checkUrl(url: string | URL): URL;
  /**
   * The name lookup for connecting to that URL, in the shape of `dns.lookup`. It fails with BadInput `network.private_address` when any
   * resolved address is not public; for an allow-listed host it checks nothing.
   */
  lookupFor(url: URL): LookupFunction;
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** The only block from which IPv6 addresses are given to hosts (IANA, 2000::/3); everything else is special or unassigned. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3');

/** Makes a guard from the allow-list in the settings. */
export function createNetworkGuard(options: NetworkGuardOptions): NetworkGuard {
  const allowed = new Set(options.allowedPrivateHosts.map((host) => host.trim().toLowerCase()));
  const resolve = options.resolve ?? systemLookup;
  const guarded = guardLookup(resolve);
  const isAllowed = (url: URL): boolean => allowed.has(`${url.hostname}:${url.port || defaultPorts[url.protocol]}`);
  return {
    checkUrl(input) {
      const url = parse(input);
      const trusted = isAllowed(url);
      if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:')) {
        throw refused('network.scheme', url, 'must be an https address');
      }
      if (url.username !== '' || url.password !== '') {
        throw refused('network.credentials', url, 'must not contain a user name or password');
      }
      if (!trusted && isPrivateHost(url.hostname)) throw privateAddress(url.hostname);
      return url;
    },
    lookupFor: (url) => (isAllowed(url) ? resolve : guarded),
  };
}

/** The lookup for opening a socket (`ws:`, `wss:`), under the rules of the same address with `http:` or `https:`. Throws like `checkUrl`. */
export function socketLookup(guard: NetworkGuard, url: URL): LookupFunction {
  checkNoTransaction(`socket ${url.host}`);
  return guard.lookupFor(guard.checkUrl(url.href.replace(/^ws/, 'http')));
}

function parse(input: string | URL): URL {
  if (input instanceof URL) return input;
  const url = URL.parse(input);
  if (url === null) throw badInput('network.bad_url', 'this is not a complete address (https://…)');
  return url;
}

/**
 * Whether a host as the URL parser writes it is private by itself, without resolving. The parser has already turned odd IPv4 forms into
 * dotted ones.
 */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return !isPublicAddress(hostname.slice(1, -1));
  if (ipaddr.IPv4.isValid(hostname)) return !isPublicAddress(hostname);
  const name = hostname.replace(/\.$/, '');
  return name === '' || name === 'localhost' || name.endsWith('.localhost');
}

function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalIpv6);
}

function guardLookup(resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    // Asks for all addresses even if the caller wants one: a name may have one private address among public ones.
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, options.all === true ? [] : '');
        return;
      }
      const addresses: readonly LookupAddress[] = typeof found === 'string' ? [{ address: found, family: 0 }] : found;
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
        callback(privateAddress(hostname), options.all === true ? [] : '');
      } else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function privateAddress(hostname: string): BadInput {
  return badInput(
    'network.private_address',
    `${hostname} is not a public address; list it among the allowed private hosts if it is meant`,
  );
}

function refused(code: string, url: URL, rule: string): BadInput {
  // Names only the host: path, query and credentials may hold secrets.
  return badInput(code, `${url.hostname === '' ? 'the address' : url.hostname} ${rule}`);
}
