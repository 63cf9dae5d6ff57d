/** What a fake MessageGateway stores: one host with its accounts, and where events and webhooks are sent. */
import type { CallLog } from '../kit/call-log.ts';
import type { OrderedFaults } from '../kit/faults.ts';
import type { RateLimit } from '../kit/rate-limit.ts';
import type { WebhookResult } from '../kit/webhook-sender.ts';
import type { ApiCallRecord } from './call-log.ts';
import type { EventName } from './event-names.ts';
import type { Fault } from './faults.ts';
import type { ResolvedOptions } from './options.ts';
import type {
  BotRecord,
  ChannelRecord,
  ChatRecord,
  CustomerRecord,
  DialogRecord,
  Json,
  MessageRecord,
  ModuleRecord,
  StoredFile,
  UserRecord,
} from './records.ts';

/** Kinds of changes that the page shows. */
export type Change = 'talk' | 'call' | 'webhook' | 'sockets';

export interface AccountState {
  readonly gateway: GatewayState;
  readonly code: string;
  readonly apiKey: string;
  readonly crm: { origin: string };
  scopes: readonly string[];
  isChatsOff: boolean;
  /** If false, activating a module is answered with 402. */
  isPaid: boolean;
  /** If true, the CRM answers as for an account that does not exist. */
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

/** Where webhooks for transports go. */
export interface WebhookSink {
  send(order: WebhookOrder): Promise<WebhookResult>;
}

/** The owner of a token. */
export interface TokenOwner {
  readonly account: AccountState;
  readonly module: ModuleRecord;
  readonly api: 'bot' | 'transport';
}

export interface GatewayState {
  readonly options: ResolvedOptions;
  readonly address: { mgOrigin: string };
  readonly patience: { ackTimeoutMs: number };
  readonly accounts: Set<AccountState>;
  readonly tokens: Map<string, TokenOwner>;
  readonly faults: OrderedFaults<Fault>;
  readonly mgRate: RateLimit;
  readonly crmRate: RateLimit;
  readonly calls: CallLog<ApiCallRecord>;
  readonly hub: EventSink;
  readonly webhooks: WebhookSink;
  readonly fileSecret: string;
  readonly nextId: (kind: keyof typeof FIRST_IDS) => number;
  readonly announce: (change: Change) => void;
}

/** The first id of each kind of record. */
export const FIRST_IDS = {
  actor: 11,
  module: 4,
  channel: 61,
  chat: 9000,
  dialog: 2_054_000,
  message: 337_300,
  member: 50_000,
  command: 6,
  template: 1,
};

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
