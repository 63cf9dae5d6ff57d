/** imbot.v2.Chat.Message.*, its reactions, and the typing status. */
import { readAttach } from '../attach-content.ts';
import { botV2, type CallContext, causeOf, type MethodTable, requiredV2 } from '../call-context.ts';
import { changeMessage, chatForDialog, eraseMessage, existingChatForDialog, mayChange, postMessage } from '../chats.ts';
import { checkKeyboardSize, readKeyboard } from '../message-content.ts';
import { flagOf, intOf, isEmpty, isSent, mapOf, textOf } from '../param-reader.ts';
import { REACTIONS, setReaction } from '../reactions.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, type Chat, type Message, TYPING_SECONDS } from '../state.ts';
import { messageObject, userObject } from '../v2-objects.ts';
import { isMap, type Params, phpMap } from '../wire-format.ts';

/** Only a UUID of this form prevents duplicates; any other value is ignored without an error. */
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** An unfinished reservation of a uuid lapses after this. */
const RESERVATION_MS = 3_600_000;
/** Finished uuids are kept about 31 days. */
const UUID_KEEP_MS = 31 * 86_400_000;
const MAX_FORWARDS = 100;
const MAX_CONTEXT = 50;

/** The chat named by a v2 call; the bot has to be a member. Throws ACCESS_DENIED. */
export function memberChat(call: CallContext, bot: Bot): Chat {
  return checkedMember(existingChatForDialog(call.state, requiredV2(call, 'dialogId'), bot.id), bot);
}

/** As memberChat, but a private chat is opened when there is none yet: for calls that write. */
export function chatToWriteIn(call: CallContext, bot: Bot): Chat {
  return checkedMember(chatForDialog(call.state, requiredV2(call, 'dialogId'), bot.id, causeOf(call)), bot);
}

function checkedMember(chat: Chat | null, bot: Bot): Chat {
  if (chat === null || !chat.members.has(bot.id)) throw new RestError('ACCESS_DENIED', 'Access denied');
  return chat;
}

/** attach, keyboard, urlPreview, replyId as message params. */
export function readBlocksV2(fields: Params, botId: number): Params {
  const attach = readAttach(fields['attach']);
  const keyboard = readKeyboard(fields['keyboard'], botId);
  checkKeyboardSize(keyboard);
  return {
    ...(attach === null ? {} : { ATTACH: [attach] }),
    ...(keyboard === null ? {} : { KEYBOARD: keyboard }),
    ...(flagOf(fields, 'urlPreview') === false ? { URL_PREVIEW: 'N' } : {}),
  };
}

/** In one build of the server the v2 errors of blocks have longer names than the documentation gives them. */
function namedV2<T>(call: CallContext, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RestError) || !call.state.options.longParamErrors) throw error;
    const family = /^(ATTACH|KEYBOARD|MENU)_/.exec(error.error)?.[1];
    throw family === undefined ? error : new RestError(`PARAM_${family}_ERROR`, error.message);
  }
}

/** For a uuid that was used before: the id of its message, or an error while the first attempt still runs. Null = reserved for this call now. */
function reserve(call: CallContext, uuid: string): number | null {
  const { state } = call;
  const known = state.uuids.get(uuid);
  const age = known === undefined ? 0 : state.now() - known.reservedAt;
  if (known !== undefined && known.messageId !== null && age < UUID_KEEP_MS) return known.messageId;
  if (known !== undefined && known.messageId === null && age < RESERVATION_MS) {
    // The messenger refuses to add the message, and the controller is not told why.
    throw new RestError('SENDING_FAILED', 'Message sending failed');
  }
  state.uuids.set(uuid, { messageId: null, reservedAt: state.now() });
  return null;
}

function forwardAll(call: CallContext, bot: Bot, chat: Chat, fields: Params): Record<string, number> {
  const wanted = fields['forwardIds'];
  const pairs = isMap(wanted) ? Object.entries(wanted).slice(0, MAX_FORWARDS) : [];
  return Object.fromEntries(
    pairs.flatMap(([uuid, id]) => {
      const original = call.state.messages.get(Number(id));
      if (original === undefined) return [];
      const posting = { chat, authorId: bot.id, text: original.text, params: original.params, forwarded: true };
      return [[uuid, postMessage(call.state, posting, causeOf(call)).id] as const];
    }),
  );
}

/** Refuses the whole send if the quoted message is unknown, deleted, in another chat or in a chat without the bot. */
function replyParams(call: CallContext, bot: Bot, chat: Chat, fields: Params): Params {
  const replyId = intOf(fields, 'replyId');
  if (replyId <= 0) return {};
  const message = call.state.messages.get(replyId);
  if (message === undefined || message.deleted) throw new RestError('MESSAGE_NOT_FOUND', 'Message not found');
  if (call.state.chats.get(message.chatId)?.members.has(bot.id) !== true)
    throw new RestError('MESSAGE_ACCESS_DENIED', 'You do not have access to this message');
  if (message.chatId !== chat.id)
    throw new RestError('REPLY_ERROR', 'You can only reply to a message within the same chat');
  return { REPLY_ID: String(replyId) };
}

async function send(call: CallContext): Promise<unknown> {
  const bot = botV2(call);
  const chat = chatToWriteIn(call, bot);
  const fields = mapOf(call.params, 'fields') ?? {};
  const text = textOf(fields, 'message').trim();
  const blocks = { ...namedV2(call, () => readBlocksV2(fields, bot.id)), ...replyParams(call, bot, chat, fields) };
  const isSystem = flagOf(fields, 'system') === true;
  const hasForwards = isMap(fields['forwardIds']) && !isEmpty(fields['forwardIds']);
  if (text === '' && !('ATTACH' in blocks) && !hasForwards) {
    throw new RestError('EMPTY_MESSAGE', 'Message is empty');
  }
  const templateId = textOf(fields, 'templateId');
  const uuid = !isSystem && UUID_V4.test(templateId) ? templateId : null;
  const earlier = uuid === null ? null : reserve(call, uuid);
  if (earlier !== null) return { id: earlier, uuidMap: [] };
  // Faults such as a slow or dying server are applied here, between the reservation and the stored message.
  await call.interrupt?.();
  const uuidMap = forwardAll(call, bot, chat, fields);
  if (text === '' && !('ATTACH' in blocks)) return { id: null, uuidMap: phpMap(uuidMap) };
  const message = postMessage(
    call.state,
    {
      chat,
      authorId: bot.id,
      text,
      params: blocks,
      system: isSystem,
      uuid,
      runsCommands: true,
      skipConnector: flagOf(fields, 'skipConnector') === true,
    },
    causeOf(call),
  );
  if (uuid !== null) call.state.uuids.set(uuid, { messageId: message.id, reservedAt: call.state.now() });
  return { id: message.id, uuidMap: phpMap(uuidMap) };
}

function knownMessage(call: CallContext): Message {
  requiredV2(call, 'messageId');
  const message = call.state.messages.get(intOf(call.params, 'messageId'));
  if (message === undefined || message.deleted) throw new RestError('MESSAGE_NOT_FOUND', 'Message not found');
  return message;
}

function ownMessage(call: CallContext, bot: Bot): Message {
  const message = knownMessage(call);
  if (!mayChange(call.state, message, bot.id) || message.system) throw new RestError('ACCESS_DENIED', 'Access denied');
  return message;
}

function update(call: CallContext): unknown {
  const bot = botV2(call);
  const message = ownMessage(call, bot);
  const fields = mapOf(call.params, 'fields') ?? {};
  const blocks = readBlocksV2(fields, bot.id);
  const params: Params = { ...message.params, ...blocks };
  if (isSent(fields, 'attach') && !('ATTACH' in blocks)) delete params['ATTACH'];
  if (isSent(fields, 'keyboard') && !('KEYBOARD' in blocks)) delete params['KEYBOARD'];
  const text = textOf(fields, 'message').trim();
  if (isSent(fields, 'message') && text === '' && !('ATTACH' in params)) {
    eraseMessage(call.state, message, false, causeOf(call));
    return { result: true };
  }
  changeMessage(call.state, message, { text: isSent(fields, 'message') ? text : undefined, params }, causeOf(call));
  return { result: true };
}

function remove(call: CallContext): unknown {
  const bot = botV2(call);
  const isComplete = flagOf(call.params, 'complete') === true;
  eraseMessage(call.state, ownMessage(call, bot), isComplete, causeOf(call));
  return { result: true };
}

function read(call: CallContext): unknown {
  const bot = botV2(call);
  const chat = memberChat(call, bot);
  const wanted = intOf(call.params, 'messageId') || (chat.messageIds.at(-1) ?? 0);
  const before = chat.lastReadBy.get(bot.id) ?? 0;
  const viewed = chat.messageIds.filter((id) => id > before && id <= wanted);
  chat.lastReadBy.set(bot.id, Math.max(before, wanted));
  const counter = chat.messageIds.filter((id) => id > wanted).length;
  return { chatId: chat.id, lastId: wanted, counter, viewedMessages: viewed };
}

function checkReader(bot: Bot): void {
  if (bot.type === 'S' || bot.type === 'P') return;
  throw new RestError('BOT_TYPE_NOT_ALLOWED', 'This method is available only for supervisor and personal bots');
}

function visibleMessage(call: CallContext, bot: Bot): Message {
  const message = knownMessage(call);
  const isMember = call.state.chats.get(message.chatId)?.members.has(bot.id) === true;
  if (!isMember) throw new RestError('ACCESS_DENIED', 'Access denied');
  return message;
}

function get(call: CallContext): unknown {
  const bot = botV2(call);
  checkReader(bot);
  const message = visibleMessage(call, bot);
  const author = call.state.users.get(message.authorId);
  return { message: messageObject(message), user: author === undefined ? null : userObject(author, false) };
}

function getContext(call: CallContext): unknown {
  const bot = botV2(call);
  checkReader(bot);
  const message = visibleMessage(call, bot);
  const range = Math.min(intOf(call.params, 'range') || MAX_CONTEXT, MAX_CONTEXT);
  const ids = call.state.chats.get(message.chatId)?.messageIds ?? [];
  const at = ids.indexOf(message.id);
  const around = ids.slice(Math.max(0, at - range), at + range + 1).flatMap((id) => call.state.messages.get(id) ?? []);
  return { messages: around.map(messageObject), hasPrevPage: at - range > 0, hasNextPage: at + range + 1 < ids.length };
}

function reaction(isOn: boolean): (call: CallContext) => unknown {
  return (call) => {
    const bot = botV2(call);
    const message = visibleMessage(call, bot);
    const code = requiredV2(call, 'reaction');
    if (!REACTIONS.has(code)) throw new RestError('REACTION_NOT_FOUND', 'Reaction not found');
    const has = message.reactions.get(bot.id)?.has(code) === true;
    if (isOn && has) throw new RestError('REACTION_ALREADY_SET', 'Reaction is already set');
    if (!isOn && !has) throw new RestError('REACTION_NOT_FOUND', 'Reaction not found');
    setReaction(call.state, message, { userId: bot.id, reaction: code, isOn }, causeOf(call));
    return { result: true };
  };
}

const MAX_TYPING_SECONDS = 600;

function notify(call: CallContext): unknown {
  const bot = botV2(call);
  const chat = memberChat(call, bot);
  const seconds = intOf(call.params, 'duration');
  if (isSent(call.params, 'duration') && (seconds < 1 || seconds > MAX_TYPING_SECONDS)) {
    throw new RestError('INVALID_DURATION', `Duration must be from 1 to ${MAX_TYPING_SECONDS} seconds`);
  }
  const code = textOf(call.params, 'statusMessageCode');
  call.state.announce({ kind: 'typing', chatId: chat.id, botId: bot.id, code, seconds: seconds || TYPING_SECONDS });
  return { result: true };
}

const SCOPES = ['imbot'];

export const messagesV2Methods: MethodTable = {
  'imbot.v2.Chat.Message.send': { scopes: SCOPES, run: send },
  'imbot.v2.Chat.Message.update': { scopes: SCOPES, run: update },
  'imbot.v2.Chat.Message.delete': { scopes: SCOPES, run: remove },
  'imbot.v2.Chat.Message.read': { scopes: SCOPES, run: read },
  'imbot.v2.Chat.Message.get': { scopes: SCOPES, run: get },
  'imbot.v2.Chat.Message.getContext': { scopes: SCOPES, run: getContext },
  'imbot.v2.Chat.Message.Reaction.add': { scopes: SCOPES, run: reaction(true) },
  'imbot.v2.Chat.Message.Reaction.delete': { scopes: SCOPES, run: reaction(false) },
  'imbot.v2.Chat.InputAction.notify': { scopes: SCOPES, run: notify },
};
