/** The rules of chats: finding and creating them, membership, posting, editing, deleting. Fires the events that follow. */
import { randomUUID } from 'node:crypto';
import { findCommands } from './chat-commands.ts';
import { botJoined } from './events/bot-events.ts';
import type { Cause } from './events/envelope.ts';
import { lineMessageChanged } from './events/line-events.ts';
import { commandsUsed, messageAdded, messageDeleted, messageUpdated } from './events/message-events.ts';
import { storedText } from './message-content.ts';
import type { Chat, ChatType, Message, PortalState } from './state.ts';
import type { Params } from './wire-format.ts';

/** A bot or person may edit a message this long after writing it (3 days). */
const EDIT_WINDOW_MS = 259_200_000;

export interface NewChat {
  readonly type: ChatType;
  readonly title: string;
  readonly ownerId: number;
  readonly members: readonly number[];
  readonly description?: string;
  readonly color?: string;
  readonly entityType?: string | null;
  readonly entityId?: string;
}

export function createChat(state: PortalState, wanted: NewChat): Chat {
  const chat: Chat = {
    id: state.nextId('chat'),
    type: wanted.type,
    title: wanted.title,
    description: wanted.description ?? '',
    ownerId: wanted.ownerId,
    color: wanted.color ?? 'BROWN',
    members: new Set(wanted.members),
    managers: new Set(),
    entityType: wanted.entityType ?? null,
    entityId: wanted.entityId ?? '',
    entityData1: '',
    entityData2: '',
    entityData3: '',
    textFieldEnabled: true,
    messageIds: [],
    lastReadBy: new Map(),
  };
  state.chats.set(chat.id, chat);
  for (const id of chat.members) state.bots.get(id)?.chats.add(chat.id);
  state.announce({ kind: 'chat', chatId: chat.id });
  return chat;
}

function privateKey(a: number, b: number): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

/** The 1:1 chat of two users if it exists. */
export function findPrivateChat(state: PortalState, a: number, b: number): Chat | undefined {
  const id = state.privateChats.get(privateKey(a, b));
  return id === undefined ? undefined : state.chats.get(id);
}

/** The 1:1 chat, created on first use; a bot in it then gets JOINCHAT, once. */
export function openPrivateChat(state: PortalState, initiatorId: number, peerId: number, cause: Cause): Chat {
  const known = findPrivateChat(state, initiatorId, peerId);
  if (known !== undefined) return known;
  const chat = createChat(state, {
    type: 'P',
    title: '',
    ownerId: initiatorId,
    members: [initiatorId, peerId],
    color: 'AZURE',
  });
  state.privateChats.set(privateKey(initiatorId, peerId), chat.id);
  const bot = state.bots.get(initiatorId) ?? state.bots.get(peerId);
  if (bot !== undefined) {
    const userId = bot.id === initiatorId ? peerId : initiatorId;
    bot.peers.add(userId);
    botJoined(state, { chat, bot, userId, botWroteFirst: bot.id === initiatorId }, cause);
  }
  return chat;
}

const DIALOG_ID = /^(?:\d+|(?:chat|sg|crm)\d+)$/;

/** Whether the text has the form of a dialog id. */
export function isDialogId(dialogId: string): boolean {
  return DIALOG_ID.test(dialogId) && dialogId !== '0';
}

/** The chat a dialog id means for this user; for a person's id the private chat is opened. Null when there is none. */
export function chatForDialog(state: PortalState, dialogId: string, userId: number, cause: Cause): Chat | null {
  if (dialogId.startsWith('chat')) return state.chats.get(Number(dialogId.slice(4))) ?? null;
  if (!/^\d+$/.test(dialogId)) return null;
  const peer = state.users.get(Number(dialogId));
  if (peer === undefined || peer.id === userId || !peer.active) return null;
  return openPrivateChat(state, userId, peer.id, cause);
}

/** As chatForDialog, but nothing is created. */
export function existingChatForDialog(state: PortalState, dialogId: string, userId: number): Chat | null {
  if (dialogId.startsWith('chat')) return state.chats.get(Number(dialogId.slice(4))) ?? null;
  return /^\d+$/.test(dialogId) ? (findPrivateChat(state, userId, Number(dialogId)) ?? null) : null;
}

/** Adds users; each bot among the new ones gets JOINCHAT. */
export function addMembers(
  state: PortalState,
  chat: Chat,
  userIds: readonly number[],
  { byUser, cause }: { readonly byUser: number; readonly cause: Cause },
): void {
  for (const id of userIds) {
    if (chat.members.has(id) || !state.users.has(id)) continue;
    chat.members.add(id);
    const bot = state.bots.get(id);
    bot?.chats.add(chat.id);
    if (bot !== undefined) botJoined(state, { chat, bot, userId: byUser, botWroteFirst: false }, cause);
  }
  state.announce({ kind: 'chat', chatId: chat.id });
}

/** Removes a user. The portal sends no event for it. */
export function removeMember(state: PortalState, chat: Chat, userId: number): void {
  chat.members.delete(userId);
  state.bots.get(userId)?.chats.delete(chat.id);
  chat.managers.delete(userId);
  state.announce({ kind: 'chat', chatId: chat.id });
}

export interface Posting {
  readonly chat: Chat;
  readonly authorId: number;
  readonly text: string;
  readonly params?: Params;
  readonly system?: boolean;
  readonly uuid?: string | null;
  readonly skipConnector?: boolean;
  readonly isHidden?: boolean;
  readonly forwarded?: boolean;
  /** Of a bot: its commands are run like those of people, as with everything that is sent through imbot.v2. */
  readonly runsCommands?: boolean;
}

/** The params that the portal adds to messages that customers do not see. */
const HIDDEN_NOTE: Params = { CLASS: 'bx-messenger-content-item-system', COMPONENT_ID: 'HiddenMessage' };

/** Stores a message without firing events. */
export function storeMessage(state: PortalState, posting: Posting): Message {
  const isHidden = posting.isHidden ?? posting.skipConnector ?? false;
  const isMarked = isHidden && posting.chat.type === 'L' && !state.options.oldIm;
  const message: Message = {
    id: state.nextId('message'),
    chatId: posting.chat.id,
    authorId: posting.authorId,
    text: storedText(posting.text),
    date: state.now(),
    system: posting.system ?? false,
    uuid: posting.uuid ?? null,
    params: { ...posting.params, ...(isMarked ? HIDDEN_NOTE : {}) },
    skipConnector: posting.skipConnector ?? false,
    isHidden,
    forwarded: posting.forwarded ?? false,
    deleted: false,
    edited: false,
    reactions: new Map(),
  };
  state.messages.set(message.id, message);
  posting.chat.messageIds.push(message.id);
  const bot = state.bots.get(posting.authorId);
  if (bot !== undefined) bot.countMessage += 1;
  state.announce({ kind: 'message', message });
  return message;
}

/** Stores a message, then fires its events: command events if the text contains commands that apply, otherwise the message events. */
export function postMessage(state: PortalState, posting: Posting, cause: Cause): Message {
  const hasClientUuid = posting.chat.type !== 'L' && !state.bots.has(posting.authorId);
  const uuid = posting.uuid ?? (hasClientUuid ? randomUUID() : null);
  const message = storeMessage(state, { ...posting, uuid });
  lineMessageChanged(state, 'ONOPENLINEMESSAGEADD', message, cause);
  const isDeaf = state.bots.has(message.authorId) && posting.runsCommands !== true;
  if (message.system || isDeaf) return message;
  const { chat } = posting;
  const found = findCommands(state, chat, message.authorId, message.text);
  if (found.length > 0) {
    commandsUsed(state, { chat, message, authorId: message.authorId, found, context: 'TEXTAREA' }, cause);
  } else {
    messageAdded(state, chat, message, cause);
  }
  return message;
}

/** Own, not deleted, not forwarded, not older than three days. */
export function mayChange(state: PortalState, message: Message, userId: number): boolean {
  const isYoung = state.now() - message.date < EDIT_WINDOW_MS;
  return message.authorId === userId && !message.deleted && !message.forwarded && isYoung;
}

export interface Edit {
  /** Undefined keeps the text. */
  readonly text?: string | undefined;
  readonly params?: Params | undefined;
}

/** Applies an edit and fires the update events. */
export function changeMessage(state: PortalState, message: Message, edit: Edit, cause: Cause): void {
  if (edit.text !== undefined) message.text = storedText(edit.text);
  if (edit.params !== undefined) message.params = edit.params;
  message.edited = true;
  state.announce({ kind: 'message-edit', message });
  const chat = state.chats.get(message.chatId);
  if (chat === undefined) return;
  lineMessageChanged(state, 'ONOPENLINEMESSAGEUPDATE', message, cause);
  messageUpdated(state, chat, message, cause);
}

/** Deletes; unless `complete` the message stays, marked as deleted. Fires the delete events with the old text's audience. */
export function eraseMessage(state: PortalState, message: Message, complete: boolean, cause: Cause): void {
  const chat = state.chats.get(message.chatId);
  if (chat !== undefined) {
    lineMessageChanged(state, 'ONOPENLINEMESSAGEDELETE', message, cause);
    messageDeleted(state, chat, message, cause);
  }
  message.deleted = true;
  message.text = '';
  message.params = {};
  if (complete && chat !== undefined) {
    const at = chat.messageIds.indexOf(message.id);
    if (at >= 0) chat.messageIds.splice(at, 1);
    state.messages.delete(message.id);
  }
  state.announce({ kind: 'message-delete', message });
}
