/** The events that a server is sent. The published JSON Schemas are made from these schemas. */
import { z } from 'zod';
import { knownReactions } from '../../../core/reactions.ts';

const authorSchema = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: 'Empty where the portal does not tell it' }),
    kind: z
      .enum(['client', 'employee', 'bot', 'system'])
      .meta({ description: '`client`: a customer of an Open Channel' }),
  })
  .meta({ id: 'Author' });

const chatSchema = z
  .object({
    id: z.string().meta({ description: 'The DIALOG_ID of Bitrix24' }),
    kind: z.enum(['private', 'group', 'line']).meta({ description: '`line`: an Open Channel with a customer' }),
    title: z.string(),
    openChannel: z
      .object({
        id: z.string(),
        connector: z.string().meta({ description: 'The messenger or form the customer writes from' }),
        sessionId: z.string().nullable(),
        crm: z.array(z.object({ type: z.string(), id: z.string() })).meta({ description: 'CRM records of the chat' }),
      })
      .nullable(),
  })
  .meta({ id: 'Chat' });

const fileSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['file', 'image', 'video', 'audio']),
    size: z.number().nullable().meta({ description: 'Bytes; null when unknown' }),
    url: z.url().meta({ description: 'Where you may fetch the bytes for some hours; a new one in each repetition' }),
  })
  .meta({ id: 'File' });

/** Fields of every event about a conversation. */
const place = {
  conversation: z.string().meta({ description: 'The name of the conversation for your answers' }),
  bot: z.object({ code: z.string(), type: z.enum(['O', 'S', 'B', 'P']) }),
  answerUrl: z.url().meta({ description: 'Where later answers are posted, signed' }),
};

const happened = z.iso.datetime().meta({ description: 'When it happened, or else when it was sent' });
const messageId = z.string().meta({ description: 'The id of the message in Bitrix24' });

const createdSchema = z
  .object({
    type: z.literal('message.created'),
    timestamp: happened,
    data: z.object({
      ...place,
      chat: chatSchema,
      message: z.object({
        id: messageId,
        text: z.string(),
        author: authorSchema,
        files: z.array(fileSchema),
        quoteOf: z.string().nullable().meta({ description: 'The message it replies to' }),
      }),
    }),
  })
  .meta({ id: 'MessageCreated' });

const editedSchema = z
  .object({
    type: z.literal('message.edited'),
    timestamp: happened,
    data: z.object({
      ...place,
      chat: chatSchema,
      message: z.object({ id: messageId, text: z.string(), author: authorSchema }),
    }),
  })
  .meta({ id: 'MessageEdited' });

const deletedSchema = z
  .object({
    type: z.literal('message.deleted'),
    timestamp: happened,
    data: z.object({ ...place, message: z.object({ id: messageId }) }),
  })
  .meta({ id: 'MessageDeleted' });

const reactionSchema = z
  .object({
    type: z.literal('message.reaction'),
    timestamp: happened,
    data: z.object({
      ...place,
      chat: chatSchema,
      message: z.object({
        id: messageId,
        yourId: z.string().nullable().meta({ description: 'The id you gave it; null where you gave none' }),
      }),
      author: authorSchema,
      reaction: z.enum(knownReactions),
      change: z.enum(['added', 'removed']),
    }),
  })
  .meta({ id: 'MessageReaction', description: 'Somebody reacted to a message of the bot, or took a reaction back' });

const contextSchema = z
  .object({
    type: z.literal('context.opened'),
    timestamp: happened,
    data: z.object({
      ...place,
      chat: chatSchema,
      author: authorSchema.nullable(),
      context: z
        .record(z.string(), z.string())
        .meta({ description: 'The data of the link, by path. The person who made the link chose them' }),
    }),
  })
  .meta({ id: 'ContextOpened', description: 'Somebody opened the bot by a link with data (`BOT_CONTEXT`)' });

const ownerSchema = z
  .object({
    type: z.literal('conversation.owner_changed'),
    timestamp: happened,
    data: z.object({
      ...place,
      owner: z.enum(['brain', 'person']).meta({ description: '`person`: your answers are not shown now' }),
      since: z.iso
        .datetime()
        .nullable()
        .meta({ description: 'Since when the former owner led; null: from the beginning' }),
    }),
  })
  .meta({ id: 'OwnerChanged' });

const startedSchema = z
  .object({
    type: z.literal('session.started'),
    timestamp: happened,
    data: z.object({ ...place, chat: chatSchema, session: z.object({ id: z.string() }) }),
  })
  .meta({ id: 'SessionStarted', description: 'A session of an Open Channel began: its first message follows' });

const finishedSchema = z
  .object({
    type: z.literal('session.finished'),
    timestamp: happened,
    data: z.object({ ...place, session: z.object({ id: z.string().nullable() }) }),
  })
  .meta({
    id: 'SessionFinished',
    description: 'The session was closed, by whomever. Answers to this are not shown',
  });

const requestSchema = z
  .object({
    type: z.literal('request.created'),
    timestamp: happened,
    data: z.object({
      ...place,
      request: z.object({
        id: z.string().meta({ description: 'Of the request; of your follow-up where it is one' }),
        text: z.string(),
        by: z.enum(['person', 'follow_up']),
        author: authorSchema.nullable().meta({ description: 'The employee who typed `/ask` in the chat' }),
      }),
    }),
  })
  .meta({
    id: 'RequestCreated',
    description: 'An administrator, an employee (`/ask …`) or your follow-up asks something',
  });

const checkSchema = z
  .object({
    type: z.literal('endpoint.check'),
    timestamp: happened,
    data: z.object({ answerUrl: place.answerUrl }),
  })
  .meta({ id: 'EndpointCheck', description: 'Asks whether the address and the key are right; any 2xx says so' });

export const eventSchema = z
  .discriminatedUnion('type', [
    createdSchema,
    editedSchema,
    deletedSchema,
    reactionSchema,
    contextSchema,
    ownerSchema,
    startedSchema,
    finishedSchema,
    requestSchema,
    checkSchema,
  ])
  .meta({ id: 'Event' });

export type Event = z.output<typeof eventSchema>;
