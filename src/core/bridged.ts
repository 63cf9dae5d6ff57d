/** What every rule of the bridge gives back, and the few moves all rules share. */
import type { BrainAction, ChatAction, HomeAction } from './actions.ts';
import type { BotType } from './bot.ts';
import type { Capabilities } from './connector.ts';
import type { Conversation } from './conversation.ts';

/** Why an event had the effect it had. Shown by `trace`; add to it, never reuse a word. */
export type Outcome =
  | 'forwarded'
  | 'overheard'
  | 'answered'
  | 'greeted'
  | 'helped'
  | 'handed_over'
  | 'handed_back'
  | 'finished'
  | 'noted'
  | 'ignored_bot'
  | 'ignored_system'
  | 'ignored_not_mentioned'
  | 'ignored_operator'
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
}

export interface Bridged {
  readonly conversation: Conversation;
  readonly actions: readonly ChatAction[];
  readonly outcome: Outcome;
}

/** The conversation in the hands of that owner; a brain that wants to know is told. */
export function own(
  conversation: Conversation,
  owner: Conversation['owner'],
  bot: BridgeBot,
): Omit<Bridged, 'outcome'> {
  if (conversation.owner === owner) return { conversation, actions: [] };
  const told: ChatAction[] = bot.capabilities.ownership ? [toBrain({ type: 'owner_changed', owner })] : [];
  return { conversation: { ...conversation, owner }, actions: told };
}

/** Nothing to do about the event. */
export function quiet(conversation: Conversation, outcome: Outcome): Bridged {
  return { conversation, actions: [], outcome };
}

/** Our own words to the people inside the portal; a customer behind an Open Channel never sees them. */
export function note(text: string): ChatAction {
  return toHome({ ...plainSend(text), internal: true });
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
