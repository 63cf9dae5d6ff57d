/** The events as the server on the other side reads them. Strict about what it needs: an event that lacks it is answered with 422. */
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
  event('conversation.owner_changed', { ...place, owner: z.enum(['brain', 'person']), since: z.string().nullable() }),
  event('request.created', {
    ...place,
    request: z.object({ id: z.string(), text: z.string(), by: z.enum(['person', 'follow_up']) }),
  }),
  event('endpoint.check', { answerUrl: z.url() }),
]);

export type HeardEvent = z.output<typeof eventShape>;
