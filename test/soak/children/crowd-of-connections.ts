/** Opens thousands of connections that cost the sender almost nothing: bodies that never end, slow headers, idle connections. */
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { serveParent } from '../../../bench/support/serve-parent.ts';

const orderSchema = z.object({
  port: z.number(),
  kind: z.enum(['body', 'header', 'idle']),
  count: z.number(),
  /** How many bytes of each body are sent; one byte less than announced. */
  bytes: z.number(),
  path: z.string(),
});
type Order = z.output<typeof orderSchema>;

const open = new Map<Socket, Order['kind']>();
let refused = 0;

const piece = Buffer.alloc(64 * 1024, 'a=b&');
const trickleMs = 500;

let started = 0;

/** Another source address for each connection, as strangers have: Linux accepts all of 127.0.0.0/8. */
function localAddress(): { readonly localAddress?: string } {
  if (process.platform !== 'linux') return {};
  started += 1;
  return { localAddress: `127.200.${started % 5}.${2 + (started % 250)}` };
}

function start(order: Order): Socket {
  const socket = connect({ port: order.port, host: '127.0.0.1', ...localAddress() });
  socket.on('error', () => {
    refused += 1;
  });
  socket.on('close', () => open.delete(socket));
  socket.resume();
  open.set(socket, order.kind);
  const type = 'Content-Type: application/x-www-form-urlencoded';
  const head = `POST ${order.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${type}\r\n`;
  if (order.kind === 'header') socket.write(`${head}X-Slow: `);
  if (order.kind === 'body') {
    socket.write(`${head}Content-Length: ${order.bytes + 1}\r\n\r\n`);
    pour(socket, order.bytes);
  }
  return socket;
}

/** Sends `left` bytes as fast as they are accepted, then nothing more. */
function pour(socket: Socket, left: number): void {
  if (left <= 0 || socket.destroyed) return;
  const part = left < piece.length ? piece.subarray(0, left) : piece;
  const goOn = (): void => pour(socket, left - part.length);
  if (socket.write(part)) setImmediate(goOn);
  else socket.once('drain', goOn);
}

setInterval(() => {
  for (const [socket, kind] of open) if (kind === 'header' && !socket.destroyed) socket.write('x');
}, trickleMs);

serveParent(null, {
  /** Keeps the ordered number of connections open: those that the app closes are opened again, as an attacker would. */
  open: async (input) => {
    const order = orderSchema.parse(input);
    const fill = (): void => {
      const there = [...open.values()].filter((kind) => kind === order.kind).length;
      // A hundred at a time, so that the run does not measure the backlog of the listening socket.
      for (let missing = Math.min(100, order.count - there); missing > 0; missing -= 1) start(order);
    };
    setInterval(fill, 100);
    fill();
    return null;
  },
  count: async () => {
    const kinds = [...open].filter(([socket]) => socket.readyState === 'open').map(([, kind]) => kind);
    const of = (kind: Order['kind']): number => kinds.filter((one) => one === kind).length;
    return { body: of('body'), header: of('header'), idle: of('idle'), refused };
  },
});
