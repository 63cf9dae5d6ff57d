import nock from 'nock';
import { expect, it } from 'vitest';
import { createGotClient } from '../../../src/lib/http-engine-got.ts';
import { createNetworkGuard } from '../../../src/lib/network-guard.ts';
import { useNock } from '../../support/factories/nock.ts';

useNock();

it('posts over https through got and gives back what the server answered', async () => {
  nock('https://brain.example', { reqheaders: { 'x-bot-token': 't' } })
    .post('/api/v1/messages', { text: 'hello' })
    .reply(429, '{"errors":["slow down"]}', { 'Retry-After': '3' });
  const client = createGotClient({ guard: createNetworkGuard({ allowedPrivateHosts: [] }) });
  const answer = await client.send({
    method: 'POST',
    url: new URL('https://brain.example/api/v1/messages'),
    headers: { 'content-type': 'application/json', 'x-bot-token': 't' },
    body: '{"text":"hello"}',
    timeoutMs: 1_000,
  });
  expect(answer).toEqual({
    status: 429,
    headers: expect.objectContaining({ 'retry-after': '3' }),
    body: Buffer.from('{"errors":["slow down"]}'),
  });
  await client.close();
});
