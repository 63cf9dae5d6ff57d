/** Events about a bot itself: it joined a chat, it was deleted, someone opened it with a context. */
import { type Bot, type Chat, dialogIdFor, type PortalState } from '../state.ts';
import type { WireMap } from '../wire-format.ts';
import { bindingsFor, botMap, type Cause, laneOf, send, userBlock } from './envelope.ts';
import { sendV2, v2Tail } from './v2-dispatch.ts';

export interface Joining {
  readonly chat: Chat;
  readonly bot: Bot;
  /** Who added the bot or is its peer; 0 in Open Channels, where the portal itself does it. */
  readonly userId: number;
  /** Private only: who wrote first. The two shapes of the event differ by it. */
  readonly botWroteFirst: boolean;
}

function privateParams(state: PortalState, joining: Joining): WireMap {
  const { bot, chat, userId, botWroteFirst } = joining;
  return {
    CHAT_TYPE: 'P',
    MESSAGE_TYPE: 'P',
    ...(botWroteFirst ? {} : { CHAT_ID: chat.id }),
    BOT_ID: bot.id,
    USER_ID: userId,
    TO_USER_ID: botWroteFirst ? userId : bot.id,
    FROM_USER_ID: botWroteFirst ? bot.id : userId,
    DIALOG_ID: userId,
    LANGUAGE: state.options.language,
  };
}

function chatParams(state: PortalState, joining: Joining): WireMap {
  const { bot, chat, userId } = joining;
  return {
    CHAT_TYPE: chat.type,
    MESSAGE_TYPE: chat.type,
    BOT_ID: bot.id,
    USER_ID: userId,
    CHAT_ID: chat.id,
    CHAT_AUTHOR_ID: chat.ownerId,
    CHAT_ENTITY_TYPE: chat.entityType,
    CHAT_ENTITY_ID: chat.entityId,
    ACCESS_HISTORY: 1,
    DIALOG_ID: `chat${chat.id}`,
    LANGUAGE: state.options.language,
  };
}

/** ONIMBOTJOINCHAT (exactly one bot) and its v2 twin. */
export function botJoined(state: PortalState, joining: Joining, cause: Cause): void {
  const { bot, chat, userId } = joining;
  const user = state.users.get(userId);
  if (bot.eventMode !== 'fetch') {
    for (const binding of bindingsFor(state, bot.appId, 'ONIMBOTJOINCHAT')) {
      const params = chat.type === 'P' ? privateParams(state, joining) : chatParams(state, joining);
      const data = { BOT: botMap(state, [bot], cause.depth), PARAMS: params, USER: userBlock(user) };
      send(state, { binding, data, cause, auth: 'without-refresh', lane: laneOf(chat) });
    }
  }
  const data = { dialogId: dialogIdFor(chat, bot.id), ...v2Tail(state, bot, { chat, user }) };
  sendV2(state, 'ONIMBOTV2JOINCHAT', { bot, chat, data, cause });
}

/** ONIMBOTDELETE and its v2 twin; called while the bot's bindings still exist. */
export function botDeleted(state: PortalState, bot: Bot, cause: Cause): void {
  const lane = `bot${bot.id}`;
  if (bot.eventMode !== 'fetch') {
    for (const binding of bindingsFor(state, bot.appId, 'ONIMBOTDELETE')) {
      send(state, { binding, data: { BOT_ID: bot.id, BOT_CODE: bot.code }, cause, auth: 'without-refresh', lane });
    }
  }
  sendV2(state, 'ONIMBOTV2DELETE', { bot, chat: null, data: {}, cause });
}

/** ONIMBOTCONTEXTGET and its v2 twin: the user opened the bot through a link that carries a context. */
export function contextOpened(
  state: PortalState,
  opening: { readonly bot: Bot; readonly chat: Chat; readonly userId: number; readonly context: WireMap },
  cause: Cause,
): void {
  const { bot, chat, userId, context } = opening;
  const user = state.users.get(userId);
  if (bot.eventMode !== 'fetch') {
    for (const binding of bindingsFor(state, bot.appId, 'ONIMBOTCONTEXTGET')) {
      const params = {
        CHAT_TYPE: 'P',
        CHAT_ID: chat.id,
        USER_ID: userId,
        CONTEXT: context,
        DIALOG_ID: userId,
        LANGUAGE: state.options.language,
      };
      const data = { BOT: botMap(state, [bot], cause.depth), PARAMS: params, USER: userBlock(user) };
      send(state, { binding, data, cause, auth: 'with-refresh', lane: laneOf(chat) });
    }
  }
  const data = { dialogId: String(userId), context, ...v2Tail(state, bot, { chat, user }) };
  sendV2(state, 'ONIMBOTV2CONTEXTGET', { bot, chat, data, cause });
}
