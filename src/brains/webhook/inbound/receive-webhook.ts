/** Judges a webhook of the server: its signature, its time, and whether its answers are readable. */
import type { IngressResult, WebhookRequest } from '../../../core/connector.ts';
import { BadInput } from '../../../core/errors.ts';
import type { BrainEvent } from '../../../core/events.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import { type Config, keysAt } from '../config.ts';
import { problemsOf, webhookSchema } from '../protocol/answers.ts';
import { verify } from '../protocol/signature.ts';
import { toBrainEvent } from './to-brain-events.ts';

/** Enough for 20 answers with the longest texts, cards and buttons. */
const maxBodyBytes = 1024 * 1024;

/** A repeated `webhook-id` is accepted again and has no further effect. */
export function receiveWebhook({ headers, body }: WebhookRequest, config: Config, now: Date): IngressResult {
  if (body.length > maxBodyBytes) return refusal(413, 'too_large', ['the body has more than 1 MiB']);
  const verified = verify(headers, body, keysAt(config, now), { now, toleranceSeconds: config.toleranceSeconds });
  if ('problem' in verified) return refusal(401, 'bad_signature', [verified.problem]);
  const content = jsonOrUndefined(body);
  if (content === undefined) return refusal(400, 'no_json', ['the body is no JSON']);
  const webhook = webhookSchema.safeParse(content);
  if (!webhook.success) return refusal(400, 'unreadable', problemsOf(webhook.error));
  const { conversation: ref, answers } = webhook.data;
  return {
    accept: [{ conversation: { ref }, dedupeKey: verified.id, body, ifKnown: true }],
    answer: { accepted: answers.length },
    answerIfUnknown: problem('unknown_conversation', ['no bot that uses this connection has such a conversation']),
    statusIfUnknown: 404,
  };
}

/** Throws BadInput if unreadable, though stored bodies have passed `receiveWebhook`. */
export function decodeWebhook(body: Buffer): readonly BrainEvent[] {
  const webhook = webhookSchema.safeParse(jsonOrUndefined(body));
  if (webhook.success) return webhook.data.answers.map(toBrainEvent);
  throw new BadInput({ code: 'webhook.unreadable', message: 'this is no webhook of the protocol' });
}

function refusal(status: number, error: string, problems: readonly string[]): IngressResult {
  return { refuse: status, reason: problems.join('; '), answer: problem(error, problems) };
}

/** The body of a refusal. */
function problem(error: string, problems: readonly string[]) {
  return { error: `webhook.${error}`, problems };
}
