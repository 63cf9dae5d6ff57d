import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSenderFinder } from '../../../src/http/sender-address.ts';

function from(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

const proxies = ['10.0.0.0/8', '127.0.0.1/32', 'fd00::/8'];

describe('the sender of a request', () => {
  it.each([
    ['198.51.100.7', undefined, '198.51.100.7'],
    // Whoever comes straight may write into the header what it likes.
    ['198.51.100.7', '203.0.113.5', '198.51.100.7'],
    ['10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.5', '203.0.113.5'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.5, 10.9.9.9', '203.0.113.5'],
    ['10.0.0.1', '10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['::ffff:203.0.113.5', undefined, '203.0.113.5'],
    ['fd00::1', '[2001:db8:1:2:3:4:5:6]:443', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', undefined, '2001:db8:1:2::/64'],
    // Not an address: the proxy that passed it on is as far as is known.
    ['10.0.0.1', '203.0.113.5, unknown', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '203.0.113.5, _hidden, 10.3.3.3', '10.3.3.3'],
    [undefined, '203.0.113.5', 'unknown'],
  ])('at %s with X-Forwarded-For %s is %s', (remote, forwarded, sender) => {
    expect(createSenderFinder(proxies)(from(remote, forwarded))).toBe(sender);
  });

  it('is the connection where no proxy is trusted', () => {
    expect(createSenderFinder([])(from('127.0.0.1', '203.0.113.5'))).toBe('127.0.0.1');
  });

  it('is found at the end of a header of any length', () => {
    const long = `${'1.1.1.1, '.repeat(100_000)}203.0.113.5`;
    expect(createSenderFinder(proxies)(from('10.0.0.1', long))).toBe('203.0.113.5');
    expect(createSenderFinder(proxies)(from('10.0.0.1', '10.0.0.1,'.repeat(100_000)))).toBe('10.0.0.1');
  });
});
