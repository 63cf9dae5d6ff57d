/** The result of every rule of the bridge, and functions that several rules share. */
import type { BrainAction, ChatAction, PortalAction, SentReference } from './actions.ts';
import type { BotType, Greeting, Unanswered } from './bot.ts';
import type { BrainCommand } from './brain-parts.ts';
import type { Capabilities } from './connector.ts';
import type { Conversation } from './conversation.ts';
import type { Author, Button, FileRef } from './events.ts';
import type { FollowUpChange } from './follow-up-change.ts';
import type { JoinedMessage } from './joined-message.ts';
import type { Language } from './language.ts';
import type { BurstPace } from './waiting-messages.ts';

/** Why an event had its effect. Shown by `trace`; add words, never reuse one. */
export type Outcome =
  | 'forwarded'
  /** Held back to be delivered with the messages that follow. Begins with `forwarded`, because it too goes to the brain. */
  | 'forwarded_later'
  | 'changed_before_delivery'
  | 'forwarded_reaction'
  | 'chosen'
  | 'overheard'
  | 'answered'
  | 'greeted'
  | 'helped'
  /** Nobody answers for the bot yet. */
  | 'unanswered'
  | 'handed_over'
  | 'handed_back'
  | 'handed_back_after_silence'
  | 'handed_over_after_silence'
  | 'paused_too_many_turns'
  | 'finished'
  | 'context_passed'
  | 'context_ignored'
  | 'noted'
  | 'ignored_bot'
  | 'ignored_system'
  | 'ignored_not_mentioned'
  | 'ignored_operator'
  | 'ignored_hidden_note'
  | 'ignored_told_before'
  | 'ignored_other_bot'
  | 'ignored_edit_came_first'
  | 'ignored_person_owns'
  | 'ignored_operator_called'
  | 'ignored_empty'
  | 'ignored_unsupported'
  | 'ignored_unknown_command'
  | 'ignored_unknown_message'
  | 'dropped_person_owns'
  | 'withdrawn'
  | 'requested'
  | 'follow_up_set'
  | 'follow_up_cancelled'
  | 'follow_up_refused';

export interface BridgeBot {
  readonly code: string;
  readonly name: string;
  readonly type: BotType;
  readonly capabilities: Capabilities;
  /** After this long without a message of the people who lead, the brain leads again; null: never by itself. */
  readonly giveBackAfterMinutes: number | null;
  /** After a customer has waited this long for the brain, people are called; null or absent: never. */
  readonly callPersonAfterMinutes?: number | null;
  /** From this many answered questions a minute, the exchange counts as a loop of machines; 0 or absent: never. */
  readonly turnsPerMinute?: number;
  /** The language the bot speaks; null or absent: the portal's. */
  readonly language?: Language | null;
  /** Absent: the default text, at once. */
  readonly greeting?: Greeting;
  /** The portal's ids of all our bots: if one of them leads an Open Channel session, no person does. Absent: none is known. */
  readonly botIds?: readonly string[];
  /** Messages that follow each other quickly are delivered together. Absent: each at once. */
  readonly burst?: BurstPace | undefined;
  /** Set if nobody answers for the bot yet. Absent: its brain does. */
  readonly unanswered?: Unanswered | undefined;
  /** What employees may type, besides the app's own commands. Absent: nothing. */
  readonly commands?: readonly BrainCommand[] | undefined;
}

/** A message in Bitrix24 that holds a part of one message of the brain. */
export interface SentPart {
  /** Empty if the part was found by the brain's id and may not have been sent yet: `sent` then names it. */
  readonly messageId: string;
  readonly sent?: SentReference;
  /** The brain's own id of the message; absent if it has none. */
  readonly remoteMessageId?: string;
  readonly kind: 'text' | 'file';
  /** Set for a `file`. */
  readonly file?: FileRef;
  readonly internal: boolean;
}

/** What is known about a brain's message when its failure, its receipt, or the message itself arrives. */
export interface MessageFate {
  /** Whether the brain withdrew the message when it reported its failure. Null: no failure was reported. */
  readonly reported: { readonly isWithdrawn: boolean } | null;
  /** The number of parts still to be sent. */
  readonly waiting: number;
  /** The last message in Bitrix24 that holds a part of it; null for none. */
  readonly shownAs: string | null;
  /** The error of the first part that failed; null when none did. */
  readonly error: string | null;
}

/** The outcome of sends that were not made because the brain had reported the message as failed. */
export const withdrawn = 'withdrawn';

/** The outcome of answers that were not shown because a person leads. */
export const personOwns = 'person_owns';

/** The first word of the error of sends that may or may not have happened. */
export const fateUnknown = 'fate_unknown';

/** Stored facts that were read for an event; absent if unknown or irrelevant. */
export interface StoredFacts {
  /** For a change of the brain's own message: its remaining parts, in order; empty when they are unknown. */
  readonly parts?: readonly SentPart[];
  /** The brain has been sent the message, and may be told how it changes. */
  readonly isKnownToBrain?: boolean;
  /** For `operator_wrote`: the bot's own event has already reported the same message. */
  readonly isHeard?: boolean;
  /** For a change of a message that was delivered together with others: the message they make. */
  readonly joined?: JoinedMessage | undefined;
  readonly fate?: MessageFate;
  /** For a follow-up: the ids of the conversation's pending ones. */
  readonly pendingFollowUps?: readonly string[];
}

/** What the rules know besides the event and the conversation. */
export interface RuleContext extends BridgeBot {
  /** Null where it is irrelevant. */
  readonly fate: MessageFate | null;
  /** When the event reached us (ISO 8601): the only time the rules know. */
  readonly at: string;
  /** See `StoredFacts`. */
  readonly parts: readonly SentPart[];
  readonly isKnownToBrain: boolean;
  readonly isHeard: boolean;
  readonly joined: JoinedMessage | null;
  readonly pendingFollowUps: readonly string[];
}

export interface Bridged {
  readonly conversation: Conversation;
  readonly actions: readonly ChatAction[];
  readonly outcome: Outcome;
  /** Absent: none is set or cancelled. */
  readonly followUps?: readonly FollowUpChange[];
}

/** Whether the author is a bot: one that the portal marks as such, whichever app owns it, or one of ours, which the portal does not always mark. */
export function isBot({ id, kind }: Author, { botIds = [] }: RuleContext): boolean {
  return kind === 'bot' || botIds.includes(id);
}

/** The event has no effect. */
export function noop(conversation: Conversation, outcome: Outcome): Bridged {
  return { conversation, actions: [], outcome };
}

/** A message of the app itself to the people inside the portal; a customer of an Open Channel never sees it. */
export function note(text: string, buttons: readonly Button[] = []): ChatAction {
  return toPortal({ ...plainSend(text), buttons, internal: true });
}

/** A plain text message of the bot. */
export function plainSend(text: string) {
  return { type: 'send' as const, text, buttons: [], cards: [], quoteOf: null, remoteMessageId: null };
}

/** An action for Bitrix24. */
export function toPortal(action: PortalAction): ChatAction {
  return { target: 'portal', action };
}

/** An action for the brain. */
export function toBrain(action: BrainAction): ChatAction {
  return { target: 'brain', action };
}
