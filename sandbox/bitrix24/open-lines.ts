/** Open Channels: sessions of external clients, their welcome bot, transfer to the queue, closing. */
import { addMembers, createChat, postMessage, removeMember, storeMessage } from './chats.ts';
import { botsForMessage } from './events/audience.ts';
import { type Cause, EVENT_DEPTH } from './events/envelope.ts';
import { sessionChanged } from './events/line-events.ts';
import { withoutMentions } from './mentions.ts';
import {
  type Chat,
  type Client,
  fullName,
  type Line,
  type LineSession,
  type Message,
  type PortalState,
} from './state.ts';
import type { Params } from './wire-format.ts';

const UNNAMED_LINE = { ru: 'Открытая линия', en: 'Open Channel' } as const;

function causeOf(state: PortalState, userId: number): Cause {
  return { userId, depth: EVENT_DEPTH, withoutTokens: state.options.lineEventsWithoutTokens };
}

/** The client whose chat this is. */
function clientOfChat(state: PortalState, chatId: number): Client | undefined {
  return [...state.clients.values()].find((client) => client.chatId === chatId);
}

/** The line a chat belongs to now. */
function lineOfChat(state: PortalState, chat: Chat): Line | undefined {
  return state.lines.get(Number(chat.entityId.split('|')[1] ?? 0));
}

function setEntity(chat: Chat, client: Client, session: LineSession | null): void {
  chat.entityId = [client.connector, client.lineId, client.connectorChatId, client.userId].join('|');
  const sessionId = session?.id ?? 0;
  const created = Math.floor((session?.startedAt ?? 0) / 1000);
  // crmFlag|crmType|crmId|pause|waitAction|SESSION_ID|dateCreate|lineId|blockDate|blockReason; lineId is often 0.
  chat.entityData1 = `N|NONE|0|N|N|${sessionId}|${created}|0|0|0`;
  chat.entityData2 = 'LEAD|0|COMPANY|0|CONTACT|0|DEAL|0';
  chat.entityData3 = 'N';
}

function chatOfClient(state: PortalState, client: Client): { chat: Chat; isNew: boolean } {
  const known = state.chats.get(client.chatId);
  if (known !== undefined) return { chat: known, isNew: false };
  const user = state.users.get(client.userId);
  const line = state.lines.get(client.lineId);
  const title = `${user === undefined ? '' : fullName(user)} - ${line?.name ?? UNNAMED_LINE.en}`;
  const chat = createChat(state, {
    type: 'L',
    title,
    ownerId: 0,
    members: [client.userId],
    color: 'PURPLE',
    entityType: 'LINES',
  });
  client.chatId = chat.id;
  return { chat, isNew: true };
}

function startSession(state: PortalState, client: Client, chat: Chat, isNew: boolean): void {
  const session: LineSession = { id: state.nextId('session'), operatorId: 0, startedAt: state.now(), timer: null };
  state.sessions.set(chat.id, session);
  chat.ownerId = 0;
  setEntity(chat, client, session);
  sessionChanged(state, 'ONSESSIONSTART', chat, causeOf(state, client.userId));
  const line = state.lines.get(client.lineId);
  const bot = line?.botEnabled === true ? state.bots.get(line.botId) : undefined;
  if (line === undefined || bot === undefined || !bot.openline || (line.join === 'first' && !isNew)) return;
  addMembers(state, chat, [bot.id], { byUser: 0, cause: causeOf(state, client.userId) });
  session.operatorId = bot.id;
  chat.ownerId = bot.id;
  if (line.time > 0) {
    session.timer = setTimeout(() => handOver(state, chat), line.time * 1000);
    session.timer.unref();
  }
}

function stopTimer(session: LineSession): void {
  if (session.timer !== null) clearTimeout(session.timer);
  session.timer = null;
}

function note(state: PortalState, chat: Chat, ru: string, en: string): void {
  const text = state.options.language === 'ru' ? ru : en;
  storeMessage(state, { chat, authorId: 0, text, system: true, skipConnector: true });
}

/** The bot passes the session to the line's queue and leaves the chat or stays, as the line is configured. False when no bot has the session. */
export function handOver(state: PortalState, chat: Chat): boolean {
  const session = state.sessions.get(chat.id);
  if (session === undefined || !state.bots.has(session.operatorId)) return false;
  const botId = session.operatorId;
  stopTimer(session);
  session.operatorId = 0;
  chat.ownerId = 0;
  const line = lineOfChat(state, chat);
  if (line?.left !== 'close') removeMember(state, chat, botId);
  note(state, chat, 'Диалог передан в очередь операторов', 'The conversation was passed to the operators');
  if (line !== undefined) assignNext(state, chat, session, line);
  return true;
}

/** The next person in the queue gets the session. Until that person answers, the chat has no owner. */
function assignNext(state: PortalState, chat: Chat, session: LineSession, line: Line): void {
  const next = line.queue[line.nextInQueue % line.queue.length];
  if (next === undefined) return;
  line.nextInQueue += 1;
  session.operatorId = next;
  addMembers(state, chat, [next], { byUser: 0, cause: causeOf(state, 0) });
}

/** A message `0` in an Open Channel chat, from any author, ends the bot's part of the session if a bot received it. */
export function lineMessagePosted(state: PortalState, chat: Chat, message: Message): void {
  if (chat.entityType !== 'LINES') return;
  const isHeard = botsForMessage(state, chat, message.authorId, message.text).length > 0;
  if (isHeard && withoutMentions(message.text) === '0') handOver(state, chat);
}

export interface ClientMessage {
  readonly text: string;
  /** Message params, made from the chat id, because the first message creates the chat. */
  readonly params: (chatId: number) => Params;
}

/** A client writes: opens a session if there is none, lets the welcome bot join, and posts the message. */
export function clientMessage(state: PortalState, client: Client, written: ClientMessage): Message {
  const { chat, isNew } = chatOfClient(state, client);
  if (!state.sessions.has(chat.id)) startSession(state, client, chat, isNew);
  const params = written.params(chat.id);
  const message = postMessage(
    state,
    { chat, authorId: client.userId, text: written.text, params },
    causeOf(state, client.userId),
  );
  lineMessagePosted(state, chat, message);
  return message;
}

/** A person takes the session over. */
export function operatorTakes(state: PortalState, chat: Chat, userId: number): void {
  const session = state.sessions.get(chat.id);
  const botId = session?.operatorId ?? 0;
  if (session !== undefined && state.bots.has(botId)) {
    stopTimer(session);
    if (lineOfChat(state, chat)?.left !== 'close') removeMember(state, chat, botId);
  }
  if (session !== undefined) session.operatorId = userId;
  chat.ownerId = userId;
  addMembers(state, chat, [userId], { byUser: userId, cause: { userId, depth: EVENT_DEPTH } });
  note(state, chat, 'Оператор начал работу с диалогом', 'An operator has taken the conversation');
}

/** Moves the session to another line's queue. */
export function moveToLine(state: PortalState, chat: Chat, line: Line): void {
  const session = state.sessions.get(chat.id);
  const client = clientOfChat(state, chat.id);
  if (session === undefined || client === undefined) return;
  stopTimer(session);
  session.operatorId = 0;
  chat.ownerId = 0;
  client.lineId = line.id;
  setEntity(chat, client, session);
  note(state, chat, `Диалог передан в линию «${line.name}»`, `The conversation was passed to "${line.name}"`);
}

/** Ends the session: operators and bots leave. The next client message opens a new one. */
export function closeSession(state: PortalState, chat: Chat): boolean {
  const session = state.sessions.get(chat.id);
  if (session === undefined) return false;
  stopTimer(session);
  state.sessions.delete(chat.id);
  const client = clientOfChat(state, chat.id);
  sessionChanged(state, 'ONSESSIONFINISH', chat, causeOf(state, 0));
  for (const member of [...chat.members]) if (member !== client?.userId) removeMember(state, chat, member);
  chat.ownerId = 0;
  if (client !== undefined) setEntity(chat, client, null);
  note(state, chat, 'Диалог завершён', 'The conversation was closed');
  return true;
}

/** Stops every running timer; part of closing the portal. */
export function stopTimers(state: PortalState): void {
  for (const session of state.sessions.values()) stopTimer(session);
}
