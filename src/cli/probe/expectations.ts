/**
 * Compares what the app and its sandbox assume of a portal, where no document says it, with what a portal answered. Each difference names the setting
 * or the code to change. The questions are those of docs/live-probes.md.
 */
import type { Probed } from './ask-portal.ts';

export interface Difference {
  readonly question: string;
  readonly found: string;
  readonly assumed: string;
  /** What to set or to change. */
  readonly follows: string;
}

interface Expectation {
  /** The beginning of the question. */
  readonly question: string;
  /** Outcomes with which the app works as it is. */
  readonly outcome: RegExp;
  /** The same in words. */
  readonly assumed: string;
  readonly follows: string;
}

const ok = { outcome: /^ok$/, assumed: 'an answer' } as const;
const refused = (codes: string): Pick<Expectation, 'outcome' | 'assumed'> => ({
  outcome: new RegExp(`^bitrix24\\.(?:${codes})`),
  assumed: `a refusal with ${codes.replaceAll('|', ' or ')}`,
});

const decorations = 'the table of refusals in src/bitrix24/send-decorated.ts';

const expectations: readonly Expectation[] = [
  {
    ...ok,
    question: 'What does the portal tell of the app?',
    follows: 'open the app as an administrator; `doctor` says what the portal refuses',
  },
  {
    ...ok,
    question: 'Which rights were granted?',
    follows: 'the scopes of the card: imbot, imopenlines (src/bitrix24/needed-scopes.ts)',
  },
  {
    ...ok,
    question: 'Which build is it?',
    follows: 'the portal has no imbot.v2: EVENT_API=v1-webhook, and no personal bots',
  },
  {
    ...ok,
    question: 'Which handlers are bound',
    follows: 'src/bitrix24/install/event-bindings.ts reads this list to unbind what is left over',
  },
  {
    ...ok,
    question: 'What does a list of our bots look like?',
    follows: 'the portal has no imbot.v2: EVENT_API=v1-webhook',
  },
  {
    ...ok,
    question: 'What does a list of Open Channels look like?',
    follows: 'connect as an administrator with rights to Open Channels; without them lines have no names',
  },
  { ...ok, question: 'What does a chat look like?', follows: 'src/bitrix24/chat-members.ts reads chats' },
  { ...ok, question: 'Is the list of members bare', follows: 'src/bitrix24/chat-members.ts reads the members' },
  {
    ...ok,
    question: 'What does a sent message answer?',
    follows: 'src/bitrix24/execute-portal-action.ts sends messages',
  },
  { ...ok, question: 'A UUID while the first try with it runs: the first', follows: 'src/queue/retry-decision.ts' },
  {
    question: 'A UUID while the first try with it runs: the second',
    outcome: /^(ok|bitrix24\.(SENDING_FAILED|MESSAGE_DUPLICATED_BY_UUID))$/,
    assumed: 'an answer, SENDING_FAILED or MESSAGE_DUPLICATED_BY_UUID',
    follows: 'src/queue/retry-decision.ts: how long a send of unknown fate is tried again',
  },
  {
    question: 'A UUID whose message is stored',
    outcome: /^(ok|bitrix24\.MESSAGE_DUPLICATED_BY_UUID)$/,
    assumed: 'the same id, or MESSAGE_DUPLICATED_BY_UUID',
    follows: 'src/queue/retry-decision.ts: without it a repeated send may be shown twice',
  },
  {
    ...refused('MESSAGE_NOT_FOUND|REPLY|MESSAGE_ACCESS_DENIED|ACCESS_DENIED$'),
    question: 'A quote of a message that does not exist',
    follows: decorations,
  },
  {
    ...refused('MESSAGE_NOT_FOUND|REPLY|MESSAGE_ACCESS_DENIED|ACCESS_DENIED$'),
    question: 'A quote of a deleted message',
    follows: decorations,
  },
  { ...refused('PARAM_KEYBOARD|KEYBOARD'), question: 'A keyboard with one button that is none', follows: decorations },
  { ...refused('PARAM_ATTACH|ATTACH'), question: 'A card that is none', follows: decorations },
  { ...refused('PARAM_ATTACH|ATTACH'), question: 'A card that is too large', follows: decorations },
  {
    ...refused('MESSAGE_EMPTY|EMPTY'),
    question: 'A message without words',
    follows: 'no answer is sent without words',
  },
  { ...ok, question: 'What does an upload answer?', follows: 'src/bitrix24/execute-portal-action.ts sends files' },
  { ...ok, question: 'What does a download answer?', follows: 'src/connections/portal-files.ts opens files' },
];

/** Where the portal differs from what the app assumes. Questions without an assumption are left out. */
export function differencesIn(probed: readonly Probed[]): Difference[] {
  return probed.flatMap(({ question, outcome }) => {
    const expected = expectations.find((one) => question.startsWith(one.question));
    if (expected === undefined || expected.outcome.test(outcome)) return [];
    return [{ question, found: outcome, assumed: expected.assumed, follows: expected.follows }];
  });
}
