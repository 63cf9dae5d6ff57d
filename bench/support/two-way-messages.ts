/** One dialog with messages in both directions through the app, one at a time; shared by the measures of latency and of statements. */
import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { eventRequest, firstNumbers } from '../load/requests.ts';
import { type AppProcess, startAppProcess } from './app-process.ts';
import { type Child, startChild } from './child.ts';
import { channelId, connectBot, webhookHeaders } from './connected-bot.ts';
import type { Endings } from './endings.ts';
import { exactNow } from './exact-now.ts';

export interface TwoWayMessages {
  /** Sends the next message of the customer; resolves with the milliseconds until the call at MessageGateway. */
  there(): Promise<number>;
  /** Sends the next answer to it; resolves with the milliseconds until the call at the portal. */
  back(): Promise<number>;
  /** Milliseconds of a bare HTTP round trip with the same body. */
  bare(): Promise<number>;
  stop(): Promise<void>;
}

export interface TwoWayOptions {
  readonly endings: Endings;
  readonly databaseUrl: string;
  /** `ROLES` of each process; the first one has the endpoints. */
  readonly processes: readonly string[];
  /** Settings that override those made here. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How long the app caches a portal's bots. */
const believedMs = 3_500;

const arrivalSchema = z.object({ at: z.number(), ref: z.string() });
const countSchema = z.object({ portal: z.number(), brain: z.number() });

interface Posted {
  readonly port: number;
  readonly path: string;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export async function startTwoWayMessages(options: TwoWayOptions): Promise<TwoWayMessages> {
  const { endings, databaseUrl } = options;
  const ends = await startChild(endings, new URL('../remotes/both-remotes.ts', import.meta.url));
  const appSecret = randomBytes(32);
  const apps: AppProcess[] = [];
  for (const roles of options.processes) {
    const settings = { ROLES: roles, LOG_LEVEL: 'error', ...options.settings };
    apps.push(await startAppProcess({ endings, databaseUrl, appSecret, restPort: ends.port, settings }));
  }
  const port = apps[0]?.port ?? 0;
  const hook = await connectBot(databaseUrl, appSecret, ends.port);
  await delay(believedMs);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = poster(agent);
  const event = eventSender(post, port);
  let ref = '';
  let sent = 0;
  let answered = 0;
  return {
    async there() {
      const { ms, ref: of } = await travel(ends, 'brain', () => event(sent));
      sent += 1;
      ref = of;
      return ms;
    },
    async back() {
      answered += 1;
      const body = webhookBody(ref, answered);
      return (await travel(ends, 'portal', () => post({ port, path: hook, body, headers: webhookHeaders }))).ms;
    },
    async bare() {
      const sentAt = exactNow();
      await post({ port: ends.port, path: '/rest/raw', body: webhookBody(ref, 0), headers: webhookHeaders });
      return exactNow() - sentAt;
    },
    async stop() {
      for (const one of [...apps, ends]) await one.stop();
      agent.destroy();
    },
  };
}

type Post = (posted: Posted) => Promise<number>;

/** Posts and resolves with the status when the whole answer has arrived. */
function poster(agent: Agent): Post {
  return ({ port, path, body, headers }) =>
    new Promise((resolve, reject) => {
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

/** Milliseconds from the start of the request to the resulting call at the fake server. */
async function travel(
  ends: Child,
  end: 'portal' | 'brain',
  send: () => Promise<number>,
): Promise<{ readonly ms: number; readonly ref: string }> {
  const index = (await ends.ask('count', null, countSchema))[end];
  const sentAt = exactNow();
  const [status, arrived] = await Promise.all([send(), ends.ask('arrival', { end, index }, arrivalSchema)]);
  if (status !== 200) throw new Error(`the endpoint answered ${status}`);
  return { ms: arrived.at - sentAt, ref: arrived.ref };
}

/** Sends the recorded event as a new message of the same dialog each time. */
function eventSender(post: Post, port: number): (turn: number) => Promise<number> {
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
