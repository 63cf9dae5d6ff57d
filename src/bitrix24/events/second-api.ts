/**
 * Reads events of `imbot.v2` as events of the first API, so that one set of decoders handles both
 * (docs/platform-notes/bitrix24.md#events-of-imbotv2). Fields that only `imbot.v2` has stay where they are.
 */
import { branch, type FormTree, text } from '../../lib/form-body.ts';
import type { LaneBot } from './read-params.ts';

/** What the names of all events of `imbot.v2` start with. */
export const secondApiPrefix = 'ONIMBOTV2';

/** The name of the same event in the first API; a reaction has none, and keeps its own. In upper case. */
export function firstApiName(event: string): string {
  if (event === `${secondApiPrefix}COMMANDADD`) return 'ONIMCOMMANDADD';
  const kind = event.slice(secondApiPrefix.length);
  return event.startsWith(secondApiPrefix) && kind !== 'REACTIONCHANGE' ? `ONIMBOT${kind}` : event;
}

/** The event as the first API would have sent it; an event of the first API is returned unchanged. Pure. */
export function asFirstApi(tree: FormTree, lane: LaneBot): FormTree {
  const name = (text(tree, 'event') ?? '').toUpperCase();
  if (!name.startsWith(secondApiPrefix)) return tree;
  const data = branch(tree, 'data') ?? {};
  const bot = branch(data, 'bot') ?? {};
  const entry = { BOT_ID: text(bot, 'id') ?? '', BOT_CODE: text(bot, 'code') ?? '' };
  const isOneBots = name === `${secondApiPrefix}DELETE`;
  const params = paramsOf(name, data);
  const commands = name === `${secondApiPrefix}COMMANDADD` ? commandsOf(data, entry, lane) : null;
  return {
    ...tree,
    event: firstApiName(name),
    data: {
      ...data,
      PARAMS: params,
      USER: userOf(branch(data, 'user')),
      ...(commands === null ? {} : { COMMAND: commands }),
      ...(isOneBots ? entry : commands === null ? { BOT: botsOf(entry, params, lane) } : {}),
    },
  };
}

/**
 * `imbot.v2` names one bot in each event, the first API all bots of the chat. In an Open Channel, another bot of ours that leads is added,
 * because the first API would name it.
 */
function botsOf(entry: FormTree, params: FormTree, { otherBotIds = [] }: LaneBot): FormTree {
  const leaderId = text(params, 'CHAT_ENTITY_TYPE') === 'LINES' ? (text(params, 'CHAT_AUTHOR_ID') ?? '') : '';
  const own = { [text(entry, 'BOT_ID') ?? '']: entry };
  return otherBotIds.includes(leaderId) ? { ...own, [leaderId]: { BOT_ID: leaderId } } : own;
}

/** The letters by which the first API names kinds of chats. */
const letters: Readonly<Record<string, string>> = {
  private: 'P',
  chat: 'C',
  open: 'O',
  lines: 'L',
  channel: 'N',
  openChannel: 'J',
  generalChannel: 'N',
  thread: 'T',
  copilot: 'A',
  collab: 'B',
};

function letterOf(chat: FormTree, dialogId: string): string {
  const letter = text(chat, 'messageType') ?? '';
  if (/^[A-Z]$/.test(letter)) return letter;
  const type = text(chat, 'type') ?? '';
  const known = Object.hasOwn(letters, type) ? letters[type] : undefined;
  return known ?? (/^\d+$/.test(dialogId) ? 'P' : 'C');
}

function paramsOf(name: string, data: FormTree): FormTree {
  const chat = branch(data, 'chat') ?? {};
  const message = branch(data, 'message') ?? {};
  const dialogId = text(data, 'dialogId') || text(chat, 'dialogId') || '';
  const letter = letterOf(chat, dialogId);
  const messageId = text(message, 'id') ?? text(data, 'messageId');
  const context = branch(data, 'context');
  return {
    MESSAGE_TYPE: letter,
    CHAT_TYPE: letter,
    DIALOG_ID: dialogId,
    ...present('CHAT_ID', text(chat, 'id')),
    ...present('CHAT_AUTHOR_ID', text(chat, 'owner')),
    ...present('CHAT_ENTITY_TYPE', text(chat, 'entityType')),
    ...present('CHAT_ENTITY_ID', text(chat, 'entityId')),
    // A join leaves out the session of an Open Channel chat; the session's first message names it.
    ...(name === `${secondApiPrefix}JOINCHAT` ? {} : entityDataOf(chat)),
    ...present('MESSAGE_ID', messageId),
    ...saidOf(name, data, letter),
    ...present('CONTEXT', context),
    ...present('LANGUAGE', text(data, 'language')),
  };
}

const entityDataOf = (chat: FormTree): FormTree => ({
  ...present('CHAT_ENTITY_DATA_1', text(chat, 'entityData1')),
  ...present('CHAT_ENTITY_DATA_2', text(chat, 'entityData2')),
  ...present('CHAT_ENTITY_DATA_3', text(chat, 'entityData3')),
});

/** What the message says, and who says it. For a clicked button, `message` is the bot's own message; the first API gives the command instead. */
function saidOf(name: string, data: FormTree, letter: string): FormTree {
  const message = branch(data, 'message') ?? {};
  const userId = text(data, 'user', 'id');
  const command = branch(data, 'command');
  const context = text(command, 'context') ?? 'textarea';
  if (name === `${secondApiPrefix}REACTIONCHANGE`) return {};
  if (command !== undefined && context !== 'textarea') {
    const words = `${text(command, 'command') ?? ''} ${text(command, 'params') ?? ''}`.trim();
    return { MESSAGE: words, ...present('FROM_USER_ID', userId), ...present('AUTHOR_ID', userId) };
  }
  const authorId = text(message, 'authorId') ?? userId;
  const files = filesOf(branch(message, 'params', 'FILE_ID'));
  const isNew = command !== undefined || name === `${secondApiPrefix}MESSAGEADD`;
  return {
    ...textOf(message, letter === 'P' || command !== undefined),
    ...present('AUTHOR_ID', authorId),
    // The first API gives the chat's title, and the author as the sender, only for new messages.
    ...(isNew ? present('FROM_USER_ID', authorId) : {}),
    ...(isNew && letter !== 'P' ? present('CHAT_TITLE', text(branch(data, 'chat'), 'name')) : {}),
    ...(isYes(text(message, 'isSystem')) ? { SYSTEM: 'Y' } : {}),
    ...present('PARAMS', branch(message, 'params')),
    ...(files === null ? {} : { FILES: files }),
  };
}

/** Outside private chats the first API gives a message's text twice: unchanged, and without mentions. */
function textOf(message: FormTree, isWhole: boolean): FormTree {
  const original = text(message, 'text');
  if (original === undefined) return {};
  return isWhole ? { MESSAGE: original } : { MESSAGE: withoutMentions(original).trim(), MESSAGE_ORIGINAL: original };
}

const mentionEnd = '[/USER]';

/**
 * The text as the portal puts it into `MESSAGE`: without each `[USER=5]…[/USER]` on one line and a comma that follows it. Linear: no part of
 * the text is searched twice.
 */
function withoutMentions(message: string): string {
  const pieces: string[] = [];
  let from = 0;
  let lineEnd = -1;
  let end = 0;
  for (const { index, 0: start } of message.matchAll(/\[USER=\d+\]/g)) {
    if (index < from) continue;
    const inside = index + start.length;
    if (lineEnd < inside) lineEnd = positionOf(message, '\n', inside);
    // At least one character stands between the tags.
    if (end <= inside) end = message.indexOf(mentionEnd, inside + 1);
    if (end === -1) break;
    if (end > lineEnd) continue;
    pieces.push(message.slice(from, index));
    from = end + mentionEnd.length;
    if (message[from] === ',') from += 1;
  }
  pieces.push(message.slice(from));
  return pieces.join('');
}

function positionOf(message: string, mark: string, from: number): number {
  const at = message.indexOf(mark, from);
  return at === -1 ? message.length : at;
}

/** `imbot.v2` gives only the ids of a message's files, not their names, kinds and sizes. */
function filesOf(ids: FormTree | undefined): FormTree | null {
  if (ids === undefined) return null;
  const files: FormTree = {};
  for (const key of Object.keys(ids)) {
    const id = text(ids, key) ?? '';
    if (/^[1-9]\d{0,18}$/.test(id)) files[id] = { id, name: `file-${id}` };
  }
  return files;
}

function userOf(user: FormTree | undefined): FormTree {
  if (user === undefined) return {};
  return {
    ...present('ID', text(user, 'id')),
    ...present('NAME', text(user, 'name')),
    ...present('FIRST_NAME', text(user, 'firstName')),
    ...present('LAST_NAME', text(user, 'lastName')),
    ...present('WORK_POSITION', text(user, 'workPosition')),
    ...present('GENDER', text(user, 'gender')),
    ...flag('IS_BOT', text(user, 'bot')),
    ...flag('IS_CONNECTOR', text(user, 'connector')),
    ...flag('IS_EXTRANET', text(user, 'extranet')),
  };
}

const isYes = (value: string | undefined): boolean => value === '1' || value === 'Y' || value === 'true';

const flag = (name: string, value: string | undefined): FormTree =>
  value === undefined ? {} : { [name]: isYes(value) ? 'Y' : 'N' };

const present = (name: string, value: FormTree | string | undefined): FormTree =>
  value === undefined ? {} : { [name]: value };

/**
 * `imbot.v2` sends an event for each command of a message, the first API one event for all commands of a bot. Here the event of the bot's
 * first command stands for all of them, and the other events for none, so that the commands of one message are in one row with either API. A
 * click concerns one command, and so does a message whose lines hold no command that we know.
 */
function commandsOf(data: FormTree, bot: FormTree, { commands = {} }: LaneBot): FormTree {
  const own = branch(data, 'command') ?? {};
  const id = text(own, 'id') ?? '';
  const name = (text(own, 'command') ?? '').replace(/^\//, '');
  const context = (text(own, 'context') ?? '').toUpperCase();
  const messageId = text(data, 'message', 'id') ?? '';
  const entry = (command: string, commandId: string, params: string): FormTree => ({
    ...bot,
    COMMAND: command,
    COMMAND_ID: commandId,
    COMMAND_PARAMS: params,
    COMMAND_CONTEXT: context,
    MESSAGE_ID: messageId,
  });
  const alone = { [id]: entry(name, id, text(own, 'params') ?? '') };
  if (context !== 'TEXTAREA' || !Object.hasOwn(commands, name) || commands[name] !== id) return alone;
  const all: FormTree = {};
  for (const [, typed = '', params = ''] of typedLines(text(data, 'message', 'text') ?? '')) {
    const known = Object.hasOwn(commands, typed) ? commands[typed] : undefined;
    if (known !== undefined) all[known] = entry(typed, known, params.trim());
  }
  if (!Object.hasOwn(all, id)) return alone;
  return Object.keys(all)[0] === id ? all : {};
}

/** The portal looks for commands on at most this many lines. */
const maxCommandLines = 10;

function typedLines(message: string): readonly RegExpMatchArray[] {
  const found: RegExpMatchArray[] = [];
  for (const line of message.matchAll(/^\/([^ \n]*) ?(.*)$/gm)) {
    found.push(line);
    if (found.length === maxCommandLines) break;
  }
  return found;
}
