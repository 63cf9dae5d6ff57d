/** Translates a stored Bitrix24 event (API v1) into the house's words. Pure; every field may be missing and every value is text. */
import type { AppEvent, Author, Chat, ChatKind, CrmLink, FileRef, HomeEvent, LineSession } from '../../core/events.ts';
import { languageOf } from '../../core/texts.ts';
import { branch, type FormTree, parseForm, text } from '../../lib/form-body.ts';
import { plainText, withoutMention } from '../formatting/bb-code.ts';

export type Decoded =
  | { readonly kind: 'chat'; readonly event: HomeEvent }
  | { readonly kind: 'app'; readonly event: AppEvent }
  | { readonly kind: 'nothing'; readonly reason: 'unknown_event' | 'no_dialog' | 'not_for_this_bot' };

/** A decoder per event name. A new event costs one entry. */
const decoders: Readonly<Record<string, (tree: FormTree, botCode: string) => Decoded>> = {
  ONIMBOTMESSAGEADD: onMessageAdd,
  ONIMBOTMESSAGEUPDATE: onMessageUpdate,
  ONIMBOTMESSAGEDELETE: onMessageDelete,
  ONIMBOTJOINCHAT: (tree) => onPresence(tree, 'joined'),
  ONIMBOTCONTEXTGET: (tree) => onPresence(tree, 'context_opened'),
  ONIMCOMMANDADD: onCommand,
  ONIMBOTDELETE: (tree) => app({ type: 'bot_deleted', botId: text(tree, 'data', 'BOT_ID') ?? '' }),
  ONAPPINSTALL: () => app({ type: 'app_updated' }),
  ONAPPUPDATE: () => app({ type: 'app_updated' }),
  ONAPPUNINSTALL: (tree) => app({ type: 'app_uninstalled', clean: isYes(text(tree, 'data', 'CLEAN')) }),
  ONAPPPAYMENT: (tree) => app({ type: 'app_payment', expired: isYes(text(tree, 'data', 'PAYMENT_EXPIRED')) }),
};

/** @param botCode the bot whose lane the row is in; empty for events that concern no bot */
export function decodeEvent(body: Buffer, botCode: string): Decoded {
  const tree = parseForm(body);
  const decoder = decoders[(text(tree, 'event') ?? '').toUpperCase()];
  return decoder === undefined ? { kind: 'nothing', reason: 'unknown_event' } : decoder(tree, botCode);
}

function app(event: AppEvent): Decoded {
  return { kind: 'app', event };
}

function chat(event: HomeEvent): Decoded {
  return { kind: 'chat', event };
}

const isYes = (value: string | undefined): boolean => value === 'Y' || value === '1' || value === 'true';

function onMessageAdd(tree: FormTree, botCode: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const botId = botIdOf(tree, botCode);
  const raw =
    place.kind === 'group' ? (text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE')) : text(params, 'MESSAGE');
  return chat({
    type: 'message',
    messageId: text(params, 'MESSAGE_ID') ?? '',
    text: plainText(place.kind === 'group' ? withoutMention(raw ?? '', botId) : (raw ?? '')).trim(),
    author: authorOf(tree, params, place),
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    files: filesOf(params),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    quoteOf: quoteOf(params),
  });
}

function onMessageUpdate(tree: FormTree, botCode: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const raw = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return chat({
    type: 'message_edited',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    text: plainText(withoutMention(raw, botIdOf(tree, botCode))).trim(),
    author: authorOf(tree, params, place),
    chat: place,
  });
}

function onMessageDelete(tree: FormTree): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  return chat({
    type: 'message_deleted',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    author: authorOf(tree, params, place),
    chat: place,
  });
}

function onPresence(tree: FormTree, type: 'joined' | 'context_opened'): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  return chat({ type, chat: place, language: languageOf(text(params, 'LANGUAGE')) });
}

function onCommand(tree: FormTree, botCode: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const commands = branch(tree, 'data', 'COMMAND') ?? {};
  const entry = Object.keys(commands).find((id) => text(commands, id, 'BOT_CODE') === botCode);
  if (entry === undefined) return { kind: 'nothing', reason: 'not_for_this_bot' };
  const context = text(commands, entry, 'COMMAND_CONTEXT');
  return chat({
    type: 'command',
    command: (text(commands, entry, 'COMMAND') ?? '').replace(/^\//, ''),
    params: text(commands, entry, 'COMMAND_PARAMS') ?? '',
    messageId: text(commands, entry, 'MESSAGE_ID') ?? text(params, 'MESSAGE_ID') ?? '',
    via: context === 'KEYBOARD' ? 'keyboard' : context === 'MENU' ? 'menu' : 'text',
    text: plainText(text(params, 'MESSAGE') ?? '').trim(),
    author: authorOf(tree, params, place),
    chat: place,
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    quoteOf: quoteOf(params),
  });
}

function paramsOf(tree: FormTree): FormTree {
  return branch(tree, 'data', 'PARAMS') ?? {};
}

/** `ts`: Unix seconds at which the portal queued the event (dossier §5.1). It tells no finer time, and no other one. */
function sentAtOf(tree: FormTree): string | null {
  const seconds = Number(text(tree, 'ts'));
  return Number.isInteger(seconds) && seconds > 0 && seconds < maxSeconds
    ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
    : null;
}

/** The year 9999: what lies beyond is no date any more. */
const maxSeconds = 253_402_300_800;

/** An answer to a message has that message's id among its raw params. */
function quoteOf(params: FormTree): string | null {
  const id = text(params, 'PARAMS', 'REPLY_ID') ?? '';
  return /^[1-9]\d{0,18}$/.test(id) ? id : null;
}

/** The bot's id in the portal, from inside its entry: map keys may have been renumbered on the way (trap 3). */
function botIdOf(tree: FormTree, botCode: string): string {
  const bots = branch(tree, 'data', 'BOT') ?? {};
  const key = Object.keys(bots).find((id) => text(bots, id, 'BOT_CODE') === botCode) ?? Object.keys(bots)[0];
  return key === undefined ? '' : (text(bots, key, 'BOT_ID') ?? key);
}

/** Every mention is in MENTIONED_LIST; TO_USER_ID is only the first one and may be a person (trap 37). */
function isMentioned(params: FormTree, botId: string): boolean {
  const list = branch(params, 'MENTIONED_LIST');
  return list !== undefined && Object.keys(list).some((key) => key === botId || text(list, key) === botId);
}

function chatOf(params: FormTree): Chat | null {
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
  return { lineId, connector, sessionId: session === '' || session === '0' ? null : session, crm: crmOf(params) };
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

function authorOf(tree: FormTree, params: FormTree, place: Chat): Author {
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
  };
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

function filesOf(params: FormTree): FileRef[] {
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
