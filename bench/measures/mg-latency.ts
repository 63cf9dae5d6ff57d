/**
 * How much time the bridge adds while it is idle otherwise: from the event at the endpoint to the call at MessageGateway, and from the
 * webhook at the endpoint to the call at the portal, with everything stored on the way. Compared with a bare HTTP round trip.
 */
import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { eventRequest, firstNumbers } from '../load/requests.ts';
import { startAppProcess } from '../support/app-process.ts';
import type { Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { channelId, connectBot, webhookHeaders } from '../support/connected-bot.ts';
import { exactNow } from '../support/exact-now.ts';
import { type Figure, figureOf, shown } from '../support/figures.ts';

const name = 'mg-latency';

/** Delay between two messages, so that no call waits for a token's limit and each message finds an idle app. */
const gapMs = 100;
/** Messages each way before the measurement. */
const warmMessages = 20;
/** How long the app caches a portal's bots. */
const believedMs = 3_500;

const arrivalSchema = z.object({ at: z.number(), ref: z.string() });
const countSchema = z.object({ portal: z.number(), brain: z.number() });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Posted {
  readonly port: number;
  readonly path: string;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Resolves with the status when the whole answer has arrived. */
function post({ port, path, body, headers }: Posted): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent };
    const outgoing = httpRequest({ ...options, headers: { ...headers, 'content-length': length } }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

export const measureMgLatency: Measure = async ({ endings, plan, server, say }) => {
  const ends = await startChild(endings, new URL('../peers/both-remotes.ts', import.meta.url));
  const databaseUrl = await server.createMigrated('latency');
  const appSecret = randomBytes(32);
  const settings = { ROLES: 'web,worker', LOG_LEVEL: 'error' };
  const app = await startAppProcess({ endings, databaseUrl, appSecret, restPort: ends.port, settings });
  const hook = await connectBot(databaseUrl, appSecret, ends.port);
  await delay(believedMs);

  const event = eventSender(app.port);
  const webhook = (ref: string, id: number): Promise<number> =>
    post({ port: app.port, path: hook, body: webhookBody(ref, id), headers: webhookHeaders });
  // The first message of the dialog is greeted, which is a second call at the portal: sent before the measurement.
  let ref = '';
  const there: number[] = [];
  const back: number[] = [];
  const raw: number[] = [];
  for (let turn = 0; turn < warmMessages + plan.latencyMessages; turn += 1) {
    there.push(
      await travel(
        ends,
        'brain',
        () => event(turn),
        (arrived) => (ref = arrived.ref),
      ),
    );
    await delay(gapMs);
    back.push(await travel(ends, 'portal', () => webhook(ref, turn + 1)));
    await delay(gapMs);
    const sentAt = exactNow();
    await post({ port: ends.port, path: '/rest/raw', body: webhookBody(ref, 0), headers: webhookHeaders });
    raw.push(exactNow() - sentAt);
    if (turn % 100 === 99) say(`${turn + 1} messages each way`);
  }
  for (const one of [app, ends]) await one.stop();
  agent.destroy();
  await server.drop('latency');
  const bare = figure('bare HTTP round trip', raw);
  return [
    shown(name, figure('Bitrix24 event → MessageGateway call', there), bare),
    shown(name, figure('MessageGateway answer → Bitrix24 call', back), bare),
  ];
};

/** Milliseconds from the start of the request to the resulting call at the fake server. */
async function travel(
  ends: Child,
  end: 'portal' | 'brain',
  send: () => Promise<number>,
  see: (arrived: z.output<typeof arrivalSchema>) => void = () => undefined,
): Promise<number> {
  const index = (await ends.ask('count', null, countSchema))[end];
  const sentAt = exactNow();
  const [status, arrived] = await Promise.all([send(), ends.ask('arrival', { end, index }, arrivalSchema)]);
  if (status !== 200) throw new Error(`the endpoint answered ${status}`);
  see(arrived);
  return arrived.at - sentAt;
}

function figure(subject: string, all: readonly number[]): Figure {
  const counted = all.slice(warmMessages);
  const sorted = counted.toSorted((a, b) => a - b);
  const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
  return figureOf(subject, 'ms', counted, `p95 ${p95.toFixed(1)} ms, ${counted.length} messages`);
}

/** Sends the recorded event as a new message of the same dialog each time. */
function eventSender(port: number): (turn: number) => Promise<number> {
  const path = '/bitrix24/events';
  const { bytes, fields } = eventRequest(path);
  const headLength = bytes.indexOf('\r\n\r\n') + 4;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (turn) => {
    for (const { at, what } of fields) {
      bytes.write(String(what === 'message' ? firstNumbers.message + turn : firstNumbers.dialog), at, 'latin1');
    }
    return post({ port, path, body: bytes.subarray(headLength), headers });
  };
}

function webhookBody(ref: string, id: number): string {
  const data = {
    id,
    channel_id: channelId,
    external_user_id: ref,
    external_chat_id: ref,
    type: 'text',
    content: `Ответ ${id}`,
  };
  return JSON.stringify({ type: 'message_sent', meta: { timestamp: Math.floor(Date.now() / 1000) }, data });
}
