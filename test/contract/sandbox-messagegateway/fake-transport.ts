/** A small module for tests: registers itself in the sandbox CRM, receives webhooks and activity callbacks, holds a socket. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { WebSocket } from 'ws';
import { closeServer, listen, originOf, readBody } from '../../../sandbox/kit/http.ts';
import type { SandboxAccount } from '../../../sandbox/messagegateway/sandbox-account.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Webhook {
  readonly type: string;
  readonly meta: { readonly timestamp: number };
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Every branch that the tests need, in both directions. */
export const FULL_SETTINGS = {
  text: {
    creating: 'both',
    editing: 'both',
    quoting: 'both',
    deleting: 'both',
    reaction: 'both',
    max_chars_count: 4096,
  },
  image: { creating: 'both', quoting: 'both', deleting: 'both', reaction: 'both', max_items_count: 10 },
  file: { creating: 'both', deleting: 'both', max_items_count: 5 },
  audio: { creating: 'both' },
  product: { creating: 'receive' },
  order: { creating: 'receive' },
  status: { delivered: 'send', read: 'both' },
  suggestions: { text: 'both', url: 'both' },
  reactions: { dictionary: ['👍', '🔥'], max_count: 1 },
  customer_external_id: 'phone',
  sending_policy: { new_customer: 'text' },
};

export interface Tokens {
  readonly bot: string;
  readonly transport: string;
}

export class FakeTransport {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #sockets: WebSocket[] = [];
  #nextId = 1;
  /** Decides the answer to a request. The default acknowledges messages with fresh ids. */
  reply: (request: Received) => Answer | Promise<Answer> = (request) => this.usualReply(request);

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeTransport> {
    // A reply that throws cuts the connection.
    const where = { host: '127.0.0.1', port: 0, answerFailure: (answer: ServerResponse) => answer.destroy() };
    const server = await listen(where, (incoming, answer) => transport.#receive(incoming, answer));
    const transport = new FakeTransport(server);
    return transport;
  }

  async #receive(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = (await readBody(incoming)).toString('utf8');
    const request = { path: incoming.url ?? '/', headers: incoming.headers, body };
    this.received.push(request);
    const { status, body: text } = await this.reply(request);
    answer.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }

  get origin(): string {
    return originOf(this.#server);
  }

  usualReply(request: Received): Answer {
    if (request.path !== '/webhook') return { status: 200, body: '{"success":true}' };
    const { type } = JSON.parse(request.body) as Webhook;
    const body = type === 'message_sent' ? { external_message_id: `ext-${this.#nextId++}` } : {};
    return { status: 200, body: JSON.stringify(body) };
  }

  /** Webhooks that came, oldest first. */
  webhooks(type?: string): Webhook[] {
    return this.received
      .filter(({ path }) => path === '/webhook')
      .map(({ body }) => JSON.parse(body) as Webhook)
      .filter((hook) => type === undefined || hook.type === type);
  }

  /** The registration of this module, ready for the form field. */
  moduleJson(code: string, extra: Readonly<Record<string, unknown>> = {}): string {
    return JSON.stringify({
      code,
      integrationCode: code,
      active: true,
      name: 'Bridge under test',
      clientId: `client-${code}`,
      baseUrl: this.origin,
      accountUrl: `${this.origin}/account`,
      actions: { activity: '/activity' },
      integrations: { mgBot: {}, mgTransport: { webhookUrl: `${this.origin}/webhook` } },
      ...extra,
    });
  }

  async register(account: SandboxAccount, code = 'bridge'): Promise<Tokens> {
    const answer = await crmPost(account, `/api/v5/integration-modules/${code}/edit`, {
      integrationModule: this.moduleJson(code),
    });
    const { info } = (await answer.json()) as { info: { mgBot: { token: string }; mgTransport: { token: string } } };
    return { bot: info.mgBot.token, transport: info.mgTransport.token };
  }

  /** Opens a socket and collects its frames. */
  async listen(mgOrigin: string, token: string, query = 'events=message_new,message_updated'): Promise<BotSocket> {
    const socket = new WebSocket(`${mgOrigin.replace('http', 'ws')}/api/bot/v1/ws?${query}`, {
      headers: { 'x-bot-token': token },
    });
    this.#sockets.push(socket);
    const bot = new BotSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return bot;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await closeServer(this.#server);
  }
}

export interface Frame {
  readonly type: string;
  readonly meta: { readonly timestamp: number };
  readonly data: Readonly<Record<string, unknown>>;
}

export class BotSocket {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString('utf8')) as Frame));
  }

  types(): string[] {
    return this.frames.map(({ type }) => type);
  }
}

/** A form call to the CRM. */
export async function crmPost(
  account: SandboxAccount,
  path: string,
  form: Readonly<Record<string, string>>,
  apiKey = account.apiKey,
): Promise<Response> {
  return await fetch(account.crmOrigin + path, {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: new URLSearchParams(form),
  });
}

export interface ApiResult {
  readonly status: number;
  readonly body: unknown;
}

/** A JSON call such as `POST /messages` to one of MG's APIs. */
export async function mg(
  { mgOrigin, api, token }: { readonly mgOrigin: string; readonly api: 'bot' | 'transport'; readonly token: string },
  line: string,
  body?: unknown,
): Promise<ApiResult> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const init: RequestInit = { method, headers: { [`x-${api}-token`]: token } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`${mgOrigin}/api/${api}/v1${path}`, init);
  return { status: answer.status, body: JSON.parse(await answer.text()) as unknown };
}

/** Waits until the condition holds; fails after two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited two seconds in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
