/** The Bot API, method by method (dossier B.2). It translates names and shapes and decides nothing. */

import { createMgCaller } from './mg-caller.ts';
import type { MgHttp, MgQuery } from './mg-http.ts';
import {
  botShape,
  chatShape,
  commandShape,
  dialogShape,
  fileShape,
  idShape,
  type MgBot,
  type MgChat,
  type MgCommand,
  type MgDialog,
  type MgFile,
  type MgMessage,
  messageShape,
  namedShape,
  readAs,
  readList,
  sentShape,
} from './mg-shapes.ts';
import { type UploadedFile, uploadBody } from './upload-body.ts';

interface Named {
  readonly id: number;
  readonly name?: string | null | undefined;
}

/** To whom a dialog is given. */
export type DialogOwner = { readonly user_id: number } | { readonly bot_id: number };

/** What a bot writes; `scope: 'private'` is seen by staff alone. */
export interface BotMessage {
  readonly chat_id: number;
  readonly scope: 'public' | 'private';
  readonly type: 'text';
  readonly content: string;
}

export interface BotApi {
  bots(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgBot[]>;
  updateInfo(info: { readonly name?: string; readonly roles?: readonly string[] }): Promise<void>;
  commands(signal?: AbortSignal): Promise<readonly MgCommand[]>;
  putCommand(name: string, description: string, signal?: AbortSignal): Promise<void>;
  deleteCommand(name: string, signal?: AbortSignal): Promise<void>;
  channels(filter: MgQuery): Promise<readonly Named[]>;
  chats(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgChat[]>;
  openDialog(chatId: number, owner?: DialogOwner): Promise<number>;
  customers(filter: MgQuery): Promise<readonly { readonly id: number }[]>;
  members(filter: MgQuery): Promise<readonly { readonly id: number }[]>;
  users(filter: MgQuery): Promise<readonly { readonly id: number }[]>;
  dialogs(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgDialog[]>;
  assignDialog(dialogId: number, owner: DialogOwner): Promise<void>;
  unassignDialog(dialogId: number, signal?: AbortSignal): Promise<void>;
  closeDialog(dialogId: number, signal?: AbortSignal): Promise<void>;
  addTags(dialogId: number, tags: readonly { readonly name: string; readonly color_code?: string }[]): Promise<void>;
  removeTags(dialogId: number, tags: readonly string[]): Promise<void>;
  messages(filter: MgQuery, signal?: AbortSignal): Promise<readonly MgMessage[]>;
  /** Returns MessageGateway's id. There is no key against doubles (trap B-10): look before repeating. */
  sendMessage(message: BotMessage, signal?: AbortSignal): Promise<number>;
  editMessage(messageId: number, content: string): Promise<void>;
  deleteMessage(messageId: number): Promise<void>;
  uploadFile(file: UploadedFile, encoding: 'multipart' | 'raw', signal?: AbortSignal): Promise<MgFile>;
  uploadFileByUrl(url: string): Promise<MgFile>;
  file(fileId: string, signal?: AbortSignal): Promise<MgFile>;
  setFileMeta(fileId: string, transcription: string): Promise<void>;
  /** Where the event socket is (#26); the token goes into the handshake's header. */
  socketAddress(events: readonly string[]): URL;
}

export function createBotApi(http: MgHttp): BotApi {
  const { get, post, act, upload } = createMgCaller(http);
  return {
    bots: async (filter, signal) => readList(botShape, await get('/bots', filter, signal), 'GET /bots'),
    updateInfo: (info) => act('PATCH', '/my/info', info),
    async commands(signal) {
      return readList(commandShape, await get('/my/commands', { limit: 1000 }, signal), 'GET /my/commands');
    },
    putCommand: (name, description, signal) =>
      act('PUT', `/my/commands/${encodeURIComponent(name)}`, { name, description }, signal),
    deleteCommand: (name, signal) => act('DELETE', `/my/commands/${encodeURIComponent(name)}`, undefined, signal),
    channels: async (filter) => readList(namedShape, await get('/channels', filter), 'GET /channels'),
    chats: async (filter, signal) => readList(chatShape, await get('/chats', filter, signal), 'GET /chats'),
    async openDialog(chatId, owner) {
      return readAs(idShape, await post(`/chats/${chatId}/dialogs`, owner ?? {}), 'POST /chats/{id}/dialogs').id;
    },
    customers: async (filter) => readList(idShape, await get('/customers', filter), 'GET /customers'),
    members: async (filter) => readList(idShape, await get('/members', filter), 'GET /members'),
    users: async (filter) => readList(idShape, await get('/users', filter), 'GET /users'),
    dialogs: async (filter, signal) => readList(dialogShape, await get('/dialogs', filter, signal), 'GET /dialogs'),
    assignDialog: (dialogId, owner) => act('PATCH', `/dialogs/${dialogId}/assign`, owner),
    unassignDialog: (dialogId, signal) => act('PATCH', `/dialogs/${dialogId}/unassign`, {}, signal),
    closeDialog: (dialogId, signal) => act('DELETE', `/dialogs/${dialogId}/close`, undefined, signal),
    addTags: (dialogId, tags) => act('PATCH', `/dialogs/${dialogId}/tags/add`, { tags }),
    removeTags: (dialogId, tags) =>
      act('PATCH', `/dialogs/${dialogId}/tags/delete`, { tags: tags.map((name) => ({ name })) }),
    messages: async (filter, signal) => readList(messageShape, await get('/messages', filter, signal), 'GET /messages'),
    async sendMessage(message, signal) {
      return readAs(sentShape, await post('/messages', message, signal), 'POST /messages').message_id;
    },
    editMessage: (messageId, content) => act('PATCH', `/messages/${messageId}`, { content }),
    deleteMessage: (messageId) => act('DELETE', `/messages/${messageId}`),
    async uploadFile(file, encoding, signal) {
      return readAs(fileShape, await upload('/files/upload', uploadBody(file, encoding), signal), 'POST /files/upload');
    },
    async uploadFileByUrl(url) {
      return readAs(fileShape, await post('/files/upload_by_url', { url }), 'POST /files/upload_by_url');
    },
    async file(fileId, signal) {
      return readAs(fileShape, await get(`/files/${encodeURIComponent(fileId)}`, {}, signal), 'GET /files/{id}');
    },
    setFileMeta: (fileId, transcription) => act('PUT', `/files/${encodeURIComponent(fileId)}/meta`, { transcription }),
    socketAddress(events) {
      const url = http.address('/ws');
      url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
      url.searchParams.set('events', events.join(','));
      return url;
    },
  };
}
