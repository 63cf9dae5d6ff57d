/** Tells addresses that anybody on the internet may call from those that only this machine or this network knows. */
import ipaddr from 'ipaddr.js';

const localNames = /\.(local|localhost|internal|lan|home\.arpa)$/i;

/** Judged by the name or number alone, without calling the address. @param url absolute */
export function isPublicAddress(url: string): boolean {
  const { hostname } = new URL(url);
  const address = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(address)) return ipaddr.process(address).range() === 'unicast';
  return hostname.includes('.') && !localNames.test(hostname);
}
