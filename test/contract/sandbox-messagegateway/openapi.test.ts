/** Every operation of the published Bot and Transport APIs is there, and its answers are of the published shape. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';
import { OpenApiCheck, referenceDocument } from '../../support/openapi-check.ts';
import { documentFlaw } from '../../support/openapi-traffic.ts';
import { type ApiResult, FakeTransport, FULL_SETTINGS, mg, type Tokens } from './fake-transport.ts';

const documents = { bot: referenceDocument('bot'), transport: referenceDocument('transport') };
const isAbsent = documents.bot === null || documents.transport === null;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

let gateway: SandboxMessageGateway;
let module: FakeTransport;
let tokens: Tokens;
let seen: Map<string, number>;

beforeEach(async () => {
  gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false });
  module = await FakeTransport.start();
  tokens = await module.register(gateway);
  seen = new Map();
});

afterEach(async () => {
  await module.close();
  await gateway.close();
});

/** Makes the call, holds the answer against the document, expects success. */
async function call(api: 'bot' | 'transport', line: string, body?: unknown): Promise<ApiResult> {
  const answer = await mg({ mgOrigin: gateway.mgOrigin, api: api, token: tokens[api] }, line, body);
  expectPublished(api, line, answer);
  expect(answer.status, `${line} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer;
}

function expectPublished(api: 'bot' | 'transport', line: string, answer: ApiResult): void {
  const document = documents[api];
  if (document === null) return;
  const check = new OpenApiCheck(document);
  const [method = '', path = ''] = line.split(' ');
  const operation = check.operationOf(method, path);
  expect(operation, line).not.toBeNull();
  const problems = check.answerProblems(operation ?? '', answer.status, answer.body);
  expect(problems.filter((problem) => !documentFlaw.test(problem))).toEqual([]);
  seen.set(`${api} ${operation}`, answer.status);
}

function idIn(answer: ApiResult, key = 'id'): number {
  return (answer.body as Record<string, number>)[key] ?? 0;
}

async function prepareTalk(): Promise<{ channel: number; chat: number; dialog: number; file: string }> {
  const channel = idIn(
    await call('transport', 'POST /channels', { type: 'custom', name: 'Line', settings: FULL_SETTINGS }),
  );
  const upload = await fetch(`${gateway.mgOrigin}/api/transport/v1/files/upload`, {
    method: 'POST',
    headers: { 'x-transport-token': tokens.transport },
    body: PNG,
  });
  const file = (await upload.json()) as { id: string };
  expectPublished('transport', 'POST /files/upload', { status: upload.status, body: file });
  const customer = { external_id: 'c-1', nickname: 'ivan', phone: '+79990001122', utm: { source: 'site' } };
  const base = { channel, external_chat_id: 'chat', originator: 'customer', customer };
  await call('transport', 'POST /messages', { ...base, message: { external_id: 'm1', type: 'text', text: 'раз' } });
  await call('transport', 'POST /messages', {
    ...base,
    quote: { external_id: 'm1' },
    message: { external_id: 'm2', type: 'image', note: 'фото', items: [{ id: file.id, caption: 'a.png' }] },
  });
  const chat = gateway.chats()[0];
  return { channel, chat: chat?.id ?? 0, dialog: chat?.dialogId ?? 0, file: file.id };
}

async function useTransport(channel: number, file: string): Promise<void> {
  const message = { external_id: 'm1' };
  await call('transport', 'PUT /messages', {
    channel,
    message: { ...message, text: 'раз-раз', edited_at: Date.now() },
  });
  await call('transport', 'POST /messages/reaction', { channel, message, reaction: '👍' });
  await call('transport', 'DELETE /messages/reaction', { channel, message, reaction: '👍' });
  await call('transport', 'DELETE /messages', { channel, message });
  await call('transport', 'POST /messages/restore', { channel_id: channel, message });
  await call('transport', 'POST /messages/read', { channel_id: channel, message: { external_id: 'ext-1' } });
  await call('transport', 'POST /messages/read_until', {
    channel_id: channel,
    customer_external_id: 'c-1',
    until: new Date().toISOString(),
  });
  await call('transport', 'POST /messages/ack', {
    channel,
    message: { external_id: 'ext-1' },
    transport_message_id: 'e',
  });
  await call('transport', 'POST /messages/history', {
    channel_id: channel,
    external_chat_id: 'chat',
    customer: { external_id: 'c-1', nickname: 'ivan' },
    originator: 'customer',
    message: { external_id: 'old', type: 'text', text: 'давно', created_at: '2026-01-01T00:00:00Z' },
  });
  await call('transport', `GET /files/${file}`);
  const template = { name: 't', template: ['Привет, ', { var: 'first_name' }], body: 'Привет, {{1}}', lang: 'ru' };
  await call('transport', `POST /channels/${channel}/templates`, { ...template, code: 'ns#t#ru', type: 'text' });
  await call('transport', `PUT /channels/${channel}/templates/ns%23t%23ru`, {
    ...template,
    verification_status: 'approved',
  });
  await call('transport', 'GET /templates');
  await call('transport', `DELETE /channels/${channel}/templates/ns%23t%23ru`);
  await call('transport', 'GET /channels?active=1&types=custom&types=telegram');
  await call('transport', `PUT /channels/${channel}`, { name: 'Другая' });
}

async function useBot(
  place: { channel: number; chat: number; dialog: number; file: string },
  manager: number,
): Promise<void> {
  await call('bot', 'GET /bots?self=1');
  await call('bot', 'PATCH /my/info', { name: 'Бот', roles: ['responsible'] });
  await call('bot', 'PUT /my/commands/payment', { description: 'Способы оплаты' });
  await call('bot', 'GET /my/commands');
  await call('bot', 'DELETE /my/commands/payment');
  await call('bot', `PATCH /dialogs/${place.dialog}/assign`, { user_id: manager, bot_id: 0 });
  await call('bot', `PATCH /dialogs/${place.dialog}/unassign`);
  await call('bot', `PATCH /dialogs/${place.dialog}/tags/add`, { tags: [{ name: 'vip', color_code: 'red' }] });
  await call('bot', `PATCH /dialogs/${place.dialog}/tags/delete`, { tags: [{ name: 'vip' }] });
  const product = { id: 7, name: 'Чайник', cost: { value: 100, currency: 'RUB' } };
  await call('bot', 'POST /messages', { chat_id: place.chat, scope: 'public', type: 'product', product });
  const note = { chat_id: place.chat, scope: 'private', type: 'text', content: 'заметка' };
  const private_ = idIn(await call('bot', 'POST /messages', note), 'message_id');
  await call('bot', `PATCH /messages/${private_}`, { content: 'правка' });
  await call('bot', `DELETE /messages/${private_}`);
  for (const list of ['channels', 'chats', 'customers', 'members', 'users', 'dialogs', 'messages']) {
    const { body } = await call('bot', `GET /${list}?limit=50`);
    expect(body, list).not.toEqual([]);
  }
  await call('bot', `GET /files/${place.file}`);
  await call('bot', `PUT /files/${place.file}/meta`, { transcription: 'слова', transcription_status: 'ready' });
  await call('bot', `DELETE /dialogs/${place.dialog}/close`);
  await call('bot', `POST /chats/${place.chat}/dialogs`, { bot_id: null, user_id: manager });
}

async function uploadAsForm(): Promise<void> {
  const body = new FormData();
  body.set('file', new Blob([new Uint8Array(PNG)], { type: 'image/png' }), 'a.png');
  const headers = { 'x-bot-token': tokens.bot };
  const answer = await fetch(`${gateway.mgOrigin}/api/bot/v1/files/upload`, { method: 'POST', headers, body });
  expectPublished('bot', 'POST /files/upload', { status: answer.status, body: await answer.json() });
}

async function uploadByUrl(): Promise<void> {
  const host = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'image/png' }).end(PNG));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.png`;
  await call('bot', 'POST /files/upload_by_url', { url });
  await call('transport', 'POST /files/upload_by_url', { url });
  await new Promise<void>((resolve) => {
    host.close(() => resolve());
    host.closeAllConnections();
  });
}

describe.skipIf(isAbsent)(
  'answers and the published OpenAPI documents (skipped where the reference folder is absent)',
  () => {
    it('gives every published operation an answer of the published shape', async () => {
      const manager = gateway.addManager({ name: 'Анна Иванова' }).id;
      const place = await prepareTalk();
      await gateway.managerAnswers(place.chat, 'слушаю');
      await useTransport(place.channel, place.file);
      await useBot(place, manager);
      await uploadAsForm();
      await uploadByUrl();
      await call('transport', `DELETE /channels/${place.channel}`);
      for (const api of ['bot', 'transport'] as const) {
        const wanted = new OpenApiCheck(documents[api] ?? {}).operations().filter((name) => name !== 'GET /ws');
        expect(wanted.filter((name) => !seen.has(`${api} ${name}`))).toEqual([]);
      }
    });

    it('words every refusal as a list of errors', async () => {
      const refusals: ['bot' | 'transport', string, unknown, number, string][] = [
        ['bot', 'POST /messages', { scope: 'public', content: 'x' }, 400, 'chat_id is a required field'],
        ['bot', 'PATCH /dialogs/444/unassign', undefined, 404, 'dialog #444 not found'],
        ['bot', 'PATCH /dialogs/0/unassign', undefined, 400, 'incorrect dialog_id'],
        ['bot', 'DELETE /messages/x', undefined, 400, 'Incorrect message_id'],
        ['transport', 'PUT /channels/1', { name: 'x' }, 400, 'Channel not found'],
      ];
      for (const [api, line, body, status, text] of refusals) {
        const answer = await mg({ mgOrigin: gateway.mgOrigin, api: api, token: tokens[api] }, line, body);
        expectPublished(api, line, answer);
        expect(answer).toEqual({ status, body: { errors: [text] } });
      }
    });
  },
);

describe('the checker itself', () => {
  it('finds a missing key, a wrong type, a null, a bad format and a foreign enum value', () => {
    const part = {
      type: 'object',
      required: ['id'],
      properties: {
        name: { type: 'string' },
        at: { type: 'string', format: 'date-time' },
        kind: { enum: ['a'] },
        gone: { type: 'string' },
      },
    };
    const check = new OpenApiCheck({ components: { schemas: { Part: part } } });
    const wrong = { name: 1, at: 'yesterday', kind: 'b', gone: null };
    expect(check.problems({ $ref: '#/components/schemas/Part' }, wrong)).toHaveLength(5);
    expect(check.problems({ $ref: '#/components/schemas/Part' }, { id: 1, at: '2026-01-01T00:00:00Z' })).toEqual([]);
  });

  it('finds in a request what is out of bounds, unknown, missing, or not taken at all', () => {
    const thing = {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'integer', maximum: 9 },
        inner: { allOf: [{ properties: { a: { type: 'string' } } }] },
      },
    };
    const limit = { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 5 } };
    const body = { content: { 'application/json': { schema: thing } } };
    const path = { post: { requestBody: body }, get: { parameters: [limit] } };
    const check = new OpenApiCheck({ paths: { '/things': path } });
    const problemsIn = (line: string, search: string, given: unknown): string[] =>
      check.requestProblems(line, { query: new URLSearchParams(search), body: given });
    expect(problemsIn('POST /things', '', { id: 9, inner: { a: 'x' } })).toEqual([]);
    expect(problemsIn('POST /things', '', { id: 10, inner: { b: 'x' }, more: 1 })).toEqual([
      'POST /things body.id: 10 is out of bounds',
      'POST /things body.inner.b is not in the document',
      'POST /things body.more is not in the document',
    ]);
    expect(problemsIn('POST /things', '', null)).toEqual(['POST /things body is null']);
    expect(problemsIn('GET /things', 'limit=5', {})).toEqual([]);
    expect(problemsIn('GET /things', 'limit=6&page=1', { a: 1 })).toEqual([
      'GET /things ?limit: 6 is out of bounds',
      'GET /things ?page is not in the document',
      'GET /things takes no body',
    ]);
  });
});
