/** What happens to a dialog: it is opened, assigned, unassigned, tagged, closed. */
import { ApiError } from '../api-error.ts';
import type { ActorRef, ChatRecord, DialogRecord, Responsible, Tag } from '../records.ts';
import type { AccountState } from '../state.ts';
import { preciseNow } from '../time-format.ts';
import { recordSystemMessage } from './record-message.ts';
import { tellChat, tellDialog, tellJoined, tellLeft } from './tell-bots.ts';

/** The chat's dialog while it is open. */
export function openDialogOf(account: AccountState, chat: ChatRecord): DialogRecord | null {
  const dialog = chat.lastDialogId === null ? undefined : account.dialogs.get(chat.lastDialogId);
  return dialog !== undefined && dialog.closedAt === null ? dialog : null;
}

/** Throws a 404 when there is no such dialog. */
export function dialogById(account: AccountState, id: number): DialogRecord {
  const dialog = account.dialogs.get(id);
  if (dialog === undefined) throw new ApiError(404, `dialog #${id} not found`);
  return dialog;
}

function chatOf(account: AccountState, dialog: DialogRecord): ChatRecord {
  const chat = account.chats.get(dialog.chatId);
  if (chat === undefined) throw new ApiError(404, `chat #${dialog.chatId} not found`);
  return chat;
}

/** Opens a dialog and tells the bots. The message that caused it gets an id after that of the system message. */
export function openDialog(account: AccountState, chat: ChatRecord): DialogRecord {
  const now = preciseNow();
  const customer = account.customers.get(chat.customerId);
  const dialog: DialogRecord = {
    id: account.gateway.nextId('dialog'),
    chatId: chat.id,
    beginMessageId: null,
    endingMessageId: null,
    responsible: null,
    tags: [],
    utm: customer?.utm ?? null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
  account.dialogs.set(dialog.id, dialog);
  chat.lastDialogId = dialog.id;
  chat.updatedAt = now;
  tellDialog(account, 'dialog_opened', dialog);
  recordSystemMessage(account, chat, 'dialog_opened', { dialogId: dialog.id });
  return dialog;
}

/** Adds somebody to the chat, with event and system message, unless already a member. */
export function joinChat(account: AccountState, chat: ChatRecord, user: ActorRef): void {
  const now = preciseNow();
  const known = chat.members.get(user.id);
  if (known?.state === 'active') return;
  if (known === undefined) {
    const id = account.gateway.nextId('member');
    chat.members.set(user.id, { id, user, isAuthor: false, state: 'active', createdAt: now, updatedAt: now });
  } else {
    known.state = 'active';
    known.updatedAt = now;
  }
  tellJoined(account, chat, user);
  recordSystemMessage(account, chat, 'user_joined', { dialogId: chat.lastDialogId, subject: user });
}

/** Removes somebody from the chat. */
export function leaveChat(
  account: AccountState,
  chat: ChatRecord,
  user: ActorRef,
  state: 'kicked' | 'leaved',
): boolean {
  const member = chat.members.get(user.id);
  if (member?.state !== 'active') return false;
  member.state = state;
  member.updatedAt = preciseNow();
  tellLeft(account, chat, user, state);
  recordSystemMessage(account, chat, 'user_left', { dialogId: chat.lastDialogId, subject: user });
  return true;
}

function demandLatestOpen(account: AccountState, dialog: DialogRecord): ChatRecord {
  const chat = chatOf(account, dialog);
  if (chat.lastDialogId !== dialog.id) throw new ApiError(400, 'dialog is not the latest in the chat');
  if (dialog.closedAt !== null) throw new ApiError(400, 'dialog is closed');
  return chat;
}

function demandResponsible(account: AccountState, to: ActorRef): void {
  if (to.type === 'user') {
    const user = account.users.get(to.id);
    if (user === undefined || !user.isActive) throw new ApiError(400, `user #${to.id} not found`);
    return;
  }
  const bot = account.bots.get(to.id);
  if (bot === undefined || !bot.isActive) throw new ApiError(400, `bot #${to.id} not found`);
  if (account.gateway.options.botNeedsResponsibleRole && !bot.roles.includes('responsible')) {
    throw new ApiError(400, `bot #${to.id} can not be responsible`);
  }
}

export interface Assignment {
  readonly responsible: Responsible;
  readonly previous: Responsible | null;
  readonly leftUserId: number | null;
}

/** Assigns the chat's latest dialog to a user or a bot. Throws 400 for old or closed dialogs and unknown assignees. */
export function assignDialog(
  account: AccountState,
  dialog: DialogRecord,
  to: { readonly type: 'user' | 'bot'; readonly id: number },
): Assignment {
  const chat = demandLatestOpen(account, dialog);
  demandResponsible(account, to);
  const previous = dialog.responsible;
  const responsible: Responsible = { type: to.type, id: to.id, assignedAt: preciseNow() };
  dialog.responsible = responsible;
  dialog.updatedAt = responsible.assignedAt;
  chat.updatedAt = responsible.assignedAt;
  const isOther = previous !== null && previous.id !== to.id;
  const left = isOther && leaveChat(account, chat, previous, 'kicked') ? previous.id : null;
  joinChat(account, chat, to);
  tellDialog(account, 'dialog_assign', dialog);
  recordSystemMessage(account, chat, 'dialog_assign', { dialogId: dialog.id, responsible: to });
  tellChat(account, 'chat_updated', chat);
  return { responsible, previous, leftUserId: left };
}

/** Unassigns the dialog. There is no event for this, only a system message. */
export function unassignDialog(account: AccountState, dialog: DialogRecord): Responsible {
  const chat = demandLatestOpen(account, dialog);
  const previous = dialog.responsible;
  if (previous === null) throw new ApiError(400, 'dialog is not assigned');
  dialog.responsible = null;
  dialog.updatedAt = preciseNow();
  chat.updatedAt = dialog.updatedAt;
  leaveChat(account, chat, previous, 'leaved');
  recordSystemMessage(account, chat, 'dialog_unassign', { dialogId: dialog.id, subject: previous });
  tellChat(account, 'chat_updated', chat);
  return previous;
}

/** Closes the dialog; closing twice is refused. */
export function closeDialog(account: AccountState, dialog: DialogRecord): void {
  if (dialog.closedAt !== null) throw new ApiError(400, 'dialog is closed');
  const chat = chatOf(account, dialog);
  dialog.closedAt = preciseNow();
  dialog.updatedAt = dialog.closedAt;
  chat.updatedAt = dialog.closedAt;
  const last = recordSystemMessage(account, chat, 'dialog_closed', { dialogId: dialog.id });
  dialog.endingMessageId = last.id;
  tellDialog(account, 'dialog_closed', dialog);
  tellChat(account, 'chat_updated', chat);
}

/** Adds or recolours tags. */
export function addTags(account: AccountState, dialog: DialogRecord, tags: readonly Tag[]): void {
  const names = new Set(tags.map(({ name }) => name));
  dialog.tags = [...dialog.tags.filter(({ name }) => !names.has(name)), ...tags];
  dialog.updatedAt = preciseNow();
  recordSystemMessage(account, chatOf(account, dialog), 'dialog_tag_added', { dialogId: dialog.id });
}

export function removeTags(account: AccountState, dialog: DialogRecord, names: readonly string[]): void {
  dialog.tags = dialog.tags.filter(({ name }) => !names.includes(name));
  dialog.updatedAt = preciseNow();
  recordSystemMessage(account, chatOf(account, dialog), 'dialog_tag_removed', { dialogId: dialog.id });
}
