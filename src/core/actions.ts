/**
 * The actions the bridge decides on. An action is stored, with its idempotency key, in one outbox row; it may be executed more than once.
 */
import type { ContextData } from './context-data.ts';
import type { Author, Button, Card, Chat, CrmLink, FileRef, Receiver } from './events.ts';
import type { KnownReaction } from './reactions.ts';

/** Position, from 0, among the parts that one message of a brain was split into. All parts are in one lane, in order. */
export interface MessagePart {
  readonly index: number;
  readonly count: number;
}

/** Names a Bitrix24 message by the brain's message it is a part of; its id is looked up when the action is executed. */
export interface SentReference {
  readonly remoteMessageId: string;
  /** Position among the parts, from 0. */
  readonly index: number;
}

/** The file of a message in Bitrix24. */
export interface ShownFile {
  readonly file: FileRef;
  /** The customer of the Open Channel does not see it. */
  readonly internal: boolean;
}

/** To be executed in Bitrix24, as the bot of the conversation. */
export type PortalAction =
  | {
      readonly type: 'send';
      readonly text: string;
      /** The text is BB code that this app has written. Absent: plain text. */
      readonly form?: 'bbcode';
      /** See `Reply`. */
      readonly menu?: readonly Button[];
      readonly linkPreview?: boolean;
      readonly buttons: readonly Button[];
      readonly cards: readonly Card[];
      /** The Bitrix24 message it replies to; null for none. */
      readonly quoteOf: string | null;
      /** True: the portal's staff see it, the customer of the Open Channel does not. */
      readonly internal: boolean;
      /** The brain's id of the message being sent; a receipt is returned for it if the brain wants one. */
      readonly remoteMessageId: string | null;
      /** Absent: it is the whole message. The receipt follows the last part and covers all of them. */
      readonly part?: MessagePart;
      /** The Bitrix24 message that was edited, if the new text needs this additional message. */
      readonly partOf?: string;
      /** The name of the choices it offers (see `OfferedChoices`). Absent: none. */
      readonly offer?: string;
    }
  /** The file is fetched from the brain when the action is executed, and sent as the bot. */
  | {
      readonly type: 'send_file';
      readonly file: FileRef;
      readonly text: string;
      /**
       * The customer of the Open Channel must not see it: the staff get a link instead, because an uploaded file is shown to both
       * (docs/platform-notes/bitrix24.md#hidden-notes). Absent: everybody in the chat may see it.
       */
      readonly internal?: true;
      readonly remoteMessageId: string | null;
      readonly part?: MessagePart;
    }
  | {
      readonly type: 'edit';
      /** Empty while `sent` names the message. */
      readonly messageId: string;
      readonly sent?: SentReference;
      readonly text: string;
      /** The file, if it is a file's message: a message that only names the file still names it after the edit. Absent: it is not. */
      readonly shows?: ShownFile;
      /** See `send`. */
      readonly form?: 'bbcode';
      /** All entries of its menu from now on. Absent: unchanged. */
      readonly menu?: readonly Button[];
      /** All cards of the message from now on. */
      readonly cards: readonly Card[];
      /** All buttons of the message from now on; null: unchanged. */
      readonly buttons: readonly Button[] | null;
      /** See `send`. */
      readonly offer?: string;
    }
  | { readonly type: 'delete'; readonly messageId: string; readonly sent?: SentReference }
  | { readonly type: 'read'; readonly messageId: string }
  /** Adds or removes the bot's reaction. It is no error if the reaction is already there, or already gone. */
  | { readonly type: 'react'; readonly messageId: string; readonly reaction: KnownReaction; readonly isOn: boolean }
  | { readonly type: 'typing' }
  /** Gives an Open Channel session to the operators of its line, or to the receiver. */
  | { readonly type: 'handover'; readonly to?: Receiver }
  /** Closes an Open Channel session, unless a person leads it. `sessionId`: the session that was open when this was decided; absent if unknown. */
  | { readonly type: 'finish'; readonly sessionId?: string };

/** To be executed in the brain. */
export type BrainAction =
  | {
      readonly type: 'message';
      readonly messageId: string;
      readonly text: string;
      readonly author: Author;
      readonly chat: Chat;
      readonly files: readonly FileRef[];
      /** ISO 8601 in UTC, to the second; null if the portal does not name it. */
      readonly sentAt: string | null;
      /** The Bitrix24 message it replies to, by any author; null for none. */
      readonly quoteOf: string | null;
      /** The messages that it consists of, in order, `messageId` last (see `Pace`). Absent: it is one message. */
      readonly messageIds?: readonly string[];
      /** The texts of those messages. */
      readonly texts?: readonly string[];
    }
  /** What a person or a timer asks of the brain for this conversation: one of its `requests`. */
  | {
      readonly type: 'request';
      /** The id of the request, or of the follow-up that is due. */
      readonly id: string;
      readonly name: string;
      /** As parsed by the request's schema. */
      readonly params: Readonly<Record<string, unknown>>;
      readonly by: 'person' | 'follow_up';
      /** Who typed the command in the chat. Absent: nobody in the chat asked. */
      readonly author?: Author;
      /** Where they asked. Absent: see `author`. */
      readonly chat?: Chat;
    }
  | {
      readonly type: 'edit';
      readonly messageId: string;
      readonly text: string;
      /** The author of the message; the name is empty if the portal does not name it. */
      readonly author: Author;
      readonly chat: Chat;
      /** The edit, or the message itself, was made while a person led. */
      readonly mirrored?: true;
      /** The messages that it consists of now, and their texts (see `message`). Absent: it is one message. */
      readonly messageIds?: readonly string[];
      readonly texts?: readonly string[];
    }
  /** A message sent while a person leads, or sent by our bot itself: for brains that want the whole conversation; must not be answered. */
  | {
      readonly type: 'mirrored';
      readonly messageId: string;
      readonly text: string;
      readonly author: Author;
      readonly chat: Chat;
      readonly files: readonly FileRef[];
      readonly sentAt: string | null;
      readonly quoteOf: string | null;
    }
  /** A message in a group chat that does not mention the bot: for brains that want it; must not be answered. */
  | {
      readonly type: 'overheard';
      readonly messageId: string;
      readonly text: string;
      readonly author: Author;
      readonly chat: Chat;
      readonly files: readonly FileRef[];
    }
  | { readonly type: 'delete'; readonly messageId: string; readonly mirrored?: true }
  /** A person put a reaction on a message of the bot, or took it back: for brains that want it. */
  | {
      readonly type: 'reaction';
      /** The message in Bitrix24. If one message of the brain is several there: the one that its receipt named. */
      readonly messageId: string;
      /** The brain's own id of the message; null for messages of the app itself, and where the brain has given none. */
      readonly remoteMessageId: string | null;
      readonly reaction: KnownReaction;
      readonly isOn: boolean;
      readonly author: Author;
      readonly chat: Chat;
    }
  | {
      readonly type: 'owner_changed';
      readonly owner: 'brain' | 'person';
      /** When it changed, ISO 8601. */
      readonly at: string;
      /** Since when the previous owner had led, ISO 8601; null: from the beginning. */
      readonly since: string | null;
    }
  /** A session of an Open Channel began, as its first event showed; for brains that want it. It may be answered. */
  | { readonly type: 'session_started'; readonly sessionId: string; readonly chat: Chat }
  /** A session was closed; `sessionId` null: the portal has not named it. Nobody reads an answer to this. */
  | { readonly type: 'session_finished'; readonly sessionId: string | null; readonly at: string }
  /** Somebody opened the bot by a link: who, and the link's data; for brains that want them. It may be answered. */
  | { readonly type: 'context'; readonly data: ContextData; readonly chat: Chat; readonly author?: Author }
  /** All CRM records of the portal that belong to the conversation; sent whenever they change. */
  | { readonly type: 'crm'; readonly links: readonly CrmLink[] }
  | {
      readonly type: 'receipt';
      readonly remoteMessageId: string;
      /** If there is an error too: only a part of the message was shown. */
      readonly portalMessageId: string | null;
      readonly error: string | null;
      /** The brain counts the message as failed, but it was, or may have been, shown; people behind the brain must be told. */
      readonly isLate?: true;
    }
  /** A change that the brain wanted to make to a message in Bitrix24 failed. */
  | {
      readonly type: 'change_refused';
      readonly what: 'edit' | 'delete';
      readonly portalMessageId: string;
      /** The refused new text; null for a deletion. */
      readonly text: string | null;
      readonly error: string;
    };

/**
 * To be executed on a portal's installation; the timers and `greet` concern a conversation and only report that their time has
 * come.
 */
export type AppAction =
  | { readonly type: 'set_up' }
  | { readonly type: 'uninstall'; readonly clean: boolean }
  | { readonly type: 'erase' }
  /** Erases everything stored about one person, and then empties `userId`. */
  | { readonly type: 'erase_person'; readonly userId: string }
  | { readonly type: 'payment'; readonly expired: boolean }
  /** Asks the portal whether the app still works in it. */
  | { readonly type: 'check_app' }
  | { readonly type: 'forget_bot'; readonly botId: string }
  /** An administrator removed the bot: its user is deleted from the portal too. */
  | { readonly type: 'unregister_bot'; readonly botId: string }
  | ConversationTimer;

/** Reports to its conversation that its time has come. */
export type ConversationTimer = InactivityTimer | SilenceTimer | BurstTimer | Greet;

export interface InactivityTimer {
  readonly type: 'inactivity_timer';
}

/** A customer may have waited too long for the brain. */
export interface SilenceTimer {
  readonly type: 'silence_timer';
}

/** Messages that wait to be delivered together have waited for a while. */
export interface BurstTimer {
  readonly type: 'burst_timer';
}

/** The bot introduces itself, unless it has sent a message by then. */
export interface Greet {
  readonly type: 'greet';
  readonly chat: Chat;
}

export type ActionTarget = 'portal' | 'brain' | 'app';
export type ChatAction =
  | { readonly target: 'portal'; readonly action: PortalAction }
  | { readonly target: 'brain'; readonly action: BrainAction }
  /** `delayMs`: due after this many milliseconds; a wakeup may make it due earlier. */
  | { readonly target: 'app'; readonly action: ConversationTimer; readonly delayMs: number };

/** The result of a brain's message. */
export type Receipt = BrainAction & { readonly type: 'receipt' };

/** The one trace shared by all `check_app` actions. */
export const checkAppTrace = 'check-app';
