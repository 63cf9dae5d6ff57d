/**
 * Ten thousand portals and their OAuth host in one bare HTTP server. Each portal has a loopback address of its own. They answer as the
 * sandbox does where the app needs it: access tokens expire, a refresh token can be used once, a repeated send with the same key shows
 * nothing twice. Their request limits are not played. Argument: the number of portals.
 */
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { exactNow } from '../support/exact-now.ts';
import { firstMessage, firstTokensOf, hostOf, memberIdOf, restUrlOf } from '../support/many-portals.ts';
import { serveParent } from '../support/serve-parent.ts';

/** How long a call takes inside a portal, and a refresh at the OAuth host. */
const callMs = 50;

const bucketMs = 10_000;

const portals = Number(process.argv[2]);
let port = 0;
let tokenSeconds = 3_600;
let countsFrom = exactNow();

/** When the answer to each message came; 0: not yet. */
let arrivals: Float64Array = new Float64Array(0);
let keys: (string | undefined)[] = [];
let repeated = 0;
let doubled = 0;
let refused = 0;
let sends = 0;
/** Of each method: calls in each ten seconds. */
let counts = new Map<string, number[]>();
/** The refresh token that each portal's next refresh has to bring. */
const refreshTokens = Array.from({ length: portals + 1 }, (_, portal) => firstTokensOf(portal).refresh);

function count(what: string, times = 1): void {
  const bucket = Math.max(0, Math.floor((exactNow() - countsFrom) / bucketMs));
  const known = counts.get(what) ?? [];
  counts.set(what, known);
  known[bucket] = (known[bucket] ?? 0) + times;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const refusal = (error: string): Answer => ({ status: 401, body: { error, error_description: error } });

function show(text: string, key: string): unknown {
  count('answers');
  sends += 1;
  const message = Number(/message (\d+)/.exec(text)?.[1]) - firstMessage;
  if (!(message >= 0 && message < arrivals.length)) throw new Error(`an answer to nothing: ${text.slice(0, 100)}`);
  const known = keys[message];
  if (known === undefined) {
    keys[message] = key;
    arrivals[message] = exactNow();
  } else if (known === key) repeated += 1;
  else doubled += 1;
  return { id: sends, uuidMap: [] };
}

const sendSchema = z.object({ fields: z.object({ message: z.string(), templateId: z.string() }) });
const batchSchema = z.object({ cmd: z.record(z.string(), z.string()) });
const authSchema = z.object({ auth: z.string() });

function showOfBatch(body: unknown): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, command] of Object.entries(batchSchema.parse(body).cmd)) {
    const query = new URLSearchParams(command.slice(command.indexOf('?') + 1));
    result[name] = show(query.get('fields[message]') ?? '', query.get('fields[templateId]') ?? '');
  }
  return { result, result_error: [], result_time: [] };
}

const appInfo = {
  ID: 1,
  CODE: 'bench',
  VERSION: 1,
  STATUS: 'F',
  INSTALLED: true,
  PAYMENT_EXPIRED: 'N',
  DAYS: null,
  LANGUAGE_ID: 'ru',
  LICENSE: 'ru_pro100',
};

function answerCall(portal: number, method: string, body: unknown): Answer {
  const [, owner, until] = authSchema.parse(body).auth.split('.');
  if (Number(owner) !== portal) {
    refused += 1;
    return refusal('invalid_token');
  }
  if (Number(until) < exactNow()) {
    count('expired_token');
    return refusal('expired_token');
  }
  if (method === 'batch') {
    count('batch');
    return { status: 200, body: { result: showOfBatch(body) } };
  }
  if (method === 'imbot.v2.Chat.Message.send') {
    const { message, templateId } = sendSchema.parse(body).fields;
    return { status: 200, body: { result: show(message, templateId) } };
  }
  count(method);
  return { status: 200, body: { result: method === 'app.info' ? appInfo : true } };
}

function refresh(form: URLSearchParams): Answer {
  count('refresh');
  const token = form.get('refresh_token') ?? '';
  const portal = Number(token.split('.')[1]);
  if (refreshTokens[portal] !== token) {
    refused += 1;
    return { status: 400, body: { error: 'invalid_grant' } };
  }
  const next = `r.${portal}.${Number(token.split('.')[2]) + 1}`;
  refreshTokens[portal] = next;
  return {
    status: 200,
    body: {
      access_token: `a.${portal}.${Math.ceil(exactNow() + tokenSeconds * 1_000)}`,
      refresh_token: next,
      expires_in: 3_600,
      member_id: memberIdOf(portal),
      client_endpoint: restUrlOf(portal, port),
      user_id: 1,
      status: 'F',
    },
  };
}

function answerTo(path: string, body: string): Answer {
  if (path.startsWith('/oauth/token')) return refresh(new URLSearchParams(body));
  const [, name = '', , method = ''] = path.split('/');
  return answerCall(Number(name.slice(1)), method, JSON.parse(body));
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const answer = answerTo(request.url ?? '', body);
    void delay(callMs).then(() => {
      const text = JSON.stringify(answer.body);
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  });
});

const listen = (host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const listener = createListener((socket) => void server.emit('connection', socket));
    listener.once('error', reject);
    listener.listen(port, host, 64, resolve);
  });

const beginSchema = z.object({ messages: z.number(), tokenSeconds: z.number() });

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
port = (server.address() as AddressInfo).port;
for (let portal = 1; portal <= portals; portal += 1) await listen(hostOf(portal));
serveParent(port, {
  begin: (input) => {
    const { messages, tokenSeconds: seconds } = beginSchema.parse(input);
    tokenSeconds = seconds;
    arrivals = new Float64Array(messages);
    keys = [];
    counts = new Map();
    countsFrom = exactNow();
    return Promise.resolve(process.pid);
  },
  arrived: () => Promise.resolve(arrivals.reduce((sum, at) => sum + (at > 0 ? 1 : 0), 0)),
  seen: () =>
    Promise.resolve({
      arrivals: [...arrivals],
      repeated,
      doubled,
      refused,
      counts: [...counts].map(([what, values]) => [what, Array.from(values, (value) => value ?? 0)]),
    }),
});
