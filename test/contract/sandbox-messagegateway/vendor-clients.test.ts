/** What the vendor's own clients send, call by call: the sandbox takes all of it, as the service does. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';

const fixtureSchema = z.object({
  contentType: z.string().nullable(),
  requests: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      body: z.unknown().optional(),
      /** Hexadecimal; uploads are bare bytes. */
      bytes: z.string().optional(),
      /** Name of a value that later requests use → where it is in the answer. */
      save: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

type Request = z.infer<typeof fixtureSchema>['requests'][number];

let gateway: SandboxMessageGateway;

beforeEach(async () => {
  gateway = await startSandboxMessageGateway({ mgRate: false });
  gateway.addManager({ name: 'Anna Ivanova' });
});

afterEach(() => gateway.close());

/** `{name}` becomes the value; a string that is nothing else becomes the value itself, number or string. */
function filled(value: unknown, names: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, names));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, names)]));
  }
  if (typeof value !== 'string') return value;
  const whole = /^\{(\w+)\}$/.exec(value)?.[1];
  if (whole !== undefined && names.has(whole)) return names.get(whole);
  return value.replace(/\{(\w+)\}/g, (text, name: string) => {
    const found = names.get(name);
    return typeof found === 'string' || typeof found === 'number' ? String(found) : text;
  });
}

function valueAt(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], answer);
}

async function send(
  request: Request,
  to: { readonly api: 'bot' | 'transport'; readonly contentType: string | null; readonly token: string },
  names: ReadonlyMap<string, unknown>,
): Promise<{ readonly status: number; readonly answer: unknown }> {
  const json = request.body === undefined ? undefined : JSON.stringify(filled(request.body, names));
  const answer = await fetch(`${gateway.mgOrigin}/api/${to.api}/v1${String(filled(request.path, names))}`, {
    method: request.method,
    headers: {
      [`x-${to.api}-token`]: to.token,
      ...(to.contentType === null ? {} : { 'content-type': to.contentType }),
    },
    body: request.bytes === undefined ? (json ?? null) : new Uint8Array(Buffer.from(request.bytes, 'hex')),
  });
  return { status: answer.status, answer: await answer.json() };
}

/** Sends everything in order. Returns what was refused, and why. */
async function replay(client: 'go-transport' | 'go-bot' | 'js-bot'): Promise<string[]> {
  const file = new URL(`../../fixtures/messagegateway/client-${client}.json`, import.meta.url);
  const { contentType, requests } = fixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const api = client === 'go-transport' ? 'transport' : 'bot';
  const token = gateway.clientTokens()[api];
  const names = new Map<string, unknown>([['origin', gateway.mgOrigin]]);
  const refused: string[] = [];
  for (const request of requests) {
    await gateway.idle();
    const { status, answer } = await send(request, { api, contentType, token }, names);
    if (status > 201) refused.push(`${request.method} ${request.path}: ${status} ${JSON.stringify(answer)}`);
    else for (const [name, path] of Object.entries(request.save ?? {})) names.set(name, valueAt(answer, path));
  }
  return refused;
}

describe('the vendor’s own clients', () => {
  it('of the Transport API, in Go', async () => {
    expect(await replay('go-transport')).toEqual([]);
  });

  it.each(['go-bot', 'js-bot'] as const)('of the Bot API: %s', async (client) => {
    expect(await replay('go-transport')).toEqual([]);
    expect(await replay(client)).toEqual([]);
  });

  it('may ask for events that there are no longer', async () => {
    const address = `${gateway.mgOrigin.replace('http', 'ws')}/api/bot/v1/ws?events=message_new,chat_unread_updated,settings_updated`;
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(address, { headers: { 'x-bot-token': gateway.clientTokens().bot } });
    await new Promise<void>((resolve, reject) => socket.once('open', () => resolve()).once('error', reject));
    expect(socket.readyState).toBe(socket.OPEN);
    socket.terminate();
  });

  it('find that messages to their channels arrive', async () => {
    await replay('go-transport');
    const chat = gateway.chats()[0]?.id ?? 0;
    const { bot } = gateway.clientTokens();
    const body = { type: '', content: 'x', items: null, scope: 'public', chat_id: chat, quote_message_id: 0 };
    await send({ method: 'POST', path: '/messages', body }, { api: 'bot', contentType: null, token: bot }, new Map());
    await gateway.idle();
    await expect.poll(() => gateway.messages(chat).at(-1)).toMatchObject({ text: 'x', status: 'sent' });
  });
});
