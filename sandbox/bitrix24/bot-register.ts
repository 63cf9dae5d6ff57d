/** Bots on the portal, shared by the v1 and v2 methods: create, delete, avatar check. */
import { removeMember } from './chats.ts';
import { botDeleted } from './events/bot-events.ts';
import type { Cause } from './events/envelope.ts';
import type { Bot, BotType, EventMode, PortalState } from './state.ts';

export interface NewBot {
  readonly code: string;
  readonly type: BotType;
  readonly openline: boolean;
  readonly appId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly workPosition: string;
  readonly gender: 'M' | 'F';
  readonly color: string;
  readonly avatar: Buffer | null;
  readonly eventMode: EventMode | null;
  readonly webhookUrl?: string;
  readonly isHidden?: boolean;
  readonly isReactionsEnabled?: boolean;
  readonly backgroundId?: string | null;
}

/** Adds the bot and its user. */
export function createBot(state: PortalState, wanted: NewBot): Bot {
  const id = state.nextId('user');
  state.users.set(id, {
    id,
    firstName: wanted.firstName,
    lastName: wanted.lastName,
    workPosition: wanted.workPosition,
    gender: wanted.gender,
    email: '',
    admin: false,
    mayEditLines: false,
    isBot: true,
    isConnector: false,
    isExtranet: false,
    color: wanted.color,
    active: true,
  });
  const bot: Bot = {
    id,
    code: wanted.code,
    type: wanted.type,
    openline: wanted.openline,
    appId: wanted.appId,
    isHidden: wanted.isHidden ?? false,
    isReactionsEnabled: wanted.isReactionsEnabled ?? true,
    backgroundId: wanted.backgroundId ?? null,
    eventMode: wanted.eventMode,
    webhookUrl: wanted.webhookUrl ?? '',
    avatar: wanted.avatar,
    countMessage: 0,
    chats: new Set(),
    peers: new Set(),
  };
  state.bots.set(id, bot);
  state.announce({ kind: 'bots' });
  return bot;
}

/** Fires the delete events, then removes the bot, its user, commands, private chats and stored events. Bindings stay. */
export function deleteBot(state: PortalState, bot: Bot, cause: Cause): void {
  botDeleted(state, bot, cause);
  const user = state.users.get(bot.id);
  if (user !== undefined) user.active = false;
  for (const command of [...state.commands.values()]) {
    if (command.botId === bot.id) state.commands.delete(command.id);
  }
  for (const [key, chatId] of [...state.privateChats]) {
    if (!key.split(':').includes(String(bot.id))) continue;
    state.privateChats.delete(key);
    state.chats.delete(chatId);
  }
  for (const chatId of [...bot.chats]) {
    const chat = state.chats.get(chatId);
    if (chat !== undefined) removeMember(state, chat, bot.id);
  }
  state.bots.delete(bot.id);
  state.fetchEvents.delete(bot.id);
  state.announce({ kind: 'bots' });
}

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const MAGIC = ['89504e47', 'ffd8ff', '47494638', '52494646'];
const MAX_SIDE = 5_000;

/** Decodes a picture from plain base64; null for anything else (a data: prefix, not an image, larger than 5000 × 5000). */
export function readAvatar(text: string): Buffer | null {
  if (text === '' || !BASE64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  const start = bytes.subarray(0, 4).toString('hex');
  if (!MAGIC.some((magic) => start.startsWith(magic))) return null;
  const isPng = start === MAGIC[0] && bytes.length > 24;
  if (isPng && Math.max(bytes.readUInt32BE(16), bytes.readUInt32BE(20)) > MAX_SIDE) return null;
  return bytes;
}
