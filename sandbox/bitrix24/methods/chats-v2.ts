/** imbot.v2.Chat.* except messages. */
import { botV2, type CallContext, causeOf, type MethodTable } from '../call-context.ts';
import { addMembers, createChat, postMessage, removeMember } from '../chats.ts';
import { fullChatObject } from '../full-chat.ts';
import { flagOf, idsOf, intOf, isSent, mapOf, textOf } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import type { Bot, Chat } from '../state.ts';
import { userObject } from '../v2-objects.ts';
import { memberChat } from './messages-v2.ts';

function add(call: CallContext): unknown {
  const bot = botV2(call);
  const fields = mapOf(call.params, 'fields') ?? {};
  const chat = createChat(call.state, {
    type: 'C',
    title: textOf(fields, 'title') || 'Chat',
    description: textOf(fields, 'description'),
    color: textOf(fields, 'color') || 'mint',
    ownerId: intOf(fields, 'ownerId') || bot.id,
    members: [bot.id],
  });
  addMembers(call.state, chat, [chat.ownerId, ...idsOf(fields, 'userIds')], { byUser: bot.id, cause: causeOf(call) });
  const text = textOf(fields, 'message');
  if (text !== '') postMessage(call.state, { chat, authorId: bot.id, text }, causeOf(call));
  const users = [...chat.members].flatMap((id) => call.state.users.get(id) ?? []);
  return { chat: fullChatObject(call.state, chat, bot.id), users: users.map((user) => userObject(user, false)) };
}

function get(call: CallContext): unknown {
  const bot = botV2(call);
  return { chat: fullChatObject(call.state, memberChat(call, bot), bot.id) };
}

function update(call: CallContext): unknown {
  const chat = groupChat(call, botV2(call));
  const fields = mapOf(call.params, 'fields') ?? {};
  if (textOf(fields, 'title') !== '') chat.title = textOf(fields, 'title');
  if (isSent(fields, 'description')) chat.description = textOf(fields, 'description');
  if (textOf(fields, 'color') !== '') chat.color = textOf(fields, 'color');
  call.state.announce({ kind: 'chat', chatId: chat.id });
  return { result: true };
}

/** A chat whose members can be managed: any but a private one. */
function groupChat(call: CallContext, bot: Bot): Chat {
  const chat = memberChat(call, bot);
  if (chat.type === 'P') throw new RestError('ACCESS_DENIED', 'Access denied');
  return chat;
}

function leave(call: CallContext): unknown {
  const bot = botV2(call);
  removeMember(call.state, groupChat(call, bot), bot.id);
  return { result: true };
}

function setOwner(call: CallContext): unknown {
  const chat = groupChat(call, botV2(call));
  const user = intOf(call.params, 'userId');
  if (!chat.members.has(user)) throw new RestError('ACCESS_DENIED', 'Access denied');
  chat.ownerId = user;
  return { result: true };
}

function addUsers(call: CallContext): unknown {
  const bot = botV2(call);
  const chat = groupChat(call, bot);
  addMembers(call.state, chat, wantedUsers(call), { byUser: bot.id, cause: causeOf(call) });
  return { result: true };
}

function wantedUsers(call: CallContext): number[] {
  const users = idsOf(call.params, 'userIds');
  if (users.length === 0) throw new RestError('100', 'Could not find value for parameter {userIds}');
  return users;
}

function deleteUser(call: CallContext): unknown {
  const chat = groupChat(call, botV2(call));
  const user = intOf(call.params, 'userId');
  if (!chat.members.has(user)) throw new RestError('ACCESS_DENIED', 'Access denied');
  removeMember(call.state, chat, user);
  return { result: true };
}

const DEFAULT_USERS = 50;
const MAX_USERS = 200;

/** A bare list without an envelope and without an offset. A limit outside 1 to 200 counts as 50. */
function listUsers(call: CallContext): unknown {
  const chat = memberChat(call, botV2(call));
  const wanted = intOf(call.params, 'limit');
  const limit = wanted > 0 && wanted <= MAX_USERS ? wanted : DEFAULT_USERS;
  const users = ordered(call, [...chat.members]).flatMap((id) => call.state.users.get(id) ?? []);
  return users.slice(0, limit).map((user) => userObject(user, false));
}

/** `order` has one key: `id` (order of joining), `userId` or `lastSendMessageId`. */
function ordered(call: CallContext, members: number[]): number[] {
  const order = mapOf(call.params, 'order') ?? {};
  const key = ['id', 'lastSendMessageId', 'userId'].find((name) => isSent(order, name));
  if (key === undefined) return members;
  const sorted = key === 'userId' ? members.toSorted((a, b) => a - b) : members;
  return textOf(order, key).toUpperCase() === 'DESC' ? sorted.toReversed() : sorted;
}

function managers(isAdded: boolean): (call: CallContext) => unknown {
  return (call) => {
    const chat = groupChat(call, botV2(call));
    for (const user of wantedUsers(call)) {
      if (isAdded && chat.members.has(user)) chat.managers.add(user);
      if (!isAdded) chat.managers.delete(user);
    }
    return { result: true };
  };
}

function textField(call: CallContext): unknown {
  const chat = memberChat(call, botV2(call));
  chat.textFieldEnabled = flagOf(call.params, 'enabled') ?? chat.textFieldEnabled;
  call.state.announce({ kind: 'chat', chatId: chat.id });
  return { result: true };
}

const SCOPES = ['imbot'];

export const chatsV2Methods: MethodTable = {
  'imbot.v2.Chat.add': { scopes: SCOPES, run: add },
  'imbot.v2.Chat.get': { scopes: SCOPES, run: get },
  'imbot.v2.Chat.update': { scopes: SCOPES, run: update },
  'imbot.v2.Chat.leave': { scopes: SCOPES, run: leave },
  'imbot.v2.Chat.setOwner': { scopes: SCOPES, run: setOwner },
  'imbot.v2.Chat.User.add': { scopes: SCOPES, run: addUsers },
  'imbot.v2.Chat.User.delete': { scopes: SCOPES, run: deleteUser },
  'imbot.v2.Chat.User.list': { scopes: SCOPES, run: listUsers },
  'imbot.v2.Chat.Manager.add': { scopes: SCOPES, run: managers(true) },
  'imbot.v2.Chat.Manager.delete': { scopes: SCOPES, run: managers(false) },
  'imbot.v2.Chat.TextField.enabled': { scopes: SCOPES, run: textField },
};
