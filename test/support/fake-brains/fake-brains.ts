/** Three different brains with one fake server: one answers in the call, one by webhook, one over a socket with a cursor. */
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { BrainAction } from '../../../src/core/actions.ts';
import { field } from '../../../src/core/config-form.ts';
import type { Connection, Connector, ConversationRef, Delivery } from '../../../src/core/connector.ts';
import type { ConnectorTools } from '../../../src/core/connector-tools.ts';
import { defineBrain } from '../../../src/core/define-brain.ts';
import { BadInput, RemoteRefused, RemoteUnreachable } from '../../../src/core/errors.ts';
import { type BrainEvent, textReply } from '../../../src/core/events.ts';

const configSchema = z.object({ origin: z.url(), token: z.string() });
type Config = z.infer<typeof configSchema>;

const maxTextLength = 2_000;

const answerSchema = z.object({ chat: z.string().optional(), replies: z.array(z.string()).optional() });

async function send(
  connection: Connection<Config>,
  tools: ConnectorTools,
  action: BrainAction,
  to: ConversationRef,
  key: string,
  signal: AbortSignal,
): Promise<Delivery> {
  if (action.type !== 'message' && action.type !== 'request') return {};
  const text = action.type === 'message' ? action.text : String(action.params['text']);
  const { origin, token } = connection.config;
  const response = await tools.http.send({
    method: 'POST',
    url: new URL('/messages', origin),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ref: to.ref, text, key }),
    timeoutMs: 1_000,
    signal,
  });
  if (response.status === 429) {
    throw new RemoteRefused({ code: 'fake.busy', message: 'busy', status: 429, retry: { afterMs: 200 } });
  }
  if (response.status >= 500) throw new RemoteUnreachable({ code: 'fake.down', message: 'down', fate: 'none' });
  if (response.status >= 400) {
    throw new RemoteRefused({ code: 'fake.refused', message: 'refused', status: response.status, report: true });
  }
  const answer = answerSchema.safeParse(parse(response.body));
  if (!answer.success) throw new RemoteUnreachable({ code: 'fake.garbage', message: 'garbage', fate: 'unknown' });
  const replies = (answer.data.replies ?? []).map((text) => textReply(text));
  return {
    replies,
    ...(answer.data.chat === undefined ? {} : { remoteConversationId: answer.data.chat }),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Not JSON: the schema that reads it next refuses it.
    return undefined;
  }
}

const spokenSchema = z.object({ text: z.string() });

/** The stored body may be anything; only a message of the protocol counts as an answer. */
function decode(raw: { readonly body: Buffer }): readonly BrainEvent[] {
  const message = spokenSchema.safeParse(parse(raw.body));
  if (!message.success) throw new BadInput({ code: 'fake.unreadable', message: 'not a message' });
  return [textReply(message.data.text)];
}

/** Answers in the call; a repeated delivery would be a second message. */
export const callBrain = defineBrain<Config>({
  name: 'fakecall',
  title: 'Answers in the call',
  capabilities: { maxTextLength },
  configSchema,
  requests: [
    {
      name: 'say',
      title: { ru: 'Сказать', en: 'Say' },
      help: { ru: 'Сервис отвечает на этот текст', en: 'The service answers this text' },
      schema: z.strictObject({
        text: field(z.string().min(1), {
          title: { ru: 'Текст', en: 'Text' },
          help: { ru: 'Что сказать', en: 'What to say' },
        }),
      }),
    },
  ],
  counters: [
    { name: 'calls', title: { ru: 'Вызовы', en: 'Calls' }, help: { ru: 'Вызовы сервиса', en: 'Calls of the service' } },
  ],
  create: (connection, tools) => ({
    decode,
    deliver: (action, to, key, signal) => send(connection, tools, action, to, key, signal),
  }),
});

const hookSchema = z.object({ id: z.string(), chat: z.string(), text: z.string() });

/** Answers later, by webhook, sometimes before the call has returned. */
export const hookBrain = defineBrain<Config>({
  name: 'fakehook',
  title: 'Answers by webhook',
  capabilities: { maxTextLength, idempotentDelivery: true },
  configSchema,
  create: (connection, tools) => ({
    decode,
    deliver: (action, to, key, signal) => send(connection, tools, action, to, key, signal),
    receive(request) {
      const message = hookSchema.safeParse(parse(request.body));
      if (!message.success) return { refuse: 400, reason: 'not a message' };
      const { id, chat } = message.data;
      return { accept: [{ conversation: { ref: chat }, dedupeKey: id, body: request.body }] };
    },
  }),
});

const frameSchema = z.object({ seq: z.number(), chat: z.string(), text: z.string() });

/** Answers over a socket that has its own ids for conversations and continues from a cursor. */
export const socketBrain = defineBrain<Config>({
  name: 'fakesocket',
  title: 'Answers over a socket',
  capabilities: { maxTextLength, idempotentDelivery: true, listens: true },
  configSchema,
  create: (connection, tools): Connector => ({
    decode,
    deliver: (action, to, key, signal) => send(connection, tools, action, to, key, signal),
    listen: (emit, since, signal) =>
      new Promise((resolve, reject) => {
        const { origin } = connection.config;
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws?since=${since ?? '0'}`);
        let last = Number(since ?? 0);
        let chain = Promise.resolve();
        signal.addEventListener('abort', () => socket.terminate(), { once: true });
        socket.on('message', (data: Buffer) => {
          const frame = frameSchema.safeParse(parse(data));
          // Frames outside the protocol are ignored; the cursor does not advance for them.
          if (!frame.success || frame.data.seq <= last) return;
          const { seq, chat } = frame.data;
          last = seq;
          const incoming = [{ conversation: { remoteId: chat }, dedupeKey: String(seq), body: data }];
          chain = chain.then(() => emit(incoming, String(seq)));
          chain.catch((error: unknown) => {
            socket.terminate();
            reject(error instanceof Error ? error : new Error('emit failed'));
          });
        });
        socket.on('error', () => socket.terminate());
        socket.on('close', () => {
          chain.then(resolve, reject);
        });
      }),
  }),
});
