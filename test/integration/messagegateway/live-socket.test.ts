import { getEventListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type LiveSocket,
  type LiveSocketOptions,
  openLiveSocket,
} from '../../../src/brains/messagegateway/listener/live-socket.ts';
import { AppError } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { until } from '../../support/bridge.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { unitTools } from '../../support/messagegateway-unit.ts';

const megabyte = 1024 * 1024;

let server: Server;
let sockets: WebSocketServer;
let stop: AbortController;
let lines: Set<Socket>;

beforeEach(async () => {
  server = createServer();
  sockets = new WebSocketServer({ noServer: true });
  stop = new AbortController();
  lines = new Set();
  server.on('connection', (line) => {
    lines.add(line);
    line.on('close', () => lines.delete(line));
    // Lines are broken off: that is what these tests are about.
    line.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  stop.abort();
  for (const socket of sockets.clients) socket.terminate();
  for (const line of lines) line.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** What the server does once a handshake has succeeded. */
function welcome(greet: (socket: WebSocket) => void): void {
  server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, greet));
}

function open(more: Partial<LiveSocketOptions> = {}): Promise<LiveSocket> {
  const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`);
  const lookup = unitTools({ send: () => Promise.reject(new Error('not expected')) }).lookupFor(url);
  const times = { pingMs: 10_000, silenceMs: 20_000, handshakeMs: 2_000 };
  return openLiveSocket({ url, token: 'bot-token-value', lookup, clock: systemClock, ...times, ...more }, stop.signal);
}

describe('a socket that is refused', () => {
  it.each([
    ['503', 'messagegateway.busy', 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'],
    ['403', 'messagegateway.token_revoked', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    ['a line that breaks', 'messagegateway.socket_unreachable', null],
  ])('leaves nothing behind, however often it is tried (%s)', async (_, code, answer) => {
    server.on('upgrade', (_request, socket) => {
      if (answer === null) socket.destroy();
      else
        socket
          .on('end', () => socket.end())
          .resume()
          .write(answer);
    });
    for (let time = 0; time < 20; time += 1) {
      const outcome = await open().then(
        () => 'it was opened',
        (error: unknown) => (error instanceof AppError ? error.code : error),
      );
      expect(outcome).toBe(code);
    }
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    await until(() => lines.size === 0);
  });
});

describe('a socket whose frames nobody reads', () => {
  it('ends before they fill the memory, and gives those that came first', async () => {
    const frame = Buffer.alloc(megabyte, 'x');
    welcome((socket) => {
      for (let index = 0; index < 40; index += 1) socket.send(frame, { binary: false });
    });
    const live = await open();
    await until(() => sockets.clients.size === 0);
    let bytes = 0;
    for await (const one of live.frames()) bytes += one.length;
    expect(bytes).toBeGreaterThan(8 * megabyte);
    expect(bytes).toBeLessThanOrEqual(16 * megabyte);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('stays open while they are read in time, however many they are', async () => {
    const frame = Buffer.alloc(megabyte, 'x');
    welcome((socket) => {
      socket.on('message', () => socket.send(frame, { binary: false }));
      socket.send(frame, { binary: false });
    });
    const live = await open();
    let count = 0;
    for await (const one of live.frames()) {
      count += 1;
      expect(one).toHaveLength(megabyte);
      if (count === 40) live.close();
      else for (const socket of sockets.clients) socket.send(frame, { binary: false });
    }
    expect(count).toBe(40);
  });
});

describe('a socket on which nobody says anything', () => {
  it('stays open as long as its pings are answered, and not longer than the allowed silence without', async () => {
    const clock = createFakeClock();
    let pings = 0;
    let isAnswering = true;
    welcome((socket) => {
      socket.on('ping', (data) => {
        pings += 1;
        if (isAnswering) socket.pong(data);
      });
    });
    sockets.options.autoPong = false;
    await open({ clock, pingMs: 10, silenceMs: 1_000 });
    for (let span = 0; span < 5; span += 1) {
      await clock.advance(900);
      // The answer to the first ping from now on may have been seen before; that to the next but one was not.
      const before = pings;
      await until(() => pings >= before + 3);
      expect(sockets.clients.size).toBe(1);
    }
    isAnswering = false;
    const before = pings;
    await until(() => pings >= before + 3);
    expect(sockets.clients.size).toBe(1);
    await clock.advance(1_100);
    await until(() => sockets.clients.size === 0);
  });
});
