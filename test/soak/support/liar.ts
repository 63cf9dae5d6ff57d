/**
 * A server that the app may call. It is a portal, a CRM and a MessageGateway in one, and tells one lie: somewhere in its answers it names an
 * address that the app must not call.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endings } from '../../../bench/support/endings.ts';
import type { EvilAddress } from './evil-addresses.ts';

/** The place of the lie. */
export type Lie =
  | 'redirect of a REST call'
  | 'client_endpoint of a refresh'
  | 'address of a file of the portal'
  | 'redirect of a file of the portal'
  | 'redirect of a MessageGateway call'
  | 'address of a file of MessageGateway'
  | 'redirect of a WebSocket'
  | 'redirect of a CRM call'
  | 'endpointUrl of the CRM';

export interface Liar {
  readonly lie: Lie;
  readonly evil: EvilAddress;
  /** `host:port`. */
  readonly domain: string;
  readonly origin: string;
  /** How often the lie was told. */
  told: number;
  /** The reference of the chat that the app has opened here; empty before that. */
  chatRef: string;
}

export async function startLiar(endings: Endings, lie: Lie, evil: EvilAddress, address: string): Promise<Liar> {
  const liar: Liar = { lie, evil, domain: '', origin: '', told: 0, chatRef: '' };
  const server = createServer((incoming, answer) => {
    respond(liar, incoming, answer).catch(() => answer.destroy());
  });
  server.on('upgrade', (_request, socket) => {
    liar.told += 1;
    socket.on('error', () => undefined);
    socket.end(
      `HTTP/1.1 302 Found\r\nLocation: ${latin1(evil.url.replace(/^http/, 'ws'))}\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const domain = `${address}:${(server.address() as AddressInfo).port}`;
  endings.add(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return Object.assign(liar, { domain, origin: `http://${domain}` });
}

async function respond(liar: Liar, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const path = (incoming.url ?? '/').split('?')[0] ?? '/';
  const reply = replyOf(liar, incoming.method ?? 'GET', path, Buffer.concat(chunks));
  if (reply === redirect) {
    liar.told += 1;
    answer.writeHead(302, { location: latin1(liar.evil.url) }).end();
    return;
  }
  if (reply === expired) {
    answer.writeHead(401, json).end(JSON.stringify({ error: 'expired_token', error_description: 'expired' }));
    return;
  }
  answer.writeHead(200, json).end(JSON.stringify(reply));
}

const json = { 'content-type': 'application/json; charset=utf-8' };
const redirect = Symbol('redirect');
const expired = Symbol('expired');

/** Headers allow no other characters; redirects of real servers are encoded in the same way. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function replyOf(liar: Liar, method: string, path: string, body: Buffer): unknown {
  if (path.startsWith('/rest/')) return replyOfPortal(liar, path.slice('/rest/'.length).toLowerCase());
  if (path === '/file') return liar.lie === 'redirect of a file of the portal' ? redirect : {};
  if (/^\/api\/(bot|transport)\//.test(path)) {
    if (liar.lie === 'redirect of a MessageGateway call' && method === 'POST') return redirect;
    return replyOfGateway(liar, method, path, body);
  }
  if (liar.lie === 'redirect of a CRM call') return redirect;
  return replyOfCrm(liar, path);
}

function replyOfPortal(liar: Liar, method: string): unknown {
  if (liar.lie === 'redirect of a REST call') return redirect;
  if (liar.lie === 'client_endpoint of a refresh') return expired;
  if (method !== 'imbot.v2.file.download') return { result: { id: 1, uuidMap: [] } };
  if (liar.lie !== 'address of a file of the portal') return { result: { downloadUrl: `${liar.origin}/file` } };
  liar.told += 1;
  return { result: { downloadUrl: liar.evil.url } };
}

function replyOfGateway(liar: Liar, method: string, path: string, body: Buffer): unknown {
  if (/\/files\/[^/]+$/.test(path) && method === 'GET') {
    liar.told += 1;
    return { id: 'file', size: 10, type: 'image', url: liar.evil.url, Url: liar.evil.url };
  }
  if (path.endsWith('/messages') && method === 'POST') {
    const sent = JSON.parse(body.toString('utf8')) as { readonly external_chat_id?: string };
    liar.chatRef = sent.external_chat_id ?? liar.chatRef;
    return { message_id: randomBytes(4).readUInt32BE(), time: new Date().toISOString() };
  }
  if (path.endsWith('/bots')) return [{ id: 1, name: 'Bot', is_self: true, is_active: true }];
  if (path.endsWith('/channels') && method === 'POST') return { id: 1 };
  return method === 'GET' ? [] : {};
}

function replyOfCrm(liar: Liar, path: string): unknown {
  if (path === '/api/api-versions') return { success: true, versions: ['5.0'] };
  if (path === '/api/credentials') return { success: true, scopes: ['integration_read', 'integration_write'] };
  if (path === '/api/system-info') return { success: true, publicUrl: liar.evil.url };
  liar.told += 1;
  const access = { endpointUrl: liar.evil.url, token: randomBytes(16).toString('hex') };
  return { success: true, info: { mgBot: access, mgTransport: access } };
}
