/** What the socket says of chats that are bound to no group costs the database nothing. */
import { describe, expect, it } from 'vitest';
import type { Apis } from '../../../../../src/brains/messagegateway/api/apis.ts';
import { bind, unbind } from '../../../../../src/brains/messagegateway/console/bindings.ts';
import { createGroupWatch } from '../../../../../src/brains/messagegateway/console/group-frames.ts';
import type { BrainMemory, Fact } from '../../../../../src/core/connector-tools.ts';
import { systemClock } from '../../../../../src/lib/clock.ts';
import { createRecentFacts } from '../../../../../src/pipeline/recent-facts.ts';
import { memoryInMind } from '../../../../support/memory-in-mind.ts';
import { mainChannelOnly, mgConfig, unitTools } from '../../../../support/messagegateway-unit.ts';

const { signal } = new AbortController();

/** A process's memory over facts that all share; counts what it asks of the database. */
function counted(shared: BrainMemory) {
  const asked: string[] = [];
  const recent = createRecentFacts();
  const ask = <T>(what: string, answer: Promise<T>): Promise<T> => {
    asked.push(what);
    return answer;
  };
  const memory: BrainMemory = {
    ...shared,
    get: (key) => ask(`get ${key}`, shared.get(key)),
    list: (prefix) => ask(`list ${prefix}`, shared.list(prefix)),
    recent: (prefix): Promise<readonly Fact[]> =>
      recent.get('c', prefix, () => ask(`list ${prefix}`, shared.list(prefix))),
    announce: () => Promise.resolve(recent.forget('c')),
  };
  return { memory, asked };
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

function watchOver(memory: BrainMemory, said: readonly object[] = []) {
  const asks: unknown[] = [];
  const bot = {
    rawMessages: (filter: unknown) => {
      asks.push(filter);
      return Promise.resolve(said);
    },
  };
  const tools = { ...unitTools({ send: () => Promise.reject(new Error('no call')) }), memory };
  const config = mgConfig();
  const room = {
    config,
    apis: { bot } as unknown as Apis,
    tools,
    clock: systemClock,
    channels: mainChannelOnly(config),
  };
  return { watch: createGroupWatch(room), asks };
}

describe('frames of the socket', () => {
  it('of foreign chats cost no query, however many there are', async () => {
    const { memory, asked } = counted(memoryInMind());
    const { watch, asks } = watchOver(memory);
    await watch.missed(null, signal);
    asked.length = 0;
    for (let id = 1; id <= 5_000; id += 1) expect(await watch.rowsOf(frameOf(1_000 + id, id), signal)).toEqual([]);
    expect(asked).toEqual([]);
    expect(asks).toEqual([]);
  });

  it('of a bound chat become rows, until it is unbound', async () => {
    const { memory } = counted(memoryInMind());
    await bind(memory, binding);
    const { watch } = watchOver(memory);
    await watch.missed(null, signal);
    expect(await watch.rowsOf(frameOf(3, 11), signal)).toMatchObject([{ conversation: { ref: 'group' } }]);
    await unbind(memory, binding);
    expect(await watch.rowsOf(frameOf(3, 12), signal)).toEqual([]);
  });

  it('that came before another process’s binding was heard of are asked for once', async () => {
    const shared = memoryInMind();
    const [here, there] = [counted(shared), counted(shared)];
    const { watch, asks } = watchOver(here.memory, [frameOf(3, 11).data.message]);
    await watch.missed(null, signal);
    await watch.rowsOf(frameOf(3, 9), signal);
    await bind(there.memory, binding);
    expect(await watch.rowsOf(frameOf(3, 11), signal)).toEqual([]);
    // The notification.
    await here.memory.announce();
    const rows = await watch.rowsOf(frameOf(99, 12), signal);
    expect(rows.map(({ dedupeKey }) => dedupeKey)).toEqual(['shown-new:3:11']);
    expect(asks).toMatchObject([{ chat_id: 3, since_id: 10 }]);
    await watch.rowsOf(frameOf(99, 13), signal);
    expect(asks).toHaveLength(1);
  });
});
