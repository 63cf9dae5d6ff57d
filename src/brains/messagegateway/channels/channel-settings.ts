/** What our channel can do, so that the CRM shows managers only the buttons that work in a Bitrix24 chat. */
import { knownReactions } from '../../../core/reactions.ts';

import type { TextLimits } from './messengers.ts';

/** Longest text in UTF-16 code units: the limit of a note beside files (docs/platform-notes/messagegateway.md#customer-messages). */
export const maxTextLength = 64_000;

/** Bitrix24 keeps this many characters of a message. */
const portalTextLimit = 20_000;

/** Most files in one message, in either direction. */
export const maxItems = 20;

/**
 * `receive` = MessageGateway to Bitrix24, `send` = the other way (docs/platform-notes/messagegateway.md#channel-settings).
 *
 * @param limits text limits of the messenger; they count where they are below those of Bitrix24
 * @param hasV2 whether the portal has `imbot.v2`: without it bots cannot exchange files, quote, or mark messages as read
 */
export function channelSettings(
  maxFileBytes: number,
  hasV2: boolean,
  limits: Partial<TextLimits> = {},
): Readonly<Record<string, unknown>> {
  const textLimit = Math.min(limits.text ?? portalTextLimit, portalTextLimit);
  const noteLimit = Math.min(limits.note ?? portalTextLimit, portalTextLimit);
  // A bot's upload in Bitrix24 takes no quote, so a manager's file cannot answer a message.
  const deeds = hasV2
    ? { creating: 'both', quoting: 'send', deleting: 'both' }
    : { creating: 'none', quoting: 'none', deleting: 'none' };
  // Bots can react to messages only in the newer API, and hear of reactions only if the portal's events use it.
  const reaction = hasV2 ? 'both' : 'none';
  const media = { ...deeds, reaction, max_items_count: maxItems, max_item_size: maxFileBytes };
  const note = { editing: 'none', note_max_chars_count: noteLimit };
  const card = { creating: 'receive', editing: 'receive', deleting: 'receive', quoting: 'receive', reaction };
  return {
    customer_external_id: 'any',
    sending_policy: { new_customer: 'no', outgoing: 'allowed' },
    // We send a receipt for every message. Bitrix24 does not tell bots whether a customer has read one.
    status: { delivered: 'send', read: hasV2 ? 'receive' : 'none' },
    text: {
      creating: 'both',
      editing: 'both',
      quoting: hasV2 ? 'both' : 'send',
      deleting: 'both',
      reaction,
      max_chars_count: textLimit,
    },
    image: { ...media, ...note },
    file: { ...media, ...note },
    audio: media,
    product: card,
    order: card,
    suggestions: { text: 'receive', email: 'receive', phone: 'receive', url: 'receive' },
    // Templates are stored for managers; customers see their text.
    template: { creation: true },
    reactions: hasV2 ? { dictionary: [...knownReactions], max_count: 1 } : { dictionary: [], max_count: 0 },
  };
}
