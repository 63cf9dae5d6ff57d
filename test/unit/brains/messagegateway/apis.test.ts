import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createApis } from '../../../../src/brains/messagegateway/api/apis.ts';
import { uploadBody } from '../../../../src/brains/messagegateway/api/upload-body.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { useNock } from '../../../support/factories/nock.ts';
import { freeRateLimiter } from '../../../support/free-rate-limiter.ts';
import { mgPayload, realHttp } from '../../../support/messagegateway-unit.ts';
import { openedFile } from '../../../support/opened-file.ts';

const http = realHttp();
const origin = 'https://mg.example';
const apis = createApis({
  tools: { http, rateLimiter: () => freeRateLimiter() },
  bot: { endpointUrl: origin, token: 'b' },
  transport: { endpointUrl: origin, token: 't' },
  callsPerSecond: 1000,
  timeoutMs: 1_000,
  clock: systemClock,
});
const { bot, transport } = apis;
const id = 'b2bdba90-166c-4e0a-829d-69f26a09fd2a';

useNock(http);

type Row = readonly [line: string, sent: unknown, answer: unknown, call: () => Promise<unknown>, result: unknown];

const botRows: readonly Row[] = [
  [
    'GET /bots?self=1',
    undefined,
    mgPayload('bot-get-bots-response'),
    () => bot.bots({ self: true }),
    expect.arrayContaining([expect.objectContaining({ id: expect.any(Number) })]),
  ],
  ['PATCH /my/info', { name: 'B' }, {}, () => bot.updateInfo({ name: 'B' }), undefined],
  ['GET /my/commands?limit=1000', undefined, [{ id: 1, name: 'bot' }], () => bot.commands(), [{ id: 1, name: 'bot' }]],
  ['PUT /my/commands/bot', { name: 'bot', description: 'd' }, { id: 1 }, () => bot.putCommand('bot', 'd'), undefined],
  ['DELETE /my/commands/old', undefined, {}, () => bot.deleteCommand('old'), undefined],
  ['GET /channels?active=1', undefined, [{ id: 61 }], () => bot.channels({ active: true }), [{ id: 61 }]],
  [
    'GET /chats?customer_external_id=r',
    undefined,
    mgPayload('bot-get-chats-by-customer-response'),
    () => bot.chats({ customer_external_id: 'r' }),
    [expect.objectContaining({ id: 30, channel: expect.objectContaining({ id: 72 }) })],
  ],
  ['POST /chats/9/dialogs', { bot_id: 3 }, { id: 5, created_at: '' }, () => bot.openDialog(9, { bot_id: 3 }), 5],
  ['GET /customers?id=4', undefined, [{ id: 4 }], () => bot.customers({ id: 4 }), [{ id: 4 }]],
  ['GET /members?chat_id=4', undefined, [{ id: 4 }], () => bot.members({ chat_id: 4 }), [{ id: 4 }]],
  ['GET /users?online=1', undefined, [{ id: 4 }], () => bot.users({ online: true }), [{ id: 4 }]],
  [
    'GET /dialogs?limit=3',
    undefined,
    mgPayload('bot-get-dialogs-response'),
    () => bot.dialogs({ limit: 3 }),
    [
      expect.objectContaining({ id: 60, responsible: expect.objectContaining({ type: 'user', id: 12 }) }),
      expect.anything(),
      expect.anything(),
    ],
  ],
  [
    'PATCH /dialogs/7/assign',
    { user_id: 12 },
    { is_reassign: false, previous_responsible: null },
    () => bot.assignDialog(7, { user_id: 12 }),
    undefined,
  ],
  ['PATCH /dialogs/7/unassign', {}, {}, () => bot.unassignDialog(7), undefined],
  ['DELETE /dialogs/7/close', undefined, {}, () => bot.closeDialog(7), undefined],
  ['PATCH /dialogs/7/tags/add', { tags: [{ name: 'B24' }] }, {}, () => bot.addTags(7, [{ name: 'B24' }]), undefined],
  ['PATCH /dialogs/7/tags/delete', { tags: [{ name: 'B24' }] }, {}, () => bot.removeTags(7, ['B24']), undefined],
  [
    'GET /messages?since_id=1',
    undefined,
    mgPayload('bot-get-messages-response'),
    () => bot.messages({ since_id: 1 }),
    [expect.objectContaining({ id: 3376, chat_id: 26, channel_id: 61 }), expect.anything(), expect.anything()],
  ],
  [
    'POST /messages',
    { chat_id: 9, scope: 'private', type: 'text', content: 'hi' },
    mgPayload('bot-send-response'),
    () => bot.sendMessage({ chat_id: 9, scope: 'private', type: 'text', content: 'hi' }),
    expect.any(Number),
  ],
  ['PATCH /messages/7', { content: 'x' }, { message_id: 7, time: '' }, () => bot.editMessage(7, 'x'), undefined],
  ['DELETE /messages/7', undefined, {}, () => bot.deleteMessage(7), undefined],
  [
    'POST /files/upload_by_url',
    { url: 'https://x.example/a' },
    { id },
    () => bot.uploadFileByUrl('https://x.example/a'),
    { id },
  ],
  [
    `GET /files/${id}`,
    undefined,
    mgPayload('bot-get-file-response'),
    () => bot.file(id),
    expect.objectContaining({ url: expect.stringContaining('https://s3') }),
  ],
  [`PUT /files/${id}/meta`, { transcription: 'words' }, {}, () => bot.setFileMeta(id, 'words'), undefined],
];

const message = { external_id: 'e1' };
const sent = {
  channel: 61,
  external_chat_id: 'r',
  originator: 'customer' as const,
  message: { external_id: 'e1', type: 'text' as const, text: 'hi' },
};
const fields = { type: 'custom' as const, name: 'B', external_id: 'c', settings: {} };

const transportRows: readonly Row[] = [
  [
    'GET /channels?limit=9',
    undefined,
    [{ id: 61, external_id: null, is_active: true }],
    () => transport.channels({ limit: 9 }),
    [{ id: 61, external_id: null, is_active: true }],
  ],
  ['POST /channels', fields, { id: 61, activated_at: '' }, () => transport.activateChannel(fields), 61],
  ['PUT /channels/61', fields, { id: 61 }, () => transport.updateChannel(61, fields), undefined],
  ['DELETE /channels/61', undefined, { id: 61 }, () => transport.deactivateChannel(61), undefined],
  ['GET /templates', undefined, [{ code: 'a#b#c' }], () => transport.templates(), [{ code: 'a#b#c' }]],
  ['POST /channels/61/templates', { code: 'a' }, {}, () => transport.addTemplate(61, { code: 'a' }), undefined],
  [
    'POST /messages',
    sent,
    mgPayload('transport-message-send-response'),
    () => transport.sendMessage(sent),
    expect.any(Number),
  ],
  [
    'PUT /messages',
    { channel: 61, message: { external_id: 'e1', text: 'x' } },
    {},
    () => transport.editMessage(61, 'e1', 'x'),
    undefined,
  ],
  ['DELETE /messages', { channel: 61, message }, {}, () => transport.deleteMessage(61, message), undefined],
  [
    'POST /messages/history',
    { channel_id: 61, external_chat_id: 'r', originator: 'customer', message: sent.message },
    { message_id: 4, time: '' },
    () => transport.addHistory(61, { external_chat_id: 'r', originator: 'customer', message: sent.message }),
    4,
  ],
  [
    'POST /messages/ack',
    { channel: 61, message: { id: 4 }, transport_message_id: '77' },
    {},
    () => transport.acknowledge({ channel: 61, message: { id: 4 }, transport_message_id: '77' }),
    undefined,
  ],
  [
    'POST /messages/reaction',
    { channel: 61, message, reaction: '👍' },
    {},
    () => transport.addReaction(61, message, '👍'),
    undefined,
  ],
  ['DELETE /messages/reaction', { channel: 61, message }, {}, () => transport.deleteReaction(61, message), undefined],
  [
    `GET /files/${id}`,
    undefined,
    mgPayload('transport-get-file-response'),
    () => transport.file(id),
    expect.objectContaining({ url: 'https://s3.example/files/aa4ff988' }),
  ],
];

describe.each([
  ['bot', botRows],
  ['transport', transportRows],
] as const)('the %s API', (api, rows) => {
  it.each(rows)('%s', async (line, body, answer, call, result) => {
    const [method = '', path = ''] = line.split(' ');
    const scope = nock(origin, { reqheaders: { [`x-${api}-token`]: api === 'bot' ? 'b' : 't' } });
    scope.intercept(`/api/${api}/v1${path}`, method, body as nock.RequestBodyMatcher).reply(200, answer as nock.Body);
    expect(await call()).toEqual(result);
  });

  it('takes an answer of another form for garbage', async () => {
    nock(origin).get(`/api/${api}/v1/channels`).reply(200, { data: [] });
    await expect((api === 'bot' ? bot : transport).channels({})).rejects.toMatchObject({
      code: 'messagegateway.garbage',
    });
  });

  it('leaves out an item it cannot use', async () => {
    nock(origin)
      .get(`/api/${api}/v1/channels`)
      .reply(200, [{ id: 'x' }, { id: 61 }]);
    expect(await (api === 'bot' ? bot : transport).channels({})).toHaveLength(1);
  });
});

describe('uploads', () => {
  const upload = (name: string, encoding: 'multipart' | 'raw') =>
    uploadBody({ name, kind: 'file', content: openedFile('BY', 'TES') }, encoding);

  it.each([
    ['voice.webm', 'audio', null, 'audio/webm'],
    ['round.webm', 'video', null, 'video/webm'],
    ['voice.ogg', 'audio', null, 'audio/ogg'],
    ['voice', 'audio', 'audio/amr; rate=8000', 'audio/amr'],
    ['page.html', 'file', 'text/html', 'application/octet-stream'],
  ] as const)('say of %s that it is %s', (name, kind, type, expected) => {
    const content = { ...openedFile('x'), type };
    expect(uploadBody({ name, kind, content }, 'raw').contentType).toBe(expected);
  });

  it('send a multipart part named file, its name made safe', async () => {
    nock(origin)
      .post('/api/transport/v1/files/upload', (body: string) => {
        const text = String(body);
        return (
          text.includes('name="file"; filename="a%22b.png"') &&
          text.includes('Content-Type: image/png') &&
          text.includes('BYTES')
        );
      })
      .matchHeader('content-type', /^multipart\/form-data; boundary=/)
      .reply(200, { id });
    expect(await transport.uploadFile(upload('a"b.png', 'multipart'))).toEqual({ id });
  });

  it('or the bare bytes', async () => {
    nock(origin)
      .post('/api/bot/v1/files/upload', 'BYTES')
      .matchHeader('content-type', 'application/octet-stream')
      .reply(200, { id });
    expect(await bot.uploadFile(upload('thing', 'raw'))).toEqual({ id });
  });
});

describe('the address of the socket', () => {
  it('is that of the Bot API, without a token', () => {
    expect(bot.socketAddress(['message_new', 'dialog_assign']).href).toBe(
      'wss://mg.example/api/bot/v1/ws?events=message_new%2Cdialog_assign',
    );
  });
});
