/** What the event endpoint believes, and what it looks up once more because another process may have learned it a moment ago. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createEventEndpoint, type EventEndpointOptions } from '../../../src/http/event-endpoint.ts';
import { sha256 } from '../../../src/lib/encryption.ts';
import type { NewEvent } from '../../../src/store/queue/inbox.ts';
import { privateMessageBody } from '../../support/event-bodies.ts';

const portal = { memberId: 'a'.repeat(32), applicationToken: 'right' };
const bot = { id: 77, code: 'bridge_assistant' };

interface Known {
  readonly token: string | null;
  readonly bots: readonly string[];
}

const known = ({ token, bots }: Known) => ({
  portal: token === null ? null : { application_token_hash: sha256(token) },
  bots: bots.map((code) => ({ code, bot_id: String(bot.id) })),
});

/** Posts an employee's message; gives the rows stored for it, or the error. */
async function post(
  cached: Known,
  stored: Known,
): Promise<{ readonly lanes: readonly string[]; readonly lookUps: number }> {
  const rows: NewEvent[] = [];
  let lookUps = 0;
  const body = Buffer.from(privateMessageBody(portal, bot, { userId: 5, messageId: '12', text: 'hello' }));
  const endpoint = createEventEndpoint({
    portals: {
      portal: () => Promise.resolve(known(cached)),
      doubted() {
        lookUps += 1;
        return Promise.resolve(known(stored));
      },
      webhookPortals: () => Promise.resolve([]),
    },
    bodies: { read: () => Promise.resolve(body), markKnown: () => {} },
    acceptance: {
      accept(row: NewEvent) {
        rows.push(row);
        return Promise.resolve(true);
      },
    },
    metrics: { stage: { observe: () => {} } },
  } as unknown as EventEndpointOptions);
  const req = Object.assign(Readable.from([]), { headers: {}, socket: { remoteAddress: '203.0.113.1' } });
  const ctx = { req, request: { headers: {} } } as unknown as Parameters<typeof endpoint>[0];
  await endpoint(ctx);
  return { lanes: rows.map(({ lane }) => lane), lookUps };
}

const right: Known = { token: 'right', bots: ['bridge_assistant'] };
const lane = 'bridge_assistant/5';

describe('the event endpoint', () => {
  it('looks nothing up again that it knows', async () => {
    await expect(post(right, right)).resolves.toEqual({ lanes: [lane], lookUps: 0 });
  });

  it.each<[string, Known]>([
    ['a portal it does not know yet', { token: null, bots: [] }],
    ['a portal whose token is another now', { token: 'former', bots: ['bridge_assistant'] }],
    ['a bot it does not know yet', { token: 'right', bots: [] }],
  ])('looks up once more %s', async (_, cached) => {
    await expect(post(cached, right)).resolves.toEqual({ lanes: [lane], lookUps: 1 });
  });

  it.each<[string, Known]>([
    ['nobody knows the portal', { token: null, bots: [] }],
    ['the token is wrong', { token: 'other', bots: ['bridge_assistant'] }],
  ])('refuses the event where also the second look-up says that %s', async (_, both) => {
    await expect(post(both, both)).rejects.toMatchObject({ code: 'event.not_authentic', status: 403 });
  });

  it('keeps an event for a bot nobody knows in one lane, to be dropped with its reason', async () => {
    const none: Known = { token: 'right', bots: [] };
    await expect(post(none, none)).resolves.toEqual({ lanes: ['/unknown-bot'], lookUps: 1 });
  });

  it('keeps what it knows when the portal has gone between the two look-ups', async () => {
    await expect(post({ token: 'right', bots: [] }, { token: null, bots: [] })).resolves.toEqual({
      lanes: ['/unknown-bot'],
      lookUps: 1,
    });
  });
});
