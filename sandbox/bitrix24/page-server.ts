/** Serves the chat page, its snapshot, its live stream (Server-Sent Events) and its acts. For a person at this machine only. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerHtml, answerJson, readBody } from './http-basics.ts';
import { messagesOf, seenBots, seenMessage } from './observation.ts';
import { carryOut, readAct } from './page-acts.ts';
import type { People } from './people.ts';
import { type Change, fullName, type PortalState } from './state.ts';

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;
const ASSETS: Readonly<Record<string, keyof typeof TYPES>> = {
  'index.html': 'html',
  'style.css': 'css',
  'chat.css': 'css',
  'views.css': 'css',
  'app-frame.js': 'js',
  'bb-code.js': 'js',
  'blocks.js': 'js',
  'chat-pane.js': 'js',
  'live.js': 'js',
  'log-pane.js': 'js',
  'main.js': 'js',
  'panes.js': 'js',
  'texts.js': 'js',
};
const SHOWN_MESSAGES = 200;
const SHOWN_LOG = 100;
const SAFE_IMAGES = /\.(png|jpe?g|gif|webp)$/i;

/** One of the page's own files; also the BX24 script for pages inside the frame. */
export async function sendAsset(answer: ServerResponse, name: string, type: keyof typeof TYPES): Promise<void> {
  const content = await readFile(new URL(`page/${name}`, import.meta.url));
  answer.writeHead(200, { 'content-type': `${TYPES[type]}; charset=utf-8`, 'cache-control': 'no-cache' });
  answer.end(content);
}

function shortCall(state: PortalState, count: number): unknown[] {
  return state.calls.latest(count).map(({ id, method, params, status, error, ms, at }) => {
    const text = JSON.stringify(params) ?? '';
    return { id, method, params: text.slice(0, 2_000), status, error, ms, at };
  });
}

function shortDelivery(state: PortalState, count: number): unknown[] {
  return state.queue
    .latest(count)
    .map(({ id, event, url, status, error, ms, at }) => ({ id, event, url, status, error, ms, at }));
}

function chatsFor(state: PortalState): unknown[] {
  return [...state.chats.values()].map((chat) => ({
    id: chat.id,
    type: chat.type,
    title: chat.title,
    members: [...chat.members],
    ownerId: chat.ownerId,
    operatorId: state.sessions.get(chat.id)?.operatorId ?? null,
    textFieldEnabled: chat.textFieldEnabled,
    messages: messagesOf(state, chat.id).slice(-SHOWN_MESSAGES),
  }));
}

function snapshot(state: PortalState): unknown {
  const { app } = state;
  return {
    language: state.options.language,
    domain: state.address.domain,
    app: app === null ? null : { installed: app.installed, paymentExpired: app.paymentExpired, version: app.version },
    hasPages: state.options.appUrl !== '' || state.options.installUrl !== '',
    people: [...state.users.values()]
      .filter((user) => user.active)
      .map((user) => ({
        id: user.id,
        name: fullName(user),
        admin: user.admin,
        isBot: user.isBot,
        isClient: user.isConnector,
      })),
    bots: seenBots(state).filter((bot) => bot.appId === state.options.clientId),
    lines: [...state.lines.values()],
    clients: [...state.clients.values()],
    chats: chatsFor(state),
    calls: shortCall(state, SHOWN_LOG),
    deliveries: shortDelivery(state, SHOWN_LOG),
  };
}

function liveItem(state: PortalState, change: Change): unknown {
  if ('message' in change) return { kind: change.kind, message: seenMessage(state, change.message) };
  if (change.kind === 'call') return { kind: 'call', call: shortCall(state, 1)[0] };
  if (change.kind === 'delivery') return { kind: 'delivery', delivery: shortDelivery(state, 1)[0] };
  return change;
}

export class PageServer {
  readonly #state: PortalState;
  readonly #listeners: Set<(change: Change) => void>;
  readonly #streams = new Set<ServerResponse>();
  #people: People | null = null;

  constructor(state: PortalState, listeners: Set<(change: Change) => void>) {
    this.#state = state;
    this.#listeners = listeners;
  }

  /** Names who acts for the page; before that the page cannot act. */
  attach(people: People): void {
    this.#people = people;
  }

  async handle(incoming: IncomingMessage, answer: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname;
    if (path.startsWith('/sandbox/') && !this.#isOwnHost(incoming)) {
      // A foreign name that points here (DNS rebinding) must not read the portal.
      return answerJson(answer, 403, { error: 'unknown host' });
    }
    if (path === '/') return await sendAsset(answer, 'index.html', 'html');
    const asset = ASSETS[path.replace(/^\/page\//, '')];
    if (path.startsWith('/page/') && asset !== undefined) return await sendAsset(answer, path.slice(6), asset);
    if (path === '/sandbox/state') return answerJson(answer, 200, snapshot(this.#state));
    if (path === '/sandbox/stream') return this.#stream(answer);
    if (path === '/sandbox/act' && incoming.method === 'POST') return await this.#act(incoming, answer);
    const file = /^\/sandbox\/files\/(\d+)$/.exec(path);
    if (file !== null) return this.#file(answer, Number(file[1]));
    answerHtml(answer, 404, '<h1>404</h1>');
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
    const listener = (change: Change): void => {
      answer.write(`data: ${JSON.stringify(liveItem(this.#state, change))}\n\n`);
    };
    this.#listeners.add(listener);
    answer.on('close', () => {
      this.#listeners.delete(listener);
      this.#streams.delete(answer);
    });
  }

  /** Acts need JSON from the page's own origin, so that no other site can act through the browser. */
  async #act(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { origin } = incoming.headers;
    const isForeign = origin !== undefined && origin !== `http://${incoming.headers.host ?? ''}`;
    const isJson = (incoming.headers['content-type'] ?? '').startsWith('application/json');
    if (isForeign || !isJson || this.#people === null) {
      answerJson(answer, 403, { error: 'only the chat page may do this' });
      return;
    }
    try {
      const act = readAct(JSON.parse(await readBody(incoming)));
      if (act === null) answerJson(answer, 400, { error: 'unknown act' });
      else answerJson(answer, 200, { done: carryOut(this.#state, this.#people, act) ?? null });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.message : 'failed';
      answerJson(answer, 400, { error });
    }
  }

  #isOwnHost(incoming: IncomingMessage): boolean {
    const host = incoming.headers.host ?? '';
    const name = host.replace(/:\d+$/, '');
    return host === this.#state.address.domain || ['127.0.0.1', 'localhost', '[::1]'].includes(name);
  }

  #file(answer: ServerResponse, fileId: number): void {
    const file = this.#state.files.get(fileId);
    if (file === undefined) {
      answerHtml(answer, 404, '<h1>404</h1>');
      return;
    }
    const image = SAFE_IMAGES.exec(file.name)?.[1]?.toLowerCase().replace('jpg', 'jpeg');
    const place = image === undefined ? 'attachment' : 'inline';
    answer.writeHead(200, {
      'content-type': image === undefined ? 'application/octet-stream' : `image/${image}`,
      'content-disposition': `${place}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
    });
    answer.end(file.content);
  }
}
