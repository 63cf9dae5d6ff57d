/** What a channel can do according to its settings. `receive` = MG to messenger, `send` = messenger to MG; a missing key means neither. */
import { ApiError } from '../api-error.ts';
import type { ChannelRecord, Json } from '../records.ts';
import type { AccountState } from '../state.ts';

function branch(settings: Json, name: string): Json {
  const value = settings[name];
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Whether the action (`creating`, `editing`…) works in this direction for this kind of content. */
export function allows(settings: Json, kind: string, deed: string, direction: 'receive' | 'send'): boolean {
  const value = branch(settings, kind)[deed];
  return value === 'both' || value === direction || value === 'any';
}

/** A number of a branch, such as `max_chars_count`; null when not set. */
function limitOf(settings: Json, kind: string, name: string): number | null {
  const value = branch(settings, kind)[name];
  return typeof value === 'number' && value > 0 ? value : null;
}

/** Throws a 400 unless the channel supports the action. */
export function demand(
  account: AccountState,
  channel: ChannelRecord,
  deed: { readonly kind: string; readonly what: string; readonly direction: 'receive' | 'send' },
): void {
  if (!account.gateway.options.enforceChannelSettings) return;
  if (allows(channel.settings, deed.kind, deed.what, deed.direction)) return;
  throw new ApiError(400, `channel does not support ${deed.what} of ${deed.kind} (${deed.direction})`);
}

/** Throws a 400 when outgoing content exceeds the channel's limits. */
export function demandFits(
  account: AccountState,
  channel: ChannelRecord,
  content: {
    readonly type: string;
    readonly text: string;
    readonly note: string;
    readonly itemSizes: readonly number[];
    readonly suggestions: readonly Json[];
  },
): void {
  if (!account.gateway.options.enforceChannelSettings) return;
  const { settings } = channel;
  const maxChars = limitOf(settings, 'text', 'max_chars_count');
  if (maxChars !== null && [...content.text].length > maxChars) {
    throw new ApiError(400, `content must be a maximum of ${maxChars} characters in length`);
  }
  const maxNote = limitOf(settings, content.type, 'note_max_chars_count');
  if (maxNote !== null && [...content.note].length > maxNote) {
    throw new ApiError(400, `note must be a maximum of ${maxNote} characters in length`);
  }
  const maxItems = limitOf(settings, content.type, 'max_items_count');
  if (maxItems !== null && content.itemSizes.length > maxItems) {
    throw new ApiError(400, `items must contain a maximum of ${maxItems} items`);
  }
  const maxSize = limitOf(settings, content.type, 'max_item_size');
  if (maxSize !== null && content.itemSizes.some((size) => size > maxSize))
    throw new ApiError(400, 'file is too large');
  for (const { type } of content.suggestions) {
    const kind = typeof type === 'string' ? type : 'text';
    if (!allows(settings, 'suggestions', kind, 'receive')) {
      throw new ApiError(400, `channel does not support suggestions of type ${kind}`);
    }
  }
}

/** Throws a 400 unless managers may start chats in this channel, which requires phone numbers as customer ids. */
export function demandMayBegin(account: AccountState, channel: ChannelRecord): void {
  if (!account.gateway.options.enforceChannelSettings) return;
  const isByPhone = channel.settings['customer_external_id'] === 'phone';
  if (!isByPhone || branch(channel.settings, 'sending_policy')['new_customer'] !== 'text') {
    throw new ApiError(400, 'channel does not allow writing first to a new customer');
  }
}

/** Throws a 400 when the channel's policy forbids writing to the customer now. */
export function demandMayWrite(account: AccountState, channel: ChannelRecord, replyDeadline: number | null): void {
  if (!account.gateway.options.enforceChannelSettings) return;
  const policy = branch(channel.settings, 'sending_policy');
  if (policy['outgoing'] === 'restricted') throw new ApiError(400, 'outgoing messages are restricted in the channel');
  const isLate = replyDeadline !== null && replyDeadline < Date.now();
  if (isLate && policy['after_reply_timeout'] !== undefined) {
    throw new ApiError(400, 'the time allowed for a reply has passed');
  }
}

/** Throws a 400 for a reaction that the channel does not offer; null removes a reaction and is allowed. */
export function demandKnownReaction(account: AccountState, channel: ChannelRecord, reaction: string | null): void {
  if (!account.gateway.options.enforceChannelSettings || reaction === null) return;
  const { dictionary } = branch(channel.settings, 'reactions');
  if (Array.isArray(dictionary) && !dictionary.includes(reaction)) throw new ApiError(400, 'reaction is not allowed');
}
