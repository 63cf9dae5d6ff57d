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
const decoders: Readonly<Record<string, (tree: FormTree, bot: LaneBot) => Decoded>> = {
  ONIMBOTMESSAGEADD: ofItsBot(onMessageAdd),
  ONIMBOTMESSAGEUPDATE: ofItsBot(onMessageUpdate),
  ONIMBOTMESSAGEDELETE: ofItsBot(onMessageDelete),
  ONIMBOTJOINCHAT: ofItsBot((tree) => onPresence(tree, 'joined')),
  ONIMBOTCONTEXTGET: ofItsBot((tree) => onPresence(tree, 'context_opened')),
  ONIMCOMMANDADD: onCommand,
  ONIMBOTDELETE: (tree) => app({ type: 'bot_deleted', botId: text(tree, 'data', 'BOT_ID') ?? '' }),
  ONAPPINSTALL: () => app({ type: 'app_updated' }),
  ONAPPUPDATE: () => app({ type: 'app_updated' }),
  ONAPPUNINSTALL: (tree) => app({ type: 'app_uninstalled', clean: isYes(text(tree, 'data', 'CLEAN')) }),
  ONAPPPAYMENT: (tree) => app({ type: 'app_payment', expired: isYes(text(tree, 'data', 'PAYMENT_EXPIRED')) }),
};

/** The bot whose lane an event is in; without a code for events that concern no bot. */
export interface LaneBot {
  readonly code: string;
  /** Its id in the portal; null where it is not known. */
  readonly id: string | null;
}

export function decodeEvent(body: Buffer, bot: LaneBot): Decoded {
  const tree = parseForm(body);
  const decoder = decoders[(text(tree, 'event') ?? '').toUpperCase()];
  return decoder === undefined ? { kind: 'nothing', reason: 'unknown_event' } : decoder(tree, bot);
}

function app(event: AppEvent): Decoded {
  return { kind: 'app', event };
}

function chat(event: HomeEvent): Decoded {
  return { kind: 'chat', event };
}

const isYes = (value: string | undefined): boolean => value === 'Y' || value === '1' || value === 'true';

function onMessageAdd(tree: FormTree, bot: LaneBot): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const botId = botIdOf(tree, bot) ?? '';
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

function onMessageUpdate(tree: FormTree, bot: LaneBot): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const raw = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return chat({
    type: 'message_edited',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    text: plainText(withoutMention(raw, botIdOf(tree, bot) ?? '')).trim(),
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

function onCommand(tree: FormTree, bot: LaneBot): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return { kind: 'nothing', reason: 'no_dialog' };
  const commands = branch(tree, 'data', 'COMMAND') ?? {};
  const entry = keyOf(commands, bot);
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

/** The key of the entry of `data[BOT]` or `data[COMMAND]` that is about this bot: by its code, or else by its id. */
function keyOf(entries: FormTree, bot: LaneBot): string | undefined {
  const keys = Object.keys(entries);
  return (
    keys.find((key) => bot.code !== '' && text(entries, key, 'BOT_CODE') === bot.code) ??
    keys.find((key) => bot.id !== null && text(entries, key, 'BOT_ID') === bot.id)
  );
}

/** The bot's id in the portal, from inside its entry: map keys may have been renumbered on the way (trap 3). Null: no entry is about it. */
function botIdOf(tree: FormTree, bot: LaneBot): string | null {
  const bots = branch(tree, 'data', 'BOT');
  if (bots === undefined) return bot.id;
  const key = keyOf(bots, bot);
  return key === undefined ? null : (text(bots, key, 'BOT_ID') ?? bot.id ?? key);
}

/** An event that names bots, and not this one, is none of its events: nobody else's words are handed to it. */
function ofItsBot(decode: (tree: FormTree, bot: LaneBot) => Decoded) {
  return (tree: FormTree, bot: LaneBot): Decoded =>
    branch(tree, 'data', 'BOT') !== undefined && botIdOf(tree, bot) === null
      ? { kind: 'nothing', reason: 'not_for_this_bot' }
      : decode(tree, bot);
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
  return { kind, dialogId, title: nameIn(params, 'CHAT_TITLE'), line };
}

/** Dossier §10.2: the chat letter says `L`, but only CHAT_ENTITY_TYPE is to be trusted (trap 39). */
function lineOf(params: FormTree): LineSession | null {
  if (text(params, 'CHAT_ENTITY_TYPE') !== 'LINES') return null;
  const [connector = '', lineId = ''] = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|', 4);
  const session = (text(params, 'CHAT_ENTITY_DATA_1') ?? '').split('|', 6)[5] ?? '';
  return { lineId, connector, sessionId: session === '' || session === '0' ? null : session, crm: crmOf(params) };
}

/** A lead, a contact, a company and a deal; a few more in case the portal learns of other kinds. */
const maxRecords = 10;

function crmOf(params: FormTree): CrmLink[] {
  const parts = (text(params, 'CHAT_ENTITY_DATA_2') ?? '').split('|', 2 * maxRecords);
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
  const firstName = nameIn(user, 'FIRST_NAME');
  const lastName = nameIn(user, 'LAST_NAME');
  return {
    id,
    name: nameIn(user, 'NAME'),
    kind: authorKind(user, params, place, id),
    ...(firstName === '' ? {} : { firstName }),
    ...(lastName === '' ? {} : { lastName }),
  };
}

/** A name of a person, a chat or a file: columns of the portal hold no longer ones. */
const maxName = 255;

function nameIn(tree: FormTree, ...path: readonly string[]): string {
  return (text(tree, ...path) ?? '').slice(0, maxName).toWellFormed();
}

function authorKind(user: FormTree, params: FormTree, place: Chat, id: string): Author['kind'] {
  if (isYes(text(params, 'SYSTEM')) || id === '0' || id === '') return 'system';
  if (isYes(text(user, 'IS_BOT'))) return 'bot';
  if (isYes(text(user, 'IS_CONNECTOR'))) return 'client';
  // Without the USER block, the customer is still known: he is the fourth part of the line chat's entity id.
  const client = (text(params, 'CHAT_ENTITY_ID') ?? '').split('|', 4)[3];
  return place.kind === 'line' && text(user, 'IS_CONNECTOR') === undefined && client === id ? 'client' : 'employee';
}

const fileKinds: ReadonlySet<string> = new Set(['image', 'video', 'audio']);

function isMediaKind(kind: string): kind is 'image' | 'video' | 'audio' {
  return fileKinds.has(kind);
}

/** Files of one message that are read; how many a portal allows is not documented, its own client sends ten at once. */
const maxFiles = 100;

function filesOf(params: FormTree): FileRef[] {
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
        kind: isMediaKind(kind) ? kind : 'file',
        size: Number.isFinite(size) && size > 0 ? size : null,
      };
    });
}
