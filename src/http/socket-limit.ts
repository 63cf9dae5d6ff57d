/** Bounds the number of open connections: idle and unfinished ones are closed for new ones; requests in flight are not. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** From this number on, each new connection closes the one that has been idle longest. */
const softLimit = 8_000;

/** Beyond this number no connection is accepted. */
const hardLimit = 12_000;

/** Call it before the server listens. Requests that are not valid HTTP are answered with the usual headers. */
export function limitSockets(server: Server, limits = { comfortable: softLimit, most: hardLimit }): void {
  server.maxConnections = limits.most;
  let open = 0;
  /** Connections without a request in flight, longest idle first. */
  const waiting = new Set<Socket>();
  const answers = new WeakMap<Socket, ServerResponse>();
  /** Requests in flight; a sender may put several on a connection before the first is answered. */
  const inFlight = new WeakMap<Socket, number>();

  server.on('connection', (socket: Socket) => {
    open += 1;
    waiting.add(socket);
    socket.once('close', () => {
      open -= 1;
      waiting.delete(socket);
    });
    if (open <= limits.comfortable) return;
    const [oldest] = waiting;
    if (oldest !== undefined && oldest !== socket) oldest.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.delete(socket);
    answers.set(socket, response);
    inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (inFlight.get(socket) ?? 1) - 1;
      inFlight.set(socket, left);
      if (left === 0 && !socket.destroyed) waiting.add(socket);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    // Nothing is written into a response that has begun.
    const isFree = answer === undefined || answer.writableFinished || !answer.headersSent;
    if (error.code === 'ECONNRESET' || !socket.writable || !isFree) {
      socket.destroy();
      return;
    }
    const head = `HTTP/1.1 ${statusOf(error.code)}\r\nConnection: close\r\nContent-Length: 0\r\n`;
    socket.write(`${head}Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n`);
    socket.destroySoon();
  });
}

/** The statuses Node itself would send. */
function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return '413 Payload Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}
