/** Requests `/healthz` every 20 ms from a separate process, so that only the app can delay an answer. */
import { Agent, request } from 'node:http';
import { z } from 'zod';
import { serveParent } from '../../../bench/support/serve-parent.ts';

const everyMs = 20;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const waiting = new Set<number>();
const maxWaiting = 64;
let port = 0;
let worst = 0;
let asked = 0;
let failed = 0;

function ask(): void {
  if (port === 0 || waiting.size >= maxWaiting) return;
  const sentAt = performance.now();
  waiting.add(sentAt);
  asked += 1;
  const done = (isAnswered: boolean): void => {
    if (!waiting.delete(sentAt)) return;
    worst = Math.max(worst, performance.now() - sentAt);
    if (!isAnswered) failed += 1;
  };
  const call = request({ host: '127.0.0.1', port, path: '/healthz', agent }, (answer) => {
    answer.resume();
    answer.on('end', () => done(answer.statusCode === 200));
    answer.on('error', () => done(false));
  });
  call.on('error', () => done(false));
  call.end();
}

setInterval(ask, everyMs);

serveParent(null, {
  aim: async (input) => {
    port = z.number().parse(input);
    waiting.clear();
    worst = 0;
    return null;
  },
  /** The slowest answer since the last order, in milliseconds; a missing answer counts with the time waited so far. */
  worst: async () => {
    const pending = [...waiting].map((sentAt) => performance.now() - sentAt);
    const answer = { worst: Math.max(worst, ...pending), asked, failed };
    worst = 0;
    asked = 0;
    failed = 0;
    return answer;
  },
});
