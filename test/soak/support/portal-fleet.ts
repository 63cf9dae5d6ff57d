/**
 * Many small Bitrix24 portals and their OAuth host in this process. Each has its own address (127.x.y.z), accepts messages like imbot.v2,
 * and hangs, is slow or refuses old tokens when told to. They are for load only; the strict fake portal is the sandbox.
 */
import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Endings } from '../../../bench/support/endings.ts';
import { answerMethod, type FleetCall } from './fleet-methods.ts';
import { createFleetOAuth, type FleetOAuth } from './fleet-oauth.ts';
import { type FleetPortal, newFleetPortal } from './fleet-portal.ts';

export interface PortalFleet {
  readonly portals: readonly FleetPortal[];
  readonly oauth: FleetOAuth;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `host:port` of all portals and of the OAuth host. */
  readonly hosts: readonly string[];
  /** Called for every new message of a bot. */
  onMessage: (portal: FleetPortal, dialogId: string, text: string) => void;
  close(): Promise<void>;
}

export async function startPortalFleet(endings: Endings, count: number): Promise<PortalFleet> {
  const clientId = `app.${randomBytes(7).toString('hex')}.12345678`;
  const clientSecret = randomBytes(25).toString('base64url');
  const portals: FleetPortal[] = [];
  const sockets = new Set<Socket>();
  const listeners: Server[] = [];
  const oauth = createFleetOAuth({ portals, clientId, clientSecret });

  async function listen(address: string, handle: (incoming: IncomingMessage, answer: ServerResponse) => void) {
    const http = createHttpServer(handle);
    http.keepAliveTimeout = 120_000;
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // A caller that gives up closes its connection.
      socket.on('error', () => undefined);
      http.emit('connection', socket);
    });
    await listening(server, address);
    listeners.push(server);
    return `${address}:${(server.address() as AddressInfo).port}`;
  }

  const fleet: PortalFleet = {
    portals,
    oauth,
    clientId,
    clientSecret,
    get hosts() {
      return [new URL(oauth.origin).host, ...portals.map(({ domain }) => domain)];
    },
    onMessage: () => undefined,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(listeners.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
  endings.add(() => fleet.close());
  oauth.origin = `http://${await listen('127.0.0.1', (incoming, answer) => void oauth.handle(incoming, answer))}`;
  for (let index = 0; index < count; index += 1) {
    const portal = newFleetPortal(index, '');
    const handle = (incoming: IncomingMessage, answer: ServerResponse): void =>
      void handlePortal(fleet, portal, incoming, answer);
    portals.push(Object.assign(portal, { domain: await listen(addressOf(index), handle) }));
  }
  return fleet;
}

/** On Linux each portal is a host of its own, because all of 127.0.0.0/8 is loopback; elsewhere portals differ only by their ports. */
function addressOf(index: number): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${20 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 2}`;
}

function listening(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: address, backlog: 511 }, () => resolve());
  });
}

async function handlePortal(
  fleet: PortalFleet,
  portal: FleetPortal,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  portal.calls += 1;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    // The caller aborted the request.
    return;
  }
  const { failureMode } = portal;
  if (failureMode === 'hangs') return;
  if (typeof failureMode === 'object') await new Promise((resolve) => setTimeout(resolve, failureMode.slowMs));
  const call: FleetCall = { method: methodOf(incoming.url ?? ''), params: paramsOf(Buffer.concat(chunks)) };
  const isStale = failureMode === 'expired' || call.params['auth'] !== portal.accessToken;
  const refusal = { error: 'expired_token', error_description: 'The access token provided has expired.' };
  if (!isStale && portal.kept !== null && call.method === 'imbot.v2.Event.get') {
    const page = portal.kept.page(Number(call.params['offset']), Number(call.params['limit']));
    answer.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(page);
    return;
  }
  const result = isStale ? null : answerMethod(portal, call, (dialog, text) => fleet.onMessage(portal, dialog, text));
  const body = JSON.stringify(result === null ? refusal : { result, time: timeOf() });
  answer.writeHead(result === null ? 401 : 200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}

function methodOf(url: string): string {
  return (url.split('?')[0] ?? '').replace(/^.*\/rest\//, '').replace(/\.json$/, '');
}

function paramsOf(body: Buffer): Readonly<Record<string, unknown>> {
  const parsed: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
}

function timeOf(): Readonly<Record<string, unknown>> {
  const now = Date.now() / 1000;
  const date = new Date().toISOString();
  return {
    start: now,
    finish: now,
    duration: 0.01,
    processing: 0.01,
    date_start: date,
    date_finish: date,
    operating_reset_at: Math.round(now) + 600,
    operating: 0,
  };
}
