/**
 * Many portals in one bare HTTP server, each with the limits that Bitrix24 documents: a leaky bucket, and batches of fifty calls that run
 * one after the other. The path of a portal is `/<name>/rest/`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { LeakyBucket } from '../../sandbox/kit/rate-limit.ts';
import { exactNow } from '../support/exact-now.ts';
import { serveParent } from '../support/serve-parent.ts';

/** How long a call takes inside the portal. */
const callMs = 5;

interface Shown {
  readonly at: number;
  readonly dialog: string;
  readonly text: string;
}

interface FakePortal {
  readonly bucket: LeakyBucket;
  readonly shown: Shown[];
  readonly byKey: Map<string, number>;
  requests: number;
  refused: number;
  repeated: number;
}

const portals = new Map<string, FakePortal>();

/** False: portals that support no batches, so that each answer is a separate request. */
let takesBatches = true;

function portalOf(name: string): FakePortal {
  const known = portals.get(name);
  if (known !== undefined) return known;
  const bucket = new LeakyBucket({ perSecond: 2, burst: 50 }, () => performance.now());
  const fresh = { bucket, shown: [], byKey: new Map(), requests: 0, refused: 0, repeated: 0 };
  portals.set(name, fresh);
  return fresh;
}

function show(portal: FakePortal, { dialog, text, key }: Pick<Shown, 'dialog' | 'text'> & { key: string }): unknown {
  const known = portal.byKey.get(key);
  if (known !== undefined) portal.repeated += 1;
  const id = known ?? portal.byKey.size + 1;
  if (known === undefined) {
    portal.byKey.set(key, id);
    portal.shown.push({ at: exactNow(), dialog, text });
  }
  return { id, uuidMap: [] };
}

const sendSchema = z.object({
  dialogId: z.string(),
  fields: z.object({ message: z.string(), templateId: z.string() }),
});
const batchSchema = z.object({ cmd: z.record(z.string(), z.string()) });

function sendOf(command: string) {
  const query = new URLSearchParams(command.slice(command.indexOf('?') + 1));
  const field = (name: string): string => query.get(name) ?? '';
  return { dialog: field('dialogId'), text: field('fields[message]'), key: field('fields[templateId]') };
}

async function answerTo(portal: FakePortal, method: string, body: unknown): Promise<readonly [number, unknown]> {
  portal.requests += 1;
  if (!portal.bucket.admits('')) {
    portal.refused += 1;
    return [503, { error: 'QUERY_LIMIT_EXCEEDED', error_description: '' }];
  }
  if (method === 'batch') {
    if (!takesBatches) return [405, { error: 'ERROR_BATCH_METHOD_NOT_ALLOWED', error_description: '' }];
    const result: Record<string, unknown> = {};
    for (const [name, command] of Object.entries(batchSchema.parse(body).cmd)) {
      await delay(callMs);
      result[name] = show(portal, sendOf(command));
    }
    return [200, { result: { result, result_error: [], result_time: [] } }];
  }
  await delay(callMs);
  if (method !== 'imbot.v2.Chat.Message.send') return [200, { result: true }];
  const { dialogId, fields } = sendSchema.parse(body);
  return [200, { result: show(portal, { dialog: dialogId, text: fields.message, key: fields.templateId }) }];
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const [, name = '', , method = ''] = (request.url ?? '').split('/');
    void answerTo(portalOf(name), method, JSON.parse(body)).then(([status, value]) => {
      const answer = JSON.stringify(value);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
});
server.keepAliveTimeout = 600_000;

const nameSchema = z.object({ name: z.string() });

server.listen(0, '127.0.0.1', () => {
  serveParent((server.address() as AddressInfo).port, {
    seen: (input) => {
      const { shown, requests, refused, repeated } = portalOf(nameSchema.parse(input).name);
      return Promise.resolve({ shown, requests, refused, repeated });
    },
    /** Forgets the calls of a portal and sets its budget to full, or to used up. */
    reset: (input) => {
      const { name, isUsedUp } = z.object({ name: z.string(), isUsedUp: z.boolean() }).parse(input);
      portals.delete(name);
      const { bucket } = portalOf(name);
      for (let count = 0; isUsedUp && count < 50; count += 1) bucket.admits('');
      return Promise.resolve(null);
    },
    batches: (input) => {
      takesBatches = z.boolean().parse(input);
      return Promise.resolve(null);
    },
  });
});
