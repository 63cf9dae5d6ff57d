import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../../src/api/schemas/audit.ts';
import type { ConversationPage, Timeline } from '../../../src/api/schemas/conversations.ts';
import type { Decided, UndeliveredGroups, UndeliveredPage } from '../../../src/api/schemas/undelivered.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type Person, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

let stage: WebhookStage;
let admin: ApiClient;

beforeAll(async () => {
  stage = await startWebhookStage();
  admin = await openApi(stage.bridge.url, stage.bridge.portal);
});
afterAll(() => stage.close());

const list = async (query = ''): Promise<UndeliveredPage> => await admin.get(`/api/undelivered${query}`);
const groups = async () => (await admin.get<UndeliveredGroups>('/api/undelivered/reasons')).groups;

/** Messages that the server refuses for good, each of somebody new. */
async function refused(count: number): Promise<Person[]> {
  const before = (await list('?limit=500')).entries.length;
  stage.server.refusesAll = true;
  const people = Array.from({ length: count }, () => stage.person());
  for (const [number, person] of people.entries()) person.write(`не дойдёт ${number}`);
  await until(async () => (await list('?limit=500')).entries.length === before + count);
  stage.server.refusesAll = false;
  await stage.done();
  return people;
}

async function decideAll(what: 'replay' | 'drop', reason?: unknown): Promise<number> {
  let done = 0;
  for (let failedBefore: string | undefined; ; ) {
    const step = await admin.send<Decided>('POST', `/api/undelivered/${what}-all`, {
      ...(reason === undefined ? {} : { reason }),
      ...(failedBefore === undefined ? {} : { failedBefore }),
    });
    done += step.done;
    if (step.isOver) return done;
    failedBefore = step.failedBefore;
  }
}

describe('what was not delivered', () => {
  it('is grouped by reason, listed with person and text, and found in its conversation', async () => {
    expect(await groups()).toEqual([]);
    await refused(3);
    const [group, ...others] = await groups();
    expect(others).toEqual([]);
    expect(group).toMatchObject({ count: 3, reason: { queue: 'outbox', state: 'dead_letter', side: 'brain' } });
    const page = await list('?limit=2');
    expect(page.entries).toHaveLength(2);
    expect(page.entries[0]).toMatchObject({ person: 'Вера Вебхукова', kind: 'message' });
    const rest = await list(`?limit=2&cursor=${page.next}`);
    const texts = [...page.entries, ...rest.entries].map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set([0, 1, 2].map((number) => `не дойдёт ${number}`)));
    expect(rest.next).toBeNull();
    const query = new URLSearchParams(group?.reason).toString();
    expect((await list(`?${query}`)).entries).toHaveLength(3);
    expect((await list(`?${query.replace('dead_letter', 'unknown')}`)).entries).toEqual([]);
    const { conversations } = await admin.get<ConversationPage>('/api/conversations?state=undelivered');
    expect(conversations.map(({ undelivered }) => undelivered)).toEqual([1, 1, 1]);
    const { bot, dialog } = conversations[0] ?? {};
    const { entries } = await admin.get<Timeline>(`/api/conversations/${bot}/${dialog}/timeline`);
    expect(entries.filter(({ state }) => state === 'dead_letter')).toMatchObject([
      { items: [{ text: expect.stringMatching(/^не дойдёт \d$/) }] },
    ]);
  });

  it('is sent again one by one, once, and noted', async () => {
    const [entry] = (await list()).entries;
    const place = { queue: entry?.queue, lane: entry?.lane, seq: entry?.seq };
    const answers = await Promise.all([1, 2].map(() => admin.call('POST', '/api/undelivered/replay', place)));
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 404]));
    await stage.done();
    expect((await list()).entries).toHaveLength(2);
    expect(stage.server.heard.filter(({ event }) => JSON.stringify(event).includes(entry?.text ?? '-'))).not.toEqual(
      [],
    );
    expect((await admin.get<AuditPage>('/api/audit')).entries[0]).toMatchObject({
      action: 'dead_letter.replayed',
      subject: `${entry?.lane} ${entry?.seq}`,
    });
  });

  it('is sent again all of a reason, each once, even if it fails again at once', async () => {
    const [group] = await groups();
    stage.server.refusesAll = true;
    expect(await decideAll('replay', group?.reason)).toBe(2);
    await until(async () => (await list()).entries.length === 2);
    await stage.done();
    stage.server.refusesAll = false;
    expect(await decideAll('replay')).toBe(2);
    await stage.done();
    expect(await groups()).toEqual([]);
    expect((await admin.get<AuditPage>('/api/audit')).entries[0]).toMatchObject({
      action: 'dead_letters.replayed',
      details: { count: 2 },
    });
  });

  it('goes in the order of arrival, and more than a step at once', async () => {
    const person = stage.person();
    stage.server.refusesAll = true;
    for (let number = 0; number < 3; number += 1) person.write(`по порядку ${number}`);
    await until(async () => (await list()).entries.length === 3);
    stage.server.refusesAll = false;
    await decideAll('replay');
    await stage.done();
    expect(person.answers().slice(-3)).toEqual([0, 1, 2].map((number) => `re: по порядку ${number}`));
  });

  it('is dropped, one and all; what may have arrived is sent again only with its reason', async () => {
    await refused(3);
    const [first, second] = (await list()).entries;
    const drop = { queue: first?.queue, lane: first?.lane, seq: first?.seq };
    await admin.send('POST', '/api/undelivered/drop', drop);
    expect(await admin.refused('POST', '/api/undelivered/drop', drop)).toMatchObject({ status: 404 });
    await stage.db('outbox').where({ lane: second?.lane, seq: second?.seq }).update({ state: 'unknown' });
    expect(await decideAll('replay')).toBe(1);
    await stage.done();
    const [left, ...others] = await groups();
    expect(others).toEqual([]);
    expect(left).toMatchObject({ count: 1, reason: { state: 'unknown' } });
    expect(await decideAll('replay', left?.reason)).toBe(1);
    await stage.done();
    await refused(2);
    expect(await decideAll('drop')).toBe(2);
    expect(await groups()).toEqual([]);
  });

  it('is decided by administrators only, and takes nothing that is not there', async () => {
    await refused(1);
    const [entry] = (await list()).entries;
    const place = { queue: entry?.queue, lane: entry?.lane, seq: entry?.seq };
    await admin.send('PUT', '/api/readers', { readers: 'everyone' });
    const { portal, url } = stage.bridge;
    const reader = await openApi(url, portal, portal.addEmployee({ name: 'Читатель' }).id);
    expect((await reader.get<UndeliveredPage>('/api/undelivered')).entries).toHaveLength(1);
    for (const what of ['replay', 'drop']) {
      expect((await reader.refused('POST', `/api/undelivered/${what}`, place)).status).toBe(403);
      expect((await reader.refused('POST', `/api/undelivered/${what}-all`, {})).status).toBe(403);
    }
    for (const ghost of [
      { ...place, seq: 999 },
      { ...place, lane: 'nobody/1>portal' },
      { ...place, queue: 'inbox' },
    ])
      expect((await admin.refused('POST', '/api/undelivered/replay', ghost)).status).toBe(404);
    for (const broken of [
      { ...place, seq: 0 },
      { ...place, seq: 1e300 },
      { ...place, lane: 'a\0' },
      { queue: 'x' },
      [],
      null,
    ])
      expect((await admin.refused('POST', '/api/undelivered/replay', broken)).status).toBe(422);
    expect((await list()).entries).toHaveLength(1);
  });
});
