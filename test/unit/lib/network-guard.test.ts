import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';

const guard = createNetworkGuard({ allowedPrivateHosts: ['127.0.0.1:3000', 'sandbox.local:80', '[::1]:3000'] });

function resolvingTo(...addresses: readonly string[]): LookupFunction {
  return (_hostname, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = found;
    if (options.all === true || first === undefined) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

async function look(
  resolve: LookupFunction,
  all: boolean,
  url = 'https://brain.example',
): Promise<string | LookupAddress[]> {
  const lookup = createNetworkGuard({ allowedPrivateHosts: ['10.0.0.1:8080', 'brain.local:8080'], resolve }).lookupFor(
    new URL(url),
  );
  return new Promise((fulfil, reject) => {
    lookup(new URL(url).hostname, { all }, (error, address) => (error === null ? fulfil(address) : reject(error)));
  });
}

describe('checkUrl', () => {
  it.each([
    'https://brain.example/hook?a=1',
    'https://brain.example:8443/',
    'https://8.8.8.8/',
    'https://[2a00:1450:4010::1]/',
  ])('lets %s pass', (url) => {
    expect(guard.checkUrl(url).href).toBe(url);
    expect(guard.checkUrl(new URL(url)).href).toBe(url);
  });

  it.each([
    'http://brain.example/',
    'ftp://brain.example/',
    'file:///etc/passwd',
    'data:text/plain,a',
    'javascript:alert(1)',
  ])('refuses the scheme of %s', (url) => {
    expect(() => guard.checkUrl(url)).toThrow(expect.objectContaining({ name: 'BadInput', code: 'network.scheme' }));
  });

  it.each(['', 'brain.example', '/hook', 'https://', 'https://a b/', 'https://256.256.256.256/'])(
    'refuses %j as no address',
    (url) => {
      expect(() => guard.checkUrl(url)).toThrow(expect.objectContaining({ code: 'network.bad_url' }));
    },
  );

  it('refuses user names and passwords and does not repeat them', () => {
    const expected = expect.objectContaining({
      code: 'network.credentials',
      message: expect.not.stringContaining('hunter2'),
    });
    expect(() => guard.checkUrl('https://user:hunter2@brain.example/')).toThrow(expected);
    expect(() => guard.checkUrl('https://hunter2@brain.example/')).toThrow(expected);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://①②⑦.0.0.1/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:1::]/',
    'https://[2001:db8::1]/',
    'https://[3fff::1]/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[4000::1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://db.localhost/',
  ])('refuses the private address %s', (url) => {
    expect(() => guard.checkUrl(url)).toThrow(expect.objectContaining({ code: 'network.private_address' }));
  });

  it('lets allow-listed hosts pass over http and https, on that port only', () => {
    for (const url of [
      'http://127.0.0.1:3000/a',
      'https://127.0.0.1:3000/a',
      'http://[::1]:3000/',
      'http://SANDBOX.local/',
    ]) {
      expect(guard.checkUrl(url)).toBeInstanceOf(URL);
    }
    expect(() => guard.checkUrl('https://127.0.0.1:3001/')).toThrow(
      expect.objectContaining({ code: 'network.private_address' }),
    );
    expect(() => guard.checkUrl('http://127.0.0.1:3001/')).toThrow(expect.objectContaining({ code: 'network.scheme' }));
    expect(() => guard.checkUrl('ftp://127.0.0.1:3000/')).toThrow(expect.objectContaining({ code: 'network.scheme' }));
    expect(() => guard.checkUrl('http://u:p@127.0.0.1:3000/')).toThrow(
      expect.objectContaining({ code: 'network.credentials' }),
    );
  });
});

describe('lookupFor', () => {
  it('gives one or all addresses when every one is public', async () => {
    const both = resolvingTo('8.8.8.8', '2a00:1450:4010::1');
    await expect(look(both, false)).resolves.toBe('8.8.8.8');
    await expect(look(both, true)).resolves.toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2a00:1450:4010::1', family: 6 },
    ]);
  });

  it.each([
    ['10.0.0.1', '8.8.8.8'],
    ['8.8.8.8', '127.0.0.1'],
    ['8.8.8.8', '::ffff:10.0.0.1'],
    ['8.8.8.8', 'fe80::1%eth0'],
  ])('fails when any resolved address is private: %s, %s', async (...addresses) => {
    const expected = { name: 'BadInput', code: 'network.private_address' };
    await expect(look(resolvingTo(...addresses), true)).rejects.toMatchObject(expected);
    await expect(look(resolvingTo(...addresses), false)).rejects.toMatchObject(expected);
  });

  it('fails when a name resolves to nothing', async () => {
    await expect(look(resolvingTo(), true)).rejects.toMatchObject({ code: 'network.private_address' });
  });

  it('passes the resolver’s own error on', async () => {
    const failing: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '');
    await expect(look(failing, true)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('checks nothing for an allow-listed host and port, and everything on its other ports', async () => {
    const inside = resolvingTo('10.0.0.7');
    await expect(look(inside, false, 'http://brain.local:8080')).resolves.toBe('10.0.0.7');
    await expect(look(inside, false, 'https://brain.local')).rejects.toMatchObject({ code: 'network.private_address' });
  });

  it('works with the system’s resolver by default', async () => {
    const lookup = createNetworkGuard({ allowedPrivateHosts: [] }).lookupFor(new URL('https://localhost'));
    const refusal = new Promise((_fulfil, reject) => lookup('localhost', {}, (error) => reject(error)));
    await expect(refusal).rejects.toMatchObject({ code: 'network.private_address' });
  });
});
