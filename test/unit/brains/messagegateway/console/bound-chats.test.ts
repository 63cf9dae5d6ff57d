/** What the socket says of chats that are bound to no group costs the database nothing. */
import { describe, expect, it } from 'vitest';
import { bind, unbind } from '../../../../../src/brains/messagegateway/console/bindings.ts';
import { createBoundChats } from '../../../../../src/brains/messagegateway/console/bound-chats.ts';
import type { ConnectorState, Fact } from '../../../../../src/core/connector-tools.ts';
import { createRecentFacts } from '../../../../../src/runtime/recent-facts.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';
import { stateInMemory } from '../../../../support/state-in-memory.ts';

const { signal } = new AbortController();

/** A process's memory over facts that all share; counts what it asks of the database. */
function counted(shared: ConnectorState) {
  const asked: string[] = [];
  const recent = createRecentFacts();
  const ask = <T>(what: string, answer: Promise<T>): Promise<T> => {
    asked.push(what);
    return answer;
  };
  const state: ConnectorState = {
    ...shared,
    get: (key) => ask(`get ${key}`, shared.get(key)),
    list: (prefix) => ask(`list ${prefix}`, shared.list(prefix)),
    recent: (prefix): Promise<readonly Fact[]> =>
      recent.get('c', prefix, () => ask(`list ${prefix}`, shared.list(prefix))),
    announce: () => Promise.resolve(recent.forget('c')),
  };
  return { state, asked };
}

const binding = { ref: 'group', chatId: 3, after: 10, customer: 'Анна', channel: '', title: '', maxText: null };

const frameOf = (chatId: number, id: number) => ({
  type: 'message_new',
  data: {
    message: {
      id,
      chat_id: chatId,
      type: 'text',
      scope: 'public',
      content: `слово ${id}`,
      from: { id: 7, type: 'customer' },
    },
  },
});

function chatsOver(state: ConnectorState, said: readonly object[] = []) {
  const asks: unknown[] = [];
  const bot = {
    rawMessages: (filter: unknown) => {
      asks.push(filter);
      return Promise.resolve(said);
    },
  };
  const tools = { ...unitTools({ send: () => Promise.reject(new Error('no call')) }), state };
  return { chats: createBoundChats(consoleContext(bot, tools)), asks };
}

describe('frames of the socket', () => {
  it('of foreign chats cost no query, however many there are', async () => {
    const { state, asked } = counted(stateInMemory());
    const { chats, asks } = chatsOver(state);
    await chats.missed(null, signal);
    asked.length = 0;
    for (let id = 1; id <= 5_000; id += 1) expect(await chats.rowsOf(frameOf(1_000 + id, id), signal)).toEqual([]);
    expect(asked).toEqual([]);
    expect(asks).toEqual([]);
  });

  it('of a bound chat become rows, until it is unbound', async () => {
    const { state } = counted(stateInMemory());
    await bind(state, binding);
    const { chats } = chatsOver(state);
    await chats.missed(null, signal);
    expect(await chats.rowsOf(frameOf(3, 11), signal)).toMatchObject([{ conversation: { ref: 'group' } }]);
    await unbind(state, binding);
    expect(await chats.rowsOf(frameOf(3, 12), signal)).toEqual([]);
  });

  it('that came before another process’s binding was heard of are asked for once', async () => {
    const shared = stateInMemory();
    const [here, there] = [counted(shared), counted(shared)];
    const { chats, asks } = chatsOver(here.state, [frameOf(3, 11).data.message]);
    await chats.missed(null, signal);
    await chats.rowsOf(frameOf(3, 9), signal);
    await bind(there.state, binding);
    expect(await chats.rowsOf(frameOf(3, 11), signal)).toEqual([]);
    // The notification.
    await here.state.announce();
    const rows = await chats.rowsOf(frameOf(99, 12), signal);
    expect(rows.map(({ dedupeKey }) => dedupeKey)).toEqual(['shown-new:3:11']);
    expect(asks).toMatchObject([{ chat_id: 3, since_id: 10 }]);
    await chats.rowsOf(frameOf(99, 13), signal);
    expect(asks).toHaveLength(1);
  });
});
