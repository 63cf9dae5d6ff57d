/** What the API tells about deliveries, and "send again". */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorAnswer } from '../../../src/api/schemas/common.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type Person, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

interface Delivery {
  readonly lane: string;
  readonly seq: number;
  readonly kind: string;
  readonly dialog: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly attempts: number;
  readonly nextAt: string | null;
}

let stage: WebhookStage;
let admin: ApiClient;
let connection: string;
let person: Person;

beforeAll(async () => {
  stage = await startWebhookStage();
  admin = await openApi(stage.bridge.url, stage.bridge.portal);
  const { connections } = await admin.get<{ connections: readonly { readonly id: string }[] }>('/api/connections');
  connection = connections[0]?.id ?? '';
});
beforeEach(() => {
  stage.server.way = 'in-call';
  person = stage.person();
});
afterAll(() => stage.close());

async function own(): Promise<readonly Delivery[]> {
  const { deliveries } = await admin.get<{ deliveries: readonly Delivery[] }>(
    `/api/connections/${connection}/deliveries`,
  );
  return deliveries.filter(({ dialog }) => dialog === String(person.id));
}

/** The status, and the code of a refusal. */
async function again({ lane, seq }: Pick<Delivery, 'lane' | 'seq'>, more: object = {}) {
  const path = `/api/connections/${connection}/deliveries/again`;
  const { status, json } = await admin.call('POST', path, { lane, seq, ...more });
  return { status, error: (json as Partial<ErrorAnswer>).error?.code };
}

const heardOf = (text: string) => stage.server.heard.filter(({ event }) => JSON.stringify(event).includes(text));

describe('the deliveries of a connection', () => {
  it('are listed with their outcome, without texts and secrets', async () => {
    person.write('тайный текст');
    await stage.done();
    expect(await own()).toMatchObject([
      { kind: 'message', state: 'done', outcome: 'delivered', attempts: 0, nextAt: null },
    ]);
    const told = JSON.stringify(await own());
    for (const secret of ['тайный', stage.hook.split('/').at(-1) ?? '', stage.server.keys[0] ?? '']) {
      expect(told).not.toContain(secret);
    }
  });

  it('say when one that failed is tried next', async () => {
    stage.server.faults.order({ kind: 500, times: 5 });
    person.write('позже');
    await until(async () => (await own())[0]?.nextAt != null);
    expect(await own()).toMatchObject([{ state: 'waiting', outcome: 'webhook.failed' }]);
    const [waiting] = await own();
    expect(await again(waiting ?? { lane: '', seq: 1 })).toMatchObject({ status: 409, error: 'deliveries.waiting' });
    await until(() => person.answers().length === 1);
  });
});

describe('sending again', () => {
  it('puts a dead letter back with its key, so that the server takes it once', async () => {
    stage.server.refusesAll = true;
    person.write('отказ');
    await until(async () => (await own())[0]?.state === 'dead_letter');
    stage.server.refusesAll = false;
    const [dead] = await own();
    expect(await again(dead ?? { lane: '', seq: 1 })).toMatchObject({ status: 200 });
    await until(() => person.answers().includes('re: отказ'));
    expect(await again(dead ?? { lane: '', seq: 1 })).toMatchObject({ status: 404 });
  });

  it('sends what has arrived once more only after a confirmation, under a new key', async () => {
    person.write('ещё раз');
    await stage.done();
    const [done] = await own();
    const place = done ?? { lane: '', seq: 1 };
    expect(await again(place)).toMatchObject({ status: 409, error: 'deliveries.confirm' });
    expect(heardOf('ещё раз')).toHaveLength(1);
    expect(await again(place, { isConfirmed: true })).toMatchObject({ status: 200 });
    await until(() => person.answers().length === 2);
    const keys = heardOf('ещё раз').map(({ id }) => id);
    expect(new Set(keys).size).toBe(2);
    // The lane goes on afterwards.
    person.write('дальше');
    await until(() => person.answers().includes('re: дальше'));
  });

  it('sends what has arrived once for two clicks that come together, or one soon after the other', async () => {
    person.write('дважды');
    await stage.done();
    const [done] = await own();
    const click = () => again(done ?? { lane: '', seq: 1 }, { isConfirmed: true });
    const together = await Promise.all([click(), click()]);
    expect(together.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    await until(() => person.answers().length === 2);
    expect(await click()).toMatchObject({ status: 409, error: 'deliveries.just_sent' });
    await stage.done();
    expect(heardOf('дважды')).toHaveLength(2);
  });

  it.each([
    ['a delivery that is not there', { seq: 999 }, 404],
    ['a delivery of a lane that is not there', { lane: 'bridge_assistant/none>brain' }, 404],
    ['an action for the portal', { lane: 'portal' }, 404],
    ['nonsense', { seq: -1 }, 422],
    ['a NUL character', { lane: 'a\0b' }, 422],
  ])('refuses %s and changes nothing', async (_, change, status) => {
    person.write('цель');
    await stage.done();
    const [done] = await own();
    const place = { ...(done ?? { lane: '', seq: 1 }), ...change };
    if (place.lane === 'portal') place.lane = (done?.lane ?? '').replace('>brain', '>portal');
    const before = await stage.db('outbox').count();
    expect(await again(place, { isConfirmed: true })).toMatchObject({ status });
    expect(await stage.db('outbox').count()).toEqual(before);
    person.write('жив');
    await until(() => person.answers().includes('re: жив'));
  });
});
