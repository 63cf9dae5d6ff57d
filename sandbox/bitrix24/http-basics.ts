/** Small HTTP duties shared by the servers: reading a body, answering JSON or HTML, listening, closing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Room for a 100 MB file in base64. */
const MAX_BODY_BYTES = 145 * 1024 * 1024;

/** The whole body as text. Throws when it is beyond the limit. */
export async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('request body beyond 145 MB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Answers JSON. */
export function answerJson(answer: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  answer.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'access-control-allow-origin': '*',
  });
  answer.end(body);
}

/** Answers a page. */
export function answerHtml(answer: ServerResponse, status: number, html: string): void {
  answer.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  answer.end(html);
}

/** A server that is listening; an exception in the handler becomes a 500. */
export async function listen(
  host: string,
  port: number,
  handle: (incoming: IncomingMessage, answer: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, answer) => {
    handle(incoming, answer).catch((error: unknown) => {
      if (answer.headersSent || answer.destroyed) {
        answer.destroy();
        return;
      }
      answerJson(answer, 500, {
        error: 'INTERNAL_SERVER_ERROR',
        error_description: error instanceof Error ? `Internal server error: ${error.message}` : 'Internal server error',
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** `http://host:port` of a listening server. */
export function originOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}

/** Stops listening and cuts every open connection. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
