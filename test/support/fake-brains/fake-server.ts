/** The remote of the fake brains: one small HTTP and WebSocket server that answers in any of three ways, and fails on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface HeardMessage {
  readonly ref: string;
  readonly text: string;
  readonly key: string;
}

/** How the server answers the next requests. `late`: it does the work, then closes the connection instead of answering. */
export type FailureMode = 'well' | 'status-500' | 'status-429' | 'status-401' | 'hang' | 'late' | 'garbage';

/** `in-call`: answers in the response · `by-webhook` · `by-socket` */
export type AnswerWay = 'in-call' | 'by-webhook' | 'by-socket';

export interface FakeServer {
  readonly origin: string;
  /** Every message it received, repetitions with the same key included. */
  readonly heard: readonly HeardMessage[];
  /** Failure mode of the next `times` requests. */
  be(failureMode: FailureMode, times: number): void;
  /** Sends a message that answers nothing. `repeat` is how often the same message is sent. */
  say(ref: string, text: string, repeat?: number): Promise<void>;
  /** Webhook address to answer to. */
  hook: string;
  /** If true, an answer is sent before the call that it answers has returned. */
  answersEarly: boolean;
  cutSockets(): void;
  /** Sends bytes that are not a message of the protocol. */
  babble(): Promise<void>;
  close(): Promise<void>;
}

interface Spoken {
  readonly seq: number;
  readonly chat: string;
  readonly text: string;
}

export async function startFakeServer(way: AnswerWay): Promise<FakeServer> {
  const heard: HeardMessage[] = [];
  const spoken: Spoken[] = [];
  const sockets = new Set<WebSocket>();
  const done = new Set<string>();
  let failureModes: FailureMode[] = [];

  // One webhook at a time, so that they arrive in the order in which they were sent.
  let posting: Promise<unknown> = Promise.resolve();
  async function post(body: unknown): Promise<void> {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'content-type': 'application/json' };
    posting = posting.then(() => fetch(fakeServer.hook, { method: 'POST', body: sent, headers }));
    await posting;
  }

  async function speak(ref: string, text: string, repeat = 1): Promise<void> {
    const seq = spoken.length + 1;
    const said = { seq, chat: remoteName(ref), text };
    spoken.push(said);
    for (let time = 0; time < repeat; time += 1) {
      if (way === 'by-socket') for (const socket of sockets) socket.send(JSON.stringify(said));
      else await post({ id: String(seq), chat: ref, text });
    }
  }

  async function take(message: HeardMessage, response: ServerResponse): Promise<void> {
    heard.push(message);
    const isNew = !done.has(message.key);
    done.add(message.key);
    const answer = `re: ${message.text}`;
    if (way === 'in-call') return reply(response, { replies: [answer] });
    if (isNew && fakeServer.answersEarly) await speak(message.ref, answer);
    reply(response, { chat: remoteName(message.ref) });
    if (isNew && !fakeServer.answersEarly) await speak(message.ref, answer);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const message: HeardMessage = JSON.parse(await readText(request));
    const [failureMode = 'well'] = failureModes;
    failureModes = failureModes.slice(1);
    if (failureMode === 'hang') return;
    if (failureMode === 'garbage') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>');
      return;
    }
    if (failureMode.startsWith('status-')) {
      response.writeHead(Number(failureMode.slice(7))).end('{}');
      return;
    }
    if (failureMode === 'late') {
      heard.push(message);
      done.add(message.key);
      if (way !== 'in-call') await speak(message.ref, `re: ${message.text}`);
      request.socket.destroy();
      return;
    }
    await take(message, response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const upgrades = new WebSocketServer({ server });
  upgrades.on('connection', (socket, request) => {
    const since = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('since') ?? 0);
    for (const said of spoken) if (said.seq > since) socket.send(JSON.stringify(said));
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const fakeServer: FakeServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    be(failureMode, times) {
      failureModes = Array.from({ length: times }, () => failureMode);
    },
    say: speak,
    hook: '',
    answersEarly: false,
    cutSockets() {
      for (const socket of sockets) socket.terminate();
    },
    async babble() {
      if (way === 'by-socket') for (const socket of sockets) socket.send('{"seq":');
      else if (way === 'by-webhook') await post('{"id":');
    },
    async close() {
      for (const socket of upgrades.clients) socket.terminate();
      upgrades.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fakeServer;
}

/** The server's own id of a conversation. */
const remoteName = (ref: string): string => `chat-of-${ref}`;

function reply(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
