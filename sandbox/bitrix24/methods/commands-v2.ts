/** imbot.v2.Command.*. */
import { botV2, type CallContext, causeOf, type MethodTable } from '../call-context.ts';
import { mayAnswer } from '../chat-commands.ts';
import { postMessage } from '../chats.ts';
import { readMenu } from '../message-content.ts';
import { flagOf, intOf, isSent, mapOf, textOf } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { type Bot, type Command, fullName } from '../state.ts';
import { commandObject } from '../v2-objects.ts';
import { isMap, type Params } from '../wire-format.ts';
import { readBlocksV2 } from './messages-v2.ts';

const COMMAND_NAME = /^[a-z0-9]+$/i;

function texts(value: unknown): Record<string, string> {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.keys(value).flatMap((lang) => (textOf(value, lang) === '' ? [] : [[lang, textOf(value, lang)]])),
  );
}

function commandName(fields: Params): string {
  return textOf(fields, 'command').replace(/^\//, '');
}

function register(call: CallContext): unknown {
  const bot = botV2(call);
  // Flat parameters are the older form and still accepted.
  const fields = mapOf(call.params, 'fields') ?? call.params;
  const name = commandName(fields);
  if (name === '') throw new RestError('COMMAND_REQUIRED', 'Command is required');
  if (!COMMAND_NAME.test(name))
    throw new RestError('COMMAND_NAME_INVALID', 'Command name may hold Latin letters and digits only');
  const isHidden = flagOf(fields, 'hidden') === true;
  const title = texts(fields['title']);
  if (!isHidden && Object.keys(title).length === 0) {
    throw new RestError('COMMAND_TITLE_REQUIRED', 'Command title is required');
  }
  const known = findByName(call, bot, name);
  if (known !== undefined) return { command: commandObject(known) };
  const command: Command = {
    id: call.state.nextId('command'),
    botId: bot.id,
    appId: bot.appId,
    command: name,
    common: flagOf(fields, 'common') === true,
    hidden: isHidden,
    extranetSupport: flagOf(fields, 'extranetSupport') === true,
    title,
    params: texts(fields['params']),
  };
  call.state.commands.set(command.id, command);
  return { command: commandObject(command) };
}

function findByName(call: CallContext, bot: Bot, name: string): Command | undefined {
  return [...call.state.commands.values()].find((one) => one.botId === bot.id && one.command === name);
}

function ownCommand(call: CallContext, bot: Bot): Command {
  const command = call.state.commands.get(intOf(call.params, 'commandId'));
  if (command?.botId !== bot.id) throw new RestError('COMMAND_NOT_FOUND', 'Command not found');
  return command;
}

function update(call: CallContext): unknown {
  const bot = botV2(call);
  const command = ownCommand(call, bot);
  const fields = mapOf(call.params, 'fields') ?? {};
  if (isSent(fields, 'command')) renameCommand(call, bot, command, commandName(fields));
  command.common = flagOf(fields, 'common') ?? command.common;
  command.hidden = flagOf(fields, 'hidden') ?? command.hidden;
  command.extranetSupport = flagOf(fields, 'extranetSupport') ?? command.extranetSupport;
  if (isSent(fields, 'title')) command.title = mergedTexts(command.title, fields['title']);
  if (isSent(fields, 'params')) command.params = mergedTexts(command.params, fields['params']);
  return { command: commandObject(command) };
}

function renameCommand(call: CallContext, bot: Bot, command: Command, name: string): void {
  if (name === '') throw new RestError('COMMAND_NAME_EMPTY', 'Command name must not be empty');
  if (!COMMAND_NAME.test(name))
    throw new RestError('COMMAND_NAME_INVALID', 'Command name may hold Latin letters and digits only');
  const same = findByName(call, bot, name);
  if (same !== undefined && same !== command) throw new RestError('COMMAND_ALREADY_EXISTS', 'Command already exists');
  command.command = name;
}

/** A null removes a language. */
function mergedTexts(before: Record<string, string>, given: unknown): Record<string, string> {
  if (!isMap(given)) throw new RestError('COMMAND_TITLE_INVALID', 'Command title must be a map of languages');
  const merged = { ...before, ...texts(given) };
  return Object.fromEntries(Object.entries(merged).filter(([lang]) => given[lang] !== null));
}

function unregister(call: CallContext): unknown {
  const command = ownCommand(call, botV2(call));
  call.state.commands.delete(command.id);
  return { result: true };
}

function list(call: CallContext): unknown {
  const bot = botV2(call);
  const own = [...call.state.commands.values()].filter((one) => one.botId === bot.id);
  return { commands: own.map(commandObject) };
}

/** `{result: true}` also when nothing is sent because the ten minutes are over. */
function answer(call: CallContext): unknown {
  const { state } = call;
  const bot = botV2(call);
  const command = ownCommand(call, bot);
  const messageId = intOf(call.params, 'messageId');
  const fields = mapOf(call.params, 'fields') ?? {};
  const text = textOf(fields, 'message').trim();
  const menu = readMenu(fields['menu'], bot.id);
  const params: Params = { ...readBlocksV2(fields, bot.id), ...(menu === null ? {} : { MENU: menu }) };
  const chat = state.chats.get(state.messages.get(messageId)?.chatId ?? 0);
  if (chat === undefined || text === '') throw new RestError('COMMAND_ANSWER_FAILED', 'Command answer failed');
  if (!mayAnswer(state, messageId, command.id)) return { result: true };
  const user = state.users.get(bot.id);
  const isMember = chat.members.has(bot.id);
  const posting = isMember
    ? { chat, authorId: bot.id, text, params, system: flagOf(fields, 'system') === true }
    : {
        chat,
        authorId: 0,
        text: `[b]${user === undefined ? '' : fullName(user)}[/b][br]${text}`,
        params,
        system: true,
      };
  postMessage(state, posting, causeOf(call));
  return { result: true };
}

const SCOPES = ['imbot'];

export const commandsV2Methods: MethodTable = {
  'imbot.v2.Command.register': { scopes: SCOPES, run: register },
  'imbot.v2.Command.update': { scopes: SCOPES, run: update },
  'imbot.v2.Command.unregister': { scopes: SCOPES, run: unregister },
  'imbot.v2.Command.list': { scopes: SCOPES, run: list },
  'imbot.v2.Command.answer': { scopes: SCOPES, run: answer },
};
