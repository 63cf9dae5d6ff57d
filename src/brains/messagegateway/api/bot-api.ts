/** The Bot API, method by method. Translates names and shapes; takes no decisions. */

import { createMgCaller } from './mg-caller.ts';
import type { MgHttp, MgQuery } from './mg-http.ts';
import {
  botChannelShape,
  botShape,
  chatShape,
  commandShape,
  customerShape,
  dialogShape,
  fileShape,
  idShape,
  looseIdShape,
  type MgBot,
  type MgBotChannel,
  type MgChat,
  type MgCommand,
  type MgCustomer,
  type MgDialog,
  type MgFile,
  type MgMember,
  type MgMessage,
  type MgUser,
  memberShape,
  messageShape,
  readAs,
  readList,
  sentShape,
  userShape,
} from './mg-shapes.ts';
import type { UploadBody } from './upload-body.ts';

/** To whom a dialog is assigned. */
export type DialogOwner = { readonly user_id: number } | { readonly bot_id: number };

/** A message of the bot. Only staff sees it with `scope: 'private'`. */
export interface BotMessage {
  readonly chat_id: number;
  readonly scope: 'public' | 'private';
  readonly type: 'text' | 'file' | 'image' | 'audio';
  /** Only with type `text`. */
  readonly content?: string;
  /** The message it replies to. */
  readonly quote_message_id?: number;
  /** Text beside files. */
  readonly note?: string;
  /** Only of media; no caption may be empty. */
  readonly items?: readonly { readonly id: string; readonly caption: string }[];
}

/** The body of `PATCH /my/info`. */
export interface BotInfo {
  readonly name?: string;
  readonly avatar_url?: string;
  readonly roles?: readonly string[];
}

export interface BotApi {
  bots(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgBot[]>;
  updateInfo(info: BotInfo, signal?: AbortSignal): Promise<void>;
  commands(signal?: AbortSignal): Promise<readonly MgCommand[]>;
  putCommand(name: string, description: string, signal?: AbortSignal): Promise<void>;
  deleteCommand(name: string, signal?: AbortSignal): Promise<void>;
  channels(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgBotChannel[]>;
  chats(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgChat[]>;
  openDialog(chatId: number, owner?: DialogOwner, signal?: AbortSignal): Promise<number>;
  customers(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgCustomer[]>;
  members(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgMember[]>;
  users(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgUser[]>;
  dialogs(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgDialog[]>;
  assignDialog(dialogId: number, owner: DialogOwner, signal?: AbortSignal): Promise<void>;
  unassignDialog(dialogId: number, signal?: AbortSignal): Promise<void>;
  closeDialog(dialogId: number, signal?: AbortSignal): Promise<void>;
  addTags(
    dialogId: number,
    tags: readonly { readonly name: string; readonly color_code?: string }[],
    signal?: AbortSignal,
  ): Promise<void>;
  removeTags(dialogId: number, tags: readonly string[], signal?: AbortSignal): Promise<void>;
  messages(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgMessage[]>;
  /** The same messages with all their fields, for callers that need fields which `messages` drops. */
  rawMessages(filter: MgQuery, signal?: AbortSignal): Promise<readonly { readonly id: number }[]>;
  /** Returns MessageGateway's id. Repeating the call sends a second message (docs/platform-notes/messagegateway.md#bot-messages). */
  sendMessage(message: BotMessage, signal?: AbortSignal): Promise<number>;
  editMessage(messageId: number, content: string, signal?: AbortSignal): Promise<void>;
  deleteMessage(messageId: number, signal?: AbortSignal): Promise<void>;
  uploadFile(file: UploadBody, signal?: AbortSignal): Promise<MgFile>;
  uploadFileByUrl(url: string, signal?: AbortSignal): Promise<MgFile>;
  file(fileId: string, signal?: AbortSignal): Promise<MgFile>;
  setFileMeta(fileId: string, transcription: string, signal?: AbortSignal): Promise<void>;
  /** The address of the event socket. The token goes into a header of the handshake. */
  socketAddress(events: readonly string[]): URL;
}

export function createBotApi(http: MgHttp): BotApi {
  const { get, post, act, upload } = createMgCaller(http);
  return {
    bots: async (filter, signal) => readList(botShape, await get('/bots', filter, signal), 'GET /bots'),
    updateInfo: (info, signal) => act('PATCH', '/my/info', info, signal),
    commands: async (signal) =>
      readList(commandShape, await get('/my/commands', { limit: 1000 }, signal), 'GET /my/commands'),
    putCommand: (name, description, signal) =>
      act('PUT', `/my/commands/${encodeURIComponent(name)}`, { name, description }, signal),
    deleteCommand: (name, signal) => act('DELETE', `/my/commands/${encodeURIComponent(name)}`, undefined, signal),
    channels: async (filter, signal) =>
      readList(botChannelShape, await get('/channels', filter, signal), 'GET /channels'),
    chats: async (filter, signal) => readList(chatShape, await get('/chats', filter, signal), 'GET /chats'),
    async openDialog(chatId, owner, signal) {
      const answer = await post(`/chats/${chatId}/dialogs`, owner ?? {}, signal);
      return readAs(idShape, answer, 'POST /chats/{id}/dialogs').id;
    },
    customers: async (filter, signal) =>
      readList(customerShape, await get('/customers', filter, signal), 'GET /customers'),
    members: async (filter, signal) => readList(memberShape, await get('/members', filter, signal), 'GET /members'),
    users: async (filter, signal) => readList(userShape, await get('/users', filter, signal), 'GET /users'),
    dialogs: async (filter, signal) => readList(dialogShape, await get('/dialogs', filter, signal), 'GET /dialogs'),
    assignDialog: (dialogId, owner, signal) => act('PATCH', `/dialogs/${dialogId}/assign`, owner, signal),
    unassignDialog: (dialogId, signal) => act('PATCH', `/dialogs/${dialogId}/unassign`, {}, signal),
    closeDialog: (dialogId, signal) => act('DELETE', `/dialogs/${dialogId}/close`, undefined, signal),
    addTags: (dialogId, tags, signal) => act('PATCH', `/dialogs/${dialogId}/tags/add`, { tags }, signal),
    removeTags: (dialogId, tags, signal) =>
      act('PATCH', `/dialogs/${dialogId}/tags/delete`, { tags: tags.map((name) => ({ name })) }, signal),
    messages: async (filter, signal) => readList(messageShape, await get('/messages', filter, signal), 'GET /messages'),
    rawMessages: async (filter, signal) =>
      readList(looseIdShape, await get('/messages', filter, signal), 'GET /messages'),
    async sendMessage(message, signal) {
      return readAs(sentShape, await post('/messages', message, signal), 'POST /messages').message_id;
    },
    editMessage: (messageId, content, signal) => act('PATCH', `/messages/${messageId}`, { content }, signal),
    deleteMessage: (messageId, signal) => act('DELETE', `/messages/${messageId}`, undefined, signal),
    async uploadFile(file, signal) {
      return readAs(fileShape, await upload('/files/upload', file, signal), 'POST /files/upload');
    },
    async uploadFileByUrl(url, signal) {
      return readAs(fileShape, await post('/files/upload_by_url', { url }, signal), 'POST /files/upload_by_url');
    },
    async file(fileId, signal) {
      return readAs(fileShape, await get(`/files/${encodeURIComponent(fileId)}`, {}, signal), 'GET /files/{id}');
    },
    setFileMeta: (fileId, transcription, signal) =>
      act('PUT', `/files/${encodeURIComponent(fileId)}/meta`, { transcription }, signal),
    socketAddress(events) {
      const url = http.address('/ws');
      url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
      url.searchParams.set('events', events.join(','));
      return url;
    },
  };
}
