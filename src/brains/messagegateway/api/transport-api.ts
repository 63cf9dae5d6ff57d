/** The Transport API, method by method. Hides that some routes take the channel as `channel`, others as `channel_id`. */
import { createMgCaller } from './mg-caller.ts';
import type { MgHttp, MgQuery } from './mg-http.ts';
import {
  channelShape,
  fileShape,
  idShape,
  type MgChannel,
  type MgFile,
  readAs,
  readList,
  sentShape,
  templateShape,
} from './mg-shapes.ts';
import type { UploadBody } from './upload-body.ts';

/** The types a channel may have. */
export const channelTypes = [
  'telegram',
  'fbmessenger',
  'viber',
  'whatsapp',
  'skype',
  'vk',
  'instagram',
  'consultant',
  'yandex_chat',
  'odnoklassniki',
  'max',
  'ozon',
  'wildberries',
  'yandex_market',
  'mega_market',
  'avito',
  'drom',
  'youla',
  'custom',
] as const;

export type ChannelType = (typeof channelTypes)[number];

/** Names a message by MessageGateway's id or by ours. */
export type MessageName = { readonly id: number } | { readonly external_id: string };

export interface ChannelFields {
  readonly type: ChannelType;
  readonly name: string;
  readonly external_id: string;
  /** At most 255 characters. */
  readonly avatar_url?: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Customer {
  readonly external_id: string;
  readonly nickname: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly phone?: string;
  readonly email?: string;
  /** A web address, like `profile_url`. */
  readonly avatar?: string;
  readonly profile_url?: string;
}

/** A message for MessageGateway, written in the messenger. */
export interface Incoming {
  readonly channel: number;
  readonly external_chat_id: string;
  /** Required where the customer or the chat is new. */
  readonly customer?: Customer;
  readonly originator: 'customer' | 'channel';
  readonly quote?: MessageName;
  readonly message: {
    readonly external_id: string;
    readonly type: 'text' | 'image' | 'file' | 'audio';
    readonly text?: string;
    readonly note?: string;
    readonly items?: readonly { readonly id: string; readonly caption?: string }[];
    /** When it was written, RFC 3339. */
    readonly created_at?: string;
  };
}

/** The five codes a transport may give (docs/platform-notes/messagegateway.md#webhook-answers). */
export type SendingErrorCode =
  | 'general'
  | 'customer_not_exists'
  | 'reply_timed_out'
  | 'spam_suspicion'
  | 'access_restricted';

export interface Acknowledgement {
  readonly channel: number;
  readonly message: MessageName;
  /** The messenger's id of the message. */
  readonly transport_message_id?: string;
  readonly error?: { readonly code: SendingErrorCode; readonly external_code?: string; readonly message?: string };
}

export interface TransportApi {
  channels(filter: MgQuery): Promise<readonly MgChannel[]>;
  /** Creates a channel, or switches an existing one (`id`) on again. Returns its id. */
  activateChannel(fields: ChannelFields & { readonly id?: number }): Promise<number>;
  updateChannel(channelId: number, fields: ChannelFields, signal?: AbortSignal): Promise<void>;
  deactivateChannel(channelId: number): Promise<void>;
  /** The templates of all channels of the transport. */
  templates(): Promise<
    readonly { readonly code?: string | null | undefined; readonly channel_id?: number | null | undefined }[]
  >;
  addTemplate(channelId: number, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Returns MessageGateway's id. A repeated `external_id` is refused with "already exists". */
  sendMessage(message: Incoming, signal?: AbortSignal, onWarnings?: OnWarnings): Promise<number>;
  editMessage(channel: number, externalId: string, text: string, signal?: AbortSignal): Promise<void>;
  deleteMessage(channel: number, name: MessageName, signal?: AbortSignal): Promise<void>;
  /** Like `sendMessage`, but opens no dialog. The customer is required. */
  addHistory(
    channel: number,
    message: Omit<Incoming, 'channel'>,
    signal?: AbortSignal,
    onWarnings?: OnWarnings,
  ): Promise<number>;
  acknowledge(acknowledgement: Acknowledgement, signal?: AbortSignal): Promise<void>;
  addReaction(channel: number, name: MessageName, reaction: string, signal?: AbortSignal): Promise<void>;
  /** Without `reaction`, the first one found is deleted. */
  deleteReaction(channel: number, name: MessageName, reaction?: string, signal?: AbortSignal): Promise<void>;
  uploadFile(file: UploadBody, signal?: AbortSignal): Promise<MgFile>;
  file(fileId: string, signal?: AbortSignal): Promise<MgFile>;
}

/** Receives warnings that the service adds to a successful answer. */
export type OnWarnings = (warnings: readonly string[]) => void;

/** @param onWarnings receives the warnings of every call */
export function createTransportApi(http: MgHttp, onWarnings: OnWarnings = () => {}): TransportApi {
  const { get, post, act, upload } = createMgCaller(http);
  const idOfSent = (answer: unknown, where: string, onOwn?: OnWarnings): number => {
    const sent = readAs(sentShape, answer, where);
    const warnings = sent.warnings ?? [];
    if (warnings.length > 0) {
      onWarnings(warnings);
      onOwn?.(warnings);
    }
    return sent.message_id;
  };
  return {
    channels: async (filter) => readList(channelShape, await get('/channels', filter), 'GET /channels'),
    activateChannel: async (fields) => readAs(idShape, await post('/channels', fields), 'POST /channels').id,
    updateChannel: (channelId, fields, signal) => act('PUT', `/channels/${channelId}`, fields, signal),
    deactivateChannel: (channelId) => act('DELETE', `/channels/${channelId}`),
    templates: async () => readList(templateShape, await get('/templates', {}), 'GET /templates'),
    addTemplate: (channelId, fields) => act('POST', `/channels/${channelId}/templates`, fields),
    async sendMessage(message, signal, onOwn) {
      return idOfSent(await post('/messages', message, signal), 'POST /messages', onOwn);
    },
    // Without `edited_at`: its unit is not documented, and the server knows the time.
    editMessage: (channel, externalId, text, signal) =>
      act('PUT', '/messages', { channel, message: { external_id: externalId, text } }, signal),
    deleteMessage: (channel, message, signal) => act('DELETE', '/messages', { channel, message }, signal),
    async addHistory(channel, message, signal, onOwn) {
      const answer = await post('/messages/history', { ...message, channel_id: channel }, signal);
      return idOfSent(answer, 'POST /messages/history', onOwn);
    },
    acknowledge: (acknowledgement, signal) => act('POST', '/messages/ack', acknowledgement, signal),
    addReaction: (channel, message, reaction, signal) =>
      act('POST', '/messages/reaction', { channel, message, reaction }, signal),
    deleteReaction: (channel, message, reaction, signal) =>
      act('DELETE', '/messages/reaction', { channel, message, reaction }, signal),
    async uploadFile(file, signal) {
      return readAs(fileShape, await upload('/files/upload', file, signal), 'POST /files/upload');
    },
    async file(fileId, signal) {
      return readAs(fileShape, await get(`/files/${encodeURIComponent(fileId)}`, {}, signal), 'GET /files/{id}');
    },
  };
}
