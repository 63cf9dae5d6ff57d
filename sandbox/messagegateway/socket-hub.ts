/** Open WebSockets of the Bot API: the handshake, which socket gets which event, disconnecting. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiError } from './api-error.ts';
import { ownerOf } from './api-gate.ts';
import { EVENT_NAMES, type EventName, RETIRED_NAMES } from './event-names.ts';
import { hits } from './faults.ts';
import type { AccountState, EventSink, GatewayState } from './state.ts';

interface Admission {
  readonly account: AccountState;
  readonly moduleCode: string;
  readonly token: string;
  readonly events: ReadonlySet<string>;
  readonly hearsMailings: boolean;
}

interface OpenSocket extends Admission {
  readonly socket: WebSocket;
  /** Unix milliseconds of the last ping, pong or frame from the client. */
  lastLife: number;
}

function listed(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function refuse(raw: Duplex, status: number, messages: readonly string[], extra: string): void {
  const body = JSON.stringify({ errors: messages });
  raw.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}Connection: close\r\n\r\n${body}`,
  );
}

export class SocketHub implements EventSink {
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
  readonly #open = new Map<AccountState, Set<OpenSocket>>();
  #sent = 0;
  #isRefusing = false;
  #heartbeat: NodeJS.Timeout | null = null;

  /** Answers the upgrade request of `/api/bot/v1/ws`. */
  handshake(gateway: GatewayState, incoming: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy());
    const url = new URL(incoming.url ?? '/', 'http://mg');
    const fault = gateway.faults.take((one) => hits(one, 'ws', 'GET', url.pathname));
    if (this.#isRefusing || fault?.kind === 'reset-before' || fault?.kind === 'reset-after') {
      raw.destroy();
      return;
    }
    if (fault?.kind === 'hang') return;
    try {
      if (typeof fault?.kind === 'number') throw new ApiError(fault.kind, 'Service temporarily unavailable');
      const admission = this.#admit(gateway, url, incoming.headers['x-bot-token']);
      this.#logHandshake(gateway, admission, url, 101);
      this.#server.handleUpgrade(incoming, raw, head, (socket) => this.#keep(gateway, socket, admission));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      this.#logHandshake(gateway, null, url, thrown.status);
      const { retryAfterSeconds } = gateway.options;
      const retry = thrown.status === 429 && retryAfterSeconds !== null ? `Retry-After: ${retryAfterSeconds}\r\n` : '';
      refuse(raw, thrown.status, thrown.messages, retry);
    }
  }

  #admit(gateway: GatewayState, url: URL, token: unknown): Admission {
    const { account, module } = ownerOf(gateway, token, 'bot');
    const key = String(token);
    if (gateway.options.handshakesCount && !gateway.mgRate.admits(key)) throw new ApiError(429, 'Too many requests');
    const names = listed(url.searchParams.get('events'));
    if (names.length === 0) throw new ApiError(400, 'events is a required field');
    const known = [...EVENT_NAMES, ...RETIRED_NAMES];
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0 && gateway.options.unknownEvents === 'refuse') {
      throw new ApiError(400, `unknown event types: ${unknown.join(', ')}`);
    }
    const { socketsPerToken } = gateway.options;
    const same = [...(this.#open.get(account) ?? [])].filter((one) => one.token === key).length;
    if (socketsPerToken > 0 && same >= socketsPerToken) throw new ApiError(429, 'Too many connections');
    const hearsMailings = listed(url.searchParams.get('options')).includes('include_mass_communication');
    return { account, moduleCode: module.code, token: key, events: new Set(names), hearsMailings };
  }

  #logHandshake(gateway: GatewayState, admission: Admission | null, url: URL, status: number): void {
    gateway.calls.record({
      api: 'ws',
      account: admission?.account.code ?? '',
      moduleCode: admission?.moduleCode ?? '',
      method: 'GET',
      path: `/ws${url.search}`,
      body: null,
      status,
      answer: null,
      ms: 0,
      at: Date.now(),
    });
  }

  #keep(gateway: GatewayState, socket: WebSocket, admission: Admission): void {
    const one: OpenSocket = { socket, ...admission, lastLife: Date.now() };
    const all = this.#open.get(admission.account) ?? new Set<OpenSocket>();
    this.#open.set(admission.account, all.add(one));
    const seeLife = (): void => {
      one.lastLife = Date.now();
    };
    socket.on('ping', seeLife);
    socket.on('pong', seeLife);
    // The protocol defines no messages from clients; whatever comes is read and dropped.
    socket.on('message', seeLife);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      all.delete(one);
      gateway.announce('sockets');
    });
    gateway.announce('sockets');
    this.#watch(gateway);
  }

  #watch(gateway: GatewayState): void {
    const { pingIntervalMs, idleTimeoutMs } = gateway.options;
    if (this.#heartbeat !== null || (pingIntervalMs === 0 && idleTimeoutMs === 0)) return;
    const everyMs = pingIntervalMs > 0 ? pingIntervalMs : Math.max(10, idleTimeoutMs / 4);
    this.#heartbeat = setInterval(() => {
      for (const one of this.#all()) {
        if (idleTimeoutMs > 0 && Date.now() - one.lastLife > idleTimeoutMs) one.socket.terminate();
        else if (pingIntervalMs > 0) one.socket.ping();
      }
    }, everyMs);
    this.#heartbeat.unref();
  }

  *#all(): Generator<OpenSocket> {
    for (const sockets of this.#open.values()) yield* sockets;
  }

  /** Sends one event to every socket of the account that subscribed to it; the data is built only if there is one. */
  emit(account: AccountState, type: EventName, build: () => unknown, isMailing = false): void {
    let frame: string | null = null;
    for (const one of this.#open.get(account) ?? []) {
      if (!one.events.has(type) || (isMailing && !one.hearsMailings)) continue;
      frame ??= JSON.stringify({ type, meta: { timestamp: Math.floor(Date.now() / 1000) }, data: build() });
      one.socket.send(frame);
      this.#sent += 1;
    }
  }

  /** Sends any text to every socket of the account, for example an invalid frame. */
  sendRaw(account: AccountState, text: string): void {
    for (const one of this.#open.get(account) ?? []) one.socket.send(text);
  }

  openCount(account?: AccountState): number {
    if (account !== undefined) return this.#open.get(account)?.size ?? 0;
    return [...this.#all()].length;
  }

  /** Frames sent since the start. */
  sentCount(): number {
    return this.#sent;
  }

  /** Closes sockets with the given code, or cuts their connections without one. */
  cut(choose: { readonly account?: AccountState; readonly moduleCode?: string; readonly code?: number } = {}): void {
    for (const one of [...this.#all()]) {
      if (choose.account !== undefined && one.account !== choose.account) continue;
      if (choose.moduleCode !== undefined && one.moduleCode !== choose.moduleCode) continue;
      if (choose.code === undefined) one.socket.terminate();
      else one.socket.close(choose.code);
    }
  }

  /** While true, every handshake is cut. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  close(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#isRefusing = true;
    for (const one of [...this.#all()]) one.socket.terminate();
    this.#server.close();
  }
}
