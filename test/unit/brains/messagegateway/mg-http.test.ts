import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { createMgHttp, isRefusal } from '../../../../src/brains/messagegateway/api/mg-http.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { errorOf } from '../../../support/factories/errors.ts';
import { useNock } from '../../../support/factories/nock.ts';
import { freeRateLimiter } from '../../../support/free-rate-limiter.ts';
import { mgPayload, realHttp } from '../../../support/messagegateway-unit.ts';

const http = realHttp();
const token = 'bot-token-value';
const origin = 'https://mg.example';

function api(endpointUrl = origin, which: 'bot' | 'transport' = 'bot') {
  const rateLimiter = freeRateLimiter();
  return createMgHttp({ http, api: which, endpointUrl, token, rateLimiter, clock: systemClock, timeoutMs: 500 });
}

useNock(http);

describe('a request to MessageGateway', () => {
  it('carries the token in its header and lists as repeated keys', async () => {
    nock(origin, { reqheaders: { 'x-bot-token': token } })
      .get('/api/bot/v1/messages?id=1&id=2&active=0&limit=5')
      .reply(200, []);
    expect(
      await api().call({
        method: 'GET',
        path: '/messages',
        query: { id: [1, 2], active: false, limit: 5, x: undefined },
      }),
    ).toEqual([]);
  });

  it.each(['https://mg.example/', 'https://mg.example/api/transport/v1', 'https://mg.example/api/bot/v1/'])(
    'finds the API behind the address %s',
    async (endpointUrl) => {
      nock(origin).get('/api/bot/v1/bots').reply(200, []);
      expect(await api(endpointUrl).call({ method: 'GET', path: '/bots' })).toEqual([]);
    },
  );

  it('sends a body with DELETE', async () => {
    nock(origin)
      .delete('/api/bot/v1/messages', { message: { id: 1 } })
      .reply(200, {});
    expect(await api().call({ method: 'DELETE', path: '/messages', json: { message: { id: 1 } } })).toEqual({});
  });

  it.each([200, 201, 204])('takes %i for success, also without a body', async (status) => {
    nock(origin).post('/api/bot/v1/messages').reply(status, '');
    expect(await api().call({ method: 'POST', path: '/messages', json: {} })).toEqual({});
  });

  it.each([
    [
      '429 with a wait',
      429,
      { 'Retry-After': '7' },
      '{"errors":["Too many requests"]}',
      'messagegateway.busy',
      { afterMs: 7_000 },
      'none',
    ],
    ['429 without one', 429, {}, '', 'messagegateway.busy', { afterMs: 1_500 }, 'none'],
    ['503', 503, {}, '<html>', 'messagegateway.busy', { afterMs: 1_500 }, 'unknown'],
    ['401', 401, {}, '{"errors":["x"]}', 'messagegateway.token_revoked', 'never', 'none'],
    ['403', 403, {}, '{"errors":["x"]}', 'messagegateway.token_revoked', 'never', 'none'],
    ['400', 400, {}, '{"errors":["chat_id is a required field"]}', 'messagegateway.refused', 'never', 'none'],
    ['404 without sentences', 404, {}, 'gone', 'messagegateway.refused', 'never', 'none'],
    ['422 with odd sentences', 422, {}, '{"errors":{"a":1}}', 'messagegateway.refused', 'never', 'none'],
    ['500 without a body', 500, {}, '', 'messagegateway.server_error', 'backoff', 'unknown'],
    ['502 with a page', 502, {}, '<html>', 'messagegateway.server_error', 'backoff', 'unknown'],
    ['a redirect', 302, { Location: 'https://elsewhere.example' }, '', 'messagegateway.garbage', 'backoff', 'unknown'],
    ['a page', 200, {}, '<html>busy</html>', 'messagegateway.garbage', 'backoff', 'unknown'],
  ])('translates %s', async (_name, status, headers, body, code, retry, fate) => {
    nock(origin).post('/api/bot/v1/messages').reply(status, body, headers);
    const error = await errorOf(api().call({ method: 'POST', path: '/messages', json: {} }));
    expect({ code: error.code, retry: error.retry, fate: error.fate }).toEqual({ code, retry, fate });
    // What only asks for a pause uses up nobody's attempts.
    expect(error.isThrottled).toBe(status === 429 || status === 503);
  });

  it.each(['Channel is not active', 'Channel not found', 'channel #61 is deactivated'])(
    'takes "%s" for the state of our channel, not for the fault of the message',
    async (sentence) => {
      nock(origin)
        .post('/api/transport/v1/messages')
        .reply(400, { errors: [sentence] });
      const error = await errorOf(api(origin, 'transport').call({ method: 'POST', path: '/messages', json: {} }));
      expect(error).toMatchObject({ code: 'messagegateway.channel_off', status: 403 });
    },
  );

  it.each(['Message not found', 'channel does not support creating of text (send)'])(
    'takes "%s" for what it says',
    async (sentence) => {
      nock(origin)
        .post('/api/transport/v1/messages')
        .reply(400, { errors: [sentence] });
      const error = await errorOf(api(origin, 'transport').call({ method: 'POST', path: '/messages', json: {} }));
      expect(error.code).toBe('messagegateway.refused');
    },
  );

  it('takes an inactive channel for a refusal where a bot writes: it may be a channel of anybody', async () => {
    nock(origin)
      .post('/api/bot/v1/messages')
      .reply(400, { errors: ['channel is not active'] });
    const error = await errorOf(api().call({ method: 'POST', path: '/messages', json: {} }));
    expect(error.code).toBe('messagegateway.refused');
  });

  it('keeps what MessageGateway said, for matching and for people', async () => {
    nock(origin)
      .patch('/api/bot/v1/dialogs/7/unassign')
      .reply(400, JSON.stringify(mgPayload('bot-error-dialog-not-assigned')));
    const error = await errorOf(api().call({ method: 'PATCH', path: '/dialogs/7/unassign' }));
    expect(isRefusal(error, /not assigned/)).toBe(true);
    expect(isRefusal(error, /already exists/)).toBe(false);
    expect(error.message).toContain('dialog is not assigned');
  });

  it('never repeats a token, even when the server does', async () => {
    nock(origin)
      .get('/api/bot/v1/bots')
      .reply(400, JSON.stringify({ errors: [`bad token ${token}`] }));
    const error = await errorOf(api().call({ method: 'GET', path: '/bots' }));
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(token);
  });

  it('says that the fate is unknown when the line breaks', async () => {
    nock(origin)
      .post('/api/bot/v1/messages')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    const error = await errorOf(api().call({ method: 'POST', path: '/messages', json: {} }));
    expect(error.code).toMatch(/^http\./);
    expect(error.retry).toBe('backoff');
  });
});
