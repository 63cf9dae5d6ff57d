/**
 * The file interfaces of the remotes on both sides of the bridge: a portal that serves and accepts files, and MessageGateway with its storage.
 * Content is generated and counted while it is transferred, so that this process needs no memory for it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';

const fileId = 'b2bdba90-166c-4e0a-829d-69f26a09fd2a';
const channelId = 1;
const piece = Buffer.alloc(64 * 1024, 'x');

/** Sizes of the uploads' bodies in bytes, in order. */
const uploads = { portal: [] as number[], brain: [] as number[] };
const waiting: (() => void)[] = [];
let fileBytes = 0;
let ref = '';

async function handOut(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': fileBytes });
  for (let left = fileBytes; left > 0; left -= piece.length) {
    if (response.write(piece.subarray(0, Math.min(left, piece.length)))) continue;
    await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

function uploaded(end: keyof typeof uploads, bytes: number): void {
  uploads[end].push(bytes);
  for (const wake of waiting.splice(0)) wake();
}

const messageSchema = z.object({ external_chat_id: z.string() });

function answerTo(method: string, url: URL, port: number, body: { readonly start: string; readonly bytes: number }) {
  const { pathname } = url;
  const address = `http://127.0.0.1:${port}/storage/file`;
  if (pathname.endsWith('imbot.v2.File.download')) return { result: { downloadUrl: address } };
  if (pathname.endsWith('imbot.v2.File.upload')) {
    uploaded('portal', body.bytes);
    return { result: { file: { id: 1 }, messageId: uploads.portal.length, chatId: 1, dialogId: 'chat1' } };
  }
  if (pathname.startsWith('/rest/')) return { result: { id: 1, uuidMap: [] } };
  if (pathname.endsWith('/files/upload')) {
    uploaded('brain', body.bytes);
    return { id: fileId, size: fileBytes, type: 'file' };
  }
  if (pathname.includes('/files/')) return { id: fileId, size: fileBytes, type: 'file', url: address };
  if (pathname === '/api/transport/v1/messages' && method === 'POST') {
    ref = messageSchema.parse(JSON.parse(body.start)).external_chat_id;
    return { message_id: 1, time: new Date().toISOString() };
  }
  if (pathname === '/api/transport/v1/channels' && method === 'POST') return { id: channelId };
  if (pathname === '/api/bot/v1/messages' && method === 'POST')
    return { message_id: 1, time: new Date().toISOString() };
  if (pathname === '/api/bot/v1/chats')
    return [{ id: 1, channel: { id: channelId }, customer: { id: 1, external_id: ref } }];
  return method === 'GET' ? [] : {};
}

const startLength = 32 * 1024;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://far');
  let start = '';
  let bytes = 0;
  for await (const data of request) {
    bytes += data.length;
    if (start.length < startLength) start += data.toString('utf8');
  }
  if (url.pathname === '/storage/file') return await handOut(response);
  const answer = JSON.stringify(answerTo(request.method ?? '', url, request.socket.localPort ?? 0, { start, bytes }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
  response.end(answer);
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 600_000;

const endSchema = z.enum(['portal', 'brain']);
const uploadSchema = z.object({ end: endSchema, index: z.number() });

server.listen(0, '127.0.0.1', () => {
  serveParent((server.address() as AddressInfo).port, {
    size: (input) => {
      fileBytes = z.number().parse(input);
      return Promise.resolve(null);
    },
    ref: async () => {
      while (ref === '') await new Promise((resolve) => setTimeout(resolve, 20));
      return ref;
    },
    count: (input) => Promise.resolve(uploads[endSchema.parse(input)].length),
    /** The size of that upload; waits until it has come. */
    upload: async (input) => {
      const { end, index } = uploadSchema.parse(input);
      while (uploads[end].length <= index) await new Promise<void>((resolve) => waiting.push(resolve));
      return uploads[end][index];
    },
  });
});
