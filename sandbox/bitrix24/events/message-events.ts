/** Events about messages: new, edited, deleted, commands, reactions, in the v1 and v2 formats. */
import { type FoundCommand, grantAnswer } from '../chat-commands.ts';
import { type Bot, type Chat, type Message, type PortalState, TYPING_SECONDS } from '../state.ts';
import { messageObject } from '../v2-objects.ts';
import type { WireMap } from '../wire-format.ts';
import { botsForChange, botsForMessage, webhookBotsByOwner } from './audience.ts';
import {
  bindingsFor,
  botMap,
  botTokens,
  type Cause,
  eventDialogId,
  laneOf,
  send,
  userBlock,
  userBlockWithFlags,
} from './envelope.ts';
import { addParams, deleteParams, typedCommandParams, updateParams } from './v1-message-params.ts';
import { sendV2, sendV2Message, v2Tail } from './v2-dispatch.ts';

type V1Event = 'ONIMBOTMESSAGEADD' | 'ONIMBOTMESSAGEUPDATE' | 'ONIMBOTMESSAGEDELETE';

function sendV1(
  state: PortalState,
  event: V1Event,
  bots: readonly Bot[],
  { chat, rest, cause }: { readonly chat: Chat; readonly rest: () => WireMap; readonly cause: Cause },
): void {
  for (const [owner, ofOwner] of webhookBotsByOwner(bots)) {
    for (const binding of bindingsFor(state, owner, event)) {
      const data = { BOT: botMap(state, ofOwner, cause.depth), ...rest() };
      send(state, { binding, data, cause, auth: 'with-refresh', lane: laneOf(chat) });
    }
  }
}

/** The portal itself shows "typing" for every bot that receives the message, except supervisors and Open Channel chats. */
function showTyping(state: PortalState, chat: Chat, bots: readonly Bot[]): void {
  if (chat.entityType === 'LINES') return;
  for (const bot of bots) {
    if (bot.type !== 'S')
      state.announce({ kind: 'typing', chatId: chat.id, botId: bot.id, code: '', seconds: TYPING_SECONDS });
  }
}

/** A new message: one v1 event per app that lists all of its bots concerned, and the v2 event of each bot. */
export function messageAdded(state: PortalState, chat: Chat, message: Message, cause: Cause): void {
  const bots = botsForMessage(state, chat, message.authorId, message.text);
  if (bots.length === 0) return;
  showTyping(state, chat, bots);
  const author = state.users.get(message.authorId);
  const rest = (): WireMap => ({ PARAMS: addParams(state, chat, message), USER: userBlockWithFlags(author) });
  sendV1(state, 'ONIMBOTMESSAGEADD', bots, { chat, rest, cause });
  sendV2Message(state, 'ONIMBOTV2MESSAGEADD', bots, { chat, message, cause });
}

/** An edit: the new text decides which bots receive it. `USER` is present only in private chats. */
export function messageUpdated(state: PortalState, chat: Chat, message: Message, cause: Cause): void {
  const bots = botsForChange(state, chat, message.authorId, message.text);
  const user = chat.type === 'P' ? userBlockWithFlags(state.users.get(message.authorId)) : {};
  const rest = (): WireMap => ({ PARAMS: updateParams(state, chat, message), USER: user });
  sendV1(state, 'ONIMBOTMESSAGEUPDATE', bots, { chat, rest, cause });
  sendV2Message(state, 'ONIMBOTV2MESSAGEUPDATE', bots, { chat, message, cause });
}

/** A deletion: the text before it decides which bots receive it. */
export function messageDeleted(state: PortalState, chat: Chat, message: Message, cause: Cause): void {
  const bots = botsForChange(state, chat, message.authorId, message.text);
  const author = state.users.get(message.authorId);
  const user = chat.type === 'P' ? userBlockWithFlags(author) : {};
  const rest = (): WireMap => ({ PARAMS: deleteParams(state, chat, message), USER: user });
  sendV1(state, 'ONIMBOTMESSAGEDELETE', bots, { chat, rest, cause });
  for (const bot of bots) {
    const data = { messageId: message.id, ...v2Tail(state, bot, { chat, user: author }) };
    sendV2(state, 'ONIMBOTV2MESSAGEDELETE', { bot, chat, data, cause });
  }
}

export interface CommandUse {
  readonly chat: Chat;
  /** The message that holds the command text, or the keyboard that was clicked. */
  readonly message: Message;
  readonly authorId: number;
  readonly found: readonly FoundCommand[];
  readonly context: 'TEXTAREA' | 'KEYBOARD' | 'MENU';
}

function clickParams(state: PortalState, use: CommandUse): WireMap {
  const first = use.found[0];
  const text = first === undefined ? '' : `/${first.command.command} ${first.params}`.trim();
  const botId = first?.command.botId ?? 0;
  return {
    FROM_USER_ID: use.authorId,
    ...(use.chat.type === 'P' ? { TO_USER_ID: botId } : { TO_CHAT_ID: use.chat.id }),
    MESSAGE: text,
    MESSAGE_TYPE: use.chat.type,
    CHAT_ENTITY_TYPE: use.chat.entityType ?? '',
    CHAT_ENTITY_ID: use.chat.entityId,
    AUTHOR_ID: use.authorId,
    DIALOG_ID: eventDialogId(use.chat, use.authorId),
    MESSAGE_ID: use.message.id,
    CHAT_TYPE: use.chat.type,
    LANGUAGE: state.options.language,
  };
}

function commandEntry(state: PortalState, use: CommandUse, one: FoundCommand, depth: number): WireMap {
  const bot = state.bots.get(one.command.botId);
  const tokens = bot === undefined ? {} : botTokens(state, bot, depth);
  return {
    ...tokens,
    AUTH: tokens,
    BOT_ID: one.command.botId,
    BOT_CODE: bot?.code ?? '',
    COMMAND: one.command.command,
    COMMAND_ID: one.command.id,
    COMMAND_PARAMS: one.params,
    COMMAND_CONTEXT: use.context,
    MESSAGE_ID: use.message.id,
  };
}

/** Commands used: one ONIMCOMMANDADD per app with all its commands, one v2 event per command. The commands may be answered from now on. */
export function commandsUsed(state: PortalState, use: CommandUse, cause: Cause): void {
  const author = state.users.get(use.authorId);
  for (const { command } of use.found) grantAnswer(state, use.message.id, command.id);
  const hooked = use.found.filter(({ command }) => state.bots.get(command.botId)?.eventMode !== 'fetch');
  for (const owner of new Set(hooked.map(({ command }) => command.appId))) {
    const own = hooked.filter(({ command }) => command.appId === owner);
    for (const binding of bindingsFor(state, owner, 'ONIMCOMMANDADD')) {
      const entries = own.map((one) => [one.command.id, commandEntry(state, use, one, cause.depth)] as const);
      const params =
        use.context === 'TEXTAREA' ? typedCommandParams(state, use.chat, use.message) : clickParams(state, use);
      const data = { COMMAND: new Map(entries), PARAMS: params, USER: userBlock(author) };
      send(state, { binding, data, cause, auth: 'with-refresh', lane: laneOf(use.chat) });
    }
  }
  for (const { command, params } of use.found) {
    const bot = state.bots.get(command.botId);
    if (bot === undefined) continue;
    const shown = { id: command.id, command: `/${command.command}`, params, context: use.context.toLowerCase() };
    const tail = v2Tail(state, bot, { chat: use.chat, user: author });
    const data = { command: shown, message: messageObject(use.message), ...tail };
    sendV2(state, 'ONIMBOTV2COMMANDADD', { bot, chat: use.chat, data, cause });
  }
}

export interface ReactionChange {
  readonly userId: number;
  readonly reaction: string;
  readonly isOn: boolean;
}

/** Someone set or removed a reaction on a bot's message (v2 only; v1 has no such event). */
export function reactionChanged(
  state: PortalState,
  message: Message,
  { userId, reaction, isOn }: ReactionChange,
  cause: Cause,
): void {
  const bot = state.bots.get(message.authorId);
  const chat = state.chats.get(message.chatId);
  if (bot === undefined || chat === undefined || !bot.isReactionsEnabled || state.bots.has(userId)) return;
  const tail = v2Tail(state, bot, { chat, user: state.users.get(userId) });
  const data = { reaction, action: isOn ? 'add' : 'delete', message: messageObject(message), ...tail };
  sendV2(state, 'ONIMBOTV2REACTIONCHANGE', { bot, chat, data, cause });
}
