import { describe, expect, it } from 'vitest';
import { differencesIn } from '../../../src/cli/probe/expectations.ts';

const probed = (question: string, outcome: string) => ({ question, method: 'm', outcome, answer: null });

describe('what a portal answered, held against what is assumed', () => {
  it.each([
    ['Which build is it?', 'bitrix24.ERROR_METHOD_NOT_FOUND', 'EVENT_API=v1-webhook'],
    ['A quote of a deleted message', 'ok', 'send-decorated.ts'],
    ['A keyboard with one button that is none', 'bitrix24.SOMETHING_NEW', 'send-decorated.ts'],
    ['A UUID whose message is stored', 'bitrix24.SENDING_FAILED', 'retry-decision.ts'],
    ['A UUID while the first try with it runs: the second', 'bitrix24.QUERY_LIMIT_EXCEEDED', 'retry-decision.ts'],
  ])('differs for "%s" with %s', (question, outcome, follows) => {
    const [difference] = differencesIn([probed(question, outcome)]);
    expect(difference).toMatchObject({ question, found: outcome });
    expect(difference?.follows).toContain(follows);
  });

  it.each([
    ['Which build is it?', 'ok'],
    ['A UUID while the first try with it runs: the second', 'bitrix24.MESSAGE_DUPLICATED_BY_UUID'],
    ['A keyboard with one button that is none', 'bitrix24.PARAM_KEYBOARD_ERROR'],
    ['Which fields do the last 3 events ONIMBOTMESSAGEADD carry?', 'ok'],
  ])('does not differ for "%s" with %s', (question, outcome) => {
    expect(differencesIn([probed(question, outcome)])).toEqual([]);
  });
});
