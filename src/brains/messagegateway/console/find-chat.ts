/** Finds the chat and dialog that a command is about. */

import type { MgQuery } from '../api/mg-http.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import { type CommandRequest, ConsoleRefusal } from './command-request.ts';
import { takeChat } from './parse-line.ts';

/** A chat, and the rest of the command's arguments. */
export interface Named {
  readonly chat: MgChat;
  readonly rest: string;
}

/** The chat named by `#12`, otherwise the bound one. Throws ConsoleRefusal when there is none. */
export async function namedChat(request: CommandRequest): Promise<Named> {
  const { chatId, rest } = takeChat(request.args);
  const id = chatId ?? request.binding?.chatId;
  if (id === undefined) throw new ConsoleRefusal(request.messages.nameChat);
  return { chat: await chatById(request, id), rest };
}

/** Reads chats, with names as people are to read them. */
export async function readChats({ context, signal }: CommandRequest, filter: MgQuery): Promise<readonly MgChat[]> {
  const found = await context.bot.chats(filter, signal);
  const readable = <T extends { readonly name?: string | null | undefined } | null | undefined>(named: T): T =>
    named?.name ? { ...named, name: context.readText(named.name) } : named;
  return found.map((chat) => ({ ...chat, customer: readable(chat.customer), channel: readable(chat.channel) }));
}

/** Throws ConsoleRefusal when there is no such chat. */
export async function chatById(request: CommandRequest, chatId: number): Promise<MgChat> {
  const chats = await readChats(request, { id: chatId });
  const found = chats.find(({ id }) => id === chatId);
  if (found === undefined) throw new ConsoleRefusal(request.messages.noChat(chatId));
  return found;
}

/** The chat's open dialog, which is the only one that commands can change. */
export function openDialogOf(chat: MgChat): { readonly id: number; readonly responsible: string | null } | null {
  const dialog = chat.last_dialog;
  if (dialog === null || dialog === undefined || dialog.closed_at) return null;
  const who = dialog.responsible;
  return { id: dialog.id, responsible: who ? who.name || `#${who.id ?? ''}` : null };
}

/** The same; throws ConsoleRefusal when the chat has none. */
export function demandDialog(
  request: CommandRequest,
  chat: MgChat,
): { readonly id: number; readonly responsible: string | null } {
  const dialog = openDialogOf(chat);
  if (dialog === null) throw new ConsoleRefusal(request.messages.chatClosed(chat.id));
  return dialog;
}

/** `#12 Ivan · WhatsApp` */
export function titleOf(chat: MgChat): string {
  return `#${chat.id} ${customerOf(chat)} · ${channelOf(chat)}`;
}

/** The customer's name, otherwise phone or external id. */
export function customerOf(chat: MgChat): string {
  return chat.customer?.name || chat.customer?.phone || chat.customer?.external_id || '—';
}

/** The longest text that the chat's channel allows; null: it names no usable limit. */
export function maxTextOf(chat: MgChat): number | null {
  const limit = chat.channel?.settings?.text?.max_chars_count;
  return typeof limit === 'number' && limit >= 2 ? Math.floor(limit) : null;
}

export function channelOf(chat: MgChat): string {
  return chat.channel?.name || chat.channel?.type || '—';
}
