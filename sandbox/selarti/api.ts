/** The two methods of Selarti's API that an external messenger needs, as strict as the documentation. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { actOut, type OrderedFaults } from '../kit/faults.ts';
import { answerHtml, answerJson, readBody } from '../kit/http.ts';
import type { Fault } from './options.ts';

const authPath = '/api/1.1/wf/auth';
const sendPath = '/api/1.1/wf/send_message_external';

const authSchema = z.strictObject({ api_key: z.string() });
const messageSchema = z.strictObject({
  task_id: z.string().min(1),
  chat_id: z.string().min(1),
  message: z.string().min(1),
});
export type SentMessage = z.output<typeof messageSchema>;

export interface Exchange {
  readonly status: number;
  readonly body: unknown;
  readonly answer: unknown;
}

export interface ApiOptions {
  readonly faults: OrderedFaults<Fault>;
  readonly apiKey: string;
  readonly taskId: string;
  /** Issues a token. */
  readonly issueToken: () => string;
  readonly isToken: (token: string) => boolean;
  /** Receives the message; resolves to a function that is called once the call has been answered. */
  readonly take: (message: SentMessage) => Promise<() => void>;
}

/** Handles one call; null for a path that is not part of the API. Returns the log entry, without key and token. */
export async function handleApi(
  options: ApiOptions,
  incoming: IncomingMessage,
  answer: ServerResponse,
  path: string,
): Promise<Exchange | null> {
  if (path !== authPath && path !== sendPath) return null;
  const sent = jsonOf(await readBody(incoming, 1));
  const refuse = (status: number, message: string, body: unknown = null): Exchange => {
    const content = { statusCode: status, body: { status: 'ERROR', message } };
    answerJson(answer, status, content);
    return { status, body, answer: content };
  };
  if (incoming.method !== 'POST') return refuse(404, 'Workflow not found');
  if (path === authPath) return authorize(options, answer, sent, refuse);
  return await send(options, incoming, answer, { sent, refuse });
}

type Refuse = (status: number, message: string, body?: unknown) => Exchange;

function authorize(
  { apiKey, issueToken, faults }: ApiOptions,
  answer: ServerResponse,
  sent: unknown,
  refuse: Refuse,
): Exchange {
  if (faults.take(({ kind }) => kind === 'refuse-key') !== null) return refuse(401, 'wrong api key');
  const read = authSchema.safeParse(sent);
  if (!read.success) return refuse(400, 'api_key is missing');
  if (read.data.api_key !== apiKey) return refuse(401, 'wrong api key');
  const response = { token: issueToken(), user_id: '1721129985149x000000000000000001', expires: 86_400 };
  answerJson(answer, 200, { status: 'success', response });
  return { status: 200, body: { api_key: '(hidden)' }, answer: { status: 'success', response: { token: '(hidden)' } } };
}

async function send(
  options: ApiOptions,
  { headers }: IncomingMessage,
  answer: ServerResponse,
  { sent, refuse }: { readonly sent: unknown; readonly refuse: Refuse },
): Promise<Exchange> {
  const fault = options.faults.take(({ kind }) => kind !== 'refuse-key');
  const fail = (status: number) => () => void refuse(status, 'try again later');
  const isOver = await actOut<Fault>(fault, answer, {
    429: fail(429),
    500: fail(500),
    502: fail(502),
    garbage: () => answerHtml(answer, 200, '<html>busy</html>'),
  });
  if (isOver) return { status: typeof fault?.kind === 'number' ? fault.kind : 0, body: sent, answer: fault?.kind };
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (!options.isToken(token)) return refuse(401, 'the token is not valid', sent);
  const read = messageSchema.safeParse(sent);
  if (!read.success)
    return refuse(400, read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '), sent);
  if (read.data.task_id !== options.taskId) return refuse(400, 'there is no such task', sent);
  const afterwards = await options.take(read.data);
  const content = { status: 'success', response: {} };
  if (fault?.kind === 'reset-after') answer.destroy();
  else if (fault?.kind === 'fail-after') fail(500)();
  else if (fault?.kind !== 'hang-after') answerJson(answer, 200, content);
  afterwards();
  return { status: fault === null || fault.kind === 'slow' ? 200 : 0, body: sent, answer: content };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
