/** Serves the manager's page, its state, its live signal (Server-Sent Events) and its acts. For a person at this machine only. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHtml, answerJson, readBody } from './http-basics.ts';
import type { Change, GatewayState } from './state.ts';

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;
const ASSETS: Readonly<Record<string, keyof typeof TYPES>> = {
  'index.html': 'html',
  'style.css': 'css',
  'conversation.css': 'css',
  'main.js': 'js',
  'live.js': 'js',
  'texts.js': 'js',
  'dialog-list.js': 'js',
  'conversation.js': 'js',
  'message-node.js': 'js',
  'tools.js': 'js',
  'log.js': 'js',
};

/** What the page may see and do; given by whoever starts the gateway. */
export interface PageDesk {
  snapshot(chatId: number | null): unknown;
  act(body: unknown): Promise<unknown>;
}

export class PageServer {
  readonly #gateway: GatewayState;
  readonly #streams = new Set<ServerResponse>();
  #desk: PageDesk | null = null;

  constructor(gateway: GatewayState) {
    this.#gateway = gateway;
  }

  attach(desk: PageDesk): void {
    this.#desk = desk;
  }

  /** Tells every open page that something has changed. */
  announce(change: Change): void {
    for (const stream of this.#streams) stream.write(`data: ${change}\n\n`);
  }

  async handle(incoming: IncomingMessage, answer: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname;
    if (path === '/') return await this.#asset(answer, 'index.html');
    if (path.startsWith('/page/')) return await this.#asset(answer, path.slice(6));
    if (path === '/sandbox/state') {
      const chat = Number(url.searchParams.get('chat'));
      return answerJson(answer, 200, this.#desk?.snapshot(chat > 0 ? chat : null) ?? null);
    }
    if (path === '/sandbox/stream') return this.#stream(answer);
    if (path === '/sandbox/act' && incoming.method === 'POST') return await this.#act(incoming, answer);
    answerHtml(answer, 404, '<h1>404</h1>');
  }

  /** Ends the live streams. */
  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  async #asset(answer: ServerResponse, name: string): Promise<void> {
    const type = ASSETS[name];
    if (type === undefined) return answerHtml(answer, 404, '<h1>404</h1>');
    const content = await readFile(new URL(`page/${name}`, import.meta.url));
    answer.writeHead(200, { 'content-type': `${TYPES[type]}; charset=utf-8`, 'cache-control': 'no-cache' });
    answer.end(content);
  }

  #stream(answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    answer.write('retry: 1000\n\n');
    this.#streams.add(answer);
    answer.on('close', () => this.#streams.delete(answer));
  }

  /** Acts need JSON from the page's own origin, so that no other site can act through the browser. */
  async #act(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { origin } = incoming.headers;
    const isForeign = origin !== undefined && origin !== this.#gateway.address.mgOrigin;
    const isJson = (incoming.headers['content-type'] ?? '').startsWith('application/json');
    if (isForeign || !isJson || this.#desk === null) {
      answerJson(answer, 403, { error: 'only the page may do this' });
      return;
    }
    try {
      const body = JSON.parse((await readBody(incoming)).toString('utf8')) as unknown;
      answerJson(answer, 200, { done: (await this.#desk.act(body)) ?? null });
    } catch (thrown) {
      answerJson(answer, 400, { error: thrown instanceof Error ? thrown.message : 'failed' });
    }
  }
}
