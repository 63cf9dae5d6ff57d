/** A relay in front of the sandbox MessageGateway: it passes calls and sockets through, except one route that a test handles. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Relayed {
  readonly status: number;
  readonly body: string;
}

export interface Relay {
  readonly origin: string;
  close(): Promise<void>;
}

/** Handles new messages of the transport; `pass` forwards the call and returns its answer. */
export type MessageTaker = (call: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bytes: Buffer;
  readonly pass: () => Promise<Relayed>;
}) => Promise<void>;

export async function startRelay(target: string, takeMessage: MessageTaker): Promise<Relay> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBytes(request);
    const pass = (): Promise<Relayed> => passOn(target, request, bytes);
    const isMessage = request.method === 'POST' && request.url === '/api/transport/v1/messages';
    if (isMessage) return await takeMessage({ request, response, bytes, pass });
    const answer = await pass();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => tie(target, request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passOn(target: string, request: IncomingMessage, bytes: Buffer): Promise<Relayed> {
  const headers: Record<string, string> = {};
  for (const name of ['x-bot-token', 'x-transport-token', 'content-type']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const body = bytes.length === 0 ? {} : { body: new Uint8Array(bytes) };
  const answer = await fetch(`${target}${request.url ?? ''}`, { method: request.method ?? 'GET', headers, ...body });
  return { status: answer.status, body: await answer.text() };
}

/** Connects the two ends of a WebSocket and copies all bytes. */
function tie(target: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { hostname, port } = new URL(target);
  const far = connect(Number(port), hostname, () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    }
    far.write(`${lines.join('\r\n')}\r\n\r\n`);
    far.write(head);
    far.pipe(socket).pipe(far);
  });
  far.on('error', () => socket.destroy());
  socket.on('error', () => far.destroy());
  far.on('close', () => socket.destroy());
  socket.on('close', () => far.destroy());
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
