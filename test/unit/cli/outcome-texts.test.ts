import { describe, expect, it } from 'vitest';
import { outcomeText } from '../../../src/cli/outcome-texts.ts';
import { outcomesOfEvents } from '../../support/outcomes-of-events.ts';

describe('an outcome in words', () => {
  it.each(outcomesOfEvents)('%s of an event has words of its own', (outcome) => {
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
