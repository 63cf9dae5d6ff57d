/**
 * A conversation is a dialog of one bot, bound to its counterpart in the brain. It has exactly one owner at a time; only the
 * owner talks.
 */
import type { ChatKind, Language } from './events.ts';

/** Who answers now: the brain, or a person (then the bot is silent). */
export type Owner = 'brain' | 'person';

export interface Conversation {
  readonly botCode: string;
  readonly dialogId: string;
  /** Our own unguessable name for it, the only one a brain is given. */
  readonly ref: string;
  /** The brain's id of its counterpart, once known. */
  readonly remoteId: string | null;
  readonly owner: Owner;
  /** A person who leads has taken it himself; false where the bot has handed it over. */
  readonly isTaken: boolean;
  /** Since when the present owner leads, ISO 8601; null: from the beginning. */
  readonly ownedSince: string | null;
  /** From when the silence of the people who lead is counted, ISO 8601; null while nobody counts it. */
  readonly quietSince: string | null;
  /** A reminder to look at that silence is under way. */
  readonly hasInactivityTimer: boolean;
  readonly kind: ChatKind;
  /** Open Channel session last seen; a new one gives the conversation back to the brain. */
  readonly sessionId: string | null;
  /** The person who led that session when the portal last showed it; empty for nobody and for a bot of ours. */
  readonly sessionLeader: string;
  readonly isGreeted: boolean;
  readonly language: Language;
  /** The CRM records the brain was last told of, in one text; empty for none. */
  readonly crm: string;
}

/** A conversation nobody has spoken in yet. */
export function newConversation(botCode: string, dialogId: string, ref: string): Conversation {
  return {
    botCode,
    dialogId,
    ref,
    remoteId: null,
    owner: 'brain',
    isTaken: false,
    ownedSince: null,
    quietSince: null,
    hasInactivityTimer: false,
    kind: 'private',
    sessionId: null,
    sessionLeader: '',
    isGreeted: false,
    language: 'en',
    crm: '',
  };
}
