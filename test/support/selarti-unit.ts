/** Recorded payloads, a config and a scripted service for unit tests of the Selarti brain. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createSelartiClient } from '../../src/brains/selarti/api/selarti-client.ts';
import { configSchema, type SelartiConfig } from '../../src/brains/selarti/config.ts';
import type { SelartiContext } from '../../src/brains/selarti/context.ts';
import { monthlyUseOf } from '../../src/brains/selarti/monthly-use.ts';
import type { ConversationRef } from '../../src/core/connector.ts';
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import type { Chat, FileRef } from '../../src/core/events.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createFakeClock } from './fake-clock.ts';
import { noTools } from './no-tools.ts';
import { stateInMemory } from './state-in-memory.ts';

const folder = fileURLToPath(new URL('../fixtures/selarti/', import.meta.url));

/** The body of a recorded payload, by file name without `.json`. */
export function selartiPayload(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')).body;
}

/** A recorded webhook with some of its fields changed, as bytes. */
export function selartiWebhook(name: string, changes: Readonly<Record<string, unknown>> = {}): Buffer {
  return Buffer.from(JSON.stringify({ ...selartiPayload(`webhook-${name}`), ...changes }));
}

export function selartiWebhooks(): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('webhook-'))
    .map((name) => name.replace(/^webhook-|\.json$/g, ''));
}

/** The task and the conversation of the recorded payloads. */
export const taskId = '1721129985149x478019552540622850';
export const chatId = '123456789';
export const apiKey = 'key-of-a-unit-test';

export function selartiConfig(given: Readonly<Record<string, unknown>> = {}): SelartiConfig {
  return configSchema.parse({ apiKey, taskId, language: 'en', echoWaitMs: 0, ...given });
}

export const to: ConversationRef = { ref: chatId, remoteId: null, botCode: 'b', botType: 'O' };

export const chat: Chat = { kind: 'line', dialogId: 'chat1', title: 'Chat', line: null };

/** A message of a customer. */
export function messageOf(text: string, files: readonly FileRef[] = []) {
  const author = { id: '7', name: 'Anna', kind: 'client' as const };
  return { type: 'message' as const, messageId: '1', text, author, chat, files, sentAt: null, quoteOf: null };
}

type Request = Parameters<ConnectorTools['http']['send']>[0];

/** The answer to a call: status and body, or an error to throw. */
export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | Error;

export interface ScriptedService {
  readonly http: ConnectorTools['http'];
  /** Texts sent, in order, with the token that came with each. */
  readonly sent: readonly { readonly token: string; readonly body: Readonly<Record<string, unknown>> }[];
  readonly exchanges: readonly Request[];
}

/** Answers each exchange of the key with `bearer-1`, `bearer-2`, … and each message as the script says; with success once it is used up. */
export function scriptedService(
  script: readonly Answer[] = [],
  exchange: (count: number) => Answer = (count) => ({ status: 200, body: { response: { token: `bearer-${count}` } } }),
): ScriptedService {
  const sent: { token: string; body: Readonly<Record<string, unknown>> }[] = [];
  const exchanges: Request[] = [];
  const left = [...script];
  const http: ConnectorTools['http'] = {
    async send(request) {
      const isExchange = request.url.pathname.endsWith('/auth');
      if (isExchange) exchanges.push(request);
      else {
        const token = request.headers?.['authorization']?.replace('Bearer ', '') ?? '';
        sent.push({ token, body: JSON.parse(request.body as string) });
      }
      // Other work runs in between, as with a real network.
      await new Promise((resolve) => setImmediate(resolve));
      const answer = isExchange ? exchange(exchanges.length) : (left.shift() ?? { status: 200, body: {} });
      if (answer instanceof Error) throw answer;
      const { status, body = {}, headers = {} } = answer;
      return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
    },
  };
  return { http, sent, exchanges };
}

export interface SelartiStage extends SelartiContext {
  readonly tools: ConnectorTools;
  /** The connector's counters. */
  readonly counted: Readonly<Record<string, number>>;
}

/** A connector's context with a scripted service. */
export function selartiStage(
  service: ScriptedService = scriptedService(),
  given: Readonly<Record<string, unknown>> = {},
  shared: { readonly facts?: Map<string, string>; readonly clock?: Clock } = {},
): SelartiStage {
  const config = selartiConfig(given);
  const counted: Record<string, number> = {};
  const clock = shared.clock ?? createFakeClock('2026-11-21T12:00:00Z');
  const tools: ConnectorTools = {
    ...noTools(),
    http: service.http,
    state: stateInMemory(shared.facts),
    fileLink: (_, file) => `https://bots.example/files/${file.id}`,
    count: (name, by = 1) => {
      counted[name] = (counted[name] ?? 0) + by;
    },
  };
  const client = createSelartiClient({ config, tools, clock });
  return { config, client, tools, use: monthlyUseOf(randomUUID(), tools.state, clock), clock, counted };
}
