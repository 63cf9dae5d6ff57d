/** Open Channel events that an app subscribes to with event.bind: sessions, and messages sent to clients. */
import type { Chat, Client, Line, Message, PortalState } from '../state.ts';
import type { WireMap } from '../wire-format.ts';
import { bindingsFor, type Cause, laneOf, send } from './envelope.ts';

export type SessionEvent = 'ONSESSIONSTART' | 'ONSESSIONFINISH';
export type LineMessageEvent = 'ONOPENLINEMESSAGEADD' | 'ONOPENLINEMESSAGEUPDATE' | 'ONOPENLINEMESSAGEDELETE';

/** The Open Channel and client of a chat; null for other chats. */
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

/**
 * A message to the client was sent, changed or deleted. The shape follows the server source: DATA is not a list, and a new message has the
 * chat's own number beside the connector's. The portal sends no such events for its own live chat.
 */
export function lineMessageChanged(state: PortalState, event: LineMessageEvent, message: Message, cause: Cause): void {
  const chat = state.chats.get(message.chatId);
  const place = chat?.entityType === 'LINES' ? placeOf(state, chat) : null;
  if (chat === undefined || place === null) return;
  const { client, line } = place;
  const author = state.users.get(message.authorId);
  if (client.connector === 'livechat') return;
  if (author === undefined || author.isConnector || message.isHidden || message.skipConnector || message.system) return;
  const connector = { connector_id: client.connector, line_id: line.id, user_id: client.userId };
  const added = {
    connector: { ...connector, chat_id: client.connectorChatId },
    message: { id: message.id, chat_id: chat.id, user_id: message.authorId, text: message.text, system: 'N' },
  };
  const changed = {
    im: { chat_id: chat.id, message_id: message.id },
    message: { id: message.id },
    chat: { id: client.connectorChatId },
  };
  const DATA = event === 'ONOPENLINEMESSAGEADD' ? added : changed;
  const data = { CONNECTOR: client.connector, LINE: line.id, DATA };
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
