/** `data[PARAMS]` of the v1 message events, keys in wire order. */
import { mentionedIds, withoutMentions } from '../mentions.ts';
import { type Chat, fullName, type Message, type PortalState, type StoredFile } from '../state.ts';
import type { WireMap, WireValue } from '../wire-format.ts';
import { entityFields, eventDialogId } from './envelope.ts';

const SERVICE_FLAGS = {
  PUSH: 'Y',
  PUSH_IMPORTANT: 'N',
  RECENT_SKIP_AUTHOR: 'N',
  CONVERT: 'N',
  SKIP_COMMAND: 'N',
  SKIP_COUNTER_INCREMENTS: 'N',
  SILENT_CONNECTOR: 'N',
  SKIP_CONNECTOR: 'N',
  IMPORTANT_CONNECTOR: 'N',
  NO_SESSION_OL: 'N',
  FAKE_RELATION: 0,
  SKIP_URL_INDEX: 'N',
} as const;

const COMMAND_FLAGS = {
  SKIP_USER_CHECK: 'Y',
  PUSH: 'Y',
  PUSH_IMPORTANT: 'N',
  RECENT_ADD: 'Y',
  ...Object.fromEntries(Object.entries(SERVICE_FLAGS).slice(2)),
} as const;

/** ISO 8601 with the portal's fixed +03:00. */
export function isoDate(ms: number): string {
  return `${new Date(ms + 3 * 3_600_000).toISOString().slice(0, 19)}+03:00`;
}

/** Width and height from a PNG header; 0 for anything else. */
function imageSize(file: StoredFile): WireValue {
  if (file.type !== 'image') return 0;
  const isPng = file.content.length > 24 && file.content.readUInt32BE(0) === 0x89_50_4e_47;
  return isPng
    ? { height: file.content.readUInt32BE(20), width: file.content.readUInt32BE(16) }
    : { height: 1, width: 1 };
}

function fileBlock(state: PortalState, file: StoredFile): WireMap {
  const author = state.users.get(file.authorId);
  const ajax = `${state.address.origin}/bitrix/services/main/ajax.php`;
  const show = `${ajax}?action=disk.api.file.showImage&fileId=${file.id}`;
  const isImage = file.type === 'image';
  return {
    id: file.id,
    chatId: file.chatId,
    date: isoDate(file.date),
    type: file.type,
    name: file.name,
    extension: file.name.split('.').pop() ?? '',
    size: file.content.length,
    image: imageSize(file),
    status: 'done',
    progress: 100,
    authorId: file.authorId,
    authorName: author === undefined ? '' : fullName(author),
    urlPreview: isImage ? `${show}&signature=x` : '',
    urlShow: isImage ? show : `${ajax}?action=disk.api.file.download&fileId=${file.id}`,
    urlDownload: `${ajax}?action=disk.api.file.download&SITE_ID=s1&humanRE=1&fileId=${file.id}&exact=N&fileName=${encodeURIComponent(file.name)}`,
    ...(state.options.oldIm ? {} : newFileFields(file, isImage ? `${show}&width=250` : null)),
  };
}

/** Keys that files have since July 2025. */
function newFileFields(file: StoredFile, preview: string | null): WireMap {
  return {
    viewerAttrs: { viewer: '', viewerType: file.type, objectId: file.id, title: file.name },
    mediaUrl: preview === null ? [] : { preview: { 250: preview } },
    isTranscribable: file.isVoiceNote || file.isVideoNote,
    isVideoNote: file.isVideoNote,
    isVoiceNote: file.isVoiceNote,
  };
}

/** FILES of a message by disk id; empty when it has none. */
function filesOf(state: PortalState, message: Message): ReadonlyMap<number, WireMap> {
  const ids = message.params['FILE_ID'];
  if (!Array.isArray(ids)) return new Map();
  return new Map(
    ids.flatMap((id) => {
      const file = state.files.get(Number(id));
      return file === undefined ? [] : [[file.id, fileBlock(state, file)] as const];
    }),
  );
}

function peerOf(chat: Chat, authorId: number): number {
  return [...chat.members].find((member) => member !== authorId) ?? authorId;
}

function mentionedList(state: PortalState, text: string): WireMap {
  return state.options.oldIm ? {} : { MENTIONED_LIST: new Map(mentionedIds(text).map((id) => [id, id])) };
}

function chatFields(chat: Chat, message: Message, forCommand: boolean): WireMap {
  const before = chat.messageIds.findLast((id) => id < message.id) ?? 0;
  return {
    CHAT_ID: chat.id,
    ...(forCommand ? { CHAT_PARENT_ID: 0, CHAT_PARENT_MID: 0 } : {}),
    CHAT_TITLE: chat.title,
    CHAT_AUTHOR_ID: chat.ownerId,
    CHAT_TYPE: chat.type,
    CHAT_AVATAR: 0,
    CHAT_COLOR: chat.color,
    ...entityFields(chat),
    CHAT_EXTRANET: 'N',
    CHAT_PREV_MESSAGE_ID: before,
    CHAT_CAN_POST: 'MEMBER',
    RID: message.authorId,
    IS_MANAGER: chat.managers.has(message.authorId) ? 'Y' : 'N',
  };
}

function head(state: PortalState, chat: Chat, message: Message, text: string): WireMap {
  return {
    MESSAGE: text,
    TEMPLATE_ID: message.uuid,
    MESSAGE_TYPE: chat.type,
    FROM_USER_ID: message.authorId,
    DIALOG_ID: eventDialogId(chat, message.authorId),
    TO_CHAT_ID: chat.id,
    PARAMS: message.params as WireMap,
    AUTHOR_ID: message.authorId,
    SYSTEM: message.system ? 'Y' : 'N',
    FILES: filesOf(state, message),
  };
}

/** PARAMS of ONIMBOTMESSAGEADD. */
export function addParams(state: PortalState, chat: Chat, message: Message): WireMap {
  const silent = { SILENT_CONNECTOR: message.isHidden ? 'Y' : 'N' };
  const context = { ...SERVICE_FLAGS, ...silent, COMMAND_CONTEXT: 'TEXTAREA', CHAT_USER_COUNT: chat.members.size };
  if (chat.type === 'P') {
    return {
      ...head(state, chat, message, message.text),
      TO_USER_ID: peerOf(chat, message.authorId),
      ...context,
      PLATFORM_CONTEXT: 'web',
      MESSAGE_ID: message.id,
      CHAT_TYPE: 'P',
      LANGUAGE: state.options.language,
    };
  }
  return {
    ...head(state, chat, message, withoutMentions(message.text)),
    ...chatFields(chat, message, false),
    ...context,
    ...mentionedList(state, message.text),
    PLATFORM_CONTEXT: 'web',
    MESSAGE_ORIGINAL: message.text,
    TO_USER_ID: mentionedIds(message.text)[0] ?? 0,
    MESSAGE_ID: message.id,
    LANGUAGE: state.options.language,
  };
}

/** PARAMS of ONIMCOMMANDADD for a typed command. */
export function typedCommandParams(state: PortalState, chat: Chat, message: Message): WireMap {
  const start = head(state, chat, message, message.text);
  if (chat.type === 'P') {
    return {
      ...start,
      TO_USER_ID: peerOf(chat, message.authorId),
      ...COMMAND_FLAGS,
      MESSAGE_ID: message.id,
      CHAT_TYPE: 'P',
      LANGUAGE: state.options.language,
    };
  }
  const bots = [...chat.members].filter((id) => state.bots.has(id));
  return {
    ...start,
    ...chatFields(chat, message, true),
    BOT_IN_CHAT: new Map(bots.map((id) => [id, id])),
    ...COMMAND_FLAGS,
    MESSAGE_ID: message.id,
    LANGUAGE: state.options.language,
  };
}

function changed(chat: Chat, message: Message, text: string): WireMap {
  return {
    ID: message.id,
    CHAT_ID: chat.id,
    AUTHOR_ID: message.authorId,
    MESSAGE: text,
    MESSAGE_TYPE: chat.type,
    CHAT_AUTHOR_ID: chat.ownerId,
    ...entityFields(chat),
    PARAMS: message.params as WireMap,
  };
}

function changedEnd(state: PortalState, chat: Chat, message: Message): WireMap {
  return {
    DIALOG_ID: eventDialogId(chat, message.authorId),
    MESSAGE_ID: message.id,
    CHAT_TYPE: chat.type,
    LANGUAGE: state.options.language,
  };
}

/** PARAMS of ONIMBOTMESSAGEUPDATE. */
export function updateParams(state: PortalState, chat: Chat, message: Message): WireMap {
  const isPrivate = chat.type === 'P';
  return {
    ...changed(chat, message, isPrivate ? message.text : withoutMentions(message.text)),
    ...(isPrivate ? { FROM_USER_ID: message.authorId, TO_USER_ID: peerOf(chat, message.authorId) } : {}),
    CHAT_USER_COUNT: chat.members.size,
    ...(isPrivate ? {} : mentionedList(state, message.text)),
    PLATFORM_CONTEXT: 'web',
    ...(isPrivate ? {} : { MESSAGE_ORIGINAL: message.text, TO_USER_ID: mentionedIds(message.text)[0] ?? 0 }),
    ...changedEnd(state, chat, message),
  };
}

/** The localised note that stands in for a deleted text in groups. */
function deletedNote(state: PortalState, message: Message): string {
  const [date = '', time = ''] = isoDate(message.date).slice(0, 19).split('T');
  const [year, month, day] = date.split('-');
  return state.options.language === 'ru'
    ? `Сообщение от ${day}.${month}.${year} ${time} было удалено`
    : `The message of ${month}/${day}/${year} ${time} was deleted`;
}

/** PARAMS of ONIMBOTMESSAGEDELETE. */
export function deleteParams(state: PortalState, chat: Chat, message: Message): WireMap {
  const isPrivate = chat.type === 'P';
  return {
    ...changed(chat, message, isPrivate ? message.text : deletedNote(state, message)),
    ...(isPrivate ? { FROM_USER_ID: message.authorId, TO_USER_ID: peerOf(chat, message.authorId) } : {}),
    ...changedEnd(state, chat, message),
  };
}
