/** Everything a fake portal stores: people, bots, chats, messages, bindings. Data and look-ups only; no rules. */
import { randomBytes } from 'node:crypto';
import type { CallLog } from '../kit/call-log.ts';
import type { RestCall } from './call-log.ts';
import type { EventQueue } from './event-queue.ts';
import type { Faults } from './faults.ts';
import type { ResolvedOptions } from './portal-options.ts';
import type { TokenStore } from './tokens.ts';
import type { Params } from './wire-format.ts';

export interface User {
  readonly id: number;
  firstName: string;
  lastName: string;
  /** Null for users of connectors: events then do not have the key. */
  workPosition: string | null;
  gender: 'M' | 'F';
  readonly email: string;
  readonly admin: boolean;
  /** May change the settings of Open Channels; administrators always may. */
  readonly mayEditLines: boolean;
  readonly isBot: boolean;
  readonly isConnector: boolean;
  readonly isExtranet: boolean;
  color: string;
  active: boolean;
  /** What a messenger told about its customer. */
  readonly profile?: { readonly avatar?: string; readonly phone?: string; readonly website?: string };
}

export type BotType = 'B' | 'O' | 'S' | 'P' | 'N';
export type EventMode = 'webhook' | 'fetch';

export interface Bot {
  readonly id: number;
  code: string;
  readonly type: BotType;
  openline: boolean;
  /** Client id of the owning app, or `custom` + CLIENT_ID of an incoming webhook. */
  appId: string;
  isHidden: boolean;
  isReactionsEnabled: boolean;
  backgroundId: string | null;
  /** Null for bots of imbot.register: only FETCH is treated specially. */
  eventMode: EventMode | null;
  webhookUrl: string;
  avatar: Buffer | null;
  countMessage: number;
  /** Ids of the chats it is a member of. */
  readonly chats: Set<number>;
  /** Ids of people who have a private chat with it. */
  readonly peers: Set<number>;
}

/** Bitrix24's letters for kinds of chats: P private, C group, O open group, L Open Channel. */
export type ChatType = 'P' | 'C' | 'O' | 'L';

export interface Chat {
  readonly id: number;
  readonly type: ChatType;
  title: string;
  description: string;
  /** In an Open Channel chat: the current operator, 0 when nobody. */
  ownerId: number;
  color: string;
  readonly members: Set<number>;
  readonly managers: Set<number>;
  entityType: string | null;
  entityId: string;
  entityData1: string;
  entityData2: string;
  entityData3: string;
  textFieldEnabled: boolean;
  readonly messageIds: number[];
  lastReadBy: Map<number, number>;
}

export interface Message {
  readonly id: number;
  readonly chatId: number;
  readonly authorId: number;
  text: string;
  readonly date: number;
  readonly system: boolean;
  readonly uuid: string | null;
  /** Raw message params: FILE_ID, ATTACH, KEYBOARD, MENU, REPLY_ID, URL_PREVIEW. */
  params: Params;
  readonly skipConnector: boolean;
  /** A note among operators: the client behind the Open Channel does not see it. */
  readonly isHidden: boolean;
  readonly forwarded: boolean;
  deleted: boolean;
  edited: boolean;
  readonly reactions: Map<number, Set<string>>;
}

export interface StoredFile {
  readonly id: number;
  readonly chatId: number;
  readonly authorId: number;
  readonly name: string;
  readonly type: 'file' | 'image' | 'video' | 'audio';
  readonly content: Buffer;
  readonly isVoiceNote: boolean;
  readonly isVideoNote: boolean;
  readonly date: number;
}

export interface Command {
  readonly id: number;
  readonly botId: number;
  readonly appId: string;
  command: string;
  common: boolean;
  hidden: boolean;
  extranetSupport: boolean;
  title: Record<string, string>;
  params: Record<string, string>;
}

/** A row of the portal's event bindings. v1 bots share one row per (app, event). */
export interface Binding {
  readonly id: number;
  readonly appId: string;
  readonly event: string;
  readonly handler: string;
  readonly userId: number;
  /** Set for incoming-webhook bots: their events carry the CLIENT_ID as application_token and no tokens. */
  readonly webhookClientId: string | null;
}

export interface LineSession {
  readonly id: number;
  operatorId: number;
  readonly startedAt: number;
  timer: NodeJS.Timeout | null;
}

export interface Line {
  readonly id: number;
  name: string;
  botEnabled: boolean;
  botId: number;
  join: 'first' | 'always';
  /** Seconds before the bot hands over to the queue; 0 = never. */
  time: number;
  left: 'queue' | 'close';
  readonly queue: number[];
  /** Index in the queue of the operator who gets the next conversation. */
  nextInQueue: number;
}

export interface Client {
  readonly userId: number;
  readonly connector: string;
  readonly connectorChatId: string;
  lineId: number;
  chatId: number;
}

/** The app as this portal knows it. Null in the state while it is not installed. */
export interface AppRecord {
  readonly clientId: string;
  /** Number of the app's row in this portal, as `app.info` names it: a string, as PHP reads it from the database. */
  readonly rowId: string;
  installed: boolean;
  active: boolean;
  paymentExpired: boolean;
  version: number;
  applicationToken: string;
  readonly status: string;
}

export interface FetchEvent {
  readonly eventId: number;
  readonly type: string;
  readonly date: string;
  readonly storedAt: number;
  readonly data: unknown;
}

export interface Address {
  origin: string;
  domain: string;
  oauthOrigin: string;
}

/** Seconds for which "is typing" is shown if the call names no duration. */
export const TYPING_SECONDS = 15;

export type Change =
  | { readonly kind: 'message' | 'message-edit' | 'message-delete' | 'reaction'; readonly message: Message }
  | { readonly kind: 'chat'; readonly chatId: number }
  | {
      readonly kind: 'typing';
      readonly chatId: number;
      readonly botId: number;
      /** Code of the text that is shown; empty: "is typing". */
      readonly code: string;
      readonly seconds: number;
    }
  | { readonly kind: 'bots' | 'app' | 'people' }
  | { readonly kind: 'call' | 'delivery'; readonly id: number };

export interface PortalState {
  readonly options: ResolvedOptions;
  readonly address: Address;
  /** Null while the app is not on the portal. */
  app: AppRecord | null;
  /** Other vendors' apps in the same portal: row number by client id. */
  readonly foreignApps: Map<string, number>;
  readonly users: Map<number, User>;
  readonly bots: Map<number, Bot>;
  readonly chats: Map<number, Chat>;
  /** Private chats by `smallerId:largerId`. */
  readonly privateChats: Map<string, number>;
  readonly messages: Map<number, Message>;
  readonly files: Map<number, StoredFile>;
  readonly fileLinks: Map<string, number>;
  readonly commands: Map<number, Command>;
  /** Until when (ms) a command may be answered, by `messageId:commandId`. */
  readonly commandGrants: Map<string, number>;
  readonly bindings: Map<number, Binding>;
  readonly lines: Map<number, Line>;
  readonly clients: Map<number, Client>;
  readonly sessions: Map<number, LineSession>;
  /** Unique message uuids: the id once stored, null while the first attempt is unfinished. */
  readonly uuids: Map<string, { messageId: number | null; reservedAt: number }>;
  readonly fetchEvents: Map<number, FetchEvent[]>;
  readonly eventLog: {
    /** Until when (ms) the server assumes that a bot has no events. */
    readonly nothingUntil: Map<number, number>;
    /** Events that are numbered but not yet readable, as if a slower request of the portal had still to store them. */
    readonly held: (() => void)[];
    isHolding: boolean;
  };
  readonly webhookSecret: string;
  readonly tokens: TokenStore;
  readonly faults: Faults;
  readonly calls: CallLog<RestCall>;
  readonly queue: EventQueue;
  readonly nextId: (kind: keyof typeof FIRST_IDS) => number;
  /** Milliseconds since the epoch on the portal's clock (movable forward by tests). */
  readonly now: () => number;
  readonly announce: (change: Change) => void;
}

/** The first id of each kind of record. User and line ids start low, as on a young portal: form parsers often take small numeric keys for positions. */
export const FIRST_IDS = {
  user: 1,
  chat: 1101,
  message: 84_301,
  file: 5201,
  command: 91,
  binding: 401,
  line: 21,
  session: 341,
  fetchEvent: 1001,
  app: 5,
};

/** A new application_token; it changes with every installation. */
export function newApplicationToken(): string {
  return randomBytes(16).toString('hex');
}

/** Display name of a person or bot. */
export function fullName(user: User): string {
  return [user.firstName, user.lastName].filter((part) => part !== '').join(' ');
}

/** Bots of one app, oldest first; without a BOT_ID the first one is used. */
export function botsOfApp(state: PortalState, appId: string): Bot[] {
  return [...state.bots.values()].filter((bot) => bot.appId === appId).sort((a, b) => a.id - b.id);
}

/** The dialog id of a chat as this viewer sees it: the peer's id in private, otherwise `chat<id>`. */
export function dialogIdFor(chat: Chat, viewerId: number): string {
  if (chat.type !== 'P') return `chat${chat.id}`;
  const peer = [...chat.members].find((member) => member !== viewerId);
  return String(peer ?? viewerId);
}
