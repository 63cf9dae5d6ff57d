/** Events of Open Channels that an app binds by hand: sessions, and messages that go out to clients. */
import type { Chat, Client, Line, Message, PortalState } from '../state.ts';
import type { WireMap } from '../wire-format.ts';
import { bindingsFor, type Cause, laneOf, send } from './envelope.ts';

export type SessionEvent = 'ONSESSIONSTART' | 'ONSESSIONFINISH';
export type LineMessageEvent = 'ONOPENLINEMESSAGEADD' | 'ONOPENLINEMESSAGEUPDATE' | 'ONOPENLINEMESSAGEDELETE';

/** Line and client of a chat; null for a chat that is no line's. */
function placeOf(state: PortalState, chat: Chat): { readonly client: Client; readonly line: Line } | null {
  const client = [...state.clients.values()].find((one) => one.chatId === chat.id);
  const line = client === undefined ? undefined : state.lines.get(client.lineId);
  return client === undefined || line === undefined ? null : { client, line };
}

/** A session has begun or ended. */
export function sessionChanged(state: PortalState, event: SessionEvent, chat: Chat, cause: Cause): void {
  const place = placeOf(state, chat);
  if (place === null) return;
  const { client, line } = place;
  const data = {
    DATA: {
      connector: {
        connector_id: client.connector,
        line_id: line.id,
        chat_id: chat.id,
        user_id: client.userId,
      },
      chat: { chat_id: chat.id },
      line: { id: line.id, name: line.name },
    },
  };
  sendToApp(state, event, data, { cause, chat });
}

/** A message to the client was sent, changed or taken back. What clients write themselves is not told this way. */
export function lineMessageChanged(state: PortalState, event: LineMessageEvent, message: Message, cause: Cause): void {
  const chat = state.chats.get(message.chatId);
  const place = chat?.entityType === 'LINES' ? placeOf(state, chat) : null;
  if (chat === undefined || place === null) return;
  const { client, line } = place;
  const author = state.users.get(message.authorId);
  if (author === undefined || author.isConnector || message.isHidden || message.skipConnector || message.system) return;
  const data = {
    CONNECTOR: client.connector,
    LINE: line.id,
    DATA: {
      connector: {
        connector_id: client.connector,
        line_id: line.id,
        chat_id: client.connectorChatId,
        user_id: client.userId,
      },
      chat: { id: client.connectorChatId },
      message: { id: message.id, user_id: message.authorId, text: message.text },
      im: { chat_id: chat.id, message_id: message.id },
    },
  };
  sendToApp(state, event, data, { cause, chat });
}

function sendToApp(
  state: PortalState,
  event: string,
  data: WireMap,
  { cause, chat }: { readonly cause: Cause; readonly chat: Chat },
): void {
  const owner = state.app?.clientId;
  if (owner === undefined) return;
  for (const binding of bindingsFor(state, owner, event)) {
    send(state, { binding, data, cause, auth: 'without-refresh', lane: laneOf(chat) });
  }
}
