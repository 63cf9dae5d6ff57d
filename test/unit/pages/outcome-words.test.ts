/** The pages have words for everything that can come of an event. */
import { expect, it } from 'vitest';
import { wordsOfOutcome } from '../../../install/src/components/conversations/words-of-outcome.ts';
import * as en from '../../../install/src/texts/en/index.ts';
import { outcomesOfEvents } from '../../support/outcomes-of-events.ts';

it.each(outcomesOfEvents)('%s has words of its own', (outcome) => {
  expect(Object.keys(en.outcomes)).toContain(outcome);
});

it('several are told together, errors by their reason, and what is unknown as it is', () => {
  expect(wordsOfOutcome(en, 'noted+answered')).toBe('noted; answered');
  expect(wordsOfOutcome(en, 'http.timeout')).toBe('The other side could not be reached (http.timeout)');
  expect(wordsOfOutcome(en, 'constructor')).toBe('constructor');
});
