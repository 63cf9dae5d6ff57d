/** What people and clients do on the portal: join, write, edit, press buttons, invite bots. Each action fires the events that a real one would. */
import { findCommands } from './chat-commands.ts';
import {
  addMembers,
  changeMessage,
  createChat,
  eraseMessage,
  findPrivateChat,
  openPrivateChat,
  postMessage,
} from './chats.ts';
import { contextOpened } from './events/bot-events.ts';
import { type Cause, EVENT_DEPTH } from './events/envelope.ts';
import { commandsUsed } from './events/message-events.ts';
import { clientMessage, closeSession, lineMessagePosted, operatorTakes } from './open-lines.ts';
import { textOf } from './param-reader.ts';
import type { NewClient, NewEmployee, NewGroup, NewLine, WriteOptions, Written } from './people-options.ts';
import { setReaction } from './reactions.ts';
import { type Chat, dialogIdFor, type Message, type PortalState } from './state.ts';
import { storeFiles } from './stored-files.ts';
import { isMap, type Params, type WireMap } from './wire-format.ts';

function nameParts(name: string): { firstName: string; lastName: string } {
  const [firstName = '', ...rest] = name.trim().split(/\s+/);
  return { firstName, lastName: rest.join(' ') };
}

function byPerson(userId: number): Cause {
  return { userId, depth: EVENT_DEPTH };
}

function mapsIn(list: unknown): Params[] {
  return Array.isArray(list) ? list.filter(isMap) : [];
}

interface Pressed {
  readonly button: Params;
  readonly context: 'KEYBOARD' | 'MENU';
}

export class People {
  readonly #state: PortalState;

  constructor(state: PortalState) {
    this.#state = state;
  }

  addEmployee(wanted: NewEmployee): { id: number; name: string } {
    const id = this.#state.nextId('user');
    this.#state.users.set(id, {
      id,
      ...nameParts(wanted.name),
      workPosition: wanted.workPosition === undefined ? '' : wanted.workPosition,
      gender: wanted.gender ?? 'F',
      email: wanted.email ?? '',
      admin: wanted.admin ?? false,
      mayEditLines: wanted.admin === true || wanted.mayEditLines === true,
      isBot: false,
      isConnector: false,
      isExtranet: wanted.extranet ?? false,
      color: '#df532d',
      active: true,
    });
    this.#state.announce({ kind: 'people' });
    return { id, name: wanted.name };
  }

  /** Makes somebody an administrator of the portal, or no longer one. Their tokens stay as they are. */
  setAdmin(userId: number, isAdmin: boolean): void {
    const user = this.#state.users.get(userId);
    if (user === undefined) throw new Error(`there is no employee ${userId}`);
    this.#state.users.set(userId, { ...user, admin: isAdmin });
    this.#state.announce({ kind: 'people' });
  }

  addLine(wanted: NewLine): { id: number } {
    const byCode = [...this.#state.bots.values()].find((bot) => bot.code === wanted.botCode);
    const botId = wanted.botId ?? byCode?.id ?? 0;
    if (wanted.botCode !== undefined && botId === 0) throw new Error(`no bot with the code ${wanted.botCode}`);
    const id = this.#state.nextId('line');
    this.#state.lines.set(id, {
      id,
      name: wanted.name,
      botEnabled: botId > 0,
      botId,
      join: wanted.join ?? 'always',
      time: wanted.time ?? 0,
      left: wanted.left ?? 'queue',
      queue: [...(wanted.queue ?? [])],
      nextInQueue: 0,
    });
    this.#state.announce({ kind: 'people' });
    return { id };
  }

  addClient(wanted: NewClient): { id: number; lineId: number } {
    const id = this.#state.nextId('user');
    this.#state.users.set(id, {
      id,
      ...nameParts(wanted.name),
      workPosition: null,
      gender: 'M',
      email: wanted.email ?? '',
      admin: false,
      mayEditLines: false,
      isBot: false,
      isConnector: true,
      isExtranet: true,
      color: '#ab7761',
      active: true,
      ...(wanted.profile === undefined ? {} : { profile: wanted.profile }),
    });
    this.#state.clients.set(id, {
      userId: id,
      connector: wanted.connector ?? 'livechat',
      connectorChatId: String(100_200_000 + id),
      lineId: wanted.lineId,
      chatId: 0,
    });
    this.#state.announce({ kind: 'people' });
    return { id, lineId: wanted.lineId };
  }

  addGroup(wanted: NewGroup): { chatId: number; dialogId: string } {
    const chat = createChat(this.#state, {
      type: wanted.type ?? 'C',
      title: wanted.title,
      ownerId: wanted.ownerId,
      members: [wanted.ownerId, ...(wanted.memberIds ?? [])],
      entityType: wanted.entityType === undefined ? 'THREAD' : wanted.entityType,
    });
    addMembers(this.#state, chat, wanted.botIds ?? [], { byUser: wanted.ownerId, cause: byPerson(wanted.ownerId) });
    return { chatId: chat.id, dialogId: `chat${chat.id}` };
  }

  clientWrites(clientId: number, text: string, options: WriteOptions = {}): Written {
    const client = this.#state.clients.get(clientId);
    if (client === undefined) throw new Error(`no client ${clientId}`);
    const params = (chatId: number): Params => this.#params(chatId, clientId, options);
    const message = clientMessage(this.#state, client, { text, params });
    return this.#written(this.#chat(message.chatId), message);
  }

  employeeWritesPrivate(userId: number, botId: number, text: string, options: WriteOptions = {}): Written {
    if (!this.#state.bots.has(botId)) throw new Error(`no bot ${botId}`);
    const chat = openPrivateChat(this.#state, userId, botId, byPerson(userId));
    return this.#post(chat, userId, text, options);
  }

  writesInGroup(userId: number, chatId: number, text: string, options: WriteOptions = {}): Written {
    const chat = this.#chat(chatId);
    if (!chat.members.has(userId)) throw new Error(`user ${userId} is not in chat ${chatId}`);
    return this.#post(chat, userId, text, options);
  }

  operatorJoins(chatId: number, userId: number): void {
    operatorTakes(this.#state, this.#chat(chatId), userId);
  }

  /** An operator writes to the client, and joins the chat first if not in it. */
  operatorWrites(chatId: number, userId: number, text: string, options: WriteOptions = {}): Written {
    const chat = this.#chat(chatId);
    if (!chat.members.has(userId)) this.operatorJoins(chatId, userId);
    return this.#post(chat, userId, text, options);
  }

  editMessage(messageId: number, text: string): void {
    const message = this.#message(messageId);
    changeMessage(this.#state, message, { text }, byPerson(message.authorId));
  }

  deleteMessage(messageId: number, complete = false): void {
    const message = this.#message(messageId);
    eraseMessage(this.#state, message, complete, byPerson(message.authorId));
  }

  react(userId: number, messageId: number, reaction: string, isOn = true): void {
    setReaction(this.#state, this.#message(messageId), { userId, reaction, isOn }, byPerson(userId));
  }

  /** Clicks the n-th button (row breaks not counted). A command button without a registered command does nothing. */
  pressButton(userId: number, messageId: number, buttonIndex: number): { fired: boolean; button: Params } {
    const message = this.#message(messageId);
    const chat = this.#chat(message.chatId);
    const button = mapsIn(message.params['KEYBOARD']).filter((one) => one['TYPE'] === 'BUTTON')[buttonIndex];
    if (button === undefined) throw new Error(`message ${messageId} has no button ${buttonIndex}`);
    if (button['DISABLED'] !== 'Y' && button['BLOCK'] === 'Y' && textOf(button, 'COMMAND') !== '') {
      const fired = this.#press(userId, chat, message, { button, context: 'KEYBOARD' });
      button['DISABLED'] = 'Y';
      return { fired, button };
    }
    return { fired: this.#press(userId, chat, message, { button, context: 'KEYBOARD' }), button };
  }

  /** Chooses the n-th entry of a message's menu. */
  pressMenu(userId: number, messageId: number, itemIndex: number): { fired: boolean; item: Params } {
    const message = this.#message(messageId);
    const item = mapsIn(message.params['MENU'])[itemIndex];
    if (item === undefined) throw new Error(`message ${messageId} has no menu entry ${itemIndex}`);
    const chat = this.#chat(message.chatId);
    return { fired: this.#press(userId, chat, message, { button: item, context: 'MENU' }), item };
  }

  /** Runs a command if the button or entry has one; other actions happen in the person's own window without the portal. */
  #press(userId: number, chat: Chat, message: Message, { button, context }: Pressed): boolean {
    if (button['DISABLED'] === 'Y') return false;
    if (textOf(button, 'COMMAND') !== '') return this.#clickCommand(userId, chat, message, { button, context });
    if (button['ACTION'] !== 'SEND') return false;
    this.#post(chat, userId, textOf(button, 'ACTION_VALUE'), {});
    return true;
  }

  #clickCommand(userId: number, chat: Chat, message: Message, { button, context }: Pressed): boolean {
    const text = `/${textOf(button, 'COMMAND')} ${textOf(button, 'COMMAND_PARAMS')}`;
    const found = findCommands(this.#state, chat, userId, text).filter(
      ({ command }) => command.botId === button['BOT_ID'],
    );
    if (found.length === 0) return false;
    commandsUsed(this.#state, { chat, message, authorId: userId, found, context }, byPerson(userId));
    return true;
  }

  openBotContext(userId: number, botId: number, context: WireMap): void {
    const bot = this.#state.bots.get(botId);
    if (bot === undefined) throw new Error(`no bot ${botId}`);
    const chat = openPrivateChat(this.#state, userId, botId, byPerson(userId));
    contextOpened(this.#state, { bot, chat, userId, context }, byPerson(userId));
  }

  inviteBot(chatId: number, botId: number, byUserId?: number): void {
    const chat = this.#chat(chatId);
    const inviter = byUserId ?? chat.ownerId;
    addMembers(this.#state, chat, [botId], { byUser: inviter, cause: byPerson(inviter) });
  }

  /** The portal links CRM records to an Open Channel chat: its next events contain them. */
  linkCrm(chatId: number, ids: Readonly<Partial<Record<'LEAD' | 'COMPANY' | 'CONTACT' | 'DEAL', number>>>): void {
    const { LEAD = 0, COMPANY = 0, CONTACT = 0, DEAL = 0 } = ids;
    this.#chat(chatId).entityData2 = `LEAD|${LEAD}|COMPANY|${COMPANY}|CONTACT|${CONTACT}|DEAL|${DEAL}`;
  }

  /** An operator switches the silent mode of a line chat: while it is on, the client sees nothing that operators write. */
  setSilentMode(chatId: number, isOn: boolean): void {
    this.#chat(chatId).entityData3 = isOn ? 'Y' : 'N';
  }

  finishSession(chatId: number): boolean {
    return closeSession(this.#state, this.#chat(chatId));
  }

  privateChatId(userId: number, botId: number): number | null {
    return findPrivateChat(this.#state, userId, botId)?.id ?? null;
  }

  #params(chatId: number, authorId: number, options: WriteOptions): Params {
    const fileIds = storeFiles(this.#state, chatId, authorId, options.files ?? []);
    return {
      ...(fileIds.length === 0 ? {} : { FILE_ID: fileIds }),
      ...(options.quoteOf === undefined ? {} : { REPLY_ID: String(options.quoteOf) }),
    };
  }

  #post(chat: Chat, authorId: number, text: string, options: WriteOptions): Written {
    const params = this.#params(chat.id, authorId, options);
    const isHidden = options.isHidden ?? chat.entityData3 === 'Y';
    const message = postMessage(this.#state, { chat, authorId, text, params, isHidden }, byPerson(authorId));
    lineMessagePosted(this.#state, chat, message);
    return this.#written(chat, message);
  }

  #written(chat: Chat, message: Message): Written {
    const bot = [...chat.members].find((member) => this.#state.bots.has(member)) ?? 0;
    return { messageId: message.id, dialogId: dialogIdFor(chat, bot), chatId: chat.id };
  }

  #chat(chatId: number): Chat {
    const chat = this.#state.chats.get(chatId);
    if (chat === undefined) throw new Error(`no chat ${chatId}`);
    return chat;
  }

  #message(messageId: number): Message {
    const message = this.#state.messages.get(messageId);
    if (message === undefined) throw new Error(`no message ${messageId}`);
    return message;
  }
}
