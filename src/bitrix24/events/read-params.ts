/** Reads from a v1 event what most of its kinds share: the bot, the chat, the author, the files, whether the bot is meant. */
import type { Author, Chat, ChatKind, CrmLink, FileRef, LineSession } from '../../core/events.ts';
import { branch, type FormTree, text } from '../../lib/form-body.ts';

/** `data[PARAMS]`; empty when there is none. */
export function paramsOf(tree: FormTree): FormTree {
  return branch(tree, 'data', 'PARAMS') ?? {};
}

/** `ts`: Unix seconds at which the portal queued the event (dossier §5.1). It tells no finer time, and no other one. */
export function sentAtOf(tree: FormTree): string | null {
  const seconds = Number(text(tree, 'ts'));
  return Number.isInteger(seconds) && seconds > 0 && seconds < maxSeconds
    ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
    : null;
}

/** The year 9999: what lies beyond is no date any more. */
const maxSeconds = 253_402_300_800;

/** An answer to a message has that message's id among its raw params. */
export function quoteOf(params: FormTree): string | null {
  const id = text(params, 'PARAMS', 'REPLY_ID') ?? '';
  return /^[1-9]\d{0,18}$/.test(id) ? id : null;
}

/**
 * The bot's id in the portal, from inside its entry of `data[BOT]`: map keys may have been renumbered on the way. Null when the event
 * does not name this bot; an entry without a code is taken only when there is no other.
 */
export function botIdOf(tree: FormTree, botCode: string): string | null {
  const bots = branch(tree, 'data', 'BOT') ?? {};
  const keys = Object.keys(bots);
  const [only] = keys;
  const isNameless = keys.length === 1 && only !== undefined && (text(bots, only, 'BOT_CODE') ?? '') === '';
  const key = keys.find((id) => text(bots, id, 'BOT_CODE') === botCode) ?? (isNameless ? only : undefined);
  return key === undefined ? null : (text(bots, key, 'BOT_ID') ?? key);
}

const mentionTag = /\[user=(\d+)(?: replace)?\]/gi;

/**
 * Whether a group message means this bot. MENTIONED_LIST names everybody mentioned; self-hosted portals from before July 2025 never send
 * it: there the tags of the original text decide, and where even that is missing TO_USER_ID, which is only the first one mentioned.
 */
export function isMentioned(params: FormTree, botId: string): boolean {
  const list = branch(params, 'MENTIONED_LIST');
  if (list !== undefined && Object.keys(list).some((key) => key === botId || text(list, key) === botId)) return true;
  const original = text(params, 'MESSAGE_ORIGINAL');
  if (original === undefined) return text(params, 'TO_USER_ID') === botId;
  return hasMention(original, botId);
}

/** Whether a text with BB codes mentions that user. */
export function hasMention(bb: string, userId: string): boolean {
  for (const [, id] of bb.matchAll(mentionTag)) if (id === userId) return true;
  return false;
}

/** Null for an event that names no dialog. */
export function chatOf(params: FormTree): Chat | null {
  const dialogId = text(params, 'DIALOG_ID');
  if (dialogId === undefined || dialogId === '' || dialogId === '0') return null;
  const line = lineOf(params);
  const letter = text(params, 'MESSAGE_TYPE') ?? text(params, 'CHAT_TYPE');
  const kind: ChatKind = line !== null ? 'line' : letter === 'P' || /^\d+$/.test(dialogId) ? 'private' : 'group';
  return { kind, dialogId, title: text(params, 'CHAT_TITLE') ?? '', line };
}

/** Dossier §10.2: the chat letter says `L`, but only CHAT_ENTITY_TYPE is to be trusted (trap 39). */
function lineOf(params: FormTree): LineSession | null {
  if (text(params, 'CHAT_ENTITY_TYPE') !== 'LINES') return null;
  const [connector = '', lineId = ''] = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|');
  const session = (text(params, 'CHAT_ENTITY_DATA_1') ?? '').split('|')[5] ?? '';
  const leaderId = text(params, 'CHAT_AUTHOR_ID') ?? '';
  return {
    lineId,
    connector,
    sessionId: session === '' || session === '0' ? null : session,
    crm: crmOf(params),
    ...(/^\d+$/.test(leaderId) ? { leaderId } : {}),
  };
}

function crmOf(params: FormTree): CrmLink[] {
  const parts = (text(params, 'CHAT_ENTITY_DATA_2') ?? '').split('|');
  const links: CrmLink[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const type = parts[at] ?? '';
    const id = parts[at + 1] ?? '';
    if (type !== '' && id !== '' && id !== '0') links.push({ type, id });
  }
  return links;
}

/** Whoever wrote the message or did what the event tells of. */
export function authorOf(tree: FormTree, params: FormTree, place: Chat): Author {
  const user = branch(tree, 'data', 'USER') ?? {};
  const id = text(user, 'ID') ?? text(params, 'FROM_USER_ID') ?? text(params, 'AUTHOR_ID') ?? '0';
  const firstName = text(user, 'FIRST_NAME') ?? '';
  const lastName = text(user, 'LAST_NAME') ?? '';
  return {
    id,
    name: text(user, 'NAME') ?? '',
    kind: authorKind(user, params, place, id),
    ...(firstName === '' ? {} : { firstName }),
    ...(lastName === '' ? {} : { lastName }),
    ...externalOf(text(user, 'IS_EXTRANET')),
  };
}

function externalOf(flag: string | undefined): { isExtranet?: boolean } {
  return flag === 'Y' || flag === 'N' ? { isExtranet: flag === 'Y' } : {};
}

function authorKind(user: FormTree, params: FormTree, place: Chat, id: string): Author['kind'] {
  if (isYes(text(params, 'SYSTEM')) || id === '0' || id === '') return 'system';
  if (isYes(text(user, 'IS_BOT'))) return 'bot';
  if (isYes(text(user, 'IS_CONNECTOR'))) return 'client';
  // Without the USER block, the customer is still known: he is the fourth part of the line chat's entity id.
  const client = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|')[3];
  return place.kind === 'line' && text(user, 'IS_CONNECTOR') === undefined && client === id ? 'client' : 'employee';
}

const fileKinds: ReadonlySet<string> = new Set(['image', 'video', 'audio']);

function isMediaKind(kind: string): kind is 'image' | 'video' | 'audio' {
  return fileKinds.has(kind);
}

/** The files of a message. */
export function filesOf(params: FormTree): FileRef[] {
  const files = branch(params, 'FILES');
  if (files === undefined) return [];
  return Object.keys(files).map((key) => {
    const kind = text(files, key, 'type') ?? '';
    const size = Number(text(files, key, 'size'));
    return {
      id: text(files, key, 'id') ?? key,
      name: text(files, key, 'name') ?? '',
      kind: isMediaKind(kind) ? kind : 'file',
      size: Number.isFinite(size) && size > 0 ? size : null,
    };
  });
}

/** How PHP writes yes. */
export const isYes = (value: string | undefined): boolean => value === 'Y' || value === '1' || value === 'true';
