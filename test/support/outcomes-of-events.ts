/** Every outcome that an event can have, for tests of their texts. */
import type { DecodedNothing } from '../../src/bitrix24/events/decoded.ts';
import type { Outcome } from '../../src/core/bridge-result.ts';

/** Outcomes decided by the bridge. A record, so that the compiler reports a missing one. */
const decided: Readonly<Record<Outcome, true>> = {
  forwarded: true,
  forwarded_later: true,
  changed_before_delivery: true,
  forwarded_reaction: true,
  chosen: true,
  overheard: true,
  answered: true,
  greeted: true,
  helped: true,
  unanswered: true,
  handed_over: true,
  handed_back: true,
  handed_back_after_silence: true,
  handed_over_after_silence: true,
  paused_too_many_turns: true,
  finished: true,
  context_passed: true,
  context_ignored: true,
  noted: true,
  ignored_bot: true,
  ignored_system: true,
  ignored_not_mentioned: true,
  ignored_operator: true,
  ignored_hidden_note: true,
  ignored_told_before: true,
  ignored_other_bot: true,
  ignored_edit_came_first: true,
  ignored_person_owns: true,
  ignored_operator_called: true,
  ignored_empty: true,
  ignored_unsupported: true,
  ignored_unknown_command: true,
  ignored_unknown_message: true,
  dropped_person_owns: true,
  withdrawn: true,
  requested: true,
  follow_up_set: true,
  follow_up_cancelled: true,
  follow_up_refused: true,
};

/** Outcomes of events that the worker skips because nothing follows from them. */
const skipped: Readonly<Record<DecodedNothing['reason'], true>> = {
  unknown_event: true,
  no_dialog: true,
  not_for_this_bot: true,
  told_with_first_command: true,
};

export const outcomesOfEvents: readonly string[] = [
  ...Object.keys(decided),
  ...Object.keys(skipped).map((reason) => `ignored_${reason}`),
  ...['ignored_by_brain', 'unknown_bot', 'unknown_brain', 'unknown_conversation', 'moved', 'replayed'],
];
