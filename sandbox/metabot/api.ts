/** Metabot's API: `/api/v1/bots/{id}/call/{alias}` and `/api/v1/bots/{id}/jobs/schedule`, with token and faults. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CallLog } from '../kit/call-log.ts';
import { withoutSecrets } from '../kit/call-log.ts';
import { answerJson, readBody } from '../kit/http.ts';
import { breaksBefore } from './faults.ts';
import type { Jobs } from './jobs.ts';
import type { Script } from './script.ts';
import type { ApiCall, MetabotState } from './state.ts';

export interface ApiParts {
  readonly state: MetabotState;
  readonly script: Script;
  readonly jobs: Jobs;
  readonly calls: CallLog<ApiCall>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One client sends its fields bare. */
const callBody = z.looseObject({ script_request_params: z.record(z.string(), z.unknown()).optional() });
const eventIn = z.looseObject({ script_request_params: z.looseObject({ event: z.string() }) });

/** Fields that only the script may see; they are hidden in the log. */
const SECRETS = new Set(['webhook_url']);

export async function handleApi(
  { state, script, jobs, calls }: ApiParts,
  incoming: IncomingMessage,
  answer: ServerResponse,
  path: string,
): Promise<void> {
  const started = performance.now();
  const content = jsonIn(await readBody(incoming, 4));
  const record = ({ status, body }: Answer): void =>
    calls.record({
      method: incoming.method ?? '',
      path,
      body: withoutSecrets(content, SECRETS),
      status,
      answer: body,
      ms: performance.now() - started,
      at: Date.now(),
    });
  const fault = eventOf(content) === 'check' ? null : state.faults.take();
  if (await breaksBefore(fault, answer)) {
    record({ status: answer.headersSent ? answer.statusCode : 0, body: `fault: ${fault?.kind}` });
    return;
  }
  const result = await work({ state, script, jobs }, incoming, path, content);
  record(result);
  if (fault?.kind === 'reset-after') answer.destroy();
  else answerJson(answer, result.status, result.body);
}

async function work(
  { state, script, jobs }: Omit<ApiParts, 'calls'>,
  incoming: IncomingMessage,
  path: string,
  content: unknown,
): Promise<Answer> {
  if (!hasToken(state, incoming)) return { status: 401, body: { message: 'Unauthenticated.' } };
  const [, bot = '', rest = ''] = /^\/api\/v1\/bots\/(\d+)\/(.+)$/.exec(path) ?? [];
  if (Number(bot) !== state.botId) return { status: 404, body: { message: 'Not Found' } };
  if (incoming.method !== 'POST') return { status: 405, body: { message: 'Method Not Allowed' } };
  if (rest === 'jobs/schedule') {
    const problem = jobs.schedule(content);
    return problem === null ? { status: 200, body: { success: true } } : { status: 422, body: { message: problem } };
  }
  if (rest !== `call/${state.alias}`) return { status: 404, body: { message: 'Not Found' } };
  const called = callBody.safeParse(content);
  if (!called.success) return { status: 422, body: { message: 'The given data was invalid.' } };
  const said = await script.answerCall(called.data.script_request_params ?? called.data);
  return { status: 200, body: state.wrapIn === null ? said : { [state.wrapIn]: said } };
}

function hasToken({ token, header }: MetabotState, { headers }: IncomingMessage): boolean {
  const isBearer = headers.authorization === `Bearer ${token}`;
  const isRaw = headers['authentication'] === token;
  if (header === 'bearer') return isBearer;
  return header === 'raw' ? isRaw : isBearer || isRaw;
}

function eventOf(content: unknown): string | null {
  const read = eventIn.safeParse(content);
  return read.success ? read.data.script_request_params.event : null;
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The schemas refuse undefined.
    return undefined;
  }
}
