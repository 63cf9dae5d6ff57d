/** What people in the CRM can do: answer, assign, close, edit, react, read. Each action that calls a transport can be awaited. */

import type { ActorRef, ChatRecord, DialogRecord, Item, Json, MessageRecord, UserRecord } from './records.ts';
import type { AccountState } from './state.ts';
import { storeFile } from './stored-files.ts';
import { demand, demandKnownReaction, demandMayBegin } from './talk/channel-rules.ts';
import { createChat, settleCustomer } from './talk/chats.ts';
import { deliverChange } from './talk/deliver.ts';
import {
  addTags,
  assignDialog,
  closeDialog,
  joinChat,
  leaveChat,
  openDialogOf,
  removeTags,
  unassignDialog,
} from './talk/dialogs.ts';
import { deleteAsStaff, editAsStaff, markSeen, restoreMessage, setReactions, writeAsStaff } from './talk/messages.ts';
import { recordSystemMessage } from './talk/record-message.ts';
import { tellChat, tellChatsDeleted, tellCustomer, tellUser } from './talk/tell-bots.ts';
import { preciseNow } from './time-format.ts';

export interface Manager {
  readonly id: number;
  /** Id in the CRM, which differs from the id in chats. */
  readonly externalId: string;
}

export interface AnswerChoice {
  /** Who writes; the first manager when absent. */
  readonly userId?: number;
  readonly private?: boolean;
  /** Files by content, or ids of files MG already has. */
  readonly items?: readonly ({ name: string; content: Buffer; mime?: string } | { id: string; caption?: string })[];
  readonly suggestions?: readonly Json[];
  /** MG id of the quoted message. */
  readonly quote?: number;
  readonly product?: Json;
  readonly order?: Json;
  /** Code of the message's template: the webhook then has its files twice, as items and as the template's header. */
  readonly template?: string;
}

export class Staff {
  readonly #account: AccountState;

  constructor(account: AccountState) {
    this.#account = account;
  }

  /** A manager of the CRM, active and online. */
  addManager(given: { readonly name: string; readonly email?: string; readonly online?: boolean }): Manager {
    const [firstName = given.name, ...rest] = given.name.split(' ');
    const id = this.#account.gateway.nextId('actor');
    const now = preciseNow();
    const user: UserRecord = {
      id,
      externalId: String(100 + this.#account.users.size),
      firstName,
      lastName: rest.join(' '),
      email: given.email ?? '',
      isActive: true,
      isOnline: given.online !== false,
      isAvailable: given.online !== false,
      createdAt: now,
      updatedAt: now,
    };
    this.#account.users.set(id, user);
    tellUser(this.#account, id, 'user_updated');
    return { id, externalId: user.externalId };
  }

  /** A manager comes online or leaves; offline managers are not available. */
  setOnline(userId: number, isOnline: boolean): void {
    const user = this.#user(userId);
    user.isOnline = isOnline;
    user.isAvailable = isOnline;
    user.updatedAt = preciseNow();
    tellUser(this.#account, userId, 'user_online_updated');
  }

  /** A manager writes; resolves when the transport has answered. `where` is a chat id or a dialog id. */
  async managerAnswers(where: number, text: string, choice: AnswerChoice = {}): Promise<number> {
    const items = (choice.items ?? []).map((item) => this.#item(item));
    const first = items[0];
    const kind = first === undefined ? undefined : this.#account.files.get(first.id)?.kind;
    const media = kind === 'image' || kind === 'audio' ? kind : 'file';
    const card = choice.order !== undefined ? 'order' : choice.product !== undefined ? 'product' : 'text';
    const type = first === undefined ? card : media;
    const { message, delivered } = writeAsStaff(this.#account, {
      chat: this.#chat(where),
      from: { type: 'user', id: this.#writer(choice.userId) },
      scope: choice.private === true ? 'private' : 'public',
      content: {
        type,
        text: type === 'text' ? text : undefined,
        note: first === undefined ? undefined : text,
        items,
        order: choice.order,
        product: choice.product,
        suggestions: choice.suggestions,
        templateCode: choice.template,
      },
      quoteId: choice.quote ?? null,
      isMailing: false,
    });
    await delivered;
    return message.id;
  }

  /** A manager writes to a phone number that has never written. Resolves to the chat. */
  async writesFirst(channelId: number, phone: string, text: string): Promise<number> {
    const channel = this.#account.channels.get(channelId);
    if (channel === undefined) throw new Error(`no channel ${channelId}`);
    demandMayBegin(this.#account, channel);
    const customer = settleCustomer(this.#account, channel, { external_id: phone, nickname: phone, phone });
    const chat = createChat(this.#account, channel, customer, ['']);
    await this.managerAnswers(chat.id, text);
    return chat.id;
  }

  /** A mailing: no dialog is opened, and only bots that asked for mailings get its event. */
  async sendsMailing(chatId: number, text: string): Promise<number> {
    const { message, delivered } = writeAsStaff(this.#account, {
      chat: this.#chat(chatId),
      from: { type: 'user', id: this.#writer() },
      scope: 'public',
      content: { type: 'text', text },
      quoteId: null,
      isMailing: true,
    });
    await delivered;
    return message.id;
  }

  assign(dialogId: number, to: { readonly userId: number } | { readonly botId: number }): void {
    const target = 'userId' in to ? { type: 'user' as const, id: to.userId } : { type: 'bot' as const, id: to.botId };
    assignDialog(this.#account, this.#dialog(dialogId), target);
  }

  unassign(dialogId: number): void {
    unassignDialog(this.#account, this.#dialog(dialogId));
  }

  closeDialog(dialogId: number): void {
    closeDialog(this.#account, this.#dialog(dialogId));
  }

  async editMessage(messageId: number, text: string): Promise<void> {
    await editAsStaff(this.#account, this.#message(messageId), { text });
  }

  async deleteMessage(messageId: number): Promise<void> {
    await deleteAsStaff(this.#account, this.#message(messageId));
  }

  restore(messageId: number): void {
    restoreMessage(this.#account, this.#message(messageId));
  }

  /** A manager reacts; this replaces an earlier reaction of the same manager, null removes it. */
  async react(messageId: number, reaction: string | null, userId?: number): Promise<void> {
    const message = this.#message(messageId);
    const channel = this.#account.channels.get(message.channelId);
    if (channel === undefined) throw new Error('the message is in no channel');
    demand(this.#account, channel, { kind: message.type, what: 'reaction', direction: 'receive' });
    demandKnownReaction(this.#account, channel, reaction);
    const by: ActorRef = { type: 'user', id: this.#writer(userId) };
    const old = message.reactions.find((one) => one.by.id === by.id)?.content;
    const others = message.reactions.filter((one) => one.by.id !== by.id);
    const added = reaction === null ? [] : [{ content: reaction, createdAt: preciseNow(), by }];
    setReactions(this.#account, message, [...others, ...added]);
    const all = message.reactions.map(({ content }) => ({ reaction: content }));
    const before = old === undefined ? {} : { old_reaction: old };
    const change = reaction === null ? before : { new_reaction: reaction, ...before };
    const type = reaction === null ? 'reaction_delete' : 'reaction_add';
    await deliverChange(this.#account, message, type, { ...change, all_reactions: all });
  }

  /** A manager has read the chat up to its end. */
  async markRead(chatId: number): Promise<void> {
    const chat = this.#chat(chatId);
    chat.notRead = 0;
    const unread = chat.messageIds
      .flatMap((id) => this.#account.messages.get(id) ?? [])
      .filter((message) => message.from?.type === 'customer' && !message.isRead && !message.isDeleted);
    for (const message of unread) markSeen(this.#account, message);
    tellChat(this.#account, 'chat_updated', chat);
    await Promise.all(unread.map((message) => deliverChange(this.#account, message, 'message_read')));
  }

  /** A manager types a bot's command; the leading slash may be left out. */
  runCommand(dialogId: number, botId: number, command: string): number {
    const line = command.startsWith('/') ? command : `/${command}`;
    const name = line.slice(1).split(' ')[0] ?? '';
    if (this.#account.bots.get(botId)?.commands.has(name) !== true)
      throw new Error(`bot ${botId} has no command ${name}`);
    const dialog = this.#dialog(dialogId);
    const { message } = writeAsStaff(this.#account, {
      chat: this.#chat(dialog.chatId),
      from: { type: 'user', id: this.#writer() },
      scope: 'private',
      content: { type: 'command', text: line },
      quoteId: null,
      isMailing: false,
    });
    return message.id;
  }

  addTag(dialogId: number, name: string, colorCode = 'light-blue'): void {
    addTags(this.#account, this.#dialog(dialogId), [{ name, color_code: colorCode }]);
  }

  removeTag(dialogId: number, name: string): void {
    removeTags(this.#account, this.#dialog(dialogId), [name]);
  }

  joins(chatId: number, userId: number): void {
    joinChat(this.#account, this.#chat(chatId), { type: 'user', id: userId });
  }

  leaves(chatId: number, userId: number): void {
    leaveChat(this.#account, this.#chat(chatId), { type: 'user', id: userId }, 'leaved');
  }

  blockCustomer(customerId: number, isBlocked: boolean): void {
    const customer = this.#account.customers.get(customerId);
    if (customer === undefined) throw new Error(`no customer ${customerId}`);
    customer.isBlocked = isBlocked;
    customer.updatedAt = preciseNow();
    tellCustomer(this.#account, customerId);
    for (const chat of this.#account.chats.values()) {
      if (chat.customerId !== customerId) continue;
      const action = isBlocked ? 'customer_blocked' : 'customer_unblocked';
      recordSystemMessage(this.#account, chat, action, { dialogId: chat.lastDialogId });
    }
  }

  /** Deletes chats with everything in them. */
  deleteChats(chatIds: readonly number[]): void {
    for (const id of chatIds) {
      const chat = this.#account.chats.get(id);
      for (const messageId of chat?.messageIds ?? []) this.#account.messages.delete(messageId);
      for (const dialog of this.#account.dialogs.values()) {
        if (dialog.chatId === id) this.#account.dialogs.delete(dialog.id);
      }
      this.#account.chats.delete(id);
    }
    tellChatsDeleted(this.#account, chatIds);
  }

  #item(given: { name: string; content: Buffer; mime?: string } | { id: string; caption?: string }): Item {
    if ('id' in given) return { id: given.id, caption: given.caption ?? '' };
    const file = storeFile(this.#account, { content: given.content, name: given.name, mime: given.mime ?? '' });
    return { id: file.id, caption: given.name };
  }

  #writer(userId?: number): number {
    const id = userId ?? this.#account.users.keys().next().value;
    if (id === undefined) throw new Error('the account has no managers');
    return this.#user(id).id;
  }

  #user(id: number): UserRecord {
    const user = this.#account.users.get(id);
    if (user === undefined) throw new Error(`no manager ${id}`);
    return user;
  }

  #chat(where: number): ChatRecord {
    const chat =
      this.#account.chats.get(where) ?? this.#account.chats.get(this.#account.dialogs.get(where)?.chatId ?? 0);
    if (chat === undefined) throw new Error(`no chat or dialog ${where}`);
    return chat;
  }

  #dialog(id: number): DialogRecord {
    const dialog = this.#account.dialogs.get(id);
    const chat = this.#account.chats.get(id);
    const found = dialog ?? (chat === undefined ? undefined : openDialogOf(this.#account, chat));
    if (found === undefined || found === null) throw new Error(`no dialog ${id}`);
    return found;
  }

  #message(id: number): MessageRecord {
    const message = this.#account.messages.get(id);
    if (message === undefined) throw new Error(`no message ${id}`);
    return message;
  }
}
