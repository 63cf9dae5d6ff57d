/** Stored data: what is exported, and what is left after a person, or everything, was erased. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startInstalled } from '../../support/installed-bridge.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled();
  admin = await openApi(own.bridge.url, own.bridge.portal);
});
afterAll(() => own.close());

interface Exported {
  readonly portal: { readonly domain: string };
  readonly person: string | null;
  readonly bots?: readonly unknown[];
  readonly events: readonly { readonly lane: string; readonly body: string }[];
  readonly actions: readonly unknown[];
  readonly audit: readonly { readonly user_name: string }[];
  readonly conversations: readonly { readonly dialog_id: string }[];
}

const noteAudit = (userId: string, name: string) =>
  own.probe.rows(
    `insert into audit_entries (portal, user_id, user_name, action, subject, details)
     values ($1, $2, $3, 'bot.changed', '', '{}')`,
    [own.bridge.portal.memberId, userId, name],
  );

async function talk(text: string): Promise<string> {
  const said = sayToAssistant(own.bridge, text);
  await until(() => said.isAnswered());
  await everythingDone(own.bridge.portal, own.probe);
  return String(said.userId);
}

/** Where the database still holds the text. */
async function placesOf(text: string): Promise<string[]> {
  const tables = [
    'inbox',
    'outbox',
    'conversation',
    'follow_up',
    'connector_state',
    'audit_entries',
    'portal',
    'rest_log',
    'lane',
  ];
  const found: string[] = [];
  for (const table of tables) {
    const rows = await own.probe.rows(
      table === 'inbox'
        ? `select lane || ' ' || convert_from(body, 'UTF8') as text from inbox`
        : `select row_to_json(t)::text as text from ${table} t`,
    );
    // Forms are stored as they came.
    const spellings = [text, encodeURIComponent(text).replaceAll('%20', '+'), encodeURIComponent(text)];
    if (rows.some((row) => spellings.some((one) => String(row['text']).includes(one)))) found.push(table);
  }
  return found;
}

describe('the stored data of a portal', () => {
  it('are exported as one JSON file, without secrets and without what other portals have', async () => {
    const person = await talk('Слова для выгрузки');
    await noteAudit(person, 'Меняла');
    await own.probe.rows(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash) values ('other', 'foreign.example', 'c', 's', '')`,
    );
    await own.probe.rows(
      `insert into inbox (portal, lane, seq, source, trace, body) values ('other', 'b/1', 1, 'bitrix24', 't', 'foreign')`,
    );
    const { status, headers, json } = await admin.call('GET', '/api/export');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain('bot-bridge.json');
    const exported = json as Exported;
    expect(exported.portal.domain).toBe(own.bridge.portal.domain);
    expect(exported.bots).toHaveLength(3);
    expect(JSON.stringify(exported.actions)).toContain('Слова для выгрузки');
    expect(exported.conversations.map((one) => one.dialog_id)).toContain(person);
    expect(exported.audit.map((one) => one.user_name)).toContain('Меняла');
    const text = JSON.stringify(exported);
    expect(text).not.toContain('foreign');
    expect(text).not.toContain('access_token');
    // Of the credentials of an event only whose they were is kept.
    expect(text).not.toMatch(/auth(?:\[|%5B)(?!user_id)/i);
  });

  it('are exported whole however large one of them is, also where a piece ends within a character', async () => {
    const { memberId } = own.bridge.portal;
    // Characters of one to four bytes: the pieces begin and end at every one of their bytes.
    const text = 'a\u00e9€😀"\\\n'.repeat(60_000);
    await own.probe.rows(
      `insert into inbox (portal, lane, seq, source, trace, body) values ($1, 'large/1', 1, 'bitrix24', 'large', convert_to($2, 'UTF8'))`,
      [memberId, text],
    );
    await own.probe.rows(
      `insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action, state)
       values ($1, 'large/1>brain', 1, gen_random_uuid(), 'brain', 'large', '1', 'large', $2::json, 'done')`,
      [memberId, JSON.stringify({ type: 'message', text })],
    );
    const { json } = await admin.call('GET', '/api/export');
    const { events, actions } = json as Exported;
    expect(events.find(({ lane }) => lane === 'large/1')?.body === text).toBe(true);
    expect(actions).toContainEqual(
      expect.objectContaining({ lane: 'large/1>brain', action: { type: 'message', text } }),
    );
    await own.probe.rows(`delete from inbox where lane = 'large/1'`);
    await own.probe.rows(`delete from outbox where lane = 'large/1>brain'`);
  });

  it('of one person are exported without those of others', async () => {
    const one = await talk('Слова одного');
    const other = await talk('Слова другого');
    await noteAudit(one, 'Первый');
    await noteAudit(other, 'Второй');
    const { json } = await admin.call('GET', `/api/export?userId=${one}`);
    const text = JSON.stringify(json);
    expect(text).toContain('Слова одного');
    expect(text).not.toContain('Слова другого');
    const dialogs = (json as Exported).conversations.map((row) => row.dialog_id);
    expect(dialogs).toContain(one);
    expect(dialogs).not.toContain(other);
    expect((json as Exported).audit.map((row) => row.user_name)).toEqual(['Первый']);
    expect((json as Exported).bots).toBeUndefined();
    for (const id of ['0', 'x', '-1', "1' or '1'='1", '12345678901234567']) {
      expect(await admin.refused('GET', `/api/export?userId=${encodeURIComponent(id)}`)).toMatchObject({ status: 422 });
    }
  });

  it('of one person are erased wherever they are, and those of others stay', async () => {
    const gone = await talk('Слова ушедшего');
    await talk('Слова оставшегося');
    await admin.send('PUT', '/api/readers', { readers: [gone, '1'] });
    await noteAudit(gone, 'Ушедший');
    expect(await admin.refused('POST', '/api/erase-person', { userId: gone, confirmation: 'yes' })).toMatchObject({
      status: 422,
      code: 'erase.not_confirmed',
    });
    await admin.send('POST', '/api/erase-person', { userId: gone, confirmation: gone });
    await until(async () => (await own.probe.rows(`select 1 from outbox where outcome = 'person_erased'`)).length > 0);
    expect(await placesOf('Слова ушедшего')).toEqual([]);
    expect(await placesOf(`"${gone}"`)).toEqual([]);
    expect(await placesOf(`/${gone}`)).toEqual([]);
    expect(await placesOf('Ушедший')).toEqual([]);
    expect(await placesOf('Слова оставшегося')).not.toEqual([]);
    const { readers } = await admin.get<{ readers: unknown }>('/api/readers');
    expect(readers).toEqual(['1']);
    // Who was erased may write again.
    const again = sayToAssistant(own.bridge, 'Снова здесь', Number(gone));
    await until(() => again.isAnswered());
  });

  it('of one person are erased from the audit list: what was done to them, and what they said as the bot', async () => {
    const gone = await talk('Слова забытого');
    const other = await talk('Слова соседа');
    const [spoken] = await own.probe.rows('select bot_code from conversation where dialog_id = $1', [gone]);
    const bot = String(spoken?.['bot_code']);
    const said = (text: string) => ({ id: randomUUID(), text });
    await admin.send('POST', `/api/conversations/${bot}/${gone}/messages`, said('Сказано забытому'));
    await admin.call('GET', `/api/export?userId=${gone}`);
    const portal = own.bridge.portal.memberId;
    await own.probe.rows(
      `insert into audit_entries (portal, user_id, user_name, action, subject, details)
       values ($1, '1', 'x', 'delivery.sent_again', $2, '{}'), ($1, '1', 'x', 'dead_letter.dropped', $3, '{}')`,
      [portal, `${bot}/${gone}>brain 3`, `${bot}/${gone} 4`],
    );
    const helper = await openApi(
      own.bridge.url,
      own.bridge.portal,
      own.bridge.portal.addEmployee({ name: 'Помощник', admin: true }).id,
    );
    await helper.send('POST', `/api/conversations/${bot}/${other}/messages`, said('Сказано соседу помощником'));
    await everythingDone(own.bridge.portal, own.probe);
    const helperId = (await helper.get<{ visitor: { userId: string } }>('/api/app')).visitor.userId;
    for (const id of [gone, helperId]) await admin.send('POST', '/api/erase-person', { userId: id, confirmation: id });
    await until(
      async () =>
        (await own.probe.rows(`select 1 from outbox where lane = '/erase-person' and state = 'waiting'`)).length === 0,
    );
    for (const text of [
      'Сказано забытому',
      `/${gone}`,
      `"${gone}"`,
      'Сказано соседу помощником',
      `"id":"${helperId}"`,
    ]) {
      expect(await placesOf(text), text).toEqual([]);
    }
    expect(await placesOf('Слова соседа')).not.toEqual([]);
  });

  it('of one person are exported from a group without what others said in it', async () => {
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'supervisor');
    const [first, second] = ['Первая', 'Вторая'].map((name) => portal.addEmployee({ name }).id) as [number, number];
    const { chatId } = portal.addGroup({ title: 'Общая', ownerId: first, memberIds: [second], botIds: [bot.id] });
    for (const [id, text] of [
      [first, 'Сказано первой'],
      [second, 'Сказано второй'],
    ] as const) {
      portal.writesInGroup(id, chatId, `[USER=${bot.id}]${bot.name}[/USER] ${text}`);
      await everythingDone(portal, own.probe);
    }
    const { json } = await admin.call('GET', `/api/export?userId=${second}`);
    const { events, actions } = json as Exported;
    const text = decodeURIComponent(JSON.stringify([events, actions]).replaceAll('+', ' '));
    expect(text).toContain('Сказано второй');
    expect(text).not.toContain('Сказано первой');
  });

  it('of a person whose message is being worked are erased all the same, and later messages are answered', async () => {
    const id = own.bridge.portal.addEmployee({ name: 'Быстрый' }).id;
    const first = sayToAssistant(own.bridge, 'Первое быстрое', id);
    await until(() => first.isAnswered());
    for (let index = 0; index < 20; index += 1) sayToAssistant(own.bridge, `Быстрое ${index}`, id);
    await admin.send('POST', '/api/erase-person', { userId: String(id), confirmation: String(id) });
    await until(
      async () =>
        (await own.probe.rows(`select 1 from outbox where lane = '/erase-person' and state = 'waiting'`)).length === 0,
    );
    await everythingDone(own.bridge.portal, own.probe);
    const broken = await own.probe.rows(
      `select l.key from lane l where l.key like '%/${id}%' and l.done < l.seq and l.ready_at < now() - interval '5 seconds'`,
    );
    expect(broken).toEqual([]);
    const after = sayToAssistant(own.bridge, 'После удаления', id);
    await until(() => after.isAnswered());
  });

  it('are erased as a whole only when the domain was typed, and then the page is over', async () => {
    for (const confirmation of ['', 'other.example', 'foreign.example']) {
      expect(await admin.refused('POST', '/api/erase-everything', { confirmation })).toMatchObject({ status: 422 });
    }
    await admin.send('POST', '/api/erase-everything', { confirmation: own.bridge.portal.domain });
    const { memberId } = own.bridge.portal;
    for (const table of ['portal', 'inbox', 'outbox', 'conversation', 'bot', 'audit_entries', 'hourly_count', 'lane']) {
      expect(await own.probe.rows(`select 1 from ${table} where portal = $1`, [memberId]), table).toEqual([]);
    }
    expect(await own.probe.rows(`select 1 from portal where portal = 'other'`)).toHaveLength(1);
    expect((await admin.call('GET', '/api/settings')).status).toBe(401);
  });
});
