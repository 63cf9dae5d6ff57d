/** Calls each address directly with the app's own HTTP and WebSocket clients, without a request to the app, also by names that resolve into private networks. */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import WebSocket from 'ws';
import type { HttpClient } from '../../../src/lib/http-client.ts';
import { createGotClient } from '../../../src/lib/http-engine-got.ts';
import { createUndiciClient } from '../../../src/lib/http-engine-undici.ts';
import { createNetworkGuard, type NetworkGuard, socketLookup } from '../../../src/lib/network-guard.ts';
import type { EvilAddress } from './evil-addresses.ts';

export interface Engine {
  readonly name: string;
  /** `call` rejects when no connection is made. */
  open(guard: NetworkGuard): { call(url: URL): Promise<unknown>; close(): Promise<void> };
}

const timeoutMs = 2_000;

const overHttp =
  (create: (options: { guard: NetworkGuard }) => HttpClient): Engine['open'] =>
  (guard) => {
    const client = create({ guard });
    return { call: (url) => client.send({ method: 'GET', url, timeoutMs }), close: () => client.close() };
  };

export const engines: readonly Engine[] = [
  { name: 'hot client', open: overHttp(createUndiciClient) },
  { name: 'careful client', open: overHttp(createGotClient) },
  {
    name: 'WebSocket',
    open: (guard) => ({
      async call(url) {
        const target = new URL(url.href.replace(/^http/, 'ws'));
        const socket = new WebSocket(target, { lookup: socketLookup(guard, target), handshakeTimeout: timeoutMs });
        await new Promise((resolve, reject) => {
          socket.once('open', resolve);
          socket.once('error', reject);
        });
      },
      close: () => Promise.resolve(),
    }),
  },
];

/** Resolves every name to a private address: some together with public addresses, some only at the second look-up. */
function lyingResolver(): LookupFunction {
  let asked = 0;
  return (_name, options, callback) => {
    asked += 1;
    const inside: LookupAddress = { address: asked % 3 === 0 ? '::1' : '127.0.0.1', family: asked % 3 === 0 ? 6 : 4 };
    const outside: LookupAddress = { address: '93.184.216.34', family: 4 };
    const found = asked % 2 === 0 ? [inside] : [outside, inside];
    if (options.all === true) callback(null, found);
    else callback(null, inside.address, inside.family);
  };
}

const named = ['rebound.example.com', 'a.b.c.d.example.org', 'xn--e1afmkfd.example', '127-0-0-1.example.net'];

/** Calls all addresses, and names that resolve to private ones. Throws if a call was made. */
export async function callDirectly(engine: Engine, evils: readonly EvilAddress[]): Promise<void> {
  const port = /:(\d+)\//.exec(evils[0]?.url ?? '')?.[1] ?? '1';
  const client = engine.open(createNetworkGuard({ allowedPrivateHosts: ['127.0.0.1:9'], resolve: lyingResolver() }));
  const urls = [...evils.map(({ url }) => url), ...named.map((name) => `https://${name}:${port}/`)];
  try {
    for (const text of urls) {
      const url = URL.parse(text);
      if (url === null) continue;
      const cameAbout = await client.call(url).then(
        () => true,
        () => false,
      );
      if (cameAbout) throw new Error(`${engine.name} called ${text}`);
    }
  } finally {
    await client.close();
  }
}
