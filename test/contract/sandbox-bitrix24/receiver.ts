/** A tiny app for contract tests: receives events, keeps their raw bodies, and calls REST over real HTTP. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { decodePairs, type Params, parseForm } from '../../../sandbox/bitrix24/wire-format.ts';
import { closeServer, listen, originOf, readBody } from '../../../sandbox/kit/http.ts';

export interface ReceivedEvent {
  readonly path: string;
  readonly body: string;
  readonly pairs: readonly (readonly [string, string])[];
  readonly form: Params;
}

export class Receiver {
  readonly #server: Server;
  readonly events: ReceivedEvent[] = [];
  /** Status for the next answers; 200 unless changed. */
  status = 200;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = await listen({ host: '127.0.0.1', port: 0 }, (incoming, answer) =>
      receiver.#receive(incoming, answer),
    );
    const receiver = new Receiver(server);
    return receiver;
  }

  async #receive(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = (await readBody(incoming)).toString('utf8');
    this.events.push({ path: incoming.url ?? '', body, pairs: decodePairs(body), form: parseForm(body) });
    answer.writeHead(this.status).end('ok');
  }

  get origin(): string {
    return originOf(this.#server);
  }

  get eventUrl(): string {
    return `${this.origin}/events`;
  }

  /** Received events with this code, oldest first. */
  of(event: string): ReceivedEvent[] {
    return this.events.filter(({ form }) => form['event'] === event);
  }

  async close(): Promise<void> {
    await closeServer(this.#server);
  }
}

export interface RestAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Calls a method as the app, with JSON and a token of the administrator unless another is given. */
export async function callRest(
  portal: SandboxPortal,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  token: string = portal.issueToken().accessToken,
): Promise<RestAnswer> {
  const answer = await fetch(`${portal.restEndpoint}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...params, auth: token }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

/** The result of a call that has to succeed. */
export async function resultOf(
  portal: SandboxPortal,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  token?: string,
): Promise<unknown> {
  const { status, json } = await callRest(portal, method, params, token);
  if (status !== 200) throw new Error(`${method} answered ${status} ${JSON.stringify(json)}`);
  return json['result'];
}

/** Registers a v1 bot and returns its id. */
export async function registerBot(
  portal: SandboxPortal,
  handler: string,
  params: Readonly<Record<string, unknown>> & { readonly CODE: string },
): Promise<number> {
  const properties = { NAME: params.CODE };
  const id = await resultOf(portal, 'imbot.register', { EVENT_HANDLER: handler, PROPERTIES: properties, ...params });
  return Number(id);
}
