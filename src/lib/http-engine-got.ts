/** Carries HTTP calls with got, for calls that are rare. It takes about 400 µs of CPU per call. */
import type { ClientRequest } from 'node:http';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Got } from 'got';
import type { HttpClient, HttpClientOptions } from './http-client.ts';
import { connectTimeoutMs, defaultConnectionsPerOrigin, idleConnectionMs } from './http-client.ts';
import { createClient, type Exchange, type OutgoingRequest } from './http-exchange.ts';
import type { NetworkGuard } from './network-guard.ts';

/** An HTTP client on got. See HttpClient for the contract. */
export function createGotClient(options: HttpClientOptions): HttpClient {
  const connections = {
    keepAlive: true,
    maxSockets: options.connectionsPerOrigin ?? defaultConnectionsPerOrigin,
    // Node's agent closes idle connections after this; on one in use it only raises an event nobody here listens to.
    timeout: idleConnectionMs,
  };
  const agent = { http: new HttpAgent(connections), https: new HttpsAgent(connections) };
  // Loaded with the first call: a process that makes none saves 8 MB.
  let loading: Promise<Got> | null = null;
  const load = async (): Promise<Got> => {
    const { default: got } = await import('got');
    return got.extend({
      agent,
      decompress: false,
      followRedirect: false,
      headers: { 'user-agent': undefined },
      retry: { limit: 0 },
      throwHttpErrors: false,
      timeout: { connect: connectTimeoutMs, secureConnect: connectTimeoutMs },
    });
  };
  return createClient(options, {
    begin(request, exchange) {
      loading ??= load();
      loading
        .then((got) => {
          if (!exchange.isOver()) carry(got, options.guard, request, exchange);
        })
        .catch((error: unknown) => exchange.broke(error));
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
      return Promise.resolve();
    },
  });
}

function carry(got: Got, guard: NetworkGuard, request: OutgoingRequest, exchange: Exchange): void {
  const { method, url, headers, body } = request;
  const cancelling = new AbortController();
  exchange.onGivenUp(() => cancelling.abort());
  // The stream form, because only it reports the answer's head and size before the whole body is in memory.
  const call = got.stream(url, {
    method,
    headers: { ...headers },
    allowGetBody: method === 'GET' && body !== undefined,
    // Without a body got's stream would wait for one to be written.
    ...(body === undefined && method === 'GET' ? {} : { body: body ?? '' }),
    dnsLookup: guard.lookupFor(url),
    signal: cancelling.signal,
  });
  exchange.onLine({ pause: () => void call.pause(), resume: () => void call.resume() });
  call.on('request', (sent) => watchLeaving(sent, url.protocol === 'https:', exchange));
  call.on('response', (response) => exchange.head(response.statusCode, response.headers));
  call.on('data', (data: Uint8Array) => exchange.chunk(Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
  call.on('end', () => exchange.end());
  call.on('error', (error) => exchange.broke(error));
}

/** The request is written the moment its connection is established, so from then on its fate is unknown. */
function watchLeaving(request: ClientRequest, secure: boolean, exchange: Exchange): void {
  request.once('socket', (socket: Socket) => {
    if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', () => exchange.left());
    else if (!socket.destroyed) exchange.left();
  });
}
