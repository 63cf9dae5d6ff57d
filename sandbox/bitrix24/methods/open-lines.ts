/** imopenlines.bot.session.*, the line configuration, and imopenlines.dialog.get. */
import { type CallContext, causeOf, type MethodTable, ownerV1 } from '../call-context.ts';
import { addMembers, removeMember, storeMessage } from '../chats.ts';
import { dialogObject } from '../full-chat.ts';
import { closeSession, handOver, moveToLine, operatorTakes } from '../open-lines.ts';
import { idsOf, intOf, isSent, isYes, listOf, mapOf, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, botsOfApp, type Chat, fullName, type Line } from '../state.ts';
import { type Params, phpMap } from '../wire-format.ts';

const DEFAULT_BOT_TIME = 600;

function chatId(params: Params): number {
  const id = intOf(params, 'CHAT_ID');
  if (id <= 0) throw new RestError('CHAT_ID_EMPTY', "Chat ID can't be empty");
  return id;
}

function lineChat(call: CallContext, id: number): Chat | null {
  const chat = call.state.chats.get(id);
  return chat?.entityType === 'LINES' ? chat : null;
}

/** transfer and finish act as the first bot of the app, whichever bot is in the chat. */
function firstBot(call: CallContext, params: Params): Bot {
  const bot = botsOfApp(call.state, ownerV1(call, params))[0];
  if (bot === undefined) throw new RestError('BOT_ID_ERROR', 'Bot not found');
  return bot;
}

function operator(call: CallContext): unknown {
  const chat = lineChat(call, chatId(upperCaseKeys(call.params)));
  if (chat === null || !handOver(call.state, chat)) throw new RestError('WRONG_CHAT', 'Operator is not a bot');
  return true;
}

interface Target {
  readonly userId: number;
  readonly lineId: number;
}

function readTarget(params: Params): Target {
  if (isSent(params, 'USER_ID')) {
    const userId = intOf(params, 'USER_ID');
    if (userId <= 0) throw new RestError('USER_ID_EMPTY', "User ID can't be empty");
    return { userId, lineId: 0 };
  }
  if (isSent(params, 'QUEUE_ID')) {
    const lineId = intOf(params, 'QUEUE_ID');
    if (lineId <= 0) throw new RestError('QUEUE_ID_EMPTY', "Queue ID can't be empty");
    return { userId: 0, lineId };
  }
  const transferId = textOf(params, 'TRANSFER_ID');
  const lineId = transferId.startsWith('queue') ? intOf({ id: transferId.slice(5) }, 'id') : 0;
  const userId = transferId.startsWith('queue') ? 0 : intOf(params, 'TRANSFER_ID');
  if (lineId <= 0 && userId <= 0) throw new RestError('TRANSFER_ID_EMPTY', "Queue ID or User ID can't be empty");
  return { userId, lineId };
}

/** Unlike the other methods of this family it does not convert parameter names to upper case. */
function transfer(call: CallContext): unknown {
  const { state, params } = call;
  const id = chatId(params);
  const target = readTarget(params);
  const bot = firstBot(call, params);
  const chat = lineChat(call, id);
  const user = state.users.get(target.userId);
  const line = state.lines.get(target.lineId);
  const isGoodUser = user?.active === true && !user.isBot && !user.isConnector && !user.isExtranet;
  if (chat === null || !state.sessions.has(chat.id) || (!isGoodUser && line === undefined)) {
    throw new RestError('OPERATOR_WRONG', 'You can not redirect to this operator');
  }
  if (line !== undefined) moveToLine(state, chat, line);
  else operatorTakes(state, chat, target.userId);
  if (isYes(params, 'LEAVE')) removeMember(state, chat, bot.id);
  return true;
}

function finish(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const id = chatId(params);
  const bot = firstBot(call, params);
  const chat = lineChat(call, id);
  if (chat === null || !call.state.sessions.has(chat.id)) return true;
  // The server lets the app's first bot "answer" before closing, which adds it to the chat.
  addMembers(call.state, chat, [bot.id], { byUser: 0, cause: causeOf(call) });
  closeSession(call.state, chat);
  return true;
}

/** Always answers true. Only NAME=WELCOME, or NAME=DEFAULT with a text, sends anything; it is sent as a system message. */
function sendMessage(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const chat = lineChat(call, chatId(params));
  const name = textOf(params, 'NAME');
  const welcome = call.state.options.language === 'ru' ? 'Здравствуйте! Чем можем помочь?' : 'Hello! How can we help?';
  const text = name === 'WELCOME' ? welcome : name === 'DEFAULT' ? textOf(params, 'MESSAGE').trim() : '';
  if (chat !== null && text !== '') storeMessage(call.state, { chat, authorId: 0, text, system: true });
  return true;
}

/** QUEUE and the related fields: who is in the queue of a line, and from which departments. */
function queueFields(call: CallContext, line: Line): Record<string, unknown> {
  const people = line.queue.map((id) => {
    const user = call.state.users.get(id);
    const name = user === undefined ? '' : fullName(user);
    const about = { USER_WORK_POSITION: user?.workPosition ?? null, USER_AVATAR: '', USER_AVATAR_ID: null };
    return [String(id), { USER_NAME: name, ...about }] as const;
  });
  return {
    QUEUE: [...line.queue],
    QUEUE_USERS_FIELDS: phpMap(Object.fromEntries(people)),
    CONFIG_QUEUE: line.queue.map((id) => ({ ENTITY_ID: String(id), ENTITY_TYPE: 'user' })),
  };
}

function lineRow(line: Line): Record<string, unknown> {
  return {
    ID: String(line.id),
    ACTIVE: 'Y',
    LINE_NAME: line.name,
    WELCOME_BOT_ENABLE: line.botEnabled ? 'Y' : 'N',
    WELCOME_BOT_JOIN: line.join,
    WELCOME_BOT_ID: String(line.botId),
    WELCOME_BOT_TIME: String(line.time),
    WELCOME_BOT_LEFT: line.left,
  };
}

const MAX_LINES = 200;

function listLines(call: CallContext): unknown {
  // Names are case-sensitive: PARAMS and OPTIONS in upper case, the keys of PARAMS in lower case.
  const query = mapOf(call.params, 'PARAMS') ?? {};
  const options = mapOf(call.params, 'OPTIONS') ?? {};
  for (const name of ['select', 'order', 'filter']) {
    const isList = Array.isArray(query[name]) || mapOf(query, name) !== null;
    if (isSent(query, name) && !isList) {
      throw new RestError('INVALID_FORMAT', `A wrong format for the PARAMS field '${name}' is passed`);
    }
  }
  const filter = mapOf(query, 'filter') ?? {};
  const select = listOf(query, 'select').map(String);
  const limit = Math.min(intOf(query, 'limit') || MAX_LINES, MAX_LINES);
  const offset = intOf(query, 'offset');
  const wanted = idsOf(filter, 'ID');
  return [...call.state.lines.values()]
    .filter((line) => wanted.length === 0 || wanted.includes(line.id))
    .slice(offset, offset + limit)
    .map((line) => {
      const fields = Object.entries(lineRow(line)).filter(([key]) => select.length === 0 || select.includes(key));
      return { ...Object.fromEntries(fields), ...(isYes(options, 'QUEUE') ? queueFields(call, line) : {}) };
    });
}

function updateLine(call: CallContext): unknown {
  const id = intOf(call.params, 'CONFIG_ID');
  if (id <= 0) throw new RestError('CONFIG_ID_EMPTY', "Config ID can't be empty");
  if (call.state.users.get(call.userId)?.mayEditLines !== true) {
    throw new RestError('CONFIG_WRONG_USER_PERMISSION', 'Permission denied', 403);
  }
  const line = call.state.lines.get(id);
  if (line === undefined) return false;
  const fields = mapOf(call.params, 'PARAMS') ?? {};
  if (textOf(fields, 'LINE_NAME') !== '') line.name = textOf(fields, 'LINE_NAME');
  if (isSent(fields, 'QUEUE')) line.queue.splice(0, line.queue.length, ...idsOf(fields, 'QUEUE'));
  setWelcomeBot(line, fields);
  call.state.announce({ kind: 'people' });
  return true;
}

/** Fields that are not sent keep their values. If any are sent, bot, time and leaving count only with WELCOME_BOT_ENABLE=Y and are reset without it. */
function setWelcomeBot(line: Line, fields: Params): void {
  const isOn = isYes(fields, 'WELCOME_BOT_ENABLE');
  const text = (name: string): string => textOf(fields, name);
  if (isSent(fields, 'WELCOME_BOT_ENABLE')) line.botEnabled = isOn;
  if (isSent(fields, 'WELCOME_BOT_JOIN')) line.join = text('WELCOME_BOT_JOIN') === 'first' ? 'first' : 'always';
  if (isSent(fields, 'WELCOME_BOT_ID')) line.botId = isOn ? intOf(fields, 'WELCOME_BOT_ID') : 0;
  if (isSent(fields, 'WELCOME_BOT_TIME')) line.time = isOn ? intOf(fields, 'WELCOME_BOT_TIME') : DEFAULT_BOT_TIME;
  if (isSent(fields, 'WELCOME_BOT_LEFT')) line.left = isOn && text('WELCOME_BOT_LEFT') === 'close' ? 'close' : 'queue';
}

function findLineChat(call: CallContext, params: Params): Chat | undefined {
  const { state } = call;
  const direct = intOf(params, 'CHAT_ID') || intOf({ id: textOf(params, 'DIALOG_ID').replace(/^chat/, '') }, 'id');
  if (direct > 0) return state.chats.get(direct);
  const sessionId = intOf(params, 'SESSION_ID');
  const bySession = [...state.sessions].find(([, session]) => session.id === sessionId);
  if (bySession !== undefined) return state.chats.get(bySession[0]);
  const userCode = textOf(params, 'USER_CODE').replace(/^imol\|/, '');
  return [...state.chats.values()].find((chat) => chat.entityType === 'LINES' && chat.entityId === userCode);
}

function getDialog(call: CallContext): unknown {
  const chat = findLineChat(call, upperCaseKeys(call.params));
  if (chat?.entityType !== 'LINES') throw new RestError('ACCESS_DENIED', 'You do not have access to this dialog', 403);
  return dialogObject(call.state, chat, call.userId);
}

const SCOPES = ['imopenlines'];

export const openLineMethods: MethodTable = {
  'imopenlines.bot.session.operator': { scopes: SCOPES, run: operator },
  'imopenlines.bot.session.transfer': { scopes: SCOPES, run: transfer },
  'imopenlines.bot.session.finish': { scopes: SCOPES, run: finish },
  'imopenlines.bot.session.message.send': { scopes: SCOPES, run: sendMessage },
  'imopenlines.bot.session.send.message': { scopes: SCOPES, run: sendMessage },
  'imopenlines.config.list.get': { scopes: SCOPES, run: listLines },
  'imopenlines.config.update': { scopes: SCOPES, run: updateLine },
  'imopenlines.dialog.get': { scopes: SCOPES, run: getDialog },
};
