/** The webhooks by which the script answers later. */
import type { z } from 'zod';
import type { IngressResult, WebhookRequest } from '../../core/connector.ts';
import { BadInput } from '../../core/errors.ts';
import type { BrainEvent } from '../../core/events.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import { webhookShape } from './answer-shapes.ts';
import type { MetabotContext } from './context.ts';
import { readAnswer } from './read-answer.ts';
import { signatureProblem } from './signature.ts';

/**
 * Finds the conversation: by our `conversation_id`, or by a lead that is known in exactly one conversation of this connection. A lead that
 * comes with a `conversation_id` is stored for that conversation. Ids are unique only within a conversation: scripts may reuse them.
 */
export async function receiveWebhook(context: MetabotContext, request: WebhookRequest): Promise<IngressResult> {
  const { config, clock, leads } = context;
  const problem =
    config.signingSecret === undefined ? null : signatureProblem(request, config.signingSecret, clock.now());
  if (problem !== null) return refuse(401, problem);
  const webhook = readWebhook(request.body);
  if (webhook === null) return refuse(400, 'this is no answer of a script: it needs an id and a conversation_id');
  const { id, conversation_id: ref, lead_id: lead } = webhook.envelope;
  if (ref === undefined && lead === undefined) return refuse(400, 'conversation_id or lead_id is needed');
  const conversation = ref === undefined ? await byLead(context, lead ?? 0) : { ref };
  if ('refuse' in conversation) return conversation;
  if (ref !== undefined && lead !== undefined) await leads.learn(ref, lead);
  const { warnings } = readAnswer(webhook.content, id);
  context.tools.count('webhooks');
  return {
    accept: [{ conversation, dedupeKey: `${id} ${conversation.ref}`, body: request.body, ifKnown: true }],
    answer: { ok: true, ...(warnings.length === 0 ? {} : { warnings }) },
    answerIfUnknown: { ok: false, error: 'this conversation is not known, or its bot thinks elsewhere now' },
    ...(warnings.length === 0 ? {} : { remark: `an answer of a script is partly unreadable: ${warnings.join('; ')}` }),
  };
}

async function byLead(
  { leads }: MetabotContext,
  lead: number,
): Promise<{ readonly ref: string } | Extract<IngressResult, { refuse: number }>> {
  const found = await leads.conversationOf(lead);
  if (found === 'none') return refuse(404, 'this lead is not known');
  return found === 'several' ? refuse(409, 'this lead has several conversations; name conversation_id') : found;
}

/** Pure. Throws BadInput `metabot.unreadable`. */
export function decodeWebhook(body: Buffer): readonly BrainEvent[] {
  const webhook = readWebhook(body);
  if (webhook === null) throw new BadInput({ code: 'metabot.unreadable', message: 'this is no answer of a script' });
  return readAnswer(webhook.content, webhook.envelope.id).events;
}

function readWebhook(
  body: Buffer,
): { readonly content: unknown; readonly envelope: z.output<typeof webhookShape> } | null {
  const content = jsonOrUndefined(body);
  const envelope = webhookShape.safeParse(content);
  return envelope.success ? { content, envelope: envelope.data } : null;
}

/** A refusal whose reason the script's author sees. */
function refuse(status: number, reason: string): Extract<IngressResult, { refuse: number }> {
  return { refuse: status, reason, answer: { ok: false, error: reason } };
}
