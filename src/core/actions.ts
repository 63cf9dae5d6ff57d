/**
 * What the bridge decides to do. An action is fixed, with its idempotency key, in the outbox row that carries it; whoever
 * carries it out may have to do so more than once.
 */
import type { Author, Button, Card, Chat, CrmLink, FileRef } from './events.ts';
import type { KnownReaction } from './reactions.ts';

/** Its place, from 0, among the parts one message of a brain became; they stand one behind the other in one lane. */
export interface MessagePart {
  readonly index: number;
  readonly count: number;
}

/** To be carried out in Bitrix24, as the bot of the conversation. */
export type PortalAction =
  | {
      readonly type: 'send';
      readonly text: string;
      readonly buttons: readonly Button[];
      readonly cards: readonly Card[];
      /** The Bitrix24 message it answers to; null for none. */
      readonly quoteOf: string | null;
      /** True: operators see it, the customer behind the Open Channel does not. */
      readonly internal: boolean;
      /** The brain's id of the message this carries out; a receipt is sent back for it where the brain wants one. */
      readonly answers: string | null;
      /** Absent: it is the whole message. The receipt comes when the last part has ended, and speaks for all. */
      readonly part?: MessagePart;
      /** The Bitrix24 message that has grown by this one when it was edited. */
      readonly partOf?: string;
    }
  /** Fetched from the brain when it is carried out, and sent as the bot. */
  | {
      readonly type: 'send_file';
      readonly file: FileRef;
      readonly text: string;
      readonly answers: string | null;
      readonly part?: MessagePart;
    }
  | {
      readonly type: 'edit';
      readonly messageId: string;
      readonly text: string;
      /** All it has from now on. */
      readonly cards: readonly Card[];
      /** All it has from now on; null: those it has. */
      readonly buttons: readonly Button[] | null;
    }
  | { readonly type: 'delete'; readonly messageId: string }
  | { readonly type: 'read'; readonly messageId: string }
  /** As the bot; a reaction that is there already, or gone already, is fine. */
  | { readonly type: 'react'; readonly messageId: string; readonly reaction: KnownReaction; readonly isOn: boolean }
  | { readonly type: 'typing' }
  /** Let go of an Open Channel session so that the queue's operators get it. */
  | { readonly type: 'handover' }
  | { readonly type: 'finish' };

/** To be carried out in the brain. */
export type BrainAction =
  | {
      readonly type: 'message';
      readonly messageId: string;
      readonly text: string;
      readonly author: Author;
      readonly chat: Chat;
      readonly files: readonly FileRef[];
      /** ISO 8601 in UTC, to the second; null when the portal did not tell. */
      readonly sentAt: string | null;
      /** The Bitrix24 message it answers to, whoever wrote that one; null for none. */
      readonly quoteOf: string | null;
    }
  | {
      readonly type: 'edit';
      readonly messageId: string;
      readonly text: string;
      /** Whose message it is; the name is empty where the portal did not tell it. */
      readonly author: Author;
      readonly chat: Chat;
      /** It was made, or the message was said, while a person led. */
      readonly mirrored?: true;
    }
  /** Said while a person leads, or by our bot of its own accord: for brains that want the whole conversation, never to be answered. */
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
  /** Said in a group chat without meaning the bot: for brains that want it, never to be answered. */
  | {
      readonly type: 'overheard';
      readonly messageId: string;
      readonly text: string;
      readonly author: Author;
      readonly chat: Chat;
      readonly files: readonly FileRef[];
    }
  | { readonly type: 'delete'; readonly messageId: string; readonly mirrored?: true }
  | {
      readonly type: 'owner_changed';
      readonly owner: 'brain' | 'person';
      /** When it changed, ISO 8601. */
      readonly at: string;
      /** Since when the other one had led, ISO 8601; null: from the beginning. */
      readonly since: string | null;
    }
  /** The CRM records of the portal that belong to the conversation, all of them, whenever they have changed. */
  | { readonly type: 'crm'; readonly links: readonly CrmLink[] }
  | {
      readonly type: 'receipt';
      readonly remoteMessageId: string;
      /** With an error: a part of it was shown. */
      readonly portalMessageId: string | null;
      readonly error: string | null;
      /** The brain counts it as failed, and people behind it have to know that it was, or may have been, shown. */
      readonly isLate?: true;
    }
  /** A change the brain wanted of a message in Bitrix24 was not made there. */
  | {
      readonly type: 'change_refused';
      readonly what: 'edit' | 'delete';
      readonly portalMessageId: string;
      /** What it was to say; null for a deletion. */
      readonly text: string | null;
      readonly error: string;
    };

/** To be carried out on a portal's installation; `inactivity_timer` and `greet` on a conversation: its rules want to know that time has passed. */
export type AppAction =
  | { readonly type: 'set_up' }
  | { readonly type: 'uninstall'; readonly clean: boolean }
  | { readonly type: 'erase' }
  | { readonly type: 'payment'; readonly expired: boolean }
  | { readonly type: 'forget_bot'; readonly botId: string }
  /** The operator has removed it: its user goes from the portal too. */
  | { readonly type: 'unregister_bot'; readonly botId: string }
  | InactivityTimer
  | Greet;

export interface InactivityTimer {
  readonly type: 'inactivity_timer';
}

/** The bot introduces itself, unless somebody has spoken for it by then. */
export interface Greet {
  readonly type: 'greet';
  readonly chat: Chat;
}

export type ActionTarget = 'portal' | 'brain' | 'app';
export type ChatAction =
  | { readonly target: 'portal'; readonly action: PortalAction }
  | { readonly target: 'brain'; readonly action: BrainAction }
  /** Not before so many milliseconds, and perhaps earlier all the same. */
  | { readonly target: 'app'; readonly action: InactivityTimer | Greet; readonly delayMs: number };

/** What became of a brain's message. */
export type Receipt = BrainAction & { readonly type: 'receipt' };
