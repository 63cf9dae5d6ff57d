/** imbot.message.* and typing of v1. */
import { readAttach } from '../attach-content.ts';
import { botV1, type CallContext, causeOf, type MethodTable } from '../call-context.ts';
import {
  changeMessage,
  chatForDialog,
  eraseMessage,
  existingChatForDialog,
  isDialogId,
  mayChange,
  openPrivateChat,
  postMessage,
} from '../chats.ts';
import { checkKeyboardSize, checkMenuSize, keptIfSmall, readKeyboard, readMenu } from '../message-content.ts';
import { intOf, isSent, isYes, textOf, upperCaseKeys } from '../param-reader.ts';
import { setReaction } from '../reactions.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, fullName, type Message, TYPING_SECONDS } from '../state.ts';
import type { Params } from '../wire-format.ts';

/** ATTACH, KEYBOARD, MENU as message params. imbot.message.add does not check the sizes of the last two: it drops what is too long. */
export function readBlocks(params: Params, botId: number): Params {
  const attach = readAttach(params['ATTACH']);
  const keyboard = keptIfSmall(readKeyboard(params['KEYBOARD'], botId));
  const menu = keptIfSmall(readMenu(params['MENU'], botId));
  return {
    ...(attach === null ? {} : { ATTACH: [attach] }),
    ...(keyboard === null ? {} : { KEYBOARD: keyboard }),
    ...(menu === null ? {} : { MENU: menu }),
    ...(params['URL_PREVIEW'] === 'N' ? { URL_PREVIEW: 'N' } : {}),
  };
}

function add(call: CallContext): unknown {
  const { state } = call;
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const dialogId = textOf(params, 'DIALOG_ID');
  const pair = [intOf(params, 'FROM_USER_ID'), intOf(params, 'TO_USER_ID')] as const;
  const isPair = dialogId === '' && pair[0] > 0 && pair[1] > 0;
  if (!isPair && !isDialogId(dialogId)) throw new RestError('DIALOG_ID_EMPTY', "Dialog ID can't be empty");
  const text = textOf(params, 'MESSAGE').trim();
  if (text === '') throw new RestError('MESSAGE_EMPTY', "Message can't be empty");
  const blocks = readBlocks(params, bot.id);
  if (isPair) return addBetweenPeople(call, pair, text, blocks);
  const chat = chatForDialog(state, dialogId, bot.id, causeOf(call));
  if (chat === null || !chat.members.has(bot.id)) throw new RestError('WRONG_REQUEST', "Message isn't added");
  const isSystem = isYes(params, 'SYSTEM');
  const message = postMessage(
    state,
    {
      chat,
      authorId: bot.id,
      text: isSystem && chat.type !== 'P' ? withBotName(call, bot, text) : text,
      params: blocks,
      system: isSystem,
      skipConnector: isYes(params, 'SKIP_CONNECTOR'),
    },
    causeOf(call),
  );
  return message.id;
}

/** System messages in group chats name the bot that sent them. */
function withBotName(call: CallContext, bot: Bot, text: string): string {
  const user = call.state.users.get(bot.id);
  return `[b]${user === undefined ? '' : fullName(user)}[/b][br]${text}`;
}

function addBetweenPeople(call: CallContext, pair: readonly [number, number], text: string, blocks: Params): unknown {
  const { state } = call;
  const people = pair.map((id) => state.users.get(id));
  if (people.some((user) => user === undefined || user.isBot)) {
    throw new RestError('WRONG_REQUEST', "Message isn't added");
  }
  const chat = openPrivateChat(state, pair[0], pair[1], causeOf(call));
  return postMessage(state, { chat, authorId: pair[0], text, params: blocks, system: true }, causeOf(call)).id;
}

function ownMessage(call: CallContext, bot: Bot, params: Params): Message {
  const id = intOf(params, 'MESSAGE_ID');
  if (id <= 0) throw new RestError('MESSAGE_ID_ERROR', "Message ID can't be empty");
  const message = call.state.messages.get(id);
  if (message === undefined || !mayChange(call.state, message, bot.id)) {
    const text = "Time has expired for modification or you don't have access";
    throw new RestError('CANT_EDIT_MESSAGE', text, 403);
  }
  return message;
}

/** The params after an update: a block that was sent replaces the old one; `N` or an empty one removes it. */
function updatedBlocks(params: Params, message: Message, botId: number): Params {
  const next: Params = { ...message.params };
  if (isSent(params, 'ATTACH')) {
    const attach = readAttach(params['ATTACH']);
    if (attach === null) delete next['ATTACH'];
    else next['ATTACH'] = [attach];
  }
  if (isSent(params, 'KEYBOARD')) {
    const keyboard = readKeyboard(params['KEYBOARD'], botId);
    checkKeyboardSize(keyboard);
    if (keyboard === null) delete next['KEYBOARD'];
    else next['KEYBOARD'] = keyboard;
  }
  if (isSent(params, 'MENU')) {
    const menu = readMenu(params['MENU'], botId);
    checkMenuSize(menu);
    if (menu === null) delete next['MENU'];
    else next['MENU'] = menu;
  }
  return next;
}

function update(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  if (intOf(params, 'MESSAGE_ID') <= 0) throw new RestError('MESSAGE_ID_ERROR', "Message ID can't be empty");
  const known = call.state.messages.get(intOf(params, 'MESSAGE_ID'));
  const blocks = known === undefined ? undefined : updatedBlocks(params, known, bot.id);
  const message = ownMessage(call, bot, params);
  const hasText = isSent(params, 'MESSAGE');
  const text = textOf(params, 'MESSAGE').trim();
  if (hasText && text === '') {
    eraseMessage(call.state, message, false, causeOf(call));
    return true;
  }
  if (hasText) changeMessage(call.state, message, { text, params: blocks }, causeOf(call));
  else {
    // Without a text the message does not count as edited: no event is sent, only open chat windows are updated.
    if (blocks !== undefined) message.params = blocks;
    call.state.announce({ kind: 'message-edit', message });
  }
  return true;
}

function remove(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  eraseMessage(call.state, ownMessage(call, bot, params), isYes(params, 'COMPLETE'), causeOf(call));
  return true;
}

function like(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const message = call.state.messages.get(intOf(params, 'MESSAGE_ID'));
  if (message === undefined) throw new RestError('MESSAGE_ID_ERROR', "Message ID can't be empty");
  const has = message.reactions.get(bot.id)?.has('like') === true;
  const action = textOf(params, 'ACTION') || 'auto';
  const wanted = action === 'auto' ? !has : action === 'plus';
  if (wanted === has) throw new RestError('WITHOUT_CHANGES', 'Status has not changed');
  setReaction(call.state, message, { userId: bot.id, reaction: 'like', isOn: wanted }, causeOf(call));
  return true;
}

function sendTyping(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  const dialogId = textOf(params, 'DIALOG_ID');
  if (!isDialogId(dialogId)) throw new RestError('DIALOG_ID_EMPTY', "Dialog ID can't be empty");
  const chat = existingChatForDialog(call.state, dialogId, bot.id);
  if (chat !== null)
    call.state.announce({ kind: 'typing', chatId: chat.id, botId: bot.id, code: '', seconds: TYPING_SECONDS });
  return true;
}

export const messagesV1Methods: MethodTable = {
  'imbot.message.add': { scopes: ['imbot'], run: add },
  'imbot.message.update': { scopes: ['imbot'], run: update },
  'imbot.message.delete': { scopes: ['imbot'], run: remove },
  'imbot.message.like': { scopes: ['imbot'], run: like },
  'imbot.chat.sendtyping': { scopes: ['imbot'], run: sendTyping },
  'imbot.sendtyping': { scopes: ['imbot'], run: sendTyping },
};
