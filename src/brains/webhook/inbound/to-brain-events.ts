/** Translates the answers of a server into the app's events. Pure. */
import type { BrainEvent, FileRef } from '../../../core/events.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import { type Answer, answerSchema, problemsOf, unreadResponseSchema } from '../protocol/answers.ts';
import { askRequest } from '../requests.ts';

export function toBrainEvent(answer: Answer): BrainEvent {
  switch (answer.type) {
    case 'message': {
      const { id, text, format: form, buttons, cards, files, quoteOf, internal } = answer;
      const remoteMessageId = id ?? null;
      const fileRefs = files.map(toFileRef);
      const shown = { text, form, buttons, cards, files: fileRefs, quoteOf, isInternal: internal };
      return { type: 'reply', remoteMessageId, ...shown };
    }
    case 'message.edit': {
      const { id: remoteMessageId, text, format: form, cards, buttons } = answer;
      return { type: 'reply_edited', remoteMessageId, text, form, cards, buttons };
    }
    case 'message.delete':
      return { type: 'reply_deleted', remoteMessageId: answer.id };
    case 'typing':
    case 'finish':
      return { type: answer.type };
    case 'reaction':
      return { type: 'reacted', portalMessageId: answer.to, added: answer.add, removed: answer.remove };
    case 'read':
      return { type: 'read', portalMessageId: answer.upTo };
    case 'handover':
      return { type: 'handover', note: answer.note };
    case 'take_back':
      return { type: 'taken_back' };
    case 'follow_up': {
      const { id, afterSeconds, text } = answer;
      return { type: 'follow_up', id, afterMs: afterSeconds * 1000, name: askRequest.name, params: { text } };
    }
    case 'follow_up.cancel':
      return { type: 'follow_up_cancelled', id: answer.id };
  }
}

/** The address is the id: the file is fetched from it when the message is sent. */
function toFileRef({ url, name, kind }: Extract<Answer, { type: 'message' }>['files'][number]): FileRef {
  return { id: url, name, kind, size: null };
}

export interface ReadResponse {
  readonly replies: readonly BrainEvent[];
  /** What was left out, and why. */
  readonly warnings: readonly string[];
}

/**
 * The answers in the body of a 2xx response. The server has taken the event, so nothing here is an error: what is not readable is left out
 * with a warning, which the trace shows, and the event is not sent again.
 */
export function readResponse(body: Buffer): ReadResponse {
  if (body.length === 0) return { replies: [], warnings: [] };
  const content = jsonOrUndefined(body);
  if (isEmptyObject(content)) return { replies: [], warnings: [] };
  const list = unreadResponseSchema.safeParse(content);
  if (!list.success) {
    const why = content === undefined ? 'it is no JSON' : problemsOf(list.error).join('; ');
    return { replies: [], warnings: [`the response was left out: ${why}`] };
  }
  const replies: BrainEvent[] = [];
  const warnings: string[] = [];
  for (const [index, given] of list.data.answers.entries()) {
    const answer = answerSchema.safeParse(given);
    if (answer.success) replies.push(toBrainEvent(answer.data));
    else warnings.push(`answer ${index + 1} was left out: ${problemsOf(answer.error).join('; ')}`);
  }
  return { replies, warnings };
}

function isEmptyObject(content: unknown): boolean {
  return typeof content === 'object' && content !== null && JSON.stringify(content) === '{}';
}
