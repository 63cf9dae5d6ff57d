/** A child process of the bench, controlled over Node's message channel. Its side is in serve-parent.ts. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Endings } from './endings.ts';

const messageSchema = z.union([
  z.object({ ready: z.object({ port: z.number().nullable() }) }),
  z.object({ id: z.number(), result: z.unknown() }),
  z.object({ id: z.number(), error: z.string() }),
]);

export interface Child {
  /** The port it listens on; 0 when it does not listen. */
  readonly port: number;
  /** Sends an order and resolves with the answer. Rejects when the child reports a failure or ends. */
  ask<T>(order: string, input: unknown, answer: z.ZodType<T>): Promise<T>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** How long a child may take to start. */
const startMs = 30_000;

/** Starts a script in a Node process of its own. Resolves when it is ready. */
export async function startChild(endings: Endings, script: URL, ...args: readonly string[]): Promise<Child> {
  const name = fileURLToPath(script);
  const child = fork(name, args, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, Waiting>();
  const ready = Promise.withResolvers<number>();
  const gone = Promise.withResolvers<void>();
  const stop = endings.add(async () => {
    child.kill();
    await gone.promise;
  });
  child.on('message', (raw) => {
    const message = messageSchema.parse(raw);
    if ('ready' in message) return ready.resolve(message.ready.port ?? 0);
    const entry = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) entry?.reject(new Error(`${name}: ${message.error}`));
    else entry?.resolve(message.result);
  });
  child.once('exit', (code, signal) => {
    const error = new Error(`${name} ended (${signal ?? code})`);
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    gone.resolve();
  });
  const timer = setTimeout(() => ready.reject(new Error(`${name} did not begin within ${startMs} ms`)), startMs);
  try {
    const port = await ready.promise;
    return { port, ask: asker(child.send.bind(child), waiting), stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function asker(
  send: (message: { id: number; order: string; input: unknown }) => boolean,
  waiting: Map<number, Waiting>,
) {
  let last = 0;
  return async <T>(order: string, input: unknown, answer: z.ZodType<T>): Promise<T> => {
    last += 1;
    const id = last;
    const result = await new Promise<unknown>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ id, order, input });
    });
    return answer.parse(result);
  };
}
