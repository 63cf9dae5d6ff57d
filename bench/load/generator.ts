/** The load generator: a process of its own that keeps a number of connections busy and counts the answers. */
import { serveParent } from '../support/serve-parent.ts';
import { runLine } from './line.ts';
import { type LoadOrder, type LoadResult, loadOrderSchema } from './orders.ts';
import { eventRequest, firstNumbers, type Numbers, type RequestForm, slackRequest } from './requests.ts';

/** Messages sent since this process began; each has its own id. */
let sent = 0;

const forms: Readonly<Record<LoadOrder['kind'], (path: string) => RequestForm>> = {
  event: eventRequest,
  slack: (path) => slackRequest(path, bodySize(eventRequest(path))),
};

function bodySize(form: RequestForm): number {
  return form.bytes.length - (form.bytes.indexOf('\r\n\r\n') + 4);
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const form = forms[order.kind](order.path);
  const latencies: number[] = [];
  let accepted = 0;
  let refused = 0;
  let left = order.messages ?? Number.POSITIVE_INFINITY;
  const startedAt = Date.now();
  const clockStart = performance.now() + order.warmSeconds * 1000;
  const clockEnd = order.seconds === null ? Number.POSITIVE_INFINITY : clockStart + order.seconds * 1000;
  const next = (): Numbers | null => {
    if (left === 0 || performance.now() >= clockEnd) return null;
    left -= 1;
    sent += 1;
    return { dialog: firstNumbers.dialog + (sent % order.dialogs), message: firstNumbers.message + sent };
  };
  const onAnswer = (status: number, milliseconds: number): void => {
    if (status !== 200) refused += 1;
    else {
      accepted += 1;
      const now = performance.now();
      if (now >= clockStart && now < clockEnd) latencies.push(milliseconds);
    }
  };
  await Promise.all(
    Array.from({ length: order.connections }, () => runLine({ port: order.port, form, next, onAnswer })),
  );
  const seconds = (Math.min(performance.now(), clockEnd) - clockStart) / 1000;
  latencies.sort((a, b) => a - b);
  const percentile = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(0.5),
    p99: percentile(0.99),
    accepted,
    refused,
    startedAt,
  };
}

serveParent(null, { run: (input) => run(loadOrderSchema.parse(input)) });
