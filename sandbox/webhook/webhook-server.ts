/**
 * A server that implements the signed webhook protocol: it verifies every event, processes each once, answers by itself in one of several
 * ways or lets a person answer on its page, and fails on demand.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { CallLog } from '../kit/call-log.ts';
import { Changes } from '../kit/changes.ts';
import { actOut, OrderedFaults } from '../kit/faults.ts';
import { answerJson, closeServer, listen, originOf, readBody } from '../kit/http.ts';
import { type Page, PageServer } from '../kit/page-server.ts';
import { WebhookSender } from '../kit/webhook-sender.ts';
import { eventShape, type HeardEvent } from './event-shapes.ts';
import { newKey, signatureProblem, signed } from './signing.ts';
import { Talk } from './talk.ts';
import type { Replies, Way } from './ways.ts';

/** `late`: the work is done, then the connection breaks. `garbage`: the work is done, and the answer is not JSON. */
export type FaultKind = 401 | 410 | 429 | 500 | 'hang' | 'slow' | 'late' | 'garbage' | 'reset-before';

export interface Fault {
  readonly kind: FaultKind;
  readonly times: number;
}

export interface Heard {
  /** The `webhook-id`. */
  readonly id: string;
  readonly event: HeardEvent;
}

export interface Call {
  readonly id: number;
  readonly at: number;
  readonly what: string;
  readonly status: number;
  readonly ms: number;
  readonly body: unknown;
  readonly answer: unknown;
}

export interface WebhookServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly key?: string;
  /** How messages are answered. */
  readonly way?: Way;
}

/** The parts of a webhook server: how it answers by itself, and its page. */
export interface WebhookServerParts {
  readonly repliesOf: (server: WebhookServer) => Replies;
  readonly pageOf: (server: WebhookServer) => Page;
}

const REMEMBERED = 5_000;

export class WebhookServer {
  /** The newest first. A request signed with any of them is accepted; the server signs with the first. */
  keys: string[];
  way: Way;
  /** The server wants no more events: it answers 410, also to checks. */
  isGone = false;
  /** The server refuses every event of a conversation with 400. */
  refusesAll = false;
  /** The number of signatures of the last event. */
  signaturesOfLast = 0;
  readonly talk = new Talk();
  /** All events, repetitions with the same id included. */
  readonly heard: Heard[] = [];
  readonly changes = new Changes<string>();
  readonly calls = new CallLog<Call>(200, () => this.changes.announce('call'));
  readonly faults = new OrderedFaults<Fault>();
  readonly sender: WebhookSender<{ readonly conversation: string }>;
  readonly #answered = new Map<string, Promise<readonly unknown[]>>();
  readonly #page = new PageServer(new URL('page/', import.meta.url));
  readonly #replies: Replies;
  #server: Server | null = null;

  constructor({ key = newKey(), way = 'person' }: WebhookServerOptions, parts: WebhookServerParts) {
    this.keys = [key];
    this.way = way;
    const options = { timeoutMs: 10_000, attempts: 20, retryDelayMs: 200, concurrency: 16, ordered: true };
    this.sender = new WebhookSender(options, 200, () => this.changes.announce('webhook'));
    this.#replies = parts.repliesOf(this);
    this.#page.attach(parts.pageOf(this));
    this.changes.on((change) => this.#page.announce(() => change));
  }

  get origin(): string {
    return this.#server === null ? '' : originOf(this.#server);
  }

  async start({ host = '127.0.0.1', port = 0 }: WebhookServerOptions): Promise<void> {
    this.#server = await listen({ host, port }, (incoming, answer) => this.#handle(incoming, answer));
  }

  async close(): Promise<void> {
    this.changes.clear();
    this.#page.close();
    this.#replies.close();
    await this.sender.close();
    if (this.#server !== null) await closeServer(this.#server);
  }

  /** Posts answers later, signed; resolves with the status of the last attempt. */
  async post(conversation: string, answers: readonly unknown[], id: string = randomUUID()): Promise<number | null> {
    const body = { conversation, answers };
    const { status } = await this.sender.send(conversation, () => ({
      url: this.talk.answerUrl,
      headers: signed(this.keys[0] ?? '', id, JSON.stringify(body)),
      body,
      about: { conversation },
    }));
    return status;
  }

  async #handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://x');
    if (url.pathname !== '/events') return await this.#page.handle(incoming, answer, url);
    const started = performance.now();
    const body = await readBody(incoming, 4);
    const given = await this.#take(incoming, answer, body);
    if (given === null) return;
    const { status, content, event } = given;
    const ms = performance.now() - started;
    const sent: unknown =
      event === undefined ? body.toString('utf8').slice(0, 2_000) : JSON.parse(body.toString('utf8'));
    this.calls.record({ at: Date.now(), what: event?.type ?? '?', status, ms, body: sent, answer: content });
    if (!answer.headersSent && !answer.destroyed) {
      if (content === undefined) answer.writeHead(status).end();
      else answerJson(answer, status, content);
    }
  }

  /** Returns null if a fault has ended the call. */
  async #take(
    incoming: IncomingMessage,
    answer: ServerResponse,
    body: Buffer,
  ): Promise<{ status: number; content?: unknown; event?: HeardEvent } | null> {
    if (incoming.method !== 'POST') return { status: 405 };
    if (this.isGone) return { status: 410 };
    this.signaturesOfLast = String(incoming.headers['webhook-signature'] ?? '').split(' ').length;
    const problem = signatureProblem(incoming.headers, body, this.keys);
    if (problem !== null) return { status: 401, content: { error: problem } };
    const read = eventShape.safeParse(JSON.parse(body.toString('utf8')));
    if (!read.success) return { status: 422, content: { error: read.error.issues } };
    const event = read.data;
    const id = String(incoming.headers['webhook-id']);
    // Only events of conversations meet faults; a check asks only whether the server can be reached.
    const fault = event.type === 'endpoint.check' ? null : this.faults.take();
    const kind = fault?.kind;
    if (this.refusesAll && event.type !== 'endpoint.check')
      return { status: 400, content: { error: 'refused' }, event };
    if (typeof kind === 'number') {
      const headers = kind === 429 ? { 'retry-after': '0' } : {};
      answerJson(answer, kind, { error: 'on demand' }, headers);
      return { status: kind, event };
    }
    if (await actOut(fault, answer, {}, 1_500)) return null;
    this.heard.push({ id, event });
    const answers = await this.#answersTo(id, event);
    this.changes.announce('talk');
    if (kind === 'late') {
      answer.destroy();
      return null;
    }
    if (kind === 'garbage') {
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>');
      return { status: 200, event };
    }
    return answers.length === 0 ? { status: 202, event } : { status: 200, content: { answers }, event };
  }

  /** A repetition with the same id has no further effect and gets the same answers again. */
  #answersTo(id: string, event: HeardEvent): Promise<readonly unknown[]> {
    const known = this.#answered.get(id);
    if (known !== undefined) return known;
    this.talk.hear(event);
    const made = this.#replies.to(id, event);
    this.#answered.set(id, made);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > REMEMBERED && oldest !== undefined) this.#answered.delete(oldest);
    return made;
  }
}
