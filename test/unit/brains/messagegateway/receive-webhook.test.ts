import { describe, expect, it } from 'vitest';
import { decodeWebhook } from '../../../../src/brains/messagegateway/inbound/decode-webhook.ts';
import { receiveWebhook } from '../../../../src/brains/messagegateway/inbound/receive-webhook.ts';
import { mgBytes, mgConfig, mgPayload } from '../../../support/messagegateway-unit.ts';

const config = mgConfig({}, { channelId: 1 });
const headers = { clientid: 'client-of-the-module' };
const take = (body: unknown, given: Record<string, string> = headers) =>
  receiveWebhook(
    { headers: given, query: {}, body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)) },
    config,
  );
const ref = '24798237492374';

describe('a webhook as it is received', () => {
  it('is accepted when a manager wrote, and answered with the result or later', () => {
    const body = mgBytes('webhook-message-sent-user-text');
    const verdict = take(body);
    expect(verdict).toEqual({
      accept: [{ conversation: { ref }, dedupeKey: 'message_sent:22593', body }],
      answer: { async: true },
      answerIfUnknown: { async: false, error: expect.objectContaining({ code: 'customer_not_exists' }) },
      replyWait: { remoteMessageId: '22593', withinMs: 1_000, answer: expect.any(Function) },
    });
    const waits = 'accept' in verdict ? verdict.replyWait : undefined;
    const receipt = { type: 'receipt', remoteMessageId: '22593', portalMessageId: '71', error: null } as const;
    expect(waits?.answer(receipt)).toEqual({ async: false, external_message_id: '71' });
    expect(waits?.answer({ ...receipt, portalMessageId: null, error: 'person_owns' })).toEqual({
      async: false,
      error: { code: 'access_restricted', external_code: 'person_owns', message: expect.any(String) },
    });
  });

  it.each(['webhook-message-deleted', 'webhook-message-read'])('is accepted and answered with nothing (%s)', (name) => {
    const type = (mgPayload(name) as { type: string }).type;
    expect(take(mgBytes(name))).toMatchObject({ accept: [{ conversation: { ref }, dedupeKey: `${type}:ext-1` }] });
  });

  it('tells two edits of one message apart, and knows a repetition', () => {
    const edit = (content: string, timestamp = 1) => {
      const verdict = take({
        type: 'message_updated',
        meta: { timestamp },
        data: { channel_id: 1, external_chat_id: 'r', external_message_id: '7', content },
      });
      return 'accept' in verdict ? verdict.accept[0]?.dedupeKey : null;
    };
    expect(edit('a')).toBe(edit('a'));
    expect(new Set([edit('a'), edit('b'), edit('a', 2)]).size).toBe(3);
  });

  it('of a reaction is stored, each one by itself', () => {
    const first = take(mgPayload('webhook-reaction-add'));
    expect(first).toMatchObject({ accept: [{ conversation: { ref: '24798237492374' } }], answerIfUnknown: {} });
    expect(take(mgPayload('webhook-reaction-add'))).toEqual(first);
  });

  it('of a template is answered with a code, the same however often it comes, and is to be kept', () => {
    const verdict = take(mgBytes('webhook-template-create'));
    expect(verdict).toMatchObject({
      accept: [],
      answer: { code: expect.stringMatching(/^b24-[\da-f]{12}#en$/), verification_status: 'approved' },
      keep: [{ key: expect.stringMatching(/^template:[\da-f]{64}$/), value: { name: 'template', body: 'Hi {{1}}' } }],
    });
    expect(take(mgBytes('webhook-template-create'))).toEqual(verdict);
  });

  it('of a changed or deleted template is answered with an empty object', () => {
    expect(take(mgBytes('webhook-template-update'))).toMatchObject({ answer: {}, keep: [{ value: { code: 'code' } }] });
    expect(take(mgBytes('webhook-template-delete'))).toMatchObject({ answer: {}, keep: [{ value: null }] });
  });

  it.each([
    ['without a name', { channel_id: 1 }],
    ['of another channel', { channel_id: 2, name: 'x' }],
    ['beyond all measure', { channel_id: 1, name: 'x', body: 'x'.repeat(40_000) }],
  ])('of a template %s is refused, and nothing is kept', (_name, data) => {
    expect(take({ type: 'template_create', data })).toMatchObject({
      refuse: 400,
      answer: { error: { code: 'general' } },
    });
  });

  it.each([['a type nobody knows yet', { type: 'message_sung', data: {} }]])(
    'changes nothing in Bitrix24, and says so in the log (%s)',
    (_name, body) => {
      expect(take(body)).toEqual({
        accept: [],
        remark: expect.stringMatching(/^a message_sung of/),
      });
    },
  );

  it.each([
    ['of an unknown template without words', { template: { code: 'ns#hi#ru' } }, 'bridge.unknown_template'],
    ['of a template in a form nobody knows', { template: { code: ['?'], variables: 7 } }, 'bridge.unknown_template'],
    ['without anything', {}, 'bridge.empty_message'],
    ['with content of an unknown type', { type: 'hologram', content: null }, 'bridge.empty_message'],
  ])('%s fails at once, with a reason for the manager', (_name, content, code) => {
    const data = { id: 1, channel_id: 1, external_chat_id: 'r', type: 'text', ...content };
    expect(take({ type: 'message_sent', data })).toMatchObject({
      accept: [],
      answer: { async: false, error: { code: 'general', external_code: code, message: expect.any(String) } },
    });
  });

  it('of a template is shown with its words and the files of its header', () => {
    const attachments = [{ id: 'f1', caption: 'чек.pdf' }];
    const template = {
      code: 'ns#hi#ru',
      category: 'utility',
      variables: { header: { type: 'document', attachments } },
    };
    const data = { id: 1, channel_id: 1, external_chat_id: 'r', type: 'text', content: 'Заказ готов', template };
    const envelope = { type: 'message_sent', data };
    expect(take(envelope)).toMatchObject({ accept: [{ conversation: { ref: 'r' } }], answer: { async: true } });
    expect(decodeWebhook(envelope, config)).toMatchObject([
      { text: 'Заказ готов', files: [{ id: 'f1', name: 'чек.pdf' }] },
    ]);
  });

  it('uses the user id where a chat id is missing', () => {
    const body = {
      type: 'message_sent',
      data: { id: 1, channel_id: 1, external_chat_id: '', external_user_id: 'ref', content: 'x' },
    };
    expect(take(body)).toMatchObject({ accept: [{ conversation: { ref: 'ref' } }] });
  });

  it('to a customer Bitrix24 has never seen fails at once, with a reason for the manager', () => {
    const body = {
      type: 'message_sent',
      data: { id: 1, channel_id: 1, external_chat_id: '', external_user_id: '', content: 'x' },
    };
    expect(take(body)).toMatchObject({ accept: [], answer: { async: false, error: { code: 'customer_not_exists' } } });
  });

  it('without an id cannot be acknowledged later, so it is not promised', () => {
    const body = mgPayload('webhook-message-sent-bot-text-suggestions') as { data: Record<string, unknown> };
    const verdict = take({ ...body, data: { ...body.data, channel_id: 1 } });
    expect(verdict).toMatchObject({ accept: [{ conversation: { ref: '79998887766' } }], answer: { async: false } });
  });

  it('that is for staff alone stores nothing', () => {
    const body = {
      type: 'message_sent',
      data: { id: 1, channel_id: 1, external_chat_id: 'r', scope: 'private', content: 'secret' },
    };
    expect(take(body)).toEqual({ accept: [], answer: { async: false } });
  });

  it.each([
    ['another client id', 403, { clientid: 'somebody' }, mgBytes('webhook-message-sent-user-text')],
    ['no client id', 403, {}, mgBytes('webhook-message-sent-user-text')],
    [
      'a foreign channel',
      400,
      headers,
      { type: 'message_sent', data: { id: 1, channel_id: 2, external_chat_id: 'r' } },
    ],
    ['no channel', 400, headers, { type: 'message_deleted', data: { external_chat_id: 'r' } }],
    ['no JSON', 400, headers, Buffer.from('{"type":')],
    ['no webhook', 400, headers, { hello: 1 }],
    ['no fields', 400, headers, { type: 'message_sent', data: { items: 'none' } }],
  ])('is refused with %s', (_name, status, given, body) => {
    expect(take(body, given as Record<string, string>)).toMatchObject({ refuse: status });
  });

  it('of a foreign channel is refused in a form the manager can read', () => {
    expect(
      take({ type: 'message_sent', data: { id: 1, channel_id: 2, external_chat_id: 'r', content: 'x' } }),
    ).toMatchObject({
      refuse: 400,
      answer: { async: false, error: { code: 'general', message: expect.any(String) } },
    });
  });
});
