/** What tests can read from the portal: messages as people see them, and the bots. */
import { hash } from 'node:crypto';
import { type BotType, type EventMode, fullName, type Message, type PortalState } from './state.ts';
import { isMap, type Params } from './wire-format.ts';

export interface SeenMessage {
  readonly id: number;
  readonly chatId: number;
  readonly authorId: number;
  readonly authorName: string;
  readonly isBot: boolean;
  readonly text: string;
  readonly system: boolean;
  readonly date: number;
  readonly uuid: string | null;
  readonly attach: readonly Params[];
  /** Buttons with row breaks. */
  readonly keyboard: readonly Params[];
  readonly menu: readonly Params[];
  readonly files: readonly { readonly id: number; readonly name: string; readonly size: number }[];
  readonly replyTo: number | null;
  readonly deleted: boolean;
  readonly edited: boolean;
  /** Not shown to the Open Channel client. */
  readonly skipConnector: boolean;
  readonly reactions: Readonly<Record<string, readonly string[]>>;
}

export interface SeenBot {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly type: BotType;
  readonly openline: boolean;
  readonly appId: string;
  readonly eventMode: EventMode | null;
  readonly hasAvatar: boolean;
  /** Hash that tells pictures apart; null: the bot has no picture. */
  readonly avatarHash: string | null;
  readonly workPosition: string;
}

function maps(value: unknown): Params[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

export function seenMessage(state: PortalState, message: Message): SeenMessage {
  const author = state.users.get(message.authorId);
  const fileIds = message.params['FILE_ID'];
  const replyId = message.params['REPLY_ID'];
  return {
    id: message.id,
    chatId: message.chatId,
    authorId: message.authorId,
    authorName: author === undefined ? '' : fullName(author),
    isBot: author?.isBot === true,
    text: message.text,
    system: message.system,
    date: message.date,
    uuid: message.uuid,
    attach: maps(message.params['ATTACH']),
    keyboard: maps(message.params['KEYBOARD']),
    menu: maps(message.params['MENU']),
    files: (Array.isArray(fileIds) ? fileIds : []).flatMap((id) => {
      const file = state.files.get(Number(id));
      return file === undefined ? [] : [{ id: file.id, name: file.name, size: file.content.length }];
    }),
    replyTo: typeof replyId === 'string' ? Number(replyId) : null,
    deleted: message.deleted,
    edited: message.edited,
    skipConnector: message.skipConnector,
    reactions: Object.fromEntries([...message.reactions].map(([userId, codes]) => [String(userId), [...codes]])),
  };
}

function chatIdsOf(state: PortalState, dialog: number | string): number[] {
  if (typeof dialog === 'number') return [dialog];
  if (dialog.startsWith('chat')) return [Number(dialog.slice(4))];
  return [...state.privateChats].filter(([key]) => key.split(':').includes(dialog)).map(([, chatId]) => chatId);
}

/** Messages of a chat (number, or `chatN`), or of all private chats of a user (`27`), oldest first. */
export function messagesOf(state: PortalState, dialog: number | string): SeenMessage[] {
  return chatIdsOf(state, dialog)
    .flatMap((chatId) => state.chats.get(chatId)?.messageIds ?? [])
    .sort((a, b) => a - b)
    .flatMap((id) => {
      const message = state.messages.get(id);
      return message === undefined ? [] : [seenMessage(state, message)];
    });
}

/** Every message written by a bot, oldest first. */
export function botMessages(state: PortalState): SeenMessage[] {
  return [...state.messages.values()]
    .filter((message) => state.users.get(message.authorId)?.isBot === true)
    .map((message) => seenMessage(state, message));
}

/** Every bot of the portal, foreign ones included. */
export function seenBots(state: PortalState): SeenBot[] {
  return [...state.bots.values()].map((bot) => {
    const user = state.users.get(bot.id);
    return {
      id: bot.id,
      code: bot.code,
      name: user === undefined ? '' : fullName(user),
      type: bot.type,
      openline: bot.openline,
      appId: bot.appId,
      eventMode: bot.eventMode,
      hasAvatar: bot.avatar !== null,
      avatarHash: bot.avatar && hash('sha256', bot.avatar),
      workPosition: user?.workPosition ?? '',
    };
  });
}
