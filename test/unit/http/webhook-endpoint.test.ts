import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { BadInput } from '../../../src/core/errors.ts';
import { createWebhookEndpoint, type WebhookEndpointOptions } from '../../../src/http/webhook-endpoint.ts';

/** A database that cannot be reached. */
const away = {
  raw: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
};

async function errorAt(brain: string): Promise<BadInput> {
  const endpoint = createWebhookEndpoint({
    db: away,
    connectors: { brainOf: (name: string) => brains.find((one) => one.name === name) },
    synchronousReplies: null,
  } as unknown as WebhookEndpointOptions);
  const req = Object.assign(Readable.from([Buffer.from('{}')]), { headers: {} });
  const ctx = { req, headers: {}, query: {} } as unknown as Parameters<typeof endpoint>[0];
  const outcome = await endpoint(ctx, brain, 'secret').then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
  if (!(outcome instanceof BadInput)) throw new Error(`expected BadInput, got ${String(outcome)}`);
  return outcome;
}

describe('the webhook endpoint of a brain while the database is away', () => {
  it('answers in the form of the remote, where there is one', async () => {
    const { status, answer } = await errorAt('messagegateway');
    expect(status).toBe(503);
    expect(answer).toEqual({
      async: false,
      error: {
        code: 'access_restricted',
        external_code: 'bridge.unavailable',
        message: 'Нет связи с Битрикс24, сообщение не показано. Отправьте его ещё раз позже',
      },
    });
  });

  it('answers as everywhere in the app where there is none', async () => {
    const echo = brains.find((one) => !('refusal' in one));
    expect((await errorAt(echo?.name ?? '')).answer).toBeUndefined();
  });
});
