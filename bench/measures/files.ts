/**
 * How much memory the transfer of a file takes: 20 MiB in each direction through the whole app, compared with the app's memory after one
 * message in each direction. The peer forwards the same file as one Buffer.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startAppProcess } from '../support/app-process.ts';
import type { Bench, Measure } from '../support/bench.ts';
import { type Child, startChild } from '../support/child.ts';
import { channelId, connectBot, webhookHeaders } from '../support/connected-bot.ts';
import { atMost, figureOf, type Verdict } from '../support/figures.ts';
import { readEventBody } from '../support/fixture.ts';
import { growthDuring } from '../support/peak-memory.ts';

const name = 'files';
const megabyte = 1024 * 1024;
const fileBytes = 20 * megabyte;
const limitMb = 40;
/** How long the app caches a portal's bots. */
const believedMs = 3_500;
/** Time after the start and after each file until the app is idle. */
const restMs = 2_000;

type Way = 'portal' | 'brain';

const ways: Readonly<Record<Way, string>> = {
  portal: '20 MiB MessageGateway → Bitrix24',
  brain: '20 MiB Bitrix24 → MessageGateway',
};

export const measureFiles: Measure = async (bench) => {
  const { endings, plan, say } = bench;
  const remotes = await startChild(endings, new URL('../remotes/file-remotes.ts', import.meta.url));
  await remotes.ask('size', fileBytes, z.null());
  const growth: Record<Way, number[]> = { portal: [], brain: [] };
  const peers: Record<Way, number[]> = { portal: [], brain: [] };
  // A new process for every file: memory that one file left behind would make the next one seem smaller.
  for (let turn = 0; turn < plan.idleRuns; turn += 1) {
    for (const way of ['portal', 'brain'] as const) {
      growth[way].push(await throughApp(bench, remotes, way));
      peers[way].push(await throughPeer(bench, remotes, way));
      say(`${ways[way]}: ${growth[way].at(-1)?.toFixed(1)} MB, as a Buffer ${peers[way].at(-1)?.toFixed(1)} MB`);
    }
  }
  await remotes.stop();
  return (['portal', 'brain'] as const).map((way): Verdict => {
    const figure = figureOf(ways[way], 'MB', growth[way], 'resident over idle, at most');
    const peer = figureOf('the same file as a Buffer', 'MB', peers[way]);
    return { ...atMost(name, figure, limitMb), peer, ratio: figure.median / peer.median };
  });
};

async function throughApp({ endings, server }: Bench, remotes: Child, way: Way): Promise<number> {
  const databaseUrl = await server.createMigrated('files');
  const appSecret = randomBytes(32);
  const app = await startAppProcess({
    endings,
    databaseUrl,
    appSecret,
    restPort: remotes.port,
    settings: { ROLES: 'web,worker', LOG_LEVEL: 'error' },
  });
  const hook = await connectBot(databaseUrl, appSecret, remotes.port);
  await delay(believedMs);
  const origin = `http://127.0.0.1:${app.port}`;
  const event = async (extra: string): Promise<void> => {
    const body = eventBody(extra);
    await post(`${origin}/bitrix24/events`, body, { 'content-type': 'application/x-www-form-urlencoded' });
  };
  await event('');
  const ref = await remotes.ask('ref', null, z.string());
  const answer = async (items: readonly object[]): Promise<void> => {
    await post(`${origin}${hook}`, webhookBody(ref, items), webhookHeaders);
  };
  await answer([]);
  await delay(restMs);
  const index = await remotes.ask('count', way, z.number());
  const grown = await growthDuring(app.pid, async () => {
    await (way === 'brain' ? event(filePairs) : answer([file]));
    const bytes = await remotes.ask('upload', { end: way, index }, z.number());
    const expected = way === 'brain' ? fileBytes : (fileBytes * 4) / 3;
    if (bytes < expected) throw new Error(`the file arrived with ${bytes} bytes`);
  });
  await app.stop();
  await server.drop('files');
  return grown;
}

async function throughPeer({ endings }: Bench, remotes: Child, way: Way): Promise<number> {
  const peer = await startChild(endings, new URL('../peers/whole-file.ts', import.meta.url));
  const pid = await peer.ask('pid', null, z.number());
  const origin = `http://127.0.0.1:${remotes.port}`;
  const to = way === 'portal' ? '/rest/imbot.v2.File.upload' : '/api/transport/v1/files/upload';
  const order = { from: `${origin}/storage/file`, to: `${origin}${to}`, way: way === 'portal' ? 'json' : 'multipart' };
  await delay(restMs);
  const grown = await growthDuring(pid, async () => await peer.ask('pass', order, z.null()));
  await peer.stop();
  return grown;
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status}`);
}

const filePairs = Object.entries({ id: '5249', type: 'file', name: 'big.bin', size: String(fileBytes) })
  .map(([key, value]) => `&${encodeURIComponent(`data[PARAMS][FILES][5249][${key}]`)}=${value}`)
  .join('');

let messages = 200_000_000;

/** The recorded event as a new message. */
function eventBody(extra: string): string {
  messages += 1;
  const key = encodeURIComponent('data[PARAMS][MESSAGE_ID]');
  const pairs = readEventBody()
    .split('&')
    .map((pair) => (pair.startsWith(`${key}=`) ? `${key}=${messages}` : pair));
  return pairs.join('&') + extra;
}

const file = { id: 'b2bdba90-166c-4e0a-829d-69f26a09fd2a', caption: 'big.bin', size: fileBytes };

function webhookBody(ref: string, items: readonly object[]): string {
  messages += 1;
  const said = items.length === 0 ? { type: 'text', content: 'Ответ' } : { type: 'file', items };
  const ids = { id: messages, channel_id: channelId, external_user_id: ref, external_chat_id: ref };
  return JSON.stringify({
    type: 'message_sent',
    meta: { timestamp: Math.floor(Date.now() / 1000) },
    data: { ...ids, ...said },
  });
}
