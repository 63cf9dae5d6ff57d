/** imbot.command.* of v1. */
import { botV1, type CallContext, causeOf, type MethodTable, ownerV1, refuseFetchBot } from '../call-context.ts';
import { mayAnswer } from '../chat-commands.ts';
import { postMessage } from '../chats.ts';
import { handlerUrlFault, replaceBinding, withClientId } from '../handler-urls.ts';
import { checkKeyboardSize, readKeyboard } from '../message-content.ts';
import { intOf, isSent, isYes, listOf, mapOf, textOf, upperCaseKeys } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { type Command, fullName } from '../state.ts';
import { isMap, type Params } from '../wire-format.ts';
import { readBlocks } from './messages-v1.ts';

interface Texts {
  readonly title: Record<string, string>;
  readonly params: Record<string, string>;
}

function readLang(params: Params): Texts {
  const rows = listOf(params, 'LANG').filter(isMap);
  const usable = rows.filter((row) => textOf(row, 'LANGUAGE_ID') !== '' && textOf(row, 'TITLE') !== '');
  return {
    title: Object.fromEntries(usable.map((row) => [textOf(row, 'LANGUAGE_ID'), textOf(row, 'TITLE')])),
    params: Object.fromEntries(usable.map((row) => [textOf(row, 'LANGUAGE_ID'), textOf(row, 'PARAMS')])),
  };
}

function bindCommandUrl(call: CallContext, appId: string, url: string): void {
  const webhookClientId = call.clientId === null ? appId.slice('custom'.length) : null;
  const handler = webhookClientId === null ? url : withClientId(url, webhookClientId);
  replaceBinding(call.state, { appId, event: 'ONIMCOMMANDADD', handler, userId: 0, webhookClientId });
}

function checkedUrl(url: string): string {
  const fault = url === '' ? 'Handler for "Command add" event isn\'t specified' : handlerUrlFault(url);
  if (fault !== null) throw new RestError('EVENT_COMMAND_ADD_ERROR', fault);
  return url;
}

function register(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const bot = botV1(call, params);
  refuseFetchBot(call, bot, 'imbot.v2.Command.register');
  const url = checkedUrl(textOf(params, 'EVENT_COMMAND_ADD'));
  const name = textOf(params, 'COMMAND').replace(/^\//, '');
  if (!/^[a-z0-9]+$/i.test(name)) throw new RestError('COMMAND_ERROR', "Command isn't specified");
  const texts = readLang(params);
  if (Object.keys(texts.title).length === 0) throw new RestError('LANG_ERROR', "Lang set can't be empty");
  const known = [...call.state.commands.values()].find((one) => one.botId === bot.id && one.command === name);
  bindCommandUrl(call, bot.appId, url);
  if (known !== undefined) return known.id;
  const command: Command = {
    id: call.state.nextId('command'),
    botId: bot.id,
    appId: bot.appId,
    command: name,
    common: isYes(params, 'COMMON'),
    hidden: isYes(params, 'HIDDEN'),
    extranetSupport: isYes(params, 'EXTRANET_SUPPORT'),
    ...texts,
  };
  call.state.commands.set(command.id, command);
  return command.id;
}

function ownCommand(call: CallContext, params: Params): Command {
  const command = call.state.commands.get(intOf(params, 'COMMAND_ID'));
  if (command === undefined) throw new RestError('COMMAND_ID_ERROR', 'Command not found');
  if (command.appId !== ownerV1(call, params)) {
    throw new RestError('APP_ID_ERROR', 'Command was installed by another rest application');
  }
  return command;
}

/** COMMAND and COMMON are ignored, as on the real server. */
function update(call: CallContext): unknown {
  const params = upperCaseKeys(call.params);
  const command = ownCommand(call, params);
  if (call.state.bots.get(command.botId)?.eventMode === 'fetch') {
    const text = 'This bot uses FETCH mode. Use imbot.v2.Command.update instead.';
    throw new RestError('FETCH_NOT_SUPPORTED', text);
  }
  const fields = mapOf(params, 'FIELDS');
  if (fields === null || Object.keys(fields).length === 0) {
    throw new RestError('WRONG_REQUEST', "Update fields can't be empty");
  }
  const url = textOf(fields, 'EVENT_COMMAND_ADD');
  if (url !== '') bindCommandUrl(call, command.appId, checkedUrl(url));
  if (isSent(fields, 'HIDDEN')) command.hidden = isYes(fields, 'HIDDEN');
  if (isSent(fields, 'EXTRANET_SUPPORT')) command.extranetSupport = isYes(fields, 'EXTRANET_SUPPORT');
  if (isSent(fields, 'LANG')) Object.assign(command, readLang(fields));
  return true;
}

function unregister(call: CallContext): unknown {
  const command = ownCommand(call, upperCaseKeys(call.params));
  call.state.commands.delete(command.id);
  return true;
}

/** Found by id, or by text among the commands of the app's first bot. */
function answeredCommand(call: CallContext, params: Params): Command {
  if (intOf(params, 'COMMAND_ID') > 0) return ownCommand(call, params);
  const name = textOf(params, 'COMMAND').replace(/^\//, '');
  const owner = ownerV1(call, params);
  const found = [...call.state.commands.values()].find((one) => one.appId === owner && one.command === name);
  if (found === undefined) throw new RestError('COMMAND_ID_ERROR', 'Command not found');
  return found;
}

/** A number when something was sent; `true` with nothing sent when the ten minutes are over. */
function answer(call: CallContext): unknown {
  const { state } = call;
  const params = upperCaseKeys(call.params);
  const command = answeredCommand(call, params);
  const messageId = intOf(params, 'MESSAGE_ID');
  if (messageId <= 0) throw new RestError('MESSAGE_ID_EMPTY', "Message ID can't be empty");
  const text = textOf(params, 'MESSAGE').trim();
  if (text === '') throw new RestError('MESSAGE_EMPTY', "Message can't be empty");
  checkKeyboardSize(readKeyboard(params['KEYBOARD'], command.botId));
  const blocks = readBlocks(params, command.botId);
  if (!mayAnswer(state, messageId, command.id)) return true;
  const chat = state.chats.get(state.messages.get(messageId)?.chatId ?? 0);
  const user = state.users.get(command.botId);
  if (chat === undefined || user === undefined) throw new RestError('WRONG_REQUEST', "Message isn't added");
  const isMember = chat.members.has(command.botId);
  const posting = isMember
    ? { chat, authorId: command.botId, text, params: blocks, system: isYes(params, 'SYSTEM') }
    : { chat, authorId: 0, text: `[b]${fullName(user)}[/b][br]${text}`, params: blocks, system: true };
  return postMessage(state, posting, causeOf(call)).id;
}

const SCOPES = ['imbot'];

export const commandsV1Methods: MethodTable = {
  'imbot.command.register': { scopes: SCOPES, run: register },
  'imbot.command.update': { scopes: SCOPES, run: update },
  'imbot.command.unregister': { scopes: SCOPES, run: unregister },
  'imbot.command.answer': { scopes: SCOPES, run: answer },
};
