/** What the app's page is told about deliveries, and "send again". */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { readPageData, sessionHeader } from '../../support/page-data.ts';
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

/** For each wait. */
const patienceMs = 15_000;

let stage: WebhookStage;
let admin: Record<string, string>;
let connection: string;
let person: Person;

beforeAll(async () => {
  stage = await startWebhookStage();
  admin = await sessionOf();
  const { connections } = await ask('/bitrix24/app/connections');
  connection = connections[0]?.id ?? '';
});
beforeEach(() => {
  stage.server.way = 'in-call';
  person = stage.person();
});
afterAll(() => stage.close());

async function sessionOf(userId?: number): Promise<Record<string, string>> {
  const page = await stage.bridge.portal.openAppPage(userId === undefined ? {} : { userId });
  return sessionHeader(readPageData(page.html).session);
}

interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly connections: readonly { readonly id: string }[];
  readonly deliveries: readonly Delivery[];
}

async function answerOf(response: Response): Promise<Answer> {
  return { ...((await response.json()) as Answer), status: response.status };
}

async function ask(path: string, headers = admin): Promise<Answer> {
  return await answerOf(await fetch(`${stage.bridge.url}${path}`, { headers }));
}

async function own(): Promise<readonly Delivery[]> {
  const { deliveries } = await ask(`/bitrix24/app/deliveries?connection=${connection}`);
  return deliveries.filter(({ dialog }) => dialog === String(person.id));
}

async function again({ lane, seq }: Pick<Delivery, 'lane' | 'seq'>, more: object = {}, headers = admin) {
  const body = JSON.stringify({ connection, lane, seq, ...more });
  const response = await fetch(`${stage.bridge.url}/bitrix24/app/deliveries/again`, { method: 'POST', headers, body });
  return await answerOf(response);
}

const heardOf = (text: string) => stage.server.heard.filter(({ event }) => JSON.stringify(event).includes(text));

describe('the deliveries of a connection', () => {
  it('are listed with their outcome, without texts and secrets', async () => {
    person.write('тайный текст');
    await stage.settled();
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
    await until(async () => (await own())[0]?.nextAt != null, patienceMs);
    expect(await own()).toMatchObject([{ state: 'waiting', outcome: 'webhook.failed' }]);
    const [waiting] = await own();
    expect(await again(waiting ?? { lane: '', seq: 1 })).toMatchObject({ status: 409, error: 'deliveries.waiting' });
    await until(() => person.answers().length === 1, patienceMs);
  });

  it('are for administrators of the portal only, and only for its own connections', async () => {
    const employee = stage.bridge.portal.addEmployee({ name: 'Не админ' });
    const session = await sessionOf(employee.id);
    const path = `/bitrix24/app/deliveries?connection=${connection}`;
    expect(await ask(path, session)).toMatchObject({ status: 403 });
    expect(await again({ lane: 'x', seq: 1 }, {}, session)).toMatchObject({ status: 403 });
    expect(await ask(path, {})).toMatchObject({ status: 401 });
    expect(await again({ lane: 'x', seq: 1 }, {}, {})).toMatchObject({ status: 401 });
    expect(await ask('/bitrix24/app/deliveries?connection=another')).toMatchObject({ status: 404 });
  });
});

describe('sending again', () => {
  it('puts a dead letter back with its key, so that the server takes it once', async () => {
    stage.server.refusesAll = true;
    person.write('отказ');
    await until(async () => (await own())[0]?.state === 'dead_letter', patienceMs);
    stage.server.refusesAll = false;
    const [dead] = await own();
    expect(await again(dead ?? { lane: '', seq: 1 })).toMatchObject({ status: 202 });
    await until(() => person.answers().includes('re: отказ'), patienceMs);
    expect(await again(dead ?? { lane: '', seq: 1 })).toMatchObject({ status: 404 });
  });

  it('sends what has arrived once more only after a confirmation, under a new key', async () => {
    person.write('ещё раз');
    await stage.settled();
    const [done] = await own();
    const place = done ?? { lane: '', seq: 1 };
    expect(await again(place)).toMatchObject({ status: 409, error: 'deliveries.confirm' });
    expect(heardOf('ещё раз')).toHaveLength(1);
    expect(await again(place, { isConfirmed: true })).toMatchObject({ status: 202 });
    await until(() => person.answers().length === 2, patienceMs);
    const keys = heardOf('ещё раз').map(({ id }) => id);
    expect(new Set(keys).size).toBe(2);
    // The lane goes on afterwards.
    person.write('дальше');
    await until(() => person.answers().includes('re: дальше'), patienceMs);
  });

  it.each([
    ['a delivery that is not there', { seq: 999 }, 404],
    ['a delivery of a lane that is not there', { lane: 'bridge_assistant/none>brain' }, 404],
    ['an action for the portal', { lane: 'portal' }, 404],
    ['nonsense', { seq: -1 }, 400],
    ['a NUL character', { lane: 'a\0b' }, 400],
  ])('refuses %s and changes nothing', async (_, change, status) => {
    person.write('цель');
    await stage.settled();
    const [done] = await own();
    const place = { ...(done ?? { lane: '', seq: 1 }), ...change };
    if (place.lane === 'portal') place.lane = (done?.lane ?? '').replace('>brain', '>portal');
    const before = await stage.db('outbox').count();
    expect(await again(place, { isConfirmed: true })).toMatchObject({ status });
    expect(await stage.db('outbox').count()).toEqual(before);
    person.write('жив');
    await until(() => person.answers().includes('re: жив'), patienceMs);
  });
});
