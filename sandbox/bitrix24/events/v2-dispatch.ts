/** Sends one v2 event for one bot: into its event log in fetch mode, otherwise to every webhook bound by its app. */
import { keepEvent } from '../event-log.ts';
import type { Binding, Bot, Chat, Message, PortalState, User } from '../state.ts';
import { chatObject, fullBot, messageObject, userObject } from '../v2-objects.ts';
import type { WireMap } from '../wire-format.ts';
import { type AuthKind, bindingsFor, botTokens, type Cause, laneOf, send } from './envelope.ts';

export const V2_EVENTS = [
  'ONIMBOTV2MESSAGEADD',
  'ONIMBOTV2MESSAGEUPDATE',
  'ONIMBOTV2MESSAGEDELETE',
  'ONIMBOTV2JOINCHAT',
  'ONIMBOTV2CONTEXTGET',
  'ONIMBOTV2COMMANDADD',
  'ONIMBOTV2REACTIONCHANGE',
  'ONIMBOTV2DELETE',
] as const;

export type V2Event = (typeof V2_EVENTS)[number];

/** These two carry no refresh_token in `auth`. */
const WITHOUT_REFRESH: ReadonlySet<V2Event> = new Set(['ONIMBOTV2JOINCHAT', 'ONIMBOTV2DELETE']);

export interface V2Subject {
  readonly chat?: Chat;
  readonly user?: User | undefined;
}

/** `chat`, `user` and `language`, the last fields of almost every v2 event. A private chat is described from the bot's side. */
export function v2Tail(state: PortalState, bot: Bot, subject: V2Subject): WireMap {
  return {
    ...(subject.chat === undefined ? {} : { chat: chatObject(subject.chat, bot.id) }),
    ...(subject.user === undefined ? {} : { user: userObject(subject.user, true) }),
    language: state.options.language,
  };
}

interface V2Delivery {
  readonly bot: Bot;
  /** Null when the event is about no chat. */
  readonly chat: Chat | null;
  /** Without `bot`, which depends on the mode. */
  readonly data: WireMap;
  readonly cause: Cause;
}

/** Delivers or stores the event. */
export function sendV2(state: PortalState, event: V2Event, { bot, chat, data, cause }: V2Delivery): void {
  if (!state.options.v2) return;
  if (bot.eventMode === 'fetch') {
    keepEvent(state, bot, event, { bot: fullBot(state, bot), ...data });
    return;
  }
  const auth: AuthKind = WITHOUT_REFRESH.has(event) ? 'without-refresh' : 'with-refresh';
  for (const binding of bindingsFor(state, bot.appId, event)) {
    if (!namesItsBot(binding)) continue;
    const shown = { id: bot.id, code: bot.code, auth: botTokens(state, bot, cause.depth) };
    const lane = chat === null ? `bot${bot.id}` : laneOf(chat);
    send(state, { binding, data: { bot: shown, ...data }, cause, auth, lane });
  }
}

/** A bot of an incoming webhook is recognised by the CLIENT_ID in its webhookUrl, which v2 does not add by itself. */
function namesItsBot(binding: Binding): boolean {
  if (binding.webhookClientId === null) return true;
  return new URL(binding.handler).searchParams.get('CLIENT_ID') === binding.webhookClientId;
}

/** The v2 form of a new or edited message, for each of these bots. */
export function sendV2Message(
  state: PortalState,
  event: 'ONIMBOTV2MESSAGEADD' | 'ONIMBOTV2MESSAGEUPDATE',
  bots: readonly Bot[],
  { chat, message, cause }: { readonly chat: Chat; readonly message: Message; readonly cause: Cause },
): void {
  const user = state.users.get(message.authorId);
  for (const bot of bots) {
    const data = { message: messageObject(message), ...v2Tail(state, bot, { chat, user }) };
    sendV2(state, event, { bot, chat, data, cause });
  }
}
