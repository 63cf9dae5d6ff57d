/**
 * Nothing of a portal can be reached from another one. Every endpoint of the API is in one of the two tables below: those that take the
 * name of something are called with what another portal has, the others are read for anything of it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/api/endpoint-list.ts';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { install, until } from '../../support/bridge.ts';
import { formBrain, goodKey } from '../../support/factories/form-brain.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { startTwoPortals, type TwoPortals } from '../../support/two-portals.ts';

/** What only the first portal has. */
interface Own {
  readonly bot: string;
  readonly connection: string;
  readonly dialog: string;
  readonly line: string;
  readonly dead: readonly { readonly lane: string; readonly seq: number }[];
  readonly delivery: { readonly lane: string; readonly seq: number };
  readonly followUp: { readonly botCode: string; readonly dialogId: string; readonly id: string };
}

interface Attempt {
  readonly path: string;
  readonly body?: unknown;
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAADIAAAAyAQAAAAA2RLUcAAAAC0lEQVR4nGNgGLoAAADIAAEcMUYkAAAAAElFTkSuQmCC',
  'base64',
).toString('base64');
const values = { host: 'https://demo.example', key: goodKey };

/** In an order in which each has something left for the next: what removes comes last. */
const withNames: Readonly<Record<string, (own: Own) => Attempt>> = {
  'GET /api/bots/:code/picture': ({ bot }) => ({ path: `/api/bots/${bot}/picture` }),
  'PUT /api/bots/:code/picture': ({ bot }) => ({ path: `/api/bots/${bot}/picture`, body: { png } }),
  'DELETE /api/bots/:code/picture': ({ bot }) => ({ path: `/api/bots/${bot}/picture` }),
  'PATCH /api/bots/:code': ({ bot }) => ({ path: `/api/bots/${bot}`, body: { name: 'Другое имя' } }),
  'PUT /api/lines/:id/bot': ({ line }) => ({ path: `/api/lines/${line}/bot`, body: { code: 'bridge_line' } }),
  'DELETE /api/lines/:id/bot': ({ line }) => ({ path: `/api/lines/${line}/bot` }),
  'POST /api/connections': ({ bot }) => ({
    path: '/api/connections',
    body: { brain: 'formed', botCode: bot, title: 'Чужое', values },
  }),
  'PATCH /api/connections/:id': ({ connection }) => ({
    path: `/api/connections/${connection}`,
    body: { title: 'Другое название' },
  }),
  'POST /api/connections/:id/test': ({ connection }) => ({ path: `/api/connections/${connection}/test` }),
  'POST /api/connections/:id/pause': ({ connection }) => ({ path: `/api/connections/${connection}/pause` }),
  'POST /api/connections/:id/resume': ({ connection }) => ({ path: `/api/connections/${connection}/resume` }),
  'POST /api/connections/:id/webhook': ({ connection }) => ({ path: `/api/connections/${connection}/webhook` }),
  'GET /api/connections/:id/figures': ({ connection }) => ({ path: `/api/connections/${connection}/figures` }),
  'GET /api/connections/:id/deliveries': ({ connection }) => ({ path: `/api/connections/${connection}/deliveries` }),
  'POST /api/connections/:id/deliveries/again': ({ connection, delivery }) => ({
    path: `/api/connections/${connection}/deliveries/again`,
    body: { ...delivery, isConfirmed: true },
  }),
  'POST /api/follow-ups/cancel': ({ followUp }) => ({ path: '/api/follow-ups/cancel', body: followUp }),
  'GET /api/conversations/:bot/:dialog': (own) => ({ path: conversation(own) }),
  'GET /api/conversations/:bot/:dialog/timeline': (own) => ({ path: `${conversation(own)}/timeline` }),
  'POST /api/conversations/:bot/:dialog/messages': (own) => ({
    path: `${conversation(own)}/messages`,
    body: { id: randomUUID(), text: 'Чужие слова' },
  }),
  'POST /api/conversations/:bot/:dialog/lead': (own) => ({
    path: `${conversation(own)}/lead`,
    body: { id: randomUUID(), to: 'person' },
  }),
  'POST /api/undelivered/replay': ({ dead }) => ({
    path: '/api/undelivered/replay',
    body: { queue: 'outbox', ...dead[0] },
  }),
  'POST /api/undelivered/drop': ({ dead }) => ({
    path: '/api/undelivered/drop',
    body: { queue: 'outbox', ...dead[1] },
  }),
  'DELETE /api/bots/:code': ({ bot }) => ({ path: `/api/bots/${bot}` }),
  'DELETE /api/connections/:id': ({ connection }) => ({ path: `/api/connections/${connection}` }),
};

/** Take no name of anything a portal has: they are about the portal of the session as a whole. */
const withoutNames: readonly string[] = [
  ...['GET /api/app', 'POST /api/session', 'GET /api/setup', 'GET /api/setup/first-message', 'PATCH /api/setup/wizard'],
  ...['POST /api/setup/orders', 'GET /api/bots', 'POST /api/bots', 'GET /api/lines', 'GET /api/connections'],
  ...['GET /api/connections/forms', 'POST /api/connect-codes', 'GET /api/follow-ups', 'GET /api/conversations'],
  ...['GET /api/conversation-filters', 'GET /api/undelivered', 'GET /api/undelivered/reasons', 'GET /api/health'],
  ...['POST /api/undelivered/replay-all', 'POST /api/undelivered/drop-all', 'GET /api/health/portal'],
  ...['GET /api/health/figures', 'GET /api/settings', 'PATCH /api/settings', 'GET /api/people', 'GET /api/rest-log'],
  ...['GET /api/readers', 'PUT /api/readers', 'GET /api/audit', 'GET /api/export', 'POST /api/erase-person'],
  'POST /api/erase-everything',
];

const conversation = ({ dialog }: Own): string => `/api/conversations/bridge_assistant/${dialog}`;
const names = endpoints.map(({ method, path }) => `${method} ${path}`);

let stage: TwoPortals;
let admin: ApiClient;
let stranger: ApiClient;
let own: Own;

const customer = 'Секретина Вера';
const words = 'секретные слова';

beforeAll(async () => {
  stage = await startTwoPortals({ brains: [echoBrain, formBrain] });
  await install(stage.bridge);
  await stage.installOther();
  await everythingDone(stage.bridge.portal, stage.probe);
  admin = await openApi(stage.bridge.url, stage.bridge.portal);
  stranger = await openApi(stage.bridge.url, stage.other);
  own = await fillFirst();
});
afterAll(() => stage.close());

/** A connection that answers, a bot, a line, and conversations of which two were not delivered. */
async function fillFirst(): Promise<Own> {
  const { portal } = stage.bridge;
  const wish = { brain: 'formed', botCode: 'bridge_assistant', title: 'Секретный сервис', values };
  const { connection } = await admin.send<{ connection: { id: string } }>('POST', '/api/connections', wish);
  await admin.send('POST', '/api/bots', { code: 'secret_bot', type: 'B', name: 'Секретный бот', brain: 'echo' });
  await until(
    async () =>
      (await stage.probe.count(`select count(*) from bot where code = 'secret_bot' and bot_id is not null`)) === 1,
  );
  for (let number = 0; number < 3; number += 1) {
    const person = portal.addEmployee({ name: customer });
    portal.employeeWritesPrivate(person.id, ourBot(portal, 'assistant').id, `${words} ${number}`);
    await everythingDone(portal, stage.probe);
  }
  const sent = await stage.probe.rows(
    `select lane, seq from outbox where target = 'brain' and action->>'type' = 'message' order by lane`,
  );
  const deliveries = sent.map((row) => ({ lane: String(row['lane']), seq: Number(row['seq']) }));
  const [delivery, ...dead] = deliveries;
  if (delivery === undefined || dead.length !== 2)
    throw new Error(`${deliveries.length} messages were delivered, not 3`);
  for (const { lane } of dead) {
    await stage.probe.rows(
      `update outbox set state = 'dead_letter', outcome = 'http.timeout' where lane = '${lane}' and action->>'type' = 'message'`,
    );
  }
  await everythingDone(portal, stage.probe);
  const [followUp] = (await admin.get<{ followUps: Own['followUp'][] }>('/api/follow-ups')).followUps;
  if (followUp === undefined) throw new Error('nothing is scheduled');
  return {
    bot: 'secret_bot',
    connection: connection.id,
    dialog: delivery.lane.replace(/^.*\/|>.*$/g, ''),
    // Lines are numbered by their portals.
    line: Array.from({ length: 5 }, () => String(portal.addLine({ name: 'Секретная линия' }).id)).at(-1) ?? '',
    dead,
    delivery,
    followUp: { botCode: followUp.botCode, dialogId: followUp.dialogId, id: followUp.id },
  };
}

/** All that is stored of the first portal but moments and counters of the work that goes on by itself. */
async function stored(): Promise<string> {
  const portal = stage.bridge.portal.memberId;
  const tables = ['bot', 'bot_picture', 'connection', 'conversation', 'outbox', 'inbox', 'follow_up', 'audit_entries'];
  const moving = new Set(['updated_at', 'health_check_at', 'health_checked_at', 'listening_by', 'listening_until']);
  const rows = await Promise.all(
    tables.map((table) => stage.probe.rows(`select * from ${table} where portal = '${portal}'`)),
  );
  return JSON.stringify(
    rows.map((ofTable) =>
      ofTable.map((row) => JSON.stringify(row, (key, value: unknown) => (moving.has(key) ? null : value))).toSorted(),
    ),
  );
}

describe("another portal's administrator", () => {
  it('is tried at every endpoint there is', () => {
    expect([...Object.keys(withNames), ...withoutNames].toSorted()).toEqual(names.toSorted());
    const withParameters = names.filter((name) => name.includes('/:'));
    expect(withParameters.filter((name) => withNames[name] === undefined)).toEqual([]);
  });

  it('finds nothing by the names of what is not his, and changes nothing', async () => {
    const before = await stored();
    for (const [name, attempt] of Object.entries(withNames)) {
      const { path, body } = attempt(own);
      const { status, json } = await stranger.call(name.split(' ')[0] ?? '', path, body);
      // What was cancelled meanwhile is no error: the answer says that nothing was cancelled.
      const refused = name === 'POST /api/follow-ups/cancel' ? { isCancelled: false } : 404;
      expect({ name, answer: status === 200 ? json : status }).toEqual({ name, answer: refused });
    }
    expect(await stored()).toBe(before);
  });

  it('gives his own bots no connection of another portal, and sends nothing again of its lanes', async () => {
    const before = await stored();
    const { connection } = own;
    const change = { brain: 'formed', connectionId: connection };
    expect(await stranger.refused('PATCH', '/api/bots/bridge_assistant', change)).toMatchObject({ status: 404 });
    const added = { ...change, code: 'new_bot', type: 'B', name: 'Новый' };
    expect(await stranger.refused('POST', '/api/bots', added)).toMatchObject({ status: 404 });
    const wish = { brain: 'formed', botCode: 'bridge_assistant', title: '', values };
    const made = await stranger.send<{ connection: { id: string } }>('POST', '/api/connections', wish);
    const again = `/api/connections/${made.connection.id}/deliveries/again`;
    expect(await stranger.refused('POST', again, { ...own.delivery, isConfirmed: true })).toMatchObject({
      status: 404,
    });
    expect(await stored()).toBe(before);
  });

  it('reads nothing of it in any list, search or export', async () => {
    const queries: Readonly<Record<string, readonly string[]>> = {
      '/api/conversations': [
        `?search=${encodeURIComponent(words)}&in=messages`,
        `?search=${encodeURIComponent(customer)}`,
      ],
      '/api/people': [`?find=${encodeURIComponent(customer)}`],
      '/api/undelivered': ['', '?queue=outbox&state=dead_letter&side=brain&outcome=http.timeout'],
      '/api/export': ['', '?userId=1'],
      '/api/health/figures': ['?days=7'],
    };
    for (const { method, path } of endpoints) {
      if (method !== 'GET' || path.includes('/:')) continue;
      for (const query of queries[path] ?? ['']) {
        const { status, json } = await stranger.call('GET', `${path}${query}`);
        expect({ path, status }).toEqual({ path, status: 200 });
        expect(JSON.stringify(json), path).not.toMatch(/секретн/i);
        expect(JSON.stringify(json), path).not.toContain(own.connection);
      }
    }
  });

  it('is refused because of the portal: its own administrator finds all of it', async () => {
    for (const [name, attempt] of Object.entries(withNames)) {
      const { path, body } = attempt(own);
      const { status, json } = await admin.call(name.split(' ')[0] ?? '', path, body);
      // The connection is in use to the end.
      const expected = name === 'DELETE /api/connections/:id' ? 409 : 200;
      expect({ name, status, json }).toMatchObject({ name, status: expected });
    }
  });
});
