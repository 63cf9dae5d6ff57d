/**
 * Who leads a conversation, and what changes that, as one table. The rules name a cause; the table says who leads then. A test checks
 * against the rules whom each row tells, and `docs/who-leads.md` is written from the table.
 */
import type { ChatAction } from './actions.ts';
import { type Bridged, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';

/**
 * `brain`: it answers. `handed_over`: the bot gave the conversation to people; answers that were under way are still shown. `taken`: a person
 * took it themselves; answers to the customer that were under way are dropped.
 */
export const leads = ['brain', 'handed_over', 'taken'] as const;
export type Lead = (typeof leads)[number];

/** Why somebody else may lead now. */
export type LeadCause =
  | 'session_began'
  | 'operator_wrote'
  | 'operator_answered'
  | 'person_called'
  | 'operator_command'
  | 'brain_handed_over'
  | 'brain_silent'
  | 'nobody_answers'
  | 'too_many_turns'
  | 'bot_command'
  | 'customer_bot_command'
  | 'brain_took_back'
  | 'people_inactive'
  | 'taken_on_page'
  | 'given_back_on_page';

/**
 * Who hears of it, in this order: the customer, the staff by a note, the portal by the order to call people. Not listed: a brain that wants
 * to know is told whenever the lead passes between it and people.
 */
export type Told = 'customer' | 'staff' | 'portal';

export interface LeadStep {
  readonly to: Lead;
  readonly inLine: readonly Told[];
  /** In private and group chats. */
  readonly inside: readonly Told[];
}

export interface LeadRow {
  /** As the documentation says it. */
  readonly title: string;
  /** Happens in Open Channels only. */
  readonly isLineOnly: boolean;
  readonly from: Readonly<Record<Lead, LeadStep>>;
}

const step = (to: Lead, inLine: readonly Told[] = [], inside: readonly Told[] = []): LeadStep => ({
  to,
  inLine,
  inside,
});

const stay = { brain: step('brain'), handed_over: step('handed_over'), taken: step('taken') } as const;
const allTo = (to: Lead): LeadRow['from'] => ({ brain: step(to), handed_over: step(to), taken: step(to) });
const callsPeople: readonly Told[] = ['staff', 'portal'];
const givenUp: readonly Told[] = ['customer', 'staff', 'portal'];
const toPeople: LeadRow['from'] = {
  brain: step('handed_over', callsPeople, ['staff']),
  handed_over: step('handed_over', callsPeople, ['staff']),
  taken: step('taken', callsPeople, ['staff']),
};
const backToBrain: LeadRow['from'] = {
  brain: step('brain'),
  handed_over: step('brain', ['staff'], ['staff']),
  taken: step('brain', ['staff'], ['staff']),
};

/** Every cause in every state. */
export const leadTable: Readonly<Record<LeadCause, LeadRow>> = {
  session_began: {
    title: 'A new session begins, or the bot is put into the chat for the first time',
    isLineOnly: true,
    from: allTo('brain'),
  },
  operator_wrote: { title: 'An operator writes to the customer', isLineOnly: true, from: allTo('taken') },
  operator_answered: {
    title: 'Bitrix24 names a person as leader of the session for the first time',
    isLineOnly: true,
    from: allTo('taken'),
  },
  person_called: { title: 'Somebody in the chat sends a single `0`', isLineOnly: true, from: allTo('taken') },
  operator_command: {
    title: '`/operator`',
    isLineOnly: false,
    from: toPeople,
  },
  brain_handed_over: {
    title: 'The brain hands over, with a word for the staff',
    isLineOnly: false,
    from: toPeople,
  },
  brain_silent: {
    title: 'The customer has waited too long for the brain (`--call-person-after`)',
    isLineOnly: true,
    from: { ...stay, brain: step('handed_over', givenUp) },
  },
  nobody_answers: {
    title: 'A customer writes while nobody is connected who answers for the bot',
    isLineOnly: true,
    from: { ...stay, brain: step('handed_over', givenUp) },
  },
  too_many_turns: {
    title: 'Question and answer follow each other faster than people write (`--turns-per-minute`)',
    isLineOnly: false,
    from: { ...stay, brain: step('handed_over', givenUp, ['staff']) },
  },
  bot_command: {
    title: '`/bot` of an employee, or the button under the note',
    isLineOnly: false,
    from: {
      brain: step('brain', ['staff'], ['staff']),
      handed_over: step('brain', ['staff'], ['staff']),
      taken: step('brain', ['staff'], ['staff']),
    },
  },
  customer_bot_command: {
    title: '`/bot` of a customer',
    isLineOnly: true,
    from: { ...stay, brain: step('brain', ['staff']) },
  },
  brain_took_back: {
    title: 'The brain takes the conversation back',
    isLineOnly: false,
    from: backToBrain,
  },
  people_inactive: {
    title: 'The people have said nothing for long enough (`--give-back-after`)',
    isLineOnly: false,
    from: backToBrain,
  },
  taken_on_page: {
    title: 'An administrator takes the conversation over on its page',
    isLineOnly: false,
    from: {
      brain: step('taken', callsPeople, ['staff']),
      handed_over: step('taken', callsPeople, ['staff']),
      taken: step('taken'),
    },
  },
  given_back_on_page: {
    title: 'An administrator gives the conversation back on its page',
    isLineOnly: false,
    from: backToBrain,
  },
};

/** Who leads now. */
export function leadOf({ owner, isTaken }: Pick<Conversation, 'owner' | 'isTaken'>): Lead {
  if (owner === 'brain') return 'brain';
  return isTaken ? 'taken' : 'handed_over';
}

/** Gives the lead to whom the table names, and tells a brain that wants to know. The calling rule says everything else. */
export function changeLead(
  cause: LeadCause,
  conversation: Conversation,
  context: RuleContext,
): Pick<Bridged, 'conversation' | 'actions'> {
  const { to } = leadTable[cause].from[leadOf(conversation)];
  const isTaken = to === 'taken';
  const owner = to === 'brain' ? 'brain' : 'person';
  if (conversation.owner === owner) return { conversation: { ...conversation, isTaken }, actions: [] };
  const { at } = context;
  const told: ChatAction[] = context.capabilities.ownership
    ? [toBrain({ type: 'owner_changed', owner, at, since: conversation.ownedSince })]
    : [];
  const inactiveSince = owner === 'person' ? at : null;
  // Numbered choices were offered by the former leader, so they end here.
  const changed = { ...conversation, owner, isTaken, ownedSince: at, inactiveSince, choices: null } as const;
  return { conversation: changed, actions: told };
}
