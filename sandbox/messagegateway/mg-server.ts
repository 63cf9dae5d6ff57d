/** The MessageGateway's web address: both APIs, file links, the page. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendFile, sendSpoilt, spoiltPace } from '../kit/files.ts';
import { answerJson } from '../kit/http.ts';
import type { PageServer } from '../kit/page-server.ts';
import type { ApiGate } from './api-gate.ts';
import { answerClientWebhook, clientWebhookPath } from './client-module.ts';
import { breaksBefore, hits } from './faults.ts';
import type { GatewayState } from './state.ts';
import { fileBehind } from './stored-files.ts';

const BOT_PREFIX = '/api/bot/v1';
const TRANSPORT_PREFIX = '/api/transport/v1';

export interface GatewayParts {
  readonly gateway: GatewayState;
  readonly bot: ApiGate;
  readonly transport: ApiGate;
  readonly page: PageServer;
}

async function sendStored(gateway: GatewayState, answer: ServerResponse, url: URL): Promise<void> {
  const file = fileBehind(gateway, url);
  if (file === null) {
    answer.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
    return;
  }
  const fault = gateway.faults.take((one) => hits(one, 'storage', 'GET', url.pathname));
  if (await breaksBefore(fault, answer)) return;
  const spoiling = spoiltPace(fault);
  if (spoiling !== null) return await sendSpoilt(answer, file.content, spoiling);
  sendFile(answer, file, 'inline', {
    'content-type': file.mime,
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
}

/** Answers one request at MG's address. */
export async function handleMg(parts: GatewayParts, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://mg');
  const path = url.pathname;
  if (path.startsWith(`${BOT_PREFIX}/`)) {
    await parts.bot.handle(incoming, answer, path.slice(BOT_PREFIX.length), url.searchParams);
  } else if (path.startsWith(`${TRANSPORT_PREFIX}/`)) {
    await parts.transport.handle(incoming, answer, path.slice(TRANSPORT_PREFIX.length), url.searchParams);
  } else if (path.startsWith('/api/')) {
    answerJson(answer, 404, { errors: ['Page not found'] });
  } else if (path.startsWith('/storage/')) {
    await sendStored(parts.gateway, answer, url);
  } else if (path === clientWebhookPath && incoming.method === 'POST') {
    await answerClientWebhook(incoming, answer);
  } else {
    await parts.page.handle(incoming, answer, url);
  }
}

/** Whether an upgrade request is for the Bot API's WebSocket. */
export function isBotSocket(incoming: IncomingMessage): boolean {
  return new URL(incoming.url ?? '/', 'http://mg').pathname === `${BOT_PREFIX}/ws`;
}
