/**
 * Defines the identity of an event: two deliveries with the same identity are one event. Bitrix24 sends no event id. An event has the same
 * identity in both bot APIs, so that a portal may change from one to the other while people talk: what both report is stored once
 * (docs/platform-notes/bitrix24.md#event-identity).
 */
import { sha256 } from '../../lib/encryption.ts';
import { branch, type FormTree, parseForm, text } from '../../lib/form-body.ts';
import { type LaneBot, paramsOf } from './read-params.ts';
import type { ScannedEvent } from './scan-fields.ts';
import { asFirstApi } from './second-api.ts';

/**
 * The parts that make up the identity, within the portal, the event name and the bot.
 *
 * @param bot the bot whose event it is; without a code for events that concern no bot
 */
export type EventIdentity = (event: ScannedEvent, bot: LaneBot) => readonly string[];

const digest = (value: string): string => sha256(value).toString('base64url');

/** The whole content without the tokens, which differ at each delivery. For events that only one API has and that may happen any number of times. */
export const byContent: EventIdentity = ({ storedBody: kept }) => [digest(kept.toString('latin1'))];

/** The id of the message. For events that happen once in the life of a message; without an id, the content decides. */
export const byMessage: EventIdentity = (event, bot) =>
  event.messageId === '' ? byContent(event, bot) : [event.dialogId, event.messageId];

/** Far above any event a portal sends: a larger event gets its identity from its content, without being parsed. */
const maxReadBytes = 512 * 1024;

/** Reads the identity from the event's fields, which both APIs then have at the same place. Null: the fields do not identify it. */
function byFields(read: (tree: FormTree, bot: LaneBot) => readonly string[] | null): EventIdentity {
  return (event, bot) => {
    if (event.storedBody.length > maxReadBytes) return byContent(event, bot);
    return read(asFirstApi(parseForm(event.storedBody), bot), bot) ?? byContent(event, bot);
  };
}

const messageIdOf = (params: FormTree): string => text(params, 'MESSAGE_ID') || text(params, 'ID') || '';

const momentOf = (tree: FormTree): string => text(tree, 'ts') ?? '';

/** An edit: the message, its new text, and the second in which the portal reports it. */
export const byEdit: EventIdentity = byFields((tree) => {
  const params = paramsOf(tree);
  const messageId = messageIdOf(params);
  const words = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return messageId === '' ? null : [messageId, momentOf(tree), digest(words)];
});

/** A deletion, which happens to a message once. */
export const byDeletion: EventIdentity = byFields((tree) => {
  const messageId = messageIdOf(paramsOf(tree));
  return messageId === '' ? null : [messageId];
});

/** An event about a bot in a chat: the chat, and the second. */
export const byChat: EventIdentity = byFields((tree) => [text(paramsOf(tree), 'DIALOG_ID') ?? '', momentOf(tree)]);

/** An Open Channel message, as reported by the event of the line. */
export const byLineMessage: EventIdentity = byFields((tree) => {
  const messageId = text(tree, 'data', 'DATA', 'message', 'id') ?? '';
  return messageId === '' ? null : [messageId];
});

/** The second. For events that happen at most once a second. */
export const byMoment: EventIdentity = byFields((tree) => [momentOf(tree)]);

/** A reaction: the message, who, which one, put or taken back, and the second. */
export const byReaction: EventIdentity = byFields((tree) => {
  const messageId = messageIdOf(paramsOf(tree));
  const words = [text(tree, 'data', 'user', 'id'), text(tree, 'data', 'reaction'), text(tree, 'data', 'action')];
  return messageId === '' ? null : [messageId, ...words.map((word) => word ?? ''), momentOf(tree)];
});

/** A deleted bot: its id in the portal, which no other bot ever gets. */
export const byDeletedBot: EventIdentity = byFields((tree) => {
  const botId = text(tree, 'data', 'BOT_ID') ?? '';
  return botId === '' ? null : [botId];
});

/**
 * Commands: the message and the bot's first command in it, which stands for all. A typed one happens once in the life of its message; a
 * button may be pressed again, so the second counts.
 */
export const byCommand: EventIdentity = byFields((tree, bot) => {
  // An event of imbot.v2 names one command, the first API's all of them by their numbers.
  const told = branch(tree, 'data', 'command');
  const entries = branch(tree, 'data', 'COMMAND') ?? {};
  const isOwn = (key: string): boolean =>
    (bot.id !== null && text(entries, key, 'BOT_ID') === bot.id) || text(entries, key, 'BOT_CODE') === bot.code;
  const key = Object.keys(entries).find(isOwn) ?? '';
  const commandId = told === undefined ? (text(entries, key, 'COMMAND_ID') ?? key) : (text(told, 'id') ?? '');
  const messageId = messageIdOf(paramsOf(tree)) || (text(entries, key, 'MESSAGE_ID') ?? '');
  const context = (told === undefined ? text(entries, key, 'COMMAND_CONTEXT') : text(told, 'context')) ?? '';
  if (messageId === '' || commandId === '') return null;
  const isTyped = context.toUpperCase() === 'TEXTAREA';
  return [messageId, commandId, ...(isTyped ? [] : [context.toUpperCase(), momentOf(tree)])];
});
