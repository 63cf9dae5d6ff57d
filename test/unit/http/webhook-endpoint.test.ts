import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { BadInput } from '../../../src/core/errors.ts';
import { createWebhookEndpoint, type WebhookEndpointOptions } from '../../../src/http/webhook-endpoint.ts';
import { LivesElsewhere } from '../../../src/portals/cells/lives-elsewhere.ts';

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

describe('a webhook whose body comes slowly', () => {
  it('is sent on, with its body, when its portal has left for another cell meanwhile', async () => {
    let hasLeft = false;
    const received: string[] = [];
    const row = { portal: 'p', id: 'c', brain: 'webhook', disabled_reason: null };
    const endpoint = createWebhookEndpoint({
      db: { raw: () => Promise.resolve({ rows: [row], rowCount: 1 }) },
      connectors: {
        brainOf: (name: string) => brains.find((one) => one.name === name),
        connectorOf: () => ({
          connector: {
            receive: ({ body }: { body: Buffer }) => ({ refuse: 400, reason: received.push(String(body)) }),
          },
        }),
      },
      bodies: {
        markKnown: () => undefined,
        read: () => {
          hasLeft = true;
          return Promise.resolve(Buffer.from('{"a":1}'));
        },
      },
      cells: {
        refuseForeign: () =>
          hasLeft
            ? Promise.reject(new LivesElsewhere('p', { name: 'second', url: 'https://second.example' }))
            : Promise.resolve(),
      },
      synchronousReplies: null,
    } as unknown as WebhookEndpointOptions);
    const ctx = { req: {}, headers: {}, query: {} } as unknown as Parameters<typeof endpoint>[0];
    const outcome: unknown = await endpoint(ctx, 'webhook', 'secret').catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(LivesElsewhere);
    expect(outcome).toMatchObject({ body: Buffer.from('{"a":1}') });
    expect(received).toEqual([]);
  });
});
