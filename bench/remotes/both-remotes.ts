/**
 * The remotes on both sides of the bridge in one bare HTTP server, so that one clock sees what arrives where: a portal's REST address and
 * MessageGateway's APIs, with as little work as possible. Answers have the shapes the app expects.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { exactNow } from '../support/exact-now.ts';
import { serveParent } from '../support/serve-parent.ts';

const channelId = 1;

interface Arrival {
  readonly at: number;
  /** MessageGateway's id of the conversation; empty at the portal. */
  readonly ref: string;
}

type End = 'portal' | 'brain';

const arrivals: Record<End, Arrival[]> = { portal: [], brain: [] };
const waiting: Record<End, (() => void)[]> = { portal: [], brain: [] };
const messageSchema = z.object({ external_chat_id: z.string() });

function arrived(end: End, arrival: Arrival): void {
  arrivals[end].push(arrival);
  for (const wake of waiting[end].splice(0)) wake();
}

function answerTo(method: string, url: URL, body: string, at: number): unknown {
  const { pathname } = url;
  if (pathname.startsWith('/rest/')) {
    if (pathname.includes('Message.send')) arrived('portal', { at, ref: '' });
    return { result: { id: arrivals.portal.length, uuidMap: [] } };
  }
  if (pathname === '/api/transport/v1/messages' && method === 'POST') {
    arrived('brain', { at, ref: messageSchema.parse(JSON.parse(body)).external_chat_id });
    return { message_id: arrivals.brain.length, time: new Date().toISOString() };
  }
  // Once: the channel for the Open Channel of the event.
  if (pathname === '/api/transport/v1/channels' && method === 'POST') return { id: channelId };
  // Once: the bot's note about CRM records.
  if (pathname === '/api/bot/v1/messages' && method === 'POST')
    return { message_id: 1, time: new Date().toISOString() };
  const customer = { id: 1, external_id: url.searchParams.get('customer_external_id') ?? arrivals.brain.at(-1)?.ref };
  if (pathname === '/api/bot/v1/chats') return [{ id: 1, channel: { id: channelId }, customer }];
  return method === 'GET' ? [] : {};
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const at = exactNow();
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const answer = JSON.stringify(answerTo(request.method ?? '', new URL(request.url ?? '', 'http://far'), body, at));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}

const server = createServer(serve);
server.keepAliveTimeout = 600_000;

/** The arrival with that index; waits until it has come. */
async function arrival(end: End, index: number): Promise<Arrival> {
  for (;;) {
    const found = arrivals[end][index];
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => waiting[end].push(resolve));
  }
}

const orderSchema = z.object({ end: z.enum(['portal', 'brain']), index: z.number() });

server.listen(0, '127.0.0.1', () => {
  serveParent((server.address() as AddressInfo).port, {
    count: () => Promise.resolve({ portal: arrivals.portal.length, brain: arrivals.brain.length }),
    arrival: async (input) => {
      const { end, index } = orderSchema.parse(input);
      return await arrival(end, index);
    },
  });
});
