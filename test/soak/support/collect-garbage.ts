/**
 * Makes a Node process collect its garbage, so that its memory shows only what it keeps: SIGUSR1 opens its inspector, which is told to
 * collect. The process has to be started with the options below, so that the inspector uses a free port.
 */
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { SoakApp } from './app.ts';
import { within } from './soak.ts';

export const inspectable = ['--inspect-port=127.0.0.1:0'] as const;

const said = /Debugger listening on (ws:\/\/\S+)/;

/** Returns a function that collects. The inspector stays open, so that all figures include its own memory. */
export async function garbageCollector(app: SoakApp): Promise<() => Promise<void>> {
  app.signal('SIGUSR1');
  if (!(await within(10_000, () => said.test(app.output())))) throw new Error('the inspector did not open');
  const address = said.exec(app.output())?.[1] ?? '';
  return async () => {
    const socket = new WebSocket(address);
    try {
      await new Promise((resolve, reject) => {
        socket.once('open', resolve);
        socket.once('error', reject);
      });
      for (const id of [1, 2]) {
        const answered = new Promise((resolve) => socket.once('message', resolve));
        socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
        await answered;
      }
    } finally {
      socket.close();
    }
    // The allocator returns pages a moment later.
    await delay(2_000);
  };
}
