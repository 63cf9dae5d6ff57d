/** What a sandbox MessageGateway remembers: one host with its accounts, and the records of each account. */
import type { CallLog } from './call-log.ts';
import type { EventName } from './event-names.ts';
import type { Faults } from './faults.ts';
import type { ResolvedOptions } from './options.ts';
import type { RateWindow } from './rate-window.ts';

export type Json = Readonly<Record<string, unknown>>;
export type ActorType = 'user' | 'bot' | 'customer' | 'channel';
export type MessageType = 'text' | 'system' | 'command' | 'order' | 'product' | 'file' | 'image' | 'audio';
export type MessageScope = 'public' | 'private';
export type MessageStatus = 'undefined' | 'received' | 'sending' | 'sent' | 'failed' | 'seen';

export interface ActorRef {
  readonly type: ActorType;
  readonly id: number;
}

export interface ModuleRecord {
  readonly code: string;
  integrationCode: string | null;
  active: boolean;
  freeze: boolean;
  name: string;
  logo: string | null;
  clientId: string;
  baseUrl: string;
  accountUrl: string | null;
  actions: Readonly<Record<string, string>>;
  availableCountries: readonly string[];
  bot: { token: string; botId: number; isActive: boolean } | null;
  transport: { token: string; id: number; isActive: boolean; webhookUrl: string; actions: Json } | null;
}

export interface UserRecord {
  readonly id: number;
  readonly externalId: string;
  firstName: string;
  lastName: string;
  email: string;
  isActive: boolean;
  isOnline: boolean;
  isAvailable: boolean;
  readonly createdAt: number;
  updatedAt: number | null;
}

export interface BotRecord {
  readonly id: number;
  clientId: string;
  readonly moduleCode: string;
  name: string;
  avatarUrl: string;
  roles: readonly string[];
  isActive: boolean;
  readonly createdAt: number;
  updatedAt: number | null;
  deactivatedAt: number | null;
  readonly commands: Map<string, CommandRecord>;
}

export interface CommandRecord {
  readonly id: number;
  readonly name: string;
  description: string;
  readonly createdAt: number;
  updatedAt: number | null;
}

export interface CustomerRecord {
  readonly id: number;
  readonly channelId: number;
  externalId: string;
  nickname: string;
  firstName: string;
  lastName: string;
  avatar: string;
  phone: string;
  email: string;
  country: string;
  language: string;
  profileUrl: string;
  utm: Json | null;
  isBlocked: boolean;
  readonly createdAt: number;
  updatedAt: number | null;
}

export interface ChannelRecord {
  readonly id: number;
  readonly moduleCode: string;
  readonly transportId: number;
  type: string;
  name: string | null;
  externalId: string | null;
  avatarUrl: string;
  settings: Json;
  isActive: boolean;
  readonly createdAt: number;
  updatedAt: number | null;
  activatedAt: number;
  deactivatedAt: number | null;
  readonly templates: Map<string, TemplateRecord>;
}

export interface TemplateRecord {
  readonly id: number;
  readonly code: string;
  fields: Json;
}

export interface MemberRecord {
  readonly id: number;
  readonly user: ActorRef;
  readonly isAuthor: boolean;
  state: 'active' | 'kicked' | 'leaved';
  readonly createdAt: number;
  updatedAt: number;
}

export interface ChatRecord {
  readonly id: number;
  readonly channelId: number;
  readonly customerId: number;
  externalChatId: string;
  lastActivity: number;
  replyDeadline: number | null;
  lastDialogId: number | null;
  lastMessageId: number | null;
  lastUserMessageId: number | null;
  notRead: number;
  readonly members: Map<number, MemberRecord>;
  readonly messageIds: number[];
  isMassOnly: boolean;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Responsible {
  readonly type: 'user' | 'bot';
  readonly id: number;
  readonly assignedAt: number;
}

export interface Tag {
  readonly name: string;
  readonly color_code: string;
}

export interface DialogRecord {
  readonly id: number;
  readonly chatId: number;
  beginMessageId: number | null;
  endingMessageId: number | null;
  responsible: Responsible | null;
  tags: readonly Tag[];
  utm: Json | null;
  readonly createdAt: number;
  updatedAt: number | null;
  closedAt: number | null;
}

export interface Item {
  readonly id: string;
  readonly caption: string;
}

export interface Reaction {
  readonly content: string;
  readonly createdAt: number;
  readonly by: ActorRef;
}

export interface MessageRecord {
  readonly id: number;
  readonly inAppId: number;
  readonly chatId: number;
  readonly channelId: number;
  readonly type: MessageType;
  readonly scope: MessageScope;
  readonly from: ActorRef | null;
  readonly time: number;
  readonly createdAt: number;
  readonly massCommunication: boolean;
  readonly action: string | null;
  readonly responsible: ActorRef | null;
  readonly subject: ActorRef | null;
  dialogId: number | null;
  status: MessageStatus;
  content: string | null;
  note: string;
  items: readonly Item[];
  order: Json | null;
  product: Json | null;
  suggestions: readonly Json[];
  quoteId: number | null;
  externalId: string | null;
  error: { readonly code: string; readonly message?: string } | null;
  reactions: readonly Reaction[];
  isEdit: boolean;
  isRead: boolean;
  isDeleted: boolean;
  awaitsAck: boolean;
  channelSentAt: number | null;
  editedAt: number | null;
  updatedAt: number;
}

export interface StoredFile {
  readonly id: string;
  readonly content: Buffer;
  readonly mime: string;
  readonly kind: 'image' | 'video' | 'file' | 'audio';
  readonly name: string;
  transcription: string | null;
  transcriptionStatus: string | null;
}

/** Something a person at the page should see. */
export type Change = 'talk' | 'call' | 'webhook' | 'sockets';

export interface AccountState {
  readonly gateway: GatewayState;
  readonly code: string;
  readonly apiKey: string;
  readonly crm: { origin: string };
  scopes: readonly string[];
  isChatsOff: boolean;
  /** False answers 402 to activation of a module. */
  isPaid: boolean;
  /** True answers as for an account that does not exist. */
  isGone: boolean;
  readonly modules: Map<string, ModuleRecord>;
  readonly users: Map<number, UserRecord>;
  readonly bots: Map<number, BotRecord>;
  readonly customers: Map<number, CustomerRecord>;
  readonly channels: Map<number, ChannelRecord>;
  readonly chats: Map<number, ChatRecord>;
  readonly dialogs: Map<number, DialogRecord>;
  /** In id order. */
  readonly messages: Map<number, MessageRecord>;
  readonly files: Map<string, StoredFile>;
  readonly notifications: Json[];
  /** `channel:external id` → record id, aliases included. */
  readonly customerIds: Map<string, number>;
  readonly chatIds: Map<string, number>;
  readonly messageIds: Map<string, number>;
  inAppId: number;
}

export type IdKind = 'actor' | 'module' | 'channel' | 'chat' | 'dialog' | 'message' | 'member' | 'command' | 'template';

/** Where events for bots go. */
export interface EventSink {
  emit(account: AccountState, type: EventName, build: () => unknown, isMailing?: boolean): void;
  cut(choose: { readonly account?: AccountState; readonly moduleCode?: string; readonly code?: number }): void;
}

export interface WebhookOrder {
  readonly account: AccountState;
  readonly channelId: number;
  /** Webhooks of one lane may be kept in order. */
  readonly lane: string;
  readonly type: string;
  readonly data: Json;
}

export interface WebhookResult {
  readonly outcome: 'answered' | 'network_error' | 'malformed_response';
  readonly status: number | null;
  readonly body: unknown;
}

/** Where webhooks for transports go. */
export interface WebhookSink {
  send(order: WebhookOrder): Promise<WebhookResult>;
}

/** Who a token speaks for. */
export interface TokenOwner {
  readonly account: AccountState;
  readonly module: ModuleRecord;
  readonly api: 'bot' | 'transport';
}

export interface GatewayState {
  readonly options: ResolvedOptions;
  readonly address: { mgOrigin: string };
  readonly accounts: Set<AccountState>;
  readonly tokens: Map<string, TokenOwner>;
  readonly faults: Faults;
  readonly mgRate: RateWindow;
  readonly crmRate: RateWindow;
  readonly calls: CallLog;
  readonly hub: EventSink;
  readonly webhooks: WebhookSink;
  readonly fileSecret: string;
  nextId(kind: IdKind): number;
  announce(change: Change): void;
}

/** Counters that start far apart, so that an id used for the wrong kind of thing is not found. */
export function createIds(): (kind: IdKind) => number {
  const next: Record<IdKind, number> = {
    actor: 11,
    module: 4,
    channel: 61,
    chat: 9000,
    dialog: 20_540,
    message: 337_300,
    member: 50_000,
    command: 6,
    template: 1,
  };
  return (kind) => {
    const id = next[kind];
    next[kind] = id + 1;
    return id;
  };
}

/** An account with nobody in it. */
export function createAccount(
  gateway: GatewayState,
  given: { readonly code: string; readonly apiKey: string; readonly scopes: readonly string[] },
): AccountState {
  const account: AccountState = {
    gateway,
    code: given.code,
    apiKey: given.apiKey,
    crm: { origin: '' },
    scopes: given.scopes,
    isChatsOff: false,
    isPaid: true,
    isGone: false,
    modules: new Map(),
    users: new Map(),
    bots: new Map(),
    customers: new Map(),
    channels: new Map(),
    chats: new Map(),
    dialogs: new Map(),
    messages: new Map(),
    files: new Map(),
    notifications: [],
    customerIds: new Map(),
    chatIds: new Map(),
    messageIds: new Map(),
    inAppId: 600,
  };
  gateway.accounts.add(account);
  return account;
}
