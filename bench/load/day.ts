/** The load of a day: a process of its own that posts events of many portals, each when it is due, and notes how they were accepted. */
import { setTimeout as delay } from 'node:timers/promises';
import { cumulatedShares, portalAt, seededRandom } from '../support/day-curve.ts';
import { exactNow } from '../support/exact-now.ts';
import { dialogsPerPortal } from '../support/many-portals.ts';
import { serveParent } from '../support/serve-parent.ts';
import { type DayOrder, type DayResult, dayOrderSchema } from './day-orders.ts';
import { type OpenLines, openLines } from './open-line.ts';
import { portalRequest } from './portal-event.ts';

const path = '/bitrix24/events';

/** How long to wait for the last answers. */
const patienceMs = 30_000;

/** The same day in each run. */
const seed = 20_261_122;

/** When each message is due, in milliseconds after the beginning: random within its hour, independent of one another. */
function dueTimes({ rates, hourSeconds }: DayOrder, random: () => number): number[] {
  const due: number[] = [];
  for (const [hour, perSecond] of rates.entries()) {
    const end = (hour + 1) * hourSeconds * 1_000;
    const next = (): number => (-Math.log(1 - random()) * 1_000) / perSecond;
    for (let at = hour * hourSeconds * 1_000 + next(); at < end; at += next()) due.push(at);
  }
  return due;
}

async function run(order: DayOrder): Promise<DayResult> {
  const random = seededRandom(seed);
  const due = dueTimes(order, random);
  const shares = cumulatedShares(order.portals);
  const form = portalRequest(path);
  const lines = order.ports.map((port) => openLines(port, form));
  const result = {
    postedAt: Array.from({ length: due.length }, () => 0),
    acceptedMs: Array.from({ length: due.length }, () => 0),
    lateMs: Array.from({ length: due.length }, () => 0),
    statuses: new Map<number, number>(),
  };
  const beganAt = exactNow();
  let answered = 0;
  const post = (message: number, line: OpenLines): void => {
    const at = exactNow();
    result.postedAt[message] = at;
    result.lateMs[message] = at - beganAt - (due[message] ?? 0);
    const portal = portalAt(shares, random());
    line.post({ portal, dialog: Math.floor(random() * dialogsPerPortal), message }, (status) => {
      answered += 1;
      result.acceptedMs[message] = status === 200 ? exactNow() - at : -1;
      result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1);
    });
  };
  for (let message = 0; message < due.length; message += 1) {
    const leftMs = (due[message] ?? 0) - (exactNow() - beganAt);
    if (leftMs > 0) await delay(leftMs);
    const line = lines[message % lines.length];
    if (line === undefined) throw new Error('the order names no port');
    post(message, line);
  }
  for (const end = exactNow() + patienceMs; answered < due.length && exactNow() < end; ) await delay(10);
  for (const line of lines) line.close();
  return {
    ...result,
    beganAt,
    statuses: [...result.statuses],
    unanswered: due.length - answered,
    connections: lines.reduce((sum, line) => sum + line.most(), 0),
  };
}

serveParent(null, {
  count: (input) => Promise.resolve(dueTimes(dayOrderSchema.parse(input), seededRandom(seed)).length),
  run: (input) => run(dayOrderSchema.parse(input)),
  pid: () => Promise.resolve(process.pid),
});
