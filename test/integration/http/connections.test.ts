import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitSockets } from '../../../src/http/socket-limit.ts';
import { until } from '../../support/bridge.ts';

let server: Server;
const sockets: Socket[] = [];
const underWay: ServerResponse[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  underWay.length = 0;
  await new Promise((resolve) => server.close(resolve));
});

async function start(limits: { comfortable: number; most: number }): Promise<void> {
  server = createServer((_, response) => void underWay.push(response));
  limitSockets(server, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

async function open(text = ''): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  if (text !== '') socket.write(text);
  return socket;
}

const isClosed = (socket: Socket): boolean => socket.closed;

describe('the connections of a server', () => {
  it('make way when there are many: those that wait longest, never one with a request', async () => {
    await start({ comfortable: 6, most: 20 });
    await open('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => underWay.length === 1);
    for (let idle = 0; idle < 8; idle += 1) await open(idle % 2 === 0 ? '' : 'GET / HT');
    await until(() => sockets.filter(isClosed).length === 3);
    expect(sockets.map(isClosed)).toEqual([false, true, true, true, false, false, false, false, false]);
  });

  it('are free to make way again when their request is answered', async () => {
    await start({ comfortable: 2, most: 20 });
    const first = await open('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => underWay.length === 1);
    const answered = new Promise((resolve) => first.once('data', resolve));
    underWay[0]?.end('ok');
    await answered;
    await open();
    await open();
    await until(() => isClosed(first));
    expect(sockets.filter(isClosed)).toEqual([first]);
  });

  it('do not make way while a second request, sent ahead, is in hand', async () => {
    await start({ comfortable: 2, most: 20 });
    const first = await open('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => underWay.length === 2);
    const answered = new Promise((resolve) => first.once('data', resolve));
    underWay[0]?.end('ok');
    await answered;
    const second = await open();
    await open();
    await until(() => isClosed(second));
    expect(isClosed(first)).toBe(false);
  });
});
