/** What every rule of the bridge gives back, and the few moves all rules share. */
import type { BrainAction, ChatAction, PortalAction } from './actions.ts';
import type { BotType, Greeting } from './bot.ts';
import type { Capabilities } from './connector.ts';
import type { Conversation } from './conversation.ts';
import type { Author, Button } from './events.ts';

/** Why an event had the effect it had. Shown by `trace`; add to it, never reuse a word. */
export type Outcome =
  | 'forwarded'
  | 'overheard'
  | 'answered'
  | 'greeted'
  | 'helped'
  | 'handed_over'
  | 'handed_back'
  | 'handed_back_after_silence'
  | 'finished'
  | 'noted'
  | 'ignored_bot'
  | 'ignored_system'
  | 'ignored_not_mentioned'
  | 'ignored_operator'
  | 'ignored_hidden_note'
  | 'ignored_other_bot'
  | 'ignored_told_before'
  | 'ignored_person_owns'
  | 'ignored_left_bot'
  | 'ignored_empty'
  | 'ignored_unsupported'
  | 'ignored_unknown_command'
  | 'dropped_person_owns'
  | 'withdrawn';

export interface BridgeBot {
  readonly code: string;
  readonly name: string;
  readonly type: BotType;
  readonly capabilities: Capabilities;
  /** The brain leads again after so long without a word of the people who lead; null: never by itself. */
  readonly giveBackAfterMinutes: number | null;
  /** Absent: the usual words, at once. */
  readonly greeting?: Greeting;
  /** The portal's ids of all bots of ours: whoever of them leads an Open Channel session is no person. Absent: none is known. */
  readonly botIds?: readonly string[];
}

/** A message in Bitrix24 that holds a part of what a brain said in one. */
export interface SentPart {
  readonly messageId: string;
  readonly kind: 'text' | 'file';
  readonly internal: boolean;
}

/** What is known of a brain's message when its failure, its receipt, or the message itself comes. */
export interface MessageFate {
  /** Its failure was told before; whether it is withdrawn. Null: it was not. */
  readonly told: { readonly isWithdrawn: boolean } | null;
  /** Parts that are still to be sent. */
  readonly waiting: number;
  /** The last message in Bitrix24 that holds a part of it; null for none. */
  readonly shownAs: string | null;
  /** Why the first part that failed did; null when none did. */
  readonly error: string | null;
}

/** The outcome of sends that were not made because their failure had been told. */
export const withdrawn = 'withdrawn';

/** The outcome of answers that were not shown because a person leads. */
export const personOwns = 'person_owns';

/** Begins the reason of sends of which nobody knows whether they happened. */
export const fateUnknown = 'fate_unknown';

/** What the pipeline has looked up for an event; what is absent is not known or does not matter to it. */
export interface Known {
  /** Where an event changes what the brain said: all that is still there of it, in order; empty when it is not remembered. */
  readonly parts?: readonly SentPart[];
  /** The brain has been told of the message, and may be told how it changes. */
  readonly isTold?: boolean;
  readonly fate?: MessageFate;
}

/** What the rules know besides event and conversation. */
export interface RuleContext extends BridgeBot {
  /** Null where it does not matter. */
  readonly fate: MessageFate | null;
  /** The moment (ISO 8601) at which the event reached us: the only time the rules know. */
  readonly at: string;
  /** See `Known`. */
  readonly parts: readonly SentPart[];
  readonly isTold: boolean;
}

export interface Bridged {
  readonly conversation: Conversation;
  readonly actions: readonly ChatAction[];
  readonly outcome: Outcome;
}

/** The conversation in the hands of that owner; a brain that wants to know is told. */
export function setOwner(
  conversation: Conversation,
  owner: Conversation['owner'],
  context: RuleContext,
): Omit<Bridged, 'outcome'> {
  if (conversation.owner === owner) return { conversation, actions: [] };
  const { at } = context;
  const told: ChatAction[] = context.capabilities.ownership
    ? [toBrain({ type: 'owner_changed', owner, at, since: conversation.ownedSince })]
    : [];
  const quietSince = owner === 'person' ? at : null;
  return { conversation: { ...conversation, owner, isTaken: false, ownedSince: at, quietSince }, actions: told };
}

/** A person has taken the conversation himself, perhaps after it was handed over: what still waits to be said to the customer is dropped. */
export function take(conversation: Conversation, context: RuleContext): Omit<Bridged, 'outcome'> {
  const owned = setOwner(conversation, 'person', context);
  return { ...owned, conversation: { ...owned.conversation, isTaken: true } };
}

/** Whether a bot of ours did it: portals tell of what bots change, and of the commands in what they say, without a word of who they are. */
export function isOurBot({ id, kind }: Author, { botIds = [] }: RuleContext): boolean {
  return kind === 'bot' || botIds.includes(id);
}

/** Nothing to do about the event. */
export function noop(conversation: Conversation, outcome: Outcome): Bridged {
  return { conversation, actions: [], outcome };
}

/** Our own words to the people inside the portal; a customer behind an Open Channel never sees them. */
export function note(text: string, buttons: readonly Button[] = []): ChatAction {
  return toPortal({ ...plainSend(text), buttons, internal: true });
}

/** Text as our own bot would say it, without anything around it. */
export function plainSend(text: string) {
  return { type: 'send' as const, text, buttons: [], cards: [], quoteOf: null, answers: null };
}

/** An action for Bitrix24. */
export function toPortal(action: PortalAction): ChatAction {
  return { target: 'portal', action };
}

/** An action for the brain. */
export function toBrain(action: BrainAction): ChatAction {
  return { target: 'brain', action };
}
