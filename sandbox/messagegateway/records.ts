/** The records of an account: modules, people, channels, chats, dialogs, messages, files. Times are Unix milliseconds. */

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

/** What a message says. */
export interface MessageContent {
  content: string | null;
  note: string;
  items: readonly Item[];
  order: Json | null;
  product: Json | null;
  suggestions: readonly Json[];
  templateCode: string | null;
}

export interface MessageRecord extends MessageContent {
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
