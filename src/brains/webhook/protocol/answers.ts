/** What a server may answer, in a call's response or by webhook. The published JSON Schemas are made from these schemas. */
import { z } from 'zod';
import { knownReactions } from '../../../core/reactions.ts';

/** Most answers in one response or webhook. */
const maxAnswers = 20;

const idSchema = z.string().min(1).max(200);
const labelSchema = z.string().min(1).max(100);
const webAddress = z.url({ protocol: /^https?$/ }).max(2_000);
const textSchema = z.string().max(20_000);
const formatSchema = z.enum(['plain', 'markdown', 'html']).default('plain').meta({
  description: 'How the text is written. `plain`: shown as it is, stars and tags included',
});

const buttonSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('say'), label: labelSchema, text: z.string().min(1).max(500) }),
    z.strictObject({ type: z.literal('link'), label: labelSchema, url: webAddress }),
    z.strictObject({ type: z.literal('call'), label: labelSchema, phone: z.string().min(3).max(40) }),
  ])
  .meta({
    id: 'Button',
    description: 'Pressing it sends the text as the person (`say`), opens the address (`link`), or calls the number',
  });

const cardSchema = z
  .strictObject({
    title: z.string().min(1).max(500),
    url: webAddress.nullable().default(null).meta({ description: 'Where the title leads to' }),
    image: webAddress.nullable().default(null).meta({ description: 'Public address of a picture' }),
    facts: z
      .array(z.strictObject({ name: z.string().max(200), value: z.string().max(1_000) }))
      .max(20)
      .default([]),
  })
  .meta({ id: 'Card', description: 'An object shown under a message: a product, an order, a link' });

const fileSchema = z
  .strictObject({
    url: webAddress.meta({ description: 'Fetched by the app, at most 25 MiB, never from private addresses' }),
    name: z.string().min(1).max(255),
    kind: z.enum(['file', 'image', 'video', 'audio']).default('file'),
  })
  .meta({ id: 'AnswerFile' });

/** The id of a message in Bitrix24. */
const messageIdSchema = z.string().regex(/^\d{1,20}$/);

const buttonsSchema = z.array(buttonSchema).max(20);
const cardsSchema = z.array(cardSchema).max(10);

const messageSchema = z
  .strictObject({
    type: z.literal('message'),
    id: idSchema.optional().meta({ description: 'Your own id of the message, by which you edit or delete it later' }),
    text: textSchema.default(''),
    format: formatSchema,
    buttons: buttonsSchema.default([]),
    cards: cardsSchema.default([]),
    files: z.array(fileSchema).max(10).default([]),
    quoteOf: messageIdSchema
      .nullable()
      .default(null)
      .meta({ description: 'The id of the Bitrix24 message it replies to' }),
    internal: z
      .boolean()
      .default(false)
      .meta({ description: 'Only the staff of the portal sees it, the customer of an Open Channel does not' }),
  })
  .refine(({ text, cards, files }) => text.trim() !== '' || cards.length > 0 || files.length > 0, {
    error: 'needs a text, a card or a file',
  })
  .meta({ id: 'MessageAnswer', description: 'The bot says something; it needs a text, a card or a file' });

const editSchema = z
  .strictObject({
    type: z.literal('message.edit'),
    id: idSchema,
    text: textSchema.min(1),
    format: formatSchema,
    cards: cardsSchema.default([]).meta({ description: 'All cards of the message from now on' }),
    buttons: buttonsSchema
      .nullable()
      .default(null)
      .meta({ description: 'All its buttons from now on; null: unchanged' }),
  })
  .meta({ id: 'EditAnswer', description: 'A message of yours gets another text, also while it is still on its way' });

const deleteSchema = z
  .strictObject({ type: z.literal('message.delete'), id: idSchema })
  .meta({ id: 'DeleteAnswer', description: 'A message of yours is deleted' });

const typingSchema = z
  .strictObject({ type: z.literal('typing') })
  .meta({ id: 'TypingAnswer', description: 'The chat shows for some seconds that the bot is typing' });

const reactionsSchema = z.array(z.enum(knownReactions)).max(10).default([]);

const reactionSchema = z
  .strictObject({
    type: z.literal('reaction'),
    to: messageIdSchema.meta({ description: 'The id of the Bitrix24 message' }),
    add: reactionsSchema,
    remove: reactionsSchema,
  })
  .meta({ id: 'ReactionAnswer', description: 'The bot reacts to a message, or takes reactions back' });

const readSchema = z
  .strictObject({ type: z.literal('read'), upTo: messageIdSchema })
  .meta({ id: 'ReadAnswer', description: 'The messages up to this one of Bitrix24 are shown as read' });

const handoverSchema = z
  .strictObject({ type: z.literal('handover'), note: z.string().min(1).max(2_000).nullable().default(null) })
  .meta({ id: 'HandoverAnswer', description: 'A person takes over; only the staff of the portal sees the note' });

const takeBackSchema = z
  .strictObject({ type: z.literal('take_back') })
  .meta({ id: 'TakeBackAnswer', description: 'You lead the conversation again that a person has led' });

const finishSchema = z
  .strictObject({ type: z.literal('finish') })
  .meta({ id: 'FinishAnswer', description: 'The Open Channel session ends; elsewhere it has no effect' });

/** 90 days: the longest time the app keeps a follow-up. */
const maxFollowUpSeconds = 90 * 24 * 3_600;

const followUpSchema = z
  .strictObject({
    type: z.literal('follow_up'),
    id: idSchema.meta({ description: 'Yours; a pending follow-up with the same id is replaced' }),
    afterSeconds: z.int().min(1).max(maxFollowUpSeconds),
    // A blank text would be refused when the follow-up is due.
    text: z
      .string()
      .max(2_000)
      .regex(/\S/, 'must not be blank')
      .meta({ description: 'Sent back to you in `request.created`' }),
  })
  .meta({ id: 'FollowUpAnswer', description: 'You are sent `request.created` later, also after restarts' });

const cancelSchema = z
  .strictObject({ type: z.literal('follow_up.cancel'), id: idSchema })
  .meta({ id: 'FollowUpCancelAnswer', description: 'A follow-up is not wanted any more' });

export const answerSchema = z
  .discriminatedUnion('type', [
    messageSchema,
    editSchema,
    deleteSchema,
    typingSchema,
    reactionSchema,
    readSchema,
    handoverSchema,
    takeBackSchema,
    finishSchema,
    followUpSchema,
    cancelSchema,
  ])
  .meta({ id: 'Answer' });

export type Answer = z.output<typeof answerSchema>;

/** The `type` of each answer. */
export const answerTypes: readonly string[] = answerSchema.options.flatMap(({ shape }) => [...shape.type.values]);

/** The body of a call's response. Each answer is read by itself: an unreadable one does not spoil the others. */
export const responseSchema = z
  .strictObject({ answers: z.array(answerSchema).max(maxAnswers) })
  .meta({ id: 'CallResponse', description: 'Answers in the response of a call, in order; an empty body: none yet' });

/** The same body, before its answers are read one by one. */
export const unreadResponseSchema = z.strictObject({ answers: z.array(z.unknown()).max(maxAnswers) });

/** The body of a webhook. */
export const webhookSchema = z
  .strictObject({
    conversation: idSchema.meta({ description: 'As the events named it' }),
    answers: z.array(answerSchema).min(1).max(maxAnswers),
  })
  .meta({ id: 'Webhook', description: 'Answers in one conversation, in order' });

/** What is wrong, in a few words: the place and the rule, for the server's developer. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.slice(0, 5).map(({ path, message }) => {
    const place = path.join('.');
    return `${place === '' ? '' : `${place}: `}${message}`.slice(0, 200);
  });
}
