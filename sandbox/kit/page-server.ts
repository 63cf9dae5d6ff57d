/**
 * Serves the page on which a person uses a fake server: its files, its state, a live stream of changes (Server-Sent Events), its actions.
 * The page's own files are under `/page/`, those of all pages under `/kit/page/`. For a person at this machine: requests by a foreign host name are refused.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type NamedFile, sendToPage } from './files.ts';
import { answerHtml, answerJson, readBody } from './http.ts';

/** What a page shows and which actions it may request. */
export interface Page {
  /** Everything the page shows. */
  snapshot(query: URLSearchParams): unknown;
  /** Executes an action and returns what the page needs. Throws an error whose message is shown to the person. */
  act(body: unknown): unknown;
  /** The file served under `/sandbox/files/<id>`. */
  file?(id: string): NamedFile | undefined;
}

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
const kitFolder = new URL('page/', import.meta.url);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** One HTML, CSS or JavaScript file; 404 when there is none. */
export async function sendAsset(answer: ServerResponse, file: URL): Promise<void> {
  try {
    const content = await readFile(file);
    const type = TYPES[file.pathname.split('.').at(-1) ?? ''] ?? 'text/plain';
    answer.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });
    answer.end(content);
  } catch (error) {
    if (!isMissing(error)) throw error;
    answerHtml(answer, 404, '<h1>404</h1>');
  }
}

/** False for a foreign host name that points to this machine (DNS rebinding). */
function isForThisHost({ headers, socket }: IncomingMessage): boolean {
  const name = (headers.host ?? '').replace(/:\d+$/, '');
  return ['127.0.0.1', 'localhost', '[::1]', socket.localAddress].includes(name);
}

/** True for the page's own requests: a browser sends JSON from another site only with an Origin header, and that names another host. */
function isFromThePage({ headers }: IncomingMessage): boolean {
  const isJson = (headers['content-type'] ?? '').startsWith('application/json');
  return isJson && (headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host);
}

export class PageServer {
  readonly #folder: URL;
  readonly #streams = new Set<ServerResponse>();
  #page: Page | null = null;

  /** `folder` holds the page's own `main.js`, `style.css` and what they import. */
  constructor(folder: URL) {
    this.#folder = folder;
  }

  /** Connects the page to what it shows. Before that it has no state and no actions. */
  attach(page: Page): void {
    this.#page = page;
  }

  /** Tells every open page about a change; `describe` is called only when a page is open. */
  announce(describe: () => unknown): void {
    if (this.#streams.size === 0) return;
    const line = `data: ${JSON.stringify(describe())}\n\n`;
    for (const stream of this.#streams) stream.write(line);
  }

  async handle(incoming: IncomingMessage, answer: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname;
    const [, kit, asset] = /^\/(kit\/)?page\/([a-z0-9-]+\.(?:css|js))$/.exec(path) ?? [];
    if (path === '/') return await sendAsset(answer, new URL('index.html', kitFolder));
    if (asset !== undefined)
      return await sendAsset(answer, new URL(asset, kit === undefined ? this.#folder : kitFolder));
    if (!path.startsWith('/sandbox/')) return answerHtml(answer, 404, '<h1>404</h1>');
    if (!isForThisHost(incoming) || this.#page === null) return answerJson(answer, 403, { error: 'unknown host' });
    if (path === '/sandbox/state') return answerJson(answer, 200, this.#page.snapshot(url.searchParams));
    if (path === '/sandbox/stream') return this.#stream(answer);
    if (path === '/sandbox/act' && incoming.method === 'POST') return await this.#act(this.#page, incoming, answer);
    const file = this.#page.file?.(path.replace('/sandbox/files/', ''));
    if (file === undefined) answerHtml(answer, 404, '<h1>404</h1>');
    else sendToPage(answer, file);
  }

  /** Ends the live streams. */
  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #stream(answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    answer.write('retry: 1000\n\n');
    this.#streams.add(answer);
    answer.on('close', () => this.#streams.delete(answer));
  }

  async #act(page: Page, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (!isFromThePage(incoming)) return answerJson(answer, 403, { error: 'only the page may do this' });
    try {
      const body: unknown = JSON.parse((await readBody(incoming, 145)).toString('utf8'));
      answerJson(answer, 200, { done: (await page.act(body)) ?? null });
    } catch (thrown) {
      answerJson(answer, 400, { error: thrown instanceof Error ? thrown.message : 'failed' });
    }
  }
}
