/** A brain that names conversations by its own ids may answer before the call that reveals the id has returned. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toNewEvents } from '../../../src/connections/resolve-conversation.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { acceptEvents } from '../../../src/store/queue/inbox.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';

const portal = 'a'.repeat(32);
const connectionId = randomUUID();
const intake = { portal, connectionId, brain: 'any', ingress: 'webhook' as const };
let database: ClonedDatabase;
let db: Pool;

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolSize: 2 });
  const place = { domain: 'd', client_endpoint: 'c', server_endpoint: 's' };
  await db('portal').insert({ portal, ...place, application_token_hash: Buffer.alloc(32) });
  const sealed = { config_sealed: Buffer.alloc(1), webhook_secret_hash: Buffer.alloc(1) };
  await db('connection').insert({
    ...sealed,
    portal,
    id: connectionId,
    brain: 'any',
    title: 't',
    webhook_secret_sealed: Buffer.alloc(1),
  });
  await db('bot').insert({ portal, code: 'bot', type: 'B', name: 'Bot', brain: 'any', connection_id: connectionId });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

async function addConversation(dialogId: string): Promise<void> {
  await db('conversation').insert({
    portal,
    bot_code: 'bot',
    dialog_id: dialogId,
    ref: randomUUID(),
    owner: 'brain',
    kind: 'private',
    is_greeted: true,
    language: 'en',
  });
}

const reveal = (dialogId: string, remoteId: string): Promise<unknown> =>
  db('conversation').where({ portal, dialog_id: dialogId }).update({ remote_id: remoteId });

const message = (remoteId: string, key: string) => ({
  conversation: { remoteId },
  dedupeKey: key,
  body: Buffer.from('{}'),
});

async function lanesOf(...messages: readonly ReturnType<typeof message>[]): Promise<string[]> {
  const events = await toNewEvents(db, intake, messages);
  await acceptEvents(db, events);
  return events.map(({ lane }) => lane);
}

describe('messages of a conversation that has just become known', () => {
  it('stand behind those that still wait for it, and go to the dialog once nothing waits', async () => {
    await addConversation('1');
    const [first = ''] = await lanesOf(message('chat-1', 'k1'));
    expect(first.startsWith(`~${connectionId}/`)).toBe(true);
    await reveal('1', 'chat-1');
    expect(await lanesOf(message('chat-1', 'k2'))).toEqual([first]);
    // The worker has moved both.
    await db('lane')
      .where({ portal, queue: 'inbox', key: first })
      .update({ done: db.ref('seq') });
    expect(await lanesOf(message('chat-1', 'k3'))).toEqual(['bot/1']);
  });

  it('stay behind one that was in front of them in the same batch', async () => {
    await addConversation('2');
    let lookUps = 0;
    // The conversation becomes known between the two look-ups of the batch.
    const revealing = {
      raw: async (statement: string, values: readonly string[]) => {
        lookUps += 1;
        if (lookUps === 2) await reveal('2', 'chat-2');
        return await db.raw(statement, values);
      },
    };
    const batch = [message('chat-2', 'b1'), message('chat-2', 'b2')];
    const events = await toNewEvents(revealing as unknown as Pool, intake, batch);
    expect(lookUps).toBeGreaterThan(0);
    expect(new Set(events.map(({ lane }) => lane)).size).toBe(1);
  });

  it('are stored where only known conversations are wanted, in the same order', async () => {
    await addConversation('3');
    const [first = ''] = await lanesOf(message('chat-3', 'c1'));
    await reveal('3', 'chat-3');
    const [event] = await toNewEvents(db, intake, [{ ...message('chat-3', 'c2'), ifKnown: true }]);
    expect(event).toMatchObject({ lane: first, isKnown: true });
  });
});
