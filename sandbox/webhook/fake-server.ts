/** A stand-in for the server of Webhook: it answers every message with "re: …" by webhook, and fails on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeServerOptions {
  readonly host?: string;
  /** 0 for any free one. */
  readonly port?: number;
  readonly token: string;
}

/** How the next requests are treated. `late`: the work is done, then the connection breaks instead of an answer. */
type FailureMode = 'well' | 'status-500' | 'status-429' | 'status-401' | 'hang' | 'late' | 'garbage';

interface HeardMessage {
  readonly ref: string;
  readonly text: string;
  readonly key: string;
}

export async function startWebhookFakeServer({ host = '127.0.0.1', port = 0, token }: FakeServerOptions) {
  const heard: HeardMessage[] = [];
  const answered = new Set<string>();
  let failureModes: FailureMode[] = [];
  let spoken = 0;
  // One webhook after the other: what is said first arrives first.
  let posting: Promise<unknown> = Promise.resolve();

  async function post(body: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    posting = posting.then(() => fetch(fakeServer.hook, { method: 'POST', body, headers }));
    await posting;
  }

  async function say(ref: string, text: string, repeat = 1): Promise<void> {
    spoken += 1;
    const body = JSON.stringify({ id: `said-${spoken}`, conversation: ref, text });
    for (let time = 0; time < repeat; time += 1) await post(body);
  }

  async function takeMessage(message: HeardMessage, response: ServerResponse, mode: FailureMode): Promise<void> {
    heard.push(message);
    // A repetition with the same key is the same message.
    const isNew = !answered.has(message.key);
    answered.add(message.key);
    const answer = (): Promise<void> => say(message.ref, `re: ${message.text}`);
    const isEarly = mode === 'late' || fakeServer.answersEarly;
    if (isNew && isEarly) await answer();
    if (mode === 'late') response.destroy();
    else reply(response, 200, { id: `taken-${heard.length}` });
    if (isNew && !isEarly) await answer();
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content: Readonly<Record<string, string>> = JSON.parse(await readText(request));
    if (request.headers.authorization !== `Bearer ${token}`) return reply(response, 401, { error: 'wrong token' });
    if (request.url === '/webhook') {
      fakeServer.hook = content['url'] ?? '';
      return reply(response, 200, {});
    }
    const [mode = 'well', ...others] = failureModes;
    failureModes = others;
    if (mode === 'hang') return;
    if (mode === 'garbage')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>');
    if (mode.startsWith('status-')) return reply(response, Number(mode.slice('status-'.length)), {});
    const { conversation: ref = '', text = '', key = '' } = content;
    await takeMessage({ ref, text, key }, response, mode);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));

  const fakeServer = {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    heard,
    /** Where answers go; `join` tells it. */
    hook: '',
    /** When true, an answer is sent before the call it answers has returned. */
    answersEarly: false,
    be(mode: FailureMode, times: number): void {
      failureModes = Array.from({ length: times }, () => mode);
    },
    /** Says something of its own accord; `repeat` sends the same message that many times. */
    say,
    /** Sends bytes that are no message of the protocol. */
    babble: () => post('{"id":'),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fakeServer;
}

function reply(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
