import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { readFetched } from '../../../src/bitrix24/events/fetched-event.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { AppError } from '../../../src/core/errors.ts';
import { toNewEvents } from '../../../src/queue/event-intake.ts';
import type { BotRow } from '../../../src/store/tenants/bots.ts';
import { mutate } from '../../soak/support/mutate.ts';
import { createRandom } from '../../soak/support/random.ts';
import { fixture, fixtureNames } from '../../support/fixtures.ts';

const bot = { code: 'support_bot', id: '456', commands: { help: '78' }, otherBotIds: ['27'] };
const rows = [{ code: 'support_bot', bot_id: '456' }] as BotRow[];

/** Each is run so often here; MUTATIONS=100000 runs as many. */
const count = Number(process.env['MUTATIONS'] ?? 1_500);

function take(body: Buffer): number {
  const stored = toNewEvents('p', scanEvent(body), rows);
  for (const row of stored) decodeEvent(row.body, bot);
  return stored.length;
}

/** An answer that cannot be read is asked for again; everything in one that can be read is stored. */
function takeFetched(json: Buffer): number {
  try {
    const { events } = readFetched({ events: [JSON.parse(json.toString('utf8'))] }, 1);
    return events.reduce((sum, { body }) => sum + take(body), 0);
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof AppError && error.code === 'bitrix24.no_events')) return 1;
    throw error;
  }
}

describe('mutated events', () => {
  it.each([
    { api: 'v1-webhook', start: 'v1-', read: take },
    { api: 'v2-webhook', start: 'v2-webhook-', read: take },
    { api: 'v2-fetch', start: 'v2-fetch-', read: takeFetched },
  ])(
    'of $api are stored and read without an exception',
    ({ start, read }) => {
      const seeds = fixtureNames(start).map((name) => Buffer.from(fixture(name).body));
      const random = createRandom(Number(process.env['MUTATION_SEED'] ?? 1));
      for (let turn = 0; turn < count; turn += 1) {
        const body = mutate(random.pick(seeds), random, random.pick(seeds));
        expect(read(body)).toBeGreaterThan(0);
      }
    },
    590_000,
  );
});
