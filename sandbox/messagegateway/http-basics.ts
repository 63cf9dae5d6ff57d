/** Small HTTP duties shared by the servers: reading a body, answering, listening, closing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Above every documented limit; the routes apply their own. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The whole body. Throws when it is beyond 64 MB. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('request body beyond 64 MB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Answers JSON. */
export function answerJson(
  answer: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  answer.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  answer.end(body);
}

/** Answers a page. */
export function answerHtml(answer: ServerResponse, status: number, html: string): void {
  answer.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  answer.end(html);
}

export type HandleRequest = (incoming: IncomingMessage, answer: ServerResponse) => Promise<void>;

/** A server that is listening; an exception in the handler becomes an empty 500, as the real hosts may answer. */
export async function listen(
  where: { readonly host: string; readonly port: number; readonly tls: { key: string; cert: string } | null },
  handle: HandleRequest,
): Promise<Server> {
  const onRequest = (incoming: IncomingMessage, answer: ServerResponse): void => {
    handle(incoming, answer).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)), 'SandboxMessageGateway');
      if (answer.headersSent || answer.destroyed) answer.destroy();
      else answer.writeHead(500).end();
    });
  };
  const server =
    where.tls === null
      ? createServer({ keepAliveTimeout: 60_000 }, onRequest)
      : createTlsServer({ keepAliveTimeout: 60_000, ...where.tls }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, 4096, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** `http://host:port` of a listening server; a default port is left out. */
export function originOf(server: Server, isTls: boolean): string {
  const { address, port } = server.address() as AddressInfo;
  return new URL(`${isTls ? 'https' : 'http'}://${address}:${port}`).origin;
}

/** Stops listening and cuts every open connection. */
export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
