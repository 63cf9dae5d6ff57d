/** Reads the parts of a v1 event that most kinds share: the bot, the chat, the author, the files, whether the bot is mentioned. */
import type { Author, Chat, ChatKind, CrmLink, FileRef, LineSession } from '../../core/events.ts';
import { branch, type FormTree, text } from '../../lib/form-body.ts';
import { hasMention } from '../formatting/bb-code.ts';

/** `data[PARAMS]`; empty when there is none. */
export function paramsOf(tree: FormTree): FormTree {
  return branch(tree, 'data', 'PARAMS') ?? {};
}

/** `ts`: Unix seconds at which the portal queued the event. Events carry no other time, and no finer one. */
export function sentAtOf(tree: FormTree): string | null {
  const seconds = Number(text(tree, 'ts'));
  return Number.isInteger(seconds) && seconds > 0 && seconds < maxSeconds
    ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
    : null;
}

/** The year 9999: JavaScript formats later dates differently. */
const maxSeconds = 253_402_300_800;

/** The id of the message that this one replies to, from its raw params. */
export function quoteOf(params: FormTree): string | null {
  const id = text(params, 'PARAMS', 'REPLY_ID') ?? '';
  return /^[1-9]\d{0,18}$/.test(id) ? id : null;
}

/** The bot of the event's lane; without a code for events that concern no bot. */
export interface LaneBot {
  readonly code: string;
  /** Its id in the portal; null if unknown. */
  readonly id: string | null;
  /** The ids of its commands in the portal by name; absent: not known. */
  readonly commands?: Readonly<Record<string, string>>;
  /** The portal's ids of our other bots there; absent: not known. */
  readonly otherBotIds?: readonly string[];
}

/**
 * The keys of the entries of `data[BOT]` or `data[COMMAND]` about this bot: found by its code, or else by its id. If its id is unknown, a
 * single entry without a code counts as this bot's, since the endpoint has put the event into this lane.
 */
export function entriesOf(entries: FormTree, bot: LaneBot): readonly string[] {
  const keys = Object.keys(entries);
  const byCode = keys.filter((key) => bot.code !== '' && text(entries, key, 'BOT_CODE') === bot.code);
  if (byCode.length > 0) return byCode;
  if (bot.id !== null) return keys.filter((key) => text(entries, key, 'BOT_ID') === bot.id);
  const isNameless = keys.length === 1 && keys.every((key) => (text(entries, key, 'BOT_CODE') ?? '') === '');
  return isNameless ? keys : [];
}

/** The bot's id in the portal, read from inside its entry, not from its key: keys may have been renumbered on the way. Null: no entry is about it. */
export function botIdOf(tree: FormTree, bot: LaneBot): string | null {
  const bots = branch(tree, 'data', 'BOT');
  if (bots === undefined) return bot.id;
  const [key] = entriesOf(bots, bot);
  return key === undefined ? null : (text(bots, key, 'BOT_ID') ?? bot.id ?? key);
}

/**
 * Whether a group message mentions this bot. MENTIONED_LIST names everybody mentioned; self-hosted portals from before July 2025 never send
 * it: there the tags of the original text decide, or, without that text, TO_USER_ID, which names only the first one mentioned.
 */
export function isMentioned(params: FormTree, botId: string): boolean {
  if (botId === '') return false;
  const list = branch(params, 'MENTIONED_LIST');
  if (list !== undefined && Object.keys(list).some((key) => key === botId || text(list, key) === botId)) return true;
  const original = text(params, 'MESSAGE_ORIGINAL');
  return original === undefined ? text(params, 'TO_USER_ID') === botId : hasMention(original, botId);
}

/** Null for an event that names no dialog. */
export function chatOf(params: FormTree, botId: string): Chat | null {
  const dialogId = text(params, 'DIALOG_ID');
  if (dialogId === undefined || dialogId === '' || dialogId === '0') return null;
  const line = lineOf(params, botId);
  const letter = text(params, 'MESSAGE_TYPE') ?? text(params, 'CHAT_TYPE');
  const kind: ChatKind = line !== null ? 'line' : letter === 'P' || /^\d+$/.test(dialogId) ? 'private' : 'group';
  return { kind, dialogId, title: nameIn(params, 'CHAT_TITLE'), line };
}

/** Only CHAT_ENTITY_TYPE identifies an Open Channel reliably. The fields: docs/platform-notes/bitrix24.md#open-channel-chats. */
function lineOf(params: FormTree, botId: string): LineSession | null {
  if (text(params, 'CHAT_ENTITY_TYPE') !== 'LINES') return null;
  const [connector = '', lineId = ''] = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|', 4);
  const session = (text(params, 'CHAT_ENTITY_DATA_1') ?? '').split('|', 6)[5] ?? '';
  const leaderId = text(params, 'CHAT_AUTHOR_ID') ?? '';
  return {
    lineId,
    connector,
    sessionId: session === '' || session === '0' ? null : session,
    crm: crmOf(params),
    ...(/^\d{1,20}$/.test(leaderId) ? { leaderId: leaderId === botId ? '0' : leaderId } : {}),
  };
}

/**
 * Whether another bot named by this event leads the Open Channel session: people may add a second bot to such a chat, and the portal sends
 * every message to both.
 */
export function otherBotLeads(tree: FormTree, { line }: Chat): boolean {
  const leaderId = line?.leaderId ?? '0';
  const bots = branch(tree, 'data', 'BOT') ?? {};
  return leaderId !== '0' && Object.keys(bots).some((key) => text(bots, key, 'BOT_ID') === leaderId);
}

/**
 * Whether a message of an Open Channel is a note that its customer does not see. The portal hides messages that are marked silent or written
 * in the chat's silent mode, but never the customer's own. It also marks the stored note, so an edit of it can be recognised.
 */
export function isHiddenNote(params: FormTree, author: Author, place: Chat): boolean {
  if (place.kind !== 'line' || author.kind === 'client' || text(params, 'IMPORTANT_CONNECTOR') === 'Y') return false;
  if (text(params, 'PARAMS', 'COMPONENT_ID') === 'HiddenMessage') return true;
  return text(params, 'SILENT_CONNECTOR') === 'Y' || isWrittenSilently(params);
}

/** The event carries the chat's current mode, so it tells nothing about an edited message. */
function isWrittenSilently(params: FormTree): boolean {
  return text(params, 'FROM_USER_ID') !== undefined && text(params, 'CHAT_ENTITY_DATA_3') === 'Y';
}

/** A chat has a lead, a contact, a company and a deal; a few more are read in case the portal adds other kinds. */
const maxRecords = 10;

/** The records of the chat, and the session's own record, which the chat's list may not have yet. */
function crmOf(params: FormTree): CrmLink[] {
  const links = listedRecords(params);
  const [isOn = '', type = '', id = ''] = (text(params, 'CHAT_ENTITY_DATA_1') ?? '').split('|', 3);
  const isRecord = isOn === 'Y' && type !== '' && type !== 'NONE' && id !== '' && id !== '0';
  const isListed = links.some((link) => link.type === type && link.id === id);
  return isRecord && !isListed && links.length < maxRecords ? [{ type, id }, ...links] : links;
}

function listedRecords(params: FormTree): CrmLink[] {
  const parts = (text(params, 'CHAT_ENTITY_DATA_2') ?? '').split('|', 2 * maxRecords);
  const links: CrmLink[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const type = parts[at] ?? '';
    const id = parts[at + 1] ?? '';
    if (type !== '' && id !== '' && id !== '0') links.push({ type, id });
  }
  return links;
}

/** The author of the message, or the user who caused the event. */
export function authorOf(tree: FormTree, params: FormTree, place: Chat): Author {
  const user = branch(tree, 'data', 'USER') ?? {};
  const id = text(user, 'ID') ?? text(params, 'FROM_USER_ID') ?? text(params, 'AUTHOR_ID') ?? '0';
  const firstName = nameIn(user, 'FIRST_NAME');
  const lastName = nameIn(user, 'LAST_NAME');
  return {
    id,
    name: nameIn(user, 'NAME'),
    kind: authorKind(user, params, place, id),
    ...(firstName === '' ? {} : { firstName }),
    ...(lastName === '' ? {} : { lastName }),
    ...externalOf(text(user, 'IS_EXTRANET')),
  };
}

/** Names of persons, chats and files: the portal's columns hold nothing longer. */
const maxName = 255;

function nameIn(tree: FormTree, ...path: readonly string[]): string {
  return (text(tree, ...path) ?? '').slice(0, maxName).toWellFormed();
}

function externalOf(flag: string | undefined): { isExtranet?: boolean } {
  return flag === 'Y' || flag === 'N' ? { isExtranet: flag === 'Y' } : {};
}

function authorKind(user: FormTree, params: FormTree, place: Chat, id: string): Author['kind'] {
  if (isYes(text(params, 'SYSTEM')) || id === '0' || id === '') return 'system';
  if (isYes(text(user, 'IS_BOT'))) return 'bot';
  if (isYes(text(user, 'IS_CONNECTOR'))) return 'client';
  // Without the USER block, the customer is the fourth part of the Open Channel chat's entity id.
  const client = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|', 4)[3];
  return place.kind === 'line' && text(user, 'IS_CONNECTOR') === undefined && client === id ? 'client' : 'employee';
}

const fileKinds: ReadonlySet<string> = new Set(['image', 'video', 'audio']);

function isMediaKind(kind: string): kind is 'image' | 'video' | 'audio' {
  return fileKinds.has(kind);
}

/** The largest number of files of one message that are read; the portal's limit is undocumented, its own client sends ten at once. */
const maxFiles = 100;

/** The files of a message. */
export function filesOf(params: FormTree): FileRef[] {
  const files = branch(params, 'FILES');
  if (files === undefined) return [];
  return Object.keys(files)
    .slice(0, maxFiles)
    .map((key) => {
      const kind = text(files, key, 'type') ?? '';
      const size = Number(text(files, key, 'size'));
      return {
        id: text(files, key, 'id') ?? key,
        name: nameIn(files, key, 'name'),
        kind: noteKind(files, key) ?? (isMediaKind(kind) ? kind : 'file'),
        size: Number.isFinite(size) && size > 0 ? size : null,
      };
    });
}

/** A recording made in the messenger is audio or video, whatever its extension says (docs/platform-notes/bitrix24.md#files). */
function noteKind(files: FormTree, key: string): 'audio' | 'video' | null {
  if (isYes(text(files, key, 'isVoiceNote'))) return 'audio';
  return isYes(text(files, key, 'isVideoNote')) ? 'video' : null;
}

/** How PHP writes yes. */
export const isYes = (value: string | undefined): boolean => value === 'Y' || value === '1' || value === 'true';
