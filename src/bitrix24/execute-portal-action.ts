/** Executes a bot's actions in its portal. */
import type { PortalAction } from '../core/actions.ts';
import { AppError, BadInput } from '../core/errors.ts';
import type { FileRef } from '../core/events.ts';
import { isRecord } from '../core/is-record.ts';
import { escapeBb, escapeCommands } from '../core/markup/bb-escape.ts';
import type { OpenedFile } from '../core/opened-file.ts';
import { toMenu } from './formatting/keyboard.ts';
import { finishSession, handOverSession, type SessionEnd } from './line-session.ts';
import { react } from './react.ts';
import type { BatchCall } from './rest/batch.ts';
import type { BatchedCalls, CallMoments, ChatCall } from './rest/batched-calls.ts';
import type { PortalClient } from './rest/portal-client.ts';
import { readId } from './rest/rest-errors.ts';
import { fileContent } from './rest/streamed-json.ts';
import { type Decoration, sendDecorated } from './send-decorated.ts';

/** The bot and dialog an action is for. */
export interface PortalTarget {
  readonly portal: string;
  readonly botId: string;
  readonly dialogId: string;
  /** Whether the portal has `imbot.v2.*`: with it, a send repeated with the same key sends nothing (docs/platform-notes/bitrix24.md#sending-once). */
  readonly hasV2: boolean;
  /** The portal's ids of all our bots. */
  readonly ourBots: readonly string[];
}

/** True when executing the action twice with one key has the same effect as once. Uploads have no such key in any version. */
export function isRepeatable(action: PortalAction, hasV2: boolean): boolean {
  if (action.type === 'send') return hasV2;
  return action.type !== 'send_file' || (action.internal === true && hasV2);
}

/** The result of an action in the portal. */
export interface PortalResult {
  /** The portal's id of the sent message; null for other actions. */
  readonly messageId: string | null;
  /**
   * Parts of the message or order that the portal refused. `receiver`: the operators of the line have the session instead. `effect`: a
   * person leads the session, so it was left to them. `file`: only its name is shown.
   */
  readonly lost: readonly (Decoration | 'reaction' | 'receiver' | 'effect' | 'file')[];
}

/** A file for the portal: its content or, if that cannot or must not be uploaded, an address where it can be seen, if there is one. */
export type PortalFile = { readonly content: OpenedFile } | { readonly link: string | null };

export interface ExecuteOptions {
  /** A lower-case UUIDv4, the same on every repetition. */
  readonly key: string;
  /** The file that `send_file` sends, or that an edited message still names; null for other actions. */
  readonly file: PortalFile | null;
  readonly signal: AbortSignal;
  readonly moments: CallMoments;
}

/** Nobody misses these actions, so they are left out while the portal's budget is scarce. */
export const isOptional = ({ type }: PortalAction): boolean => type === 'typing' || type === 'read';

function urgencyOf(action: PortalAction): ChatCall['urgency'] {
  if (isOptional(action)) return 'optional';
  return action.type === 'edit' || action.type === 'delete' || action.type === 'react' ? 'change' : 'answer';
}

/** Executes the action. Throws AppErrors, and what `moments.leaves` rejects with. */
export async function executePortalAction(
  calls: BatchedCalls,
  target: PortalTarget,
  action: PortalAction,
  { key, file, signal, moments }: ExecuteOptions,
): Promise<PortalResult> {
  const how = {
    portal: target.portal,
    urgency: urgencyOf(action),
    isAlone: action.type === 'send_file',
    signal,
    moments,
  };
  const call: Call = (method, params) => calls.call({ ...how, method, params });
  const botId = Number(target.botId);
  switch (action.type) {
    case 'send':
      return target.hasV2 ? await sendV2(call, target, action, key) : await sendV1(call, target, action);
    case 'send_file':
      return await sendFile((params, content) => calls.call({ ...how, ...params, file: content }), target, action, {
        call,
        file,
        key,
      });
    case 'edit':
      return { messageId: null, lost: await edit(call, target, action, file) };
    case 'delete':
      // The portal refuses to delete messages older than three days; that becomes a dead letter.
      await call('imbot.message.delete', { BOT_ID: botId, MESSAGE_ID: Number(action.messageId), COMPLETE: 'N' });
      return nothing;
    case 'read':
      if (target.hasV2) {
        const { dialogId } = target;
        await call('imbot.v2.Chat.Message.read', { botId, dialogId, messageId: Number(action.messageId) });
      }
      return nothing;
    case 'react':
      return { messageId: null, lost: (await react(call, target, action)) ? [] : ['reaction'] };
    case 'typing':
      await call('imbot.chat.sendTyping', { BOT_ID: botId, DIALOG_ID: target.dialogId });
      return nothing;
    case 'handover':
      return afterSession(await handOverSession(call, target, action));
    case 'finish':
      return afterSession(await finishSession(call, target, action));
  }
}

const nothing: PortalResult = { messageId: null, lost: [] };

function afterSession(end: SessionEnd): PortalResult {
  return { ...nothing, lost: end === 'done' ? [] : [end === 'queue' ? 'receiver' : 'effect'] };
}

type Call = (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;
type Send = PortalAction & { type: 'send' };

async function sendV2(call: Call, target: PortalTarget, action: Send, key: string): Promise<PortalResult> {
  const { menu: _, ...message } = action;
  const wanted = { ...message, needsText: false };
  const { result, lost } = await sendDecorated(wanted, target.botId, ({ text, keyboard, attach, quoteOf }) =>
    call('imbot.v2.Chat.Message.send', {
      botId: Number(target.botId),
      dialogId: target.dialogId,
      fields: {
        message: noCommands(target, text),
        // A refused decoration is refused before the key is used up, so the next attempt may reuse it.
        templateId: key,
        ...(keyboard === null ? {} : { keyboard }),
        ...(attach === null ? {} : { attach }),
        ...(quoteOf === null ? {} : { replyId: quoteOf }),
        ...(action.internal ? { skipConnector: true } : {}),
        ...(action.linkPreview === undefined ? {} : { urlPreview: action.linkPreview }),
      },
    }),
  );
  const messageId = readId('imbot.v2.Chat.Message.send', isRecord(result) ? result['id'] : result);
  return { messageId, lost: [...lost, ...(await addMenu(call, target, action, messageId))] };
}

/** imbot.v2 sends no menus; a menu is added to the message by the older API, which may be repeated. Returns what was lost. */
async function addMenu(
  call: Call,
  { botId }: PortalTarget,
  action: Send,
  messageId: string,
): Promise<readonly Decoration[]> {
  if (action.menu === undefined || action.menu.length === 0) return [];
  const { menu, isCut } = toMenu(action.menu, botId);
  const lost: readonly Decoration[] = isCut ? ['menu'] : [];
  if (menu === null) return lost;
  try {
    await call('imbot.message.update', { BOT_ID: Number(botId), MESSAGE_ID: Number(messageId), MENU: menu });
    return lost;
  } catch (error) {
    // The message is sent; without its menu it says the same.
    if (error instanceof AppError && error.retry === 'never') return ['menu'];
    throw error;
  }
}

/** imbot.v2 executes commands in a bot's own messages, except in private chats; the first API and edits do not. */
function noCommands({ dialogId }: PortalTarget, text: string): string {
  return /^\d+$/.test(dialogId) ? text : escapeCommands(text);
}

/** The first version of the API has no quotes. */
async function sendV1(call: Call, target: PortalTarget, action: Send): Promise<PortalResult> {
  const plain = { ...action, quoteOf: null, needsText: true };
  const { result, lost } = await sendDecorated(plain, target.botId, ({ text, keyboard, attach, menu }) =>
    call('imbot.message.add', {
      BOT_ID: Number(target.botId),
      DIALOG_ID: target.dialogId,
      MESSAGE: text,
      ...(keyboard === null ? {} : { KEYBOARD: keyboard }),
      ...(attach === null ? {} : { ATTACH: attach }),
      ...(menu === null ? {} : { MENU: menu }),
      ...(action.linkPreview === false ? { URL_PREVIEW: 'N' } : {}),
      ...(action.internal ? { SKIP_CONNECTOR: 'Y' } : {}),
    }),
  );
  const messageId = readId('imbot.message.add', result);
  return { messageId, lost: action.quoteOf === null ? lost : [...lost, 'quote'] };
}

/** The longest file name the portal's disk stores. */
const maxFileName = 255;

/** Bitrix24's own limit for a file of a bot (docs/platform-notes/bitrix24.md#files). */
export const maxPortalFileBytes = 100 * 1024 * 1024;

/**
 * Files are sent through v2 only: the older methods post them as the installing employee, not as the bot. A portal without v2 gets a text
 * with the name, and the address if there is one.
 */
async function sendFile(
  upload: (call: BatchCall, content: OpenedFile) => Promise<unknown>,
  target: PortalTarget,
  action: PortalAction & { type: 'send_file' },
  { call, file, key }: { readonly call: Call; readonly file: PortalFile | null; readonly key: string },
): Promise<PortalResult> {
  if (file === null) throw fileRefused('bitrix24.no_file', 'there is no file to send');
  if ('link' in file)
    return await nameFile(
      (said) => (target.hasV2 ? sendV2(call, target, said, key) : sendV1(call, target, said)),
      action,
      file.link,
    );
  if (action.internal === true)
    throw fileRefused('bitrix24.file_for_staff', 'a file for the staff is never uploaded into the chat');
  const { content } = file;
  if (content.size !== null && content.size > maxPortalFileBytes)
    throw fileRefused('bitrix24.file_too_large', 'the file is larger than 100 MB');
  const name = escapeBb(action.file.name.slice(0, maxFileName).toWellFormed());
  const fields = { name, message: noCommands(target, escapeBb(action.text)), content: fileContent };
  const params = { botId: Number(target.botId), dialogId: target.dialogId, fields };
  const result = await upload({ method: 'imbot.v2.File.upload', params }, content);
  const messageId = readId('imbot.v2.File.upload', isRecord(result) ? result['messageId'] : null);
  return { messageId, lost: [] };
}

async function nameFile(
  say: (said: Send) => Promise<PortalResult>,
  { file, text, remoteMessageId, internal }: PortalAction & { type: 'send_file' },
  link: string | null,
): Promise<PortalResult> {
  const words = [text, nameOf(file, link)].filter((part) => part !== '').join('\n');
  const isForStaff = internal === true;
  const said = { type: 'send', text: words, buttons: [], cards: [], quoteOf: null, internal: isForStaff } as const;
  // For a preview, the portal would fetch a file that is for the staff only.
  const looks = isForStaff ? { linkPreview: false } : {};
  const { messageId, lost } = await say({ ...said, ...looks, remoteMessageId });
  return { messageId, lost: link === null ? [...lost, 'file'] : lost };
}

const nameOf = ({ name }: FileRef, link: string | null): string =>
  [`📎 ${name}`, link ?? ''].filter((part) => part !== '').join('\n');

function fileRefused(code: string, message: string): BadInput {
  return new BadInput({ code, message, report: true });
}

/** The portal refuses to edit messages older than three days; that becomes a dead letter. */
async function edit(
  call: Call,
  target: PortalTarget,
  action: PortalAction & { type: 'edit' },
  file: PortalFile | null,
): Promise<readonly Decoration[]> {
  const { messageId, buttons } = action;
  const wanted = { ...action, text: editedText(action, file), buttons: buttons ?? [], quoteOf: null, needsText: true };
  const { lost } = await sendDecorated(wanted, target.botId, ({ text: message, keyboard, attach, menu }) =>
    call('imbot.message.update', {
      BOT_ID: Number(target.botId),
      MESSAGE_ID: Number(messageId),
      MESSAGE: message,
      // A parameter that is absent leaves its value unchanged.
      ATTACH: attach ?? 'N',
      ...(buttons === null ? {} : { KEYBOARD: keyboard ?? 'N' }),
      ...(action.menu === undefined ? {} : { MENU: menu ?? 'N' }),
    }),
  );
  return lost;
}

/** The file is named first, because the portal cuts off the end of a text that is too long. */
function editedText({ text, form, shows }: PortalAction & { type: 'edit' }, file: PortalFile | null): string {
  if (shows === undefined || file === null || !('link' in file)) return text;
  const named = nameOf(shows.file, file.link);
  return `${form === undefined ? named : escapeBb(named)}\n${text}`;
}

/** The address of a file in a message. The portal's address works once; it is used at once and never stored. */
export async function fileAddress(
  client: PortalClient,
  { portal, botId }: Pick<PortalTarget, 'portal' | 'botId'>,
  fileId: string,
  signal: AbortSignal,
) {
  const params = { botId: Number(botId), fileId: Number(fileId) };
  const result = await client.call(portal, 'imbot.v2.File.download', params, { signal, patienceMs: 5_000 });
  const url = isRecord(result) ? result['downloadUrl'] : null;
  if (typeof url === 'string' && URL.canParse(url)) return new URL(url);
  throw new BadInput({ code: 'bitrix24.no_file', message: 'the portal returned no address for the file' });
}
