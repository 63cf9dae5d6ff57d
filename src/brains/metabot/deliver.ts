/** Hands an action to the script: by a call that may answer at once, or by a job. */
import type { BrainAction } from '../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../core/connector.ts';
import { AppError, RemoteUnreachable } from '../../core/errors.ts';
import { textReply } from '../../core/events.ts';
import { contentOf } from './content-of.ts';
import type { MetabotContext } from './context.ts';
import type { Job } from './job.ts';
import { readAnswer } from './read-answer.ts';
import { type Params, paramsOf } from './request-params.ts';
import { jobOfRequest, mayAsk } from './requests.ts';

/** The action's fixed key, and the signal that ends the attempt. */
interface Attempt {
  readonly key: string;
  readonly signal: AbortSignal;
}

export async function deliver(
  context: MetabotContext,
  action: BrainAction,
  to: ConversationRef,
  attempt: Attempt,
): Promise<Delivery> {
  const { tellChanges, repeatUncertain } = context.config;
  switch (action.type) {
    case 'edit':
    case 'delete':
    case 'owner_changed':
      if (!tellChanges || ('mirrored' in action && action.mirrored)) return {};
      break;
    case 'message':
      break;
    case 'request':
      // Never repeated blindly: a broadcast goes to many people.
      return await run(context, action, to, attempt);
    default:
      return {};
  }
  return await tell(context, action, to, attempt).catch((error: unknown) => {
    throw repeatUncertain ? repeatable(error) : error;
  });
}

/** The script ignores an `event_id` it has seen, so a call that may have arrived can be made again. */
function repeatable(error: unknown): unknown {
  if (!(error instanceof AppError) || error.fate === 'none') return error;
  const { code, message, retry } = error;
  return new RemoteUnreachable({
    code,
    message,
    fate: 'none',
    retry: retry === 'never' ? 'backoff' : retry,
    cause: error,
  });
}

type ToldAction = Parameters<typeof paramsOf>[0];

async function tell(
  context: MetabotContext,
  action: ToldAction,
  to: ConversationRef,
  { key, signal }: Attempt,
): Promise<Delivery> {
  const { config, api, connection, tools, leads } = context;
  const lead = await leads.of(to.ref);
  const params = await paramsOf(action, { connection, tools, to, eventId: key, lead });
  if (config.mode === 'schedule') {
    const { jobKind: kind, jobId: id, jobCode: code, condition, addTags, removeTags } = config;
    await plan(context, { kind, id, code, leadId: lead, condition, params, addTags, removeTags }, signal);
    return {};
  }
  const body = await api.call(params, signal);
  tools.count('calls');
  return await answerOf(context, to, body, key);
}

/** Reads the call's answer. The lead it names is stored before its replies are returned. */
async function answerOf(
  { config, tools, leads }: MetabotContext,
  { ref }: ConversationRef,
  body: Buffer,
  key: string,
): Promise<Delivery> {
  const { lead, events, warnings } = readAnswer(contentOf(body, config.answerPath), key);
  const isStored = lead === null || (await isLearned(leads.learn(ref, lead)));
  tools.count('replies', events.length);
  const told = isStored ? warnings : [...warnings, leadNotStored];
  return { ...(events.length === 0 ? {} : { replies: events }), ...(told.length === 0 ? {} : { warnings: told }) };
}

const leadNotStored = 'the lead could not be stored; the script names it again with its next answer';

/** Never rejects: the script has run, and an error here would send it the message again. */
async function isLearned(work: Promise<void>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}

/** A person or a follow-up asks to run something for the conversation. The job's script answers by webhook. */
async function run(
  context: MetabotContext,
  action: BrainAction & { readonly type: 'request' },
  to: ConversationRef,
  { key, signal }: Attempt,
): Promise<Delivery> {
  const { connection, tools, leads, config } = context;
  if (!mayAsk(action, config)) return { replies: [{ ...textReply(notAllowed), isInternal: true }] };
  const lead = await leads.of(to.ref);
  const own: Params = await paramsOf(action, { connection, tools, to, eventId: key, lead });
  await plan(context, jobOfRequest(action, own, lead), signal);
  return {};
}

/** In Russian and English, because a connector does not know the person's language. */
const notAllowed =
  'Эта команда вам не разрешена (настройка commandUsers). This command is not allowed for you (setting commandUsers).';

/** Characters logged of an answer whose content is not documented. */
const shownLength = 500;

async function plan({ api, tools, config }: MetabotContext, job: Job, signal: AbortSignal): Promise<void> {
  const body = await api.schedule(job, signal);
  tools.count('jobs');
  // The token is removed in case the answer repeats it.
  const answer = body
    .toString('utf8', 0, shownLength * 4)
    .replaceAll(config.token, '***')
    .slice(0, shownLength);
  tools.log('Metabot accepted a job', { answer }, 'debug');
}
