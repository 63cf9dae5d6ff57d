import { describe, expect, it } from 'vitest';
import { outcomeText } from '../../../src/cli/outcome-texts.ts';
import type { Outcome } from '../../../src/core/bridge-result.ts';

/** A record, so that the compiler asks for a new outcome here. */
const outcomes: Readonly<Record<Outcome, true>> = {
  forwarded: true,
  forwarded_later: true,
  changed_before_delivery: true,
  chosen: true,
  overheard: true,
  answered: true,
  greeted: true,
  helped: true,
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

describe('an outcome in words', () => {
  it.each(Object.keys(outcomes))('%s of the bridge has words of its own', (outcome) => {
    expect(outcomeText('done', outcome)).not.toBe(outcome);
    expect(outcomeText('done', outcome)).not.toContain('_');
  });

  it('tells of several at once', () => {
    expect(outcomeText('done', 'noted+answered')).toBe('noted; nothing to do; the brain answered');
  });

  it('repeats what it does not know, and says what is to be done about it', () => {
    expect(outcomeText('dead_letter', 'bitrix24.STRANGE')).toBe(
      'bitrix24.STRANGE; a dead letter: a person replays or drops it',
    );
    expect(outcomeText('unknown', 'http.timeout')).toBe(
      'the other system took too long; it may have happened; a person has to decide',
    );
  });

  it('tells who dropped something', () => {
    expect(outcomeText('dropped', 'http.connect (dropped)')).toBe(
      'the other system could not be reached; dropped by hand',
    );
    expect(outcomeText('dropped', 'bot_removed')).toBe('not done: the bot is removed');
  });

  it('says nothing of what has not come out yet', () => {
    expect(outcomeText('waiting', null)).toBe('');
    expect(outcomeText('dead_letter', null)).toBe('a dead letter: a person replays or drops it');
  });
});
