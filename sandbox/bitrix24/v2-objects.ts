/** The objects of imbot.v2 as REST results and events show them: bot, user, chat, message, command, file. */
import { isoDate } from './events/v1-message-params.ts';
import {
  type Bot,
  type BotType,
  type Chat,
  type Command,
  dialogIdFor,
  fullName,
  type Message,
  type PortalState,
  type StoredFile,
  type User,
} from './state.ts';
import { phpMap, type WireMap } from './wire-format.ts';

const TYPE_NAMES: Record<BotType, string> = { B: 'bot', O: 'openline', S: 'supervisor', P: 'personal', N: 'network' };
const CHAT_TYPE_NAMES = { P: 'private', C: 'chat', O: 'open', L: 'lines' } as const;

/** Letter of a v2 type name, or null for a name that does not exist. */
export function botTypeOf(name: string): BotType | null {
  const found = Object.entries(TYPE_NAMES).find(([, known]) => known === name);
  return found === undefined ? null : (found[0] as BotType);
}

/** Name of a bot's type in v2. */
export function botTypeName(type: BotType): string {
  return TYPE_NAMES[type];
}

/** What everybody may see of a bot. */
export function shortBot(state: PortalState, bot: Bot): WireMap {
  return {
    id: bot.id,
    code: bot.code,
    type: TYPE_NAMES[bot.type],
    isHidden: bot.isHidden,
    isSupportOpenline: bot.openline,
    isReactionsEnabled: bot.isReactionsEnabled,
    backgroundId: bot.backgroundId,
    language: state.options.language,
  };
}

/** What the owner sees of a bot; also the `bot` of fetched events. */
export function fullBot(state: PortalState, bot: Bot): WireMap {
  return {
    ...shortBot(state, bot),
    moduleId: 'rest',
    eventMode: bot.eventMode ?? 'webhook',
    countMessage: bot.countMessage,
    countCommand: [...state.commands.values()].filter((command) => command.botId === bot.id).length,
    countChat: bot.chats.size,
    countUser: bot.peers.size,
  };
}

function userType(user: User): string {
  if (user.isBot) return 'bot';
  if (user.isConnector) return 'extranet';
  return user.isExtranet ? 'extranet' : 'employee';
}

/** A user; events show lastActivityDate as false. */
export function userObject(user: User, inEvent: boolean): WireMap {
  return {
    id: user.id,
    active: user.active,
    name: fullName(user),
    firstName: user.firstName,
    lastName: user.lastName,
    workPosition: user.workPosition ?? '',
    color: user.color,
    avatar: user.profile?.avatar ?? '',
    gender: user.gender,
    birthday: '',
    extranet: user.isExtranet,
    bot: user.isBot,
    connector: user.isConnector,
    externalAuthId: user.isBot ? 'bot' : user.isConnector ? 'imconnector' : 'default',
    status: 'online',
    idle: false,
    lastActivityDate: inEvent ? false : isoDate(Date.now()),
    absent: false,
    departments: user.isBot || user.isExtranet ? [] : [1],
    phones: user.profile?.phone === undefined ? false : { personal_mobile: user.profile.phone },
    type: userType(user),
    ...(user.profile?.website === undefined ? {} : { website: user.profile.website }),
    // Optional in the portal's answers too.
    ...(user.email === '' ? {} : { email: user.email }),
  };
}

/** A chat as the given viewer sees it. */
export function chatObject(chat: Chat, viewerId: number): WireMap {
  return {
    id: chat.id,
    dialogId: dialogIdFor(chat, viewerId),
    type: CHAT_TYPE_NAMES[chat.type],
    name: chat.type === 'P' ? '' : chat.title,
    entityType: chat.entityType ?? '',
    owner: chat.ownerId,
    avatar: '',
    color: chat.color,
    messageType: chat.type,
    description: chat.description,
    extranet: false,
    entityId: chat.entityId,
    entityData1: chat.entityData1,
    entityData2: chat.entityData2,
    entityData3: chat.entityData3,
    textFieldEnabled: chat.textFieldEnabled,
  };
}

/** A message with its params; as on the server, some fields appear a second time in snake_case. */
export function messageObject(message: Message): WireMap {
  return {
    id: message.id,
    chatId: message.chatId,
    chat_id: message.chatId,
    authorId: message.authorId,
    author_id: message.authorId,
    date: isoDate(message.date),
    text: message.text,
    isSystem: message.system,
    uuid: message.uuid ?? '',
    forward: null,
    params: phpMap(message.params as WireMap),
    viewedByOthers: false,
  };
}

/** A command as Command.register and Command.list return it. */
export function commandObject(command: Command): WireMap {
  return {
    id: command.id,
    botId: command.botId,
    command: `/${command.command}`,
    common: command.common,
    hidden: command.hidden,
    extranetSupport: command.extranetSupport,
  };
}

/** A file as File.upload returns it. */
export function fileObject(file: StoredFile): WireMap {
  return {
    id: file.id,
    chatId: file.chatId,
    name: file.name,
    extension: file.name.includes('.') ? (file.name.split('.').pop() ?? '') : '',
    size: file.content.length,
    type: file.type,
    authorId: file.authorId,
    date: isoDate(file.date),
  };
}
