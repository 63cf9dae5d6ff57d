/** What every fake server does with HTTP: reading a body, answering, listening, closing. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { warn } from './background.ts';
import type { KeyAndCertificate } from './self-signed.ts';

const MEGABYTE = 1024 * 1024;

/** Reads the whole body. Throws when it is larger than the limit. */
export async function readBody(incoming: IncomingMessage, maxMegabytes = 64): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxMegabytes * MEGABYTE) throw new Error(`request body beyond ${maxMegabytes} MB`);
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

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** If given, the server uses https. */
  readonly tls?: KeyAndCertificate | null;
  /** Answers a request whose handler failed; by default with an empty 500. */
  readonly answerFailure?: (answer: ServerResponse, error: unknown) => void;
}

function answerEmpty500(answer: ServerResponse): void {
  answer.writeHead(500).end();
}

/** Starts a server. A handler that fails causes a process warning; if it had begun to answer, the connection is cut. */
export async function listen(options: ListenOptions, handle: HandleRequest): Promise<Server> {
  const answerFailure = options.answerFailure ?? answerEmpty500;
  const onRequest = (incoming: IncomingMessage, answer: ServerResponse): void => {
    handle(incoming, answer).catch((error: unknown) => {
      // A client that aborted its request is not a failure of the server.
      if (incoming.errored === null) warn(error);
      if (answer.headersSent || answer.destroyed) answer.destroy();
      else answerFailure(answer, error);
    });
  };
  const settings = { keepAliveTimeout: 60_000, ...options.tls };
  const server = options.tls == null ? createServer(settings, onRequest) : createTlsServer(settings, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, 4096, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Replaces the handler of a running server, for example for an address that an account has moved away from. */
export function answerInstead(server: Server, handle: HandleRequest): void {
  server.removeAllListeners('request');
  server.on('request', (incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy());
  });
}

/** `http://host:port` of a listening server; a default port is left out. */
export function originOf(server: Server, isTls = false): string {
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
