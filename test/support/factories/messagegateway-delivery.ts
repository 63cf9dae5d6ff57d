/** A MessageGateway that answers as a test specifies, and a connector that delivers to it. */
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import type { BrainAction } from '../../../src/core/actions.ts';
import type { ConnectorTools } from '../../../src/core/connector-tools.ts';
import type { Chat } from '../../../src/core/events.ts';
import { mgConfig, unitTools } from '../messagegateway-unit.ts';

export interface Call {
  readonly line: string;
  readonly json: Record<string, unknown>;
}
export type Answer = readonly [status: number, body: unknown];

/** A MessageGateway with the given answers; all other calls get default answers. */
export function far(answers: Readonly<Record<string, Answer | readonly Answer[]>> = {}) {
  const calls: Call[] = [];
  const usual: Readonly<Record<string, Answer>> = {
    'POST /messages': [200, { message_id: 500 }],
    'GET /chats': [
      200,
      [
        {
          id: 9000,
          channel: { id: 61 },
          customer: { external_id: 'ref-of-talk' },
          last_dialog: { id: 20, responsible: { id: 12, type: 'user' } },
        },
      ],
    ],
    'GET /messages': [200, []],
    'POST /files/upload': [200, { id: 'b2bdba90-166c-4e0a-829d-69f26a09fd2a' }],
  };
  const left = new Map(Object.entries(answers).map(([line, one]) => [line, isList(one) ? [...one] : [one]]));
  const http: ConnectorTools['http'] = {
    send({ method, url, body }) {
      const line = `${method} ${url.pathname.replace(/^\/api\/(bot|transport)\/v1/, '')}`;
      const api = url.pathname.includes('/bot/') ? 'bot ' : '';
      const isJson = typeof body === 'string' && body.startsWith('{');
      calls.push({ line: api + line, json: isJson ? JSON.parse(body) : { query: url.search } });
      const queue = left.get(line);
      const [status, answer] = (queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0]) ??
        usual[line] ?? [200, {}];
      return Promise.resolve({ status, headers: {}, body: Buffer.from(JSON.stringify(answer)) });
    },
  };
  return { http, calls, lines: () => calls.map(({ line }) => line) };
}

const isList = (value: Answer | readonly Answer[]): value is readonly Answer[] => Array.isArray(value[0]);
export const refused = (sentence: string, status = 400): Answer => [status, { errors: [sentence] }];

export const chat: Chat = { kind: 'private', dialogId: '7', title: 'Пётр', line: null };
export const message = (given: Partial<BrainAction & { type: 'message' }> = {}): BrainAction => ({
  type: 'message',
  messageId: '77',
  text: 'привет',
  author: { id: '7', name: 'Пётр Опытов', kind: 'employee' },
  chat,
  files: [],
  sentAt: null,
  quoteOf: null,
  ...given,
});
export const to = { ref: 'ref-of-talk', remoteId: '9000', botCode: 'b', botType: 'O' as const };
export const key = '0a1b2c3d-0000-4000-8000-000000000000';
export const signal = new AbortController().signal;

export function connector(
  http: ConnectorTools['http'],
  given: Record<string, unknown> = {},
  tools: Partial<ConnectorTools> = {},
) {
  const connection = { id: 'c', portal: 'p', config: mgConfig(given), webhookSecret: 's' };
  return messageGatewayBrain.create(connection, { ...unitTools(http), ...tools });
}
