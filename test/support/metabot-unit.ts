/** A connector of Metabot without an app: its calls are recorded and answered by the test. */
import { readFileSync } from 'node:fs';
import { configSchema, type MetabotConfig } from '../../src/brains/metabot/config.ts';
import { metabotBrain } from '../../src/brains/metabot/metabot-brain.ts';
import type { BrainAction } from '../../src/core/actions.ts';
import type { Connection, Connector, ConversationRef } from '../../src/core/connector.ts';
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import { noTools } from './no-tools.ts';
import { openUrlBy } from './opened-file.ts';
import { stateInMemory } from './state-in-memory.ts';

export const metabotToken = 'token-of-a-metabot-bot';

/** A recorded or documented exchange with Metabot, by file name without `.json`. */
export function metabotFixture(name: string) {
  return JSON.parse(readFileSync(new URL(`../fixtures/metabot/${name}.json`, import.meta.url), 'utf8'));
}

function metabotConfig(given: Readonly<Record<string, unknown>> = {}): MetabotConfig {
  return configSchema.parse({ botId: 1001, token: metabotToken, ...given });
}

type Sent = Parameters<ConnectorTools['http']['send']>[0];
type Received = Awaited<ReturnType<ConnectorTools['http']['send']>>;

export interface MetabotUnit {
  readonly connector: Connector;
  readonly connection: Connection<MetabotConfig>;
  readonly tools: ConnectorTools;
  /** Requests in order, with their bodies parsed. */
  readonly sent: { readonly url: string; readonly headers: Sent['headers']; readonly body: unknown }[];
  readonly facts: Map<string, string>;
  readonly logged: string[];
  readonly counted: string[];
}

/** @param answer returns the answer to each request: JSON or a response; or throws */
export function metabotUnit(
  config: Readonly<Record<string, unknown>> = {},
  answer: (request: Sent, count: number) => unknown = () => ({}),
  tools: Partial<ConnectorTools> = {},
): MetabotUnit {
  const sent: MetabotUnit['sent'] = [];
  const facts = new Map<string, string>();
  const logged: string[] = [];
  const counted: string[] = [];
  const send: ConnectorTools['http']['send'] = async (request) => {
    const body = request.body === undefined ? null : JSON.parse(request.body as string);
    sent.push({ url: request.url.href, headers: request.headers, body });
    const given = await answer(request, sent.length);
    return isResponse(given) ? given : { status: 200, headers: {}, body: Buffer.from(JSON.stringify(given)) };
  };
  const all: ConnectorTools = {
    ...noTools(),
    http: { send },
    openUrl: openUrlBy(send),
    state: stateInMemory(facts),
    crmAddress: ({ type, id }) => Promise.resolve(`https://portal.example/crm/${type}/${id}`),
    fileLink: (_to, { id }) => `https://bots.example/files/${id}`,
    count: (name, by = 1) => void counted.push(`${name} ${by}`),
    log: (message, details, level = 'info') => void logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
    ...tools,
  };
  const connection = { id: 'c1', portal: 'p1', config: metabotConfig(config), webhookSecret: 'secret-of-the-hook' };
  return { connector: metabotBrain.create(connection, all), connection, tools: all, sent, facts, logged, counted };
}

function isResponse(given: unknown): given is Received {
  return typeof given === 'object' && given !== null && 'status' in given && 'headers' in given && 'body' in given;
}

export function response(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Received {
  return { status, headers, body: Buffer.from(body) };
}

export const conversation: ConversationRef = {
  ref: 'opaque-conversation-id',
  remoteId: null,
  botCode: 'bridge_line',
  botType: 'O',
};

export const eventId = '01910000-0000-7000-8000-000000000001';

export function customerMessage(text = 'Hello', more: object = {}): BrainAction & { readonly type: 'message' } {
  return {
    type: 'message',
    messageId: '777',
    text,
    author: { id: '42', name: 'Ivan Petrov', kind: 'client' },
    chat: {
      kind: 'line',
      dialogId: 'chat42',
      title: 'Ivan Petrov - Support',
      line: { lineId: '1', connector: 'telegrambot', sessionId: '9', crm: [{ type: 'LEAD', id: '1209' }] },
    },
    files: [],
    sentAt: '2026-11-21T10:00:00Z',
    quoteOf: null,
    ...more,
  };
}

export function request(
  name: string,
  params: Readonly<Record<string, unknown>>,
  more: object = {},
): BrainAction & { readonly type: 'request' } {
  return { type: 'request', id: 'r1', name, params, by: 'person', ...more };
}

export async function deliverTo(unit: MetabotUnit, action: BrainAction, key = eventId) {
  return await unit.connector.deliver(action, conversation, key, AbortSignal.timeout(5_000));
}
