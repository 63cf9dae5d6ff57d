/** imbot.chat.* and imbot.dialog.get of v1. */
import { botV1, type CallContext, causeOf, type MethodTable } from '../call-context.ts';
import { addMembers, createChat, existingChatForDialog, isDialogId, postMessage, removeMember } from '../chats.ts';
import { dialogObject } from '../full-chat.ts';
import { idsOf, intOf, isEmpty, isYes, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import type { Bot, Chat } from '../state.ts';
import type { Params } from '../wire-format.ts';

interface ChatCall {
  readonly params: Params;
  readonly bot: Bot;
  readonly chat: Chat;
}

/** The bot and the chat it is a member of. Throws CHAT_ID_EMPTY, ACCESS_ERROR. */
function chatCall(call: CallContext): ChatCall {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const id = intOf(params, 'CHAT_ID');
  if (id <= 0) throw new RestError('CHAT_ID_EMPTY', "Chat ID can't be empty");
  const chat = call.state.chats.get(id);
  if (chat === undefined || !chat.members.has(bot.id)) {
    throw new RestError('ACCESS_ERROR', "You don't have access to this chat", 403);
  }
  return { params, bot, chat };
}

function add(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const users = idsOf(params, 'USERS');
  const text = textOf(params, 'MESSAGE');
  const chat = createChat(call.state, {
    type: textOf(params, 'TYPE') === 'OPEN' ? 'O' : 'C',
    title: textOf(params, 'TITLE') || 'Chat',
    description: textOf(params, 'DESCRIPTION'),
    color: textOf(params, 'COLOR') || 'MINT',
    ownerId: bot.id,
    members: [bot.id],
    entityType: textOf(params, 'ENTITY_TYPE'),
    entityId: textOf(params, 'ENTITY_ID'),
  });
  addMembers(call.state, chat, users, { byUser: bot.id, cause: causeOf(call) });
  if (text !== '') postMessage(call.state, { chat, authorId: bot.id, text }, causeOf(call));
  return chat.id;
}

function getByEntity(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  botV1(call, params);
  const type = textOf(params, 'ENTITY_TYPE');
  const id = textOf(params, 'ENTITY_ID');
  if (type === '') throw new RestError('ENTITY_TYPE_EMPTY', "Entity type can't be empty");
  if (id === '') throw new RestError('ENTITY_ID_EMPTY', "Entity ID can't be empty");
  const found = [...call.state.chats.values()].find((chat) => chat.entityType === type && chat.entityId === id);
  return found === undefined ? null : { ID: found.id };
}

function dialogGet(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const dialogId = textOf(params, 'DIALOG_ID');
  if (!isDialogId(dialogId)) throw new RestError('DIALOG_ID_EMPTY', "Dialog ID can't be empty");
  const chat = existingChatForDialog(call.state, dialogId, bot.id);
  if (chat === null || !chat.members.has(bot.id)) {
    throw new RestError('ACCESS_ERROR', "You don't have access to this chat", 403);
  }
  return dialogObject(call.state, chat, bot.id);
}

function addUsers(call: CallContext): unknown {
  const { params, bot, chat } = chatCall(call);
  const users = idsOf(params, 'USERS');
  if (users.length === 0) throw new RestError('USERS_EMPTY', "Users list can't be empty");
  addMembers(call.state, chat, users, { byUser: bot.id, cause: causeOf(call) });
  return true;
}

function deleteUser(call: CallContext): unknown {
  const { params, chat } = chatCall(call);
  const user = intOf(params, 'USER_ID');
  if (user <= 0) throw new RestError('USER_ID_EMPTY', "User ID can't be empty");
  if (!chat.members.has(user))
    throw new RestError('WRONG_REQUEST', "You don't have access or user isn't member in chat");
  removeMember(call.state, chat, user);
  return true;
}

function leave(call: CallContext): unknown {
  const { bot, chat } = chatCall(call);
  removeMember(call.state, chat, bot.id);
  return true;
}

function setText(
  key: 'TITLE' | 'COLOR' | 'AVATAR',
  apply: (chat: Chat, text: string) => void,
): (call: CallContext) => unknown {
  return (call) => {
    const { params, chat } = chatCall(call);
    if (isEmpty(params[key])) throw new RestError(`${key}_EMPTY`, `${key} can't be empty`);
    apply(chat, textOf(params, key));
    call.state.announce({ kind: 'chat', chatId: chat.id });
    return true;
  };
}

function setTitle(chat: Chat, title: string): void {
  chat.title = title;
}

function setColor(chat: Chat, color: string): void {
  chat.color = color;
}

function memberOf(params: Params, chat: Chat): number {
  const user = intOf(params, 'USER_ID');
  if (user <= 0) throw new RestError('USER_ID_EMPTY', "User ID can't be empty");
  if (!chat.members.has(user))
    throw new RestError('WRONG_REQUEST', 'Change owner can only owner and user must be member in chat');
  return user;
}

function setOwner(call: CallContext): unknown {
  const { params, chat } = chatCall(call);
  chat.ownerId = memberOf(params, chat);
  return true;
}

function setManager(call: CallContext): unknown {
  const { params, chat } = chatCall(call);
  const user = memberOf(params, chat);
  if (params['IS_MANAGER'] === 'N') chat.managers.delete(user);
  else chat.managers.add(user);
  return true;
}

function setTextField(call: CallContext): unknown {
  const { params, chat } = chatCall(call);
  chat.textFieldEnabled = isYes(params, 'ENABLED');
  return true;
}

const SCOPES = ['imbot'];

export const chatsV1Methods: MethodTable = {
  'imbot.chat.add': { scopes: SCOPES, run: add },
  'imbot.chat.get': { scopes: SCOPES, run: getByEntity },
  'imbot.dialog.get': { scopes: SCOPES, run: dialogGet },
  'imbot.chat.user.add': { scopes: SCOPES, run: addUsers },
  'imbot.chat.user.delete': { scopes: SCOPES, run: deleteUser },
  'imbot.chat.user.list': { scopes: SCOPES, run: (call) => [...chatCall(call).chat.members] },
  'imbot.chat.leave': { scopes: SCOPES, run: leave },
  'imbot.chat.updatetitle': { scopes: SCOPES, run: setText('TITLE', setTitle) },
  'imbot.chat.updatecolor': { scopes: SCOPES, run: setText('COLOR', setColor) },
  'imbot.chat.updateavatar': { scopes: SCOPES, run: setText('AVATAR', () => {}) },
  'imbot.chat.setowner': { scopes: SCOPES, run: setOwner },
  'imbot.chat.setmanager': { scopes: SCOPES, run: setManager },
  'imbot.chat.updatetextfieldenabled': { scopes: SCOPES, run: setTextField },
};
