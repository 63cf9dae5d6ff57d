/** The events as the server on the other side reads them. An event that lacks a required field is answered with 422. */
import { z } from 'zod';

const place = {
  conversation: z.string().min(1),
  answerUrl: z.url(),
  bot: z.object({ code: z.string(), type: z.string() }),
};
const author = z.object({ id: z.string(), name: z.string(), kind: z.enum(['client', 'employee', 'bot', 'system']) });
const chat = z.object({ id: z.string(), kind: z.enum(['private', 'group', 'line']), title: z.string() });
const file = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  size: z.number().nullable(),
  url: z.url(),
});
const timestamp = z.iso.datetime();

function event<Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({ type: z.literal(type), timestamp, data: z.object(data) });
}

export const eventShape = z.discriminatedUnion('type', [
  event('message.created', {
    ...place,
    chat,
    message: z.object({
      id: z.string(),
      text: z.string(),
      author,
      files: z.array(file),
      quoteOf: z.string().nullable(),
    }),
  }),
  event('message.edited', { ...place, chat, message: z.object({ id: z.string(), text: z.string(), author }) }),
  event('message.deleted', { ...place, message: z.object({ id: z.string() }) }),
  event('message.reaction', {
    ...place,
    chat,
    message: z.object({ id: z.string(), yourId: z.string().nullable() }),
    author,
    reaction: z.string().min(1),
    change: z.enum(['added', 'removed']),
  }),
  event('context.opened', { ...place, chat, author: author.nullable(), context: z.record(z.string(), z.string()) }),
  event('conversation.owner_changed', { ...place, owner: z.enum(['brain', 'person']), since: z.string().nullable() }),
  event('session.started', { ...place, chat, session: z.object({ id: z.string() }) }),
  event('session.finished', { ...place, session: z.object({ id: z.string().nullable() }) }),
  event('request.created', {
    ...place,
    request: z.object({
      id: z.string(),
      text: z.string(),
      by: z.enum(['person', 'follow_up']),
      author: author.nullable(),
    }),
  }),
  event('endpoint.check', { answerUrl: z.url() }),
]);

export type HeardEvent = z.output<typeof eventShape>;
