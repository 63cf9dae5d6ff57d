/**
 * A conversation is a dialog of one bot, linked to its counterpart in the brain. It has exactly one owner at a time; only the owner speaks.
 */

import type { ChatKind } from './events.ts';
import type { Language } from './language.ts';
import type { Turns } from './turns.ts';
import type { Burst } from './waiting-messages.ts';

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
  /** The person who leads took the conversation themselves; false where the bot handed it over. */
  readonly isTaken: boolean;
  /** Since when the current owner leads, ISO 8601; null: from the beginning. */
  readonly ownedSince: string | null;
  /** Start of the inactivity of the people who lead, ISO 8601; null while it is not measured. */
  readonly inactiveSince: string | null;
  /** An inactivity timer is pending. */
  readonly hasInactivityTimer: boolean;
  readonly kind: ChatKind;
  /** The chat's title, and the name of the person it is with (empty in groups), as last seen: for people who look for it. */
  readonly title: string;
  readonly person: string;
  /** The Open Channel; null elsewhere. */
  readonly lineId: string | null;
  /** Open Channel session last seen; a new one gives the conversation back to the brain. */
  readonly sessionId: string | null;
  /** The person who led that session when the portal last named them; empty for nobody and for a bot of ours. */
  readonly sessionLeader: string;
  /** Since when a customer waits for the brain's answer, ISO 8601; null: nobody waits, or it is not measured. */
  readonly waitingSince: string | null;
  /** When the pending silence timer is due, ISO 8601; null: none is pending. */
  readonly silenceTimerAt: string | null;
  readonly isGreeted: boolean;
  readonly language: Language;
  /** The CRM records last sent to the brain, as one text; empty for none. */
  readonly crm: string;
  /** Messages that wait to be delivered together; null for none. */
  readonly burst: Burst | null;
  /** When the pending burst timer is due, ISO 8601; null while none is pending. */
  readonly burstTimerAt: string | null;
  /** The choices that the customer of an Open Channel can answer with a number; null for none. */
  readonly choices: OfferedChoices | null;
  /** How often question and answer alternated lately; null while they do not. */
  readonly turns: Turns | null;
}

/** What a numbered button does. */
export type Choice =
  | { readonly type: 'say'; readonly label: string; readonly text: string }
  | { readonly type: 'command'; readonly label: string; readonly command: string; readonly params: string };

/** The choice with the number 1 is the first. */
export interface OfferedChoices {
  /** ISO 8601. */
  readonly at: string;
  readonly choices: readonly Choice[];
  /** The offer's name, also in the action that shows it. Absent: stored before offers had names. */
  readonly offer?: string;
  /** The brain's id of the message that offers them; null if it has none. Absent: see `offer`. */
  readonly remoteMessageId?: string | null;
  /** How that message shows its buttons, addresses included. Absent: see `offer`. */
  readonly lines?: readonly string[];
}

/** A conversation without messages. */
export function newConversation(botCode: string, dialogId: string, ref: string): Conversation {
  return {
    botCode,
    dialogId,
    ref,
    remoteId: null,
    owner: 'brain',
    isTaken: false,
    ownedSince: null,
    inactiveSince: null,
    hasInactivityTimer: false,
    kind: 'private',
    title: '',
    person: '',
    lineId: null,
    sessionId: null,
    sessionLeader: '',
    waitingSince: null,
    silenceTimerAt: null,
    isGreeted: false,
    language: 'en',
    crm: '',
    burst: null,
    burstTimerAt: null,
    choices: null,
    turns: null,
  };
}
