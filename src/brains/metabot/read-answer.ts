/** Reads an answer of the script: a text, one reply, a list of replies, or an object with `replies`. Pure. */
import type { z } from 'zod';
import type { BrainEvent, Button, Card, FileRef } from '../../core/events.ts';
import {
  attachmentShape,
  buttonShape,
  cardShape,
  envelopeShape,
  followUpShape,
  type ReplyShape,
  replyShape,
} from './answer-shapes.ts';

export interface ReadAnswer {
  /** The lead that the answer names, or null. */
  readonly lead: number | null;
  readonly events: readonly BrainEvent[];
  /** What could not be read and was left out, for the author of the script. */
  readonly warnings: readonly string[];
}

const maxReplies = 20;
const maxItems = { buttons: 40, cards: 10, attachments: 10 } as const;

/** The types of a reply; without a type it is a message. */
export const replyTypes = ['message', 'note', 'typing', 'handover', 'close', 'finish', 'follow_up', 'cancel_follow_up'];

/** Keys that make an object a reply. */
const replyKeys = ['type', 'text', 'buttons', 'cards', 'attachments', 'handover', 'close'];

/** @param baseId names replies without an id of their own; the same for every repetition of the answer */
export function readAnswer(given: unknown, baseId: string): ReadAnswer {
  const warnings: string[] = [];
  if (given === null || given === undefined || given === '') return { lead: null, events: [], warnings };
  const envelope = envelopeShape.safeParse(Array.isArray(given) ? { replies: given } : given);
  const lead = envelope.success ? (envelope.data.lead_id ?? null) : null;
  const replies = typeof given === 'string' ? [{ text: given }] : repliesIn(given, envelope, warnings);
  if (replies.length > maxReplies) warnings.push(`only ${maxReplies} replies of an answer are read`);
  const events = replies
    .slice(0, maxReplies)
    .flatMap((reply, index) => eventsOf(reply, index === 0 ? baseId : `${baseId}/${index + 1}`, warnings));
  return { lead, events, warnings };
}

/** Keys that by themselves say nothing to the customer. */
const envelopeKeys = ['lead_id', 'id', 'conversation_id', 'replies'];

function repliesIn(
  given: unknown,
  envelope: z.ZodSafeParseResult<z.output<typeof envelopeShape>>,
  warnings: string[],
): readonly unknown[] {
  if (!envelope.success) {
    warnings.push(`the answer is not readable (${namesIn(envelope.error)})`);
    // An unreadable lead must not cost the customer the answer.
    return typeof given === 'object' && given !== null && hasReply(given) ? [given] : [];
  }
  if (envelope.data.replies !== undefined) return envelope.data.replies;
  if (typeof given === 'object' && given !== null && hasReply(given)) return [given];
  const keys = Object.keys(given as object).filter((key) => !envelopeKeys.includes(key));
  if (keys.length > 0)
    warnings.push(`the answer says nothing: it has only ${keys.slice(0, 5).join(', ').slice(0, 200)}`);
  return [];
}

function hasReply(given: object): boolean {
  return replyKeys.some((key) => key in given);
}

function eventsOf(given: unknown, fallbackId: string, warnings: string[]): readonly BrainEvent[] {
  const parsed = replyShape.safeParse(typeof given === 'string' ? { text: given } : given);
  if (!parsed.success) {
    warnings.push(`a reply is not readable (${namesIn(parsed.error)})`);
    return [];
  }
  const reply = parsed.data;
  const id = reply.id ?? fallbackId;
  switch (reply.type ?? 'message') {
    case 'message':
      return [...said(reply, id, warnings), ...flagsOf(reply)];
    case 'note':
      return said({ ...reply, attachments: undefined }, id, warnings).map((event) => ({ ...event, isInternal: true }));
    case 'typing':
      return [{ type: 'typing' }];
    case 'handover':
      return [{ type: 'handover', note: reply.text ?? wordsOf(reply.handover) }];
    case 'close':
    case 'finish':
      return [...said(reply, id, warnings), { type: 'finish' }];
    case 'follow_up':
      return followUp(given, warnings);
    case 'cancel_follow_up':
      if (reply.name !== undefined) return [{ type: 'follow_up_cancelled', id: reply.name }];
      warnings.push('cancel_follow_up has no name');
      return [];
    default:
      warnings.push(`the type ${JSON.stringify(reply.type).slice(0, 60)} is not known`);
      return [];
  }
}

function said(reply: ReplyShape, id: string, warnings: string[]) {
  const text = reply.text ?? '';
  const buttons = itemsIn(reply, 'buttons', buttonShape, warnings).map(toButton);
  const cards = itemsIn(reply, 'cards', cardShape, warnings).map(toCard);
  const files = itemsIn(reply, 'attachments', attachmentShape, warnings).map(toFile);
  if (text.trim() === '' && cards.length === 0 && files.length === 0) {
    if (buttons.length > 0) warnings.push('buttons need a text or a card above them');
    return [];
  }
  const quoteOf = reply.quote_of ?? null;
  return [{ type: 'reply' as const, remoteMessageId: id, text, buttons, cards, files, quoteOf, isInternal: false }];
}

function flagsOf({ handover, close }: ReplyShape): readonly BrainEvent[] {
  const isAsked = (value: ReplyShape['close']): boolean =>
    value === true || (typeof value === 'string' && value !== '');
  return [
    ...(isAsked(handover) ? [{ type: 'handover' as const, note: wordsOf(handover) }] : []),
    ...(isAsked(close) ? [{ type: 'finish' as const }] : []),
  ];
}

function wordsOf(flag: ReplyShape['handover']): string | null {
  return typeof flag === 'string' && flag.trim() !== '' ? flag : null;
}

/** The readable items; an unreadable one does not cost the customer the rest. */
function itemsIn<S extends z.ZodType>(
  reply: ReplyShape,
  key: keyof typeof maxItems,
  shape: S,
  warnings: string[],
): readonly z.output<S>[] {
  const given = reply[key] ?? [];
  if (given.length > maxItems[key]) warnings.push(`only ${maxItems[key]} ${key} of a reply are read`);
  return given.slice(0, maxItems[key]).flatMap((item, index) => {
    const parsed = shape.safeParse(item);
    if (parsed.success) return [parsed.data];
    warnings.push(`${key}[${index}] is not readable (${namesIn(parsed.error)})`);
    return [];
  });
}

/** Pressing a button without an address says its value, as if the person had written it. */
function toButton({ text: label, value, url, phone }: z.output<typeof buttonShape>): Button {
  if (url !== undefined) return { type: 'link', label, url };
  if (phone !== undefined) return { type: 'call', label, phone };
  return { type: 'say', label, text: value ?? label };
}

function toCard({ title, url, image, facts }: z.output<typeof cardShape>): Card {
  return { title, url: url ?? null, image: image ?? null, facts: facts ?? [] };
}

const kinds: readonly (readonly [FileRef['kind'], RegExp])[] = [
  ['image', /\.(?:png|jpe?g|gif|webp)$/i],
  ['video', /\.(?:mp4|mov|webm)$/i],
  ['audio', /\.(?:mp3|ogg|wav|m4a)$/i],
];

/** The address is the file's id: the file is fetched when the message is sent. */
function toFile({ url, name: given, kind }: z.output<typeof attachmentShape>): FileRef {
  const name = given ?? nameIn(url);
  return { id: url, name, kind: kind ?? kinds.find(([, form]) => form.test(name))?.[0] ?? 'file', size: null };
}

function nameIn(address: string): string {
  const last = new URL(address).pathname.split('/').at(-1) ?? '';
  return last === '' ? 'file' : last.slice(-200);
}

const targets = ['script', 'trigger', 'broadcast'] as const;

/** A follow-up that the script asks for never carries a condition: chat text may have found its way into it. */
function followUp(given: unknown, warnings: string[]): readonly BrainEvent[] {
  const parsed = followUpShape.safeParse(given);
  if (!parsed.success) {
    warnings.push(`a follow_up is not readable (${namesIn(parsed.error)})`);
    return [];
  }
  const { name: id, after_sec: afterSec, ticket_id, params, ...wish } = parsed.data;
  const wanted = targets.flatMap((name) => {
    const target = { id: wish[`${name}_id`], code: wish[`${name}_code`] };
    return Object.entries(target).flatMap(([key, value]) => (value === undefined ? [] : [{ name, key, value }]));
  });
  const [only, another] = wanted;
  if (only === undefined || another !== undefined) {
    warnings.push('a follow_up names exactly one script, trigger or broadcast');
    return [];
  }
  const asked = {
    [only.key]: only.value,
    ...(ticket_id === undefined ? {} : { ticket_id }),
    ...(params === undefined ? {} : { params: JSON.stringify(params) }),
  };
  return [{ type: 'follow_up', id, afterMs: afterSec * 1_000, name: only.name, params: asked }];
}

/** Names only the keys, because values may be anything. */
function namesIn({ issues }: z.ZodError): string {
  return [...new Set(issues.map(({ path }) => path.map(String).join('.') || 'it is no object'))].slice(0, 5).join(', ');
}
