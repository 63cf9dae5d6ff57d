/** What every rule of the bridge gives back, and the few moves all rules share. */
import type { BrainAction, ChatAction, HomeAction } from './actions.ts';
import type { BotType } from './bot.ts';
import type { Capabilities } from './connector.ts';
import type { Conversation } from './conversation.ts';
import type { Button } from './events.ts';

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
  | 'ignored_told_before'
  | 'ignored_person_owns'
  | 'ignored_left_bot'
  | 'ignored_empty'
  | 'ignored_unsupported'
  | 'ignored_unknown_command'
  | 'dropped_person_owns';

export interface BridgeBot {
  readonly code: string;
  readonly name: string;
  readonly type: BotType;
  readonly capabilities: Capabilities;
  /** The brain leads again after so long without a word of the people who lead; null: never by itself. */
  readonly giveBackAfterMinutes: number | null;
  /** The portal's ids of all bots of ours: whoever of them leads an Open Channel session is no person. Absent: none is known. */
  readonly botIds?: readonly string[];
}

/** A message in Bitrix24 that holds a part of what a brain said in one. */
export interface SentPart {
  readonly messageId: string;
  readonly kind: 'text' | 'file';
  readonly internal: boolean;
}

/** What is remembered of the message an event is about. */
export interface KnownMessage {
  /** Where an event changes what the brain said: all that is still there of it, in order; empty when it is not remembered. */
  readonly parts?: readonly SentPart[];
  /** The brain has been told of the message, and may be told how it changes. */
  readonly isTold?: boolean;
}

/** What the rules know besides event and conversation. */
export interface Scene extends BridgeBot {
  /** The moment (ISO 8601) at which the event reached us: the only time the rules know. */
  readonly at: string;
  /** See `KnownMessage`. */
  readonly parts: readonly SentPart[];
  readonly isTold: boolean;
}

export interface Bridged {
  readonly conversation: Conversation;
  readonly actions: readonly ChatAction[];
  readonly outcome: Outcome;
}

/** The conversation in the hands of that owner; a brain that wants to know is told. */
export function own(conversation: Conversation, owner: Conversation['owner'], scene: Scene): Omit<Bridged, 'outcome'> {
  if (conversation.owner === owner) return { conversation, actions: [] };
  const { at } = scene;
  const told: ChatAction[] = scene.capabilities.ownership
    ? [toBrain({ type: 'owner_changed', owner, at, since: conversation.ownedSince })]
    : [];
  const quietSince = owner === 'person' ? at : null;
  return { conversation: { ...conversation, owner, ownedSince: at, quietSince }, actions: told };
}

/** Nothing to do about the event. */
export function quiet(conversation: Conversation, outcome: Outcome): Bridged {
  return { conversation, actions: [], outcome };
}

/** Our own words to the people inside the portal; a customer behind an Open Channel never sees them. */
export function note(text: string, buttons: readonly Button[] = []): ChatAction {
  return toHome({ ...plainSend(text), buttons, internal: true });
}

/** Text as our own bot would say it, without anything around it. */
export function plainSend(text: string) {
  return { type: 'send' as const, text, buttons: [], cards: [], quoteOf: null, answers: null };
}

/** An action for Bitrix24. */
export function toHome(action: HomeAction): ChatAction {
  return { target: 'home', action };
}

/** An action for the brain. */
export function toBrain(action: BrainAction): ChatAction {
  return { target: 'brain', action };
}
