/**
 * Everything that can happen in a conversation, whatever service it happened in. Bitrix24 and the brains translate their payloads into
 * these events; the code above them knows no other form.
 */

import type { ContextData } from './context-data.ts';
import type { Button, Card } from './decorations.ts';
import type { Language } from './language.ts';
import type { TextForm } from './markup/markup.ts';
import type { KnownReaction } from './reactions.ts';
import type { FollowUp, RequestEvent } from './request-events.ts';

export type { AppEvent } from './app-events.ts';
export type { Button, Card } from './decorations.ts';
export type { FollowUp, RequestEvent } from './request-events.ts';

/** Where a dialog takes place: a one-to-one chat, a group chat, or an Open Channel chat with an external customer. */
export type ChatKind = 'private' | 'group' | 'line';

/** Who wrote: a customer of an Open Channel, an employee of the portal, another bot, or the portal itself. */
export type AuthorKind = 'client' | 'employee' | 'bot' | 'system';

export interface Author {
  readonly id: string;
  readonly name: string;
  readonly kind: AuthorKind;
  /** The parts of the name, if the portal gives them. */
  readonly firstName?: string;
  readonly lastName?: string;
  /** True for a person inside the portal who comes from outside the company. Absent: the event does not say. */
  readonly isExtranet?: boolean;
}

/** A CRM record that the portal linked to an Open Channel chat, for example `{ type: 'LEAD', id: '1209' }`. */
export interface CrmLink {
  readonly type: string;
  readonly id: string;
}

/** What is known about the Open Channel of a chat of kind `line`. */
export interface LineSession {
  readonly lineId: string;
  readonly connector: string;
  /** Changes with every new session; null when the portal does not name it. */
  readonly sessionId: string | null;
  readonly crm: readonly CrmLink[];
  /** The portal's id of the user who leads the session, `0` for nobody and for the event's own bot. Absent: the event does not say. */
  readonly leaderId?: string;
}

export interface Chat {
  readonly kind: ChatKind;
  /** The dialog to answer to: a user id in a private chat, `chat<N>` elsewhere. */
  readonly dialogId: string;
  readonly title: string;
  readonly line: LineSession | null;
}

/** A file named in a message; its bytes are fetched when they are needed. */
export interface FileRef {
  readonly id: string;
  readonly name: string;
  readonly kind: 'file' | 'image' | 'video' | 'audio';
  /** Bytes; null when unknown. */
  readonly size: number | null;
}

/** Something that happened on the Bitrix24 side of a conversation. */
export type PortalEvent =
  | {
      readonly type: 'message';
      readonly messageId: string;
      readonly text: string;
      /** The text with its formatting, as BB code. Absent: it has none. */
      readonly markup?: string;
      readonly author: Author;
      readonly chat: Chat;
      /** The text mentions this very bot (always true in kinds of chat where every message is for the bot). */
      readonly mentionsBot: boolean;
      readonly files: readonly FileRef[];
      readonly language: Language;
      /** ISO 8601 in UTC, to the second, as the portal gives it; null when it gives none. */
      readonly sentAt: string | null;
      /** The Bitrix24 message it replies to; null when it quotes none. */
      readonly quoteOf: string | null;
      /** A note among operators, which the customer of the Open Channel does not see. */
      readonly isHidden?: boolean;
      /** Another bot of ours leads the Open Channel session and receives this message too; that bot answers. */
      readonly otherBotLeads?: boolean;
      /** At this text the portal takes the Open Channel session from the bot and calls the operators. Absent: only the text `0` does that. */
      readonly callsPerson?: boolean;
    }
  | {
      readonly type: 'message_edited';
      readonly messageId: string;
      readonly text: string;
      /** See `message`. */
      readonly markup?: string;
      /** The author of the message; the name is empty where the portal does not name it. */
      readonly author: Author;
      readonly chat: Chat;
      /** The new text mentions this very bot; true where every message is for the bot. */
      readonly mentionsBot: boolean;
      readonly language: Language;
      /** When it was edited; see `message`. */
      readonly sentAt: string | null;
      /** See `message`. */
      readonly isHidden?: boolean;
    }
  | {
      readonly type: 'message_deleted';
      readonly messageId: string;
      readonly author: Author;
      readonly chat: Chat;
      /** See `message`. */
      readonly isHidden?: boolean;
    }
  | { readonly type: 'joined'; readonly chat: Chat; readonly language: Language }
  | {
      readonly type: 'command';
      readonly command: string;
      readonly params: string;
      readonly messageId: string;
      readonly via: 'text' | 'keyboard' | 'menu';
      /** The text line of the command itself. */
      readonly text: string;
      /** The other text lines of the message; absent if there are none, and for all but the last command of a message. */
      readonly restText?: string;
      /** The message mentions this very bot; true where every message is for the bot. */
      readonly mentionsBot: boolean;
      /** See `message`. */
      readonly isHidden?: boolean;
      readonly author: Author;
      readonly chat: Chat;
      readonly language: Language;
      readonly sentAt: string | null;
      readonly quoteOf: string | null;
    }
  | {
      readonly type: 'context_opened';
      readonly chat: Chat;
      readonly language: Language;
      /** Who opened the bot. Absent: the event does not say. */
      readonly author?: Author;
      /** The data of the link. Absent: it had none. */
      readonly context?: ContextData;
    }
  /** A person put a reaction on a message of the bot, or took it back. Only portals that send `imbot.v2` events report it. */
  | {
      readonly type: 'reaction_changed';
      readonly messageId: string;
      /** Null: a reaction the app does not know. */
      readonly reaction: KnownReaction | null;
      readonly isOn: boolean;
      readonly author: Author;
      readonly chat: Chat;
      readonly sentAt: string | null;
    }
  /**
   * An operator's message is on its way to the customer of an Open Channel. The portal reports it for every line, whether or not a bot is in
   * the chat.
   */
  | {
      readonly type: 'operator_wrote';
      readonly messageId: string;
      readonly author: Author;
      /** See `message`. */
      readonly sentAt: string | null;
    }
  /** A session of the Open Channel was closed; the event does not say which. */
  | { readonly type: 'session_finished'; readonly sentAt: string | null };

/** Whom a conversation of an Open Channel is handed to: an employee, or the operators of another line. Ids of the portal, digits only. */
export type Receiver =
  | { readonly type: 'person'; readonly userId: string }
  | { readonly type: 'line'; readonly lineId: string };

/** A message of a brain. */
export interface Reply {
  readonly type: 'reply';
  /** The brain's own id of the message; null when it has none. */
  readonly remoteMessageId: string | null;
  readonly text: string;
  readonly buttons: readonly Button[];
  readonly cards: readonly Card[];
  /** Files by the brain's own ids; the connector's `openFile` fetches their bytes. */
  readonly files: readonly FileRef[];
  /** The language of this text. Absent: that of the brain's texts (`textForm`). */
  readonly form?: TextForm;
  /** The Bitrix24 message it replies to; null when it quotes none. */
  readonly quoteOf: string | null;
  /** Only for people inside the portal: a customer of an Open Channel must not see it. */
  readonly isInternal: boolean;
  /** Entries of the menu that the message has in the portal. Absent: none. */
  readonly menu?: readonly Button[];
  /** False: its first link is shown without a preview. Absent: with one. */
  readonly linkPreview?: boolean;
}

/** A message of the brain, by its id in Bitrix24 or by the brain's own id; the brain's own id works even while the message is still on its way. */
export type SaidMessage = { readonly portalMessageId: string } | { readonly remoteMessageId: string };

/** A message or request of a brain. */
export type BrainEvent =
  | Reply
  /** A message of the bot in Bitrix24 is to be changed. */
  | (SaidMessage & {
      readonly type: 'reply_edited';
      readonly text: string;
      /** See `Reply`. */
      readonly form?: TextForm;
      /** All cards of the message from now on. */
      readonly cards: readonly Card[];
      /** All buttons of the message from now on; null: unchanged. */
      readonly buttons: readonly Button[] | null;
      /** All entries of its menu from now on. Absent: unchanged. */
      readonly menu?: readonly Button[];
    })
  | (SaidMessage & { readonly type: 'reply_deleted' })
  /** The brain counts one of its own messages as failed: it was told so, or has waited long enough. */
  | {
      readonly type: 'reply_failed';
      readonly remoteMessageId: string;
      /** Parts not shown yet must not be shown any more; false: they may still be, late. */
      readonly withdraw: boolean;
    }
  /** Someone behind the brain has read the messages from Bitrix24 up to this one. */
  | { readonly type: 'read'; readonly portalMessageId: string }
  /** People behind the brain reacted to a message, or removed a reaction. */
  | {
      readonly type: 'reacted';
      readonly portalMessageId: string;
      readonly added: readonly KnownReaction[];
      readonly removed: readonly KnownReaction[];
    }
  /** The brain leads the conversation again, or lets a person of its own side lead it. */
  | { readonly type: 'taken_back' }
  | { readonly type: 'typing' }
  /** `to` counts in Open Channels only; absent, or where the portal refuses it: the operators of the line. */
  | { readonly type: 'handover'; readonly note: string | null; readonly to?: Receiver }
  | { readonly type: 'finish' }
  | FollowUp
  /** A follow-up is not wanted any more; it is no error if there is none with this id. */
  | { readonly type: 'follow_up_cancelled'; readonly id: string };

/** A result of an action of the outbox. */
export type ReceiptEvent =
  | { readonly type: 'linked'; readonly remoteConversationId: string }
  | {
      readonly type: 'receipt';
      readonly remoteMessageId: string;
      readonly portalMessageId: string | null;
      readonly error: string | null;
    }
  /** An edit or a deletion became a dead letter: why, and on which side the message is unchanged. */
  | {
      readonly type: 'change_refused';
      readonly side: 'portal' | 'brain';
      readonly what: 'edit' | 'delete';
      /** The id of the message in Bitrix24. */
      readonly messageId: string;
      /** The refused new text; null for a deletion. */
      readonly text: string | null;
      readonly error: string;
    }
  /** The portal did not show the message that offers these choices (see `OfferedChoices`), and will not. */
  | { readonly type: 'offer_refused'; readonly offer: string }
  /** A `greet` action is due. */
  | { readonly type: 'greeting_due'; readonly chat: Chat }
  /** An `inactivity_timer` action is due. */
  | { readonly type: 'inactivity_timer_due' }
  /** A `silence_timer` action is due. */
  | { readonly type: 'silence_timer_due' }
  /** A `burst_timer` action is due. */
  | { readonly type: 'burst_timer_due' };

/** What an administrator orders on the page of a conversation. */
export type PageOrder = { readonly by: { readonly id: string; readonly name: string } } & (
  | /** The administrator leads from now on, or the brain leads again. */ {
      readonly type: 'lead_ordered';
      readonly to: 'person' | 'brain';
    }
  /** The administrator says something as the bot. `chat`: the chat as last described; null: nothing about it is stored. */
  | { readonly type: 'message_ordered'; readonly id: string; readonly text: string; readonly chat: Chat | null }
);

/** Everything that can happen in a conversation. */
export type ChatEvent = PortalEvent | BrainEvent | ReceiptEvent | RequestEvent | PageOrder;

/** A reply that consists of text only. */
export function textReply(text: string, remoteMessageId: string | null = null): Reply {
  return { type: 'reply', remoteMessageId, text, buttons: [], cards: [], files: [], quoteOf: null, isInternal: false };
}
