/** Keeps the number of open connections bounded: idle and unfinished ones make way for new ones, requests under way do not. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** From here on the connection that has been waiting longest is closed for each new one. */
const comfortable = 8_000;

/** No more are taken at all. */
const most = 12_000;

/** Must be called before the server listens. Requests that are no HTTP are answered with the headers all our answers have. */
export function limitConnections(server: Server, limits = { comfortable, most }): void {
  server.maxConnections = limits.most;
  let open = 0;
  /** Connections without a request in our hands, in the order in which they began to wait. */
  const waiting = new Set<Socket>();
  const answers = new WeakMap<Socket, ServerResponse>();

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
    response.once('close', () => {
      if (!socket.destroyed) waiting.add(socket);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    // Nothing is written into an answer that has begun.
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

/** As Node itself answers them. */
function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return '413 Payload Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}
