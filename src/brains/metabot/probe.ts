/**
 * What a live probe asks a real bot (docs/live-probes.md): the check that runs about hourly anyway and starts no script for a customer, and
 * what the stored webhooks show.
 */
import { type AssumedObject, type BrainProbe, oneOf, type ProbeFact } from '../../core/brain-probe.ts';
import type { Connection, RawEvent } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import { webhookShape } from './answer-shapes.ts';
import { checkQuietly } from './check-account.ts';
import type { MetabotConfig } from './config.ts';
import { contentAt } from './content-of.ts';
import { handOverPath } from './metabot-api.ts';
import { readAnswer, replyTypes } from './read-answer.ts';

const kind = 'webhooks';
const answerFile = 'src/brains/metabot/answer-shapes.ts, or the script: docs/brains/metabot.md';

export function probeAccount(
  { config }: Connection<MetabotConfig>,
  _hookUrl: string,
  tools: ConnectorTools,
): BrainProbe {
  const { mode } = config;
  return {
    questions: [
      {
        question:
          mode === 'call'
            ? 'What does the endpoint answer to the event "check"?'
            : 'What does a job answer whose condition is false, so that it never runs?',
        call: `POST ${handOverPath(config)}`,
        ask: () => checkQuietly(config, tools),
        refusedFollows:
          'the settings authHeader and token (401, 403), botId and alias (404), callsPerSecond (429, 503)',
        ...(mode === 'call' ? { facts: (answer: unknown) => factsOf(answer, config) } : {}),
      },
    ],
    stored: {
      read: ({ body }) => ({ kind, object: jsonOf(body) }),
      kinds: { [kind]: webhook },
      unknownFollows: answerFile,
      facts: storedFacts,
    },
    headersFollow: 'the setting callsPerSecond',
  };
}

/** An answer nested deeper than assumed says nothing that the app understands. */
function factsOf(answer: unknown, { answerPath }: MetabotConfig): ProbeFact[] {
  const content = contentAt(answer, answerPath);
  return [
    {
      fact: 'the answer is what the script returns, without anything around it',
      value: answerPath !== '' && content === null ? null : isScriptsOwn(content),
      assumed: true,
      follows: 'the setting answerPath: the place of the answer in what the call returns',
    },
  ];
}

/** The script of docs/brains/metabot.md answers `{ok: true}` to the check; another script may answer nothing. */
function isScriptsOwn(content: unknown): boolean {
  if (typeof content === 'object' && content !== null && 'ok' in content) return true;
  return readAnswer(content, 'probe').warnings.length === 0;
}

const replyFields = ['id', 'type', 'text', 'buttons', 'cards', 'attachments', 'name', 'quote_of', 'handover', 'close'];
const followUpFields = ['after_sec', 'ticket_id', 'params'].concat(
  ['script', 'trigger', 'broadcast'].flatMap((target) => [`${target}_id`, `${target}_code`]),
);

const webhook: AssumedObject = {
  schema: webhookShape,
  needed: ['id'],
  known: [
    ...['conversation_id', 'lead_id', 'replies'],
    ...replyFields,
    ...followUpFields,
    ...[...replyFields, ...followUpFields].map((field) => `replies.${field}`),
  ],
  words: ['type', 'replies.type'].map((path) => ({ path, isKnown: oneOf(...replyTypes), follows: answerFile })),
  follows: answerFile,
};

function storedFacts(messages: readonly RawEvent[]): ProbeFact[] {
  const read = messages.map(({ body }) => readAnswer(jsonOf(body), 'probe'));
  return [
    {
      fact: 'all of every webhook could be read',
      value: read.length === 0 ? null : read.every(({ warnings }) => warnings.length === 0),
      assumed: true,
      follows: `${answerFile}; the trace of the conversation names what was left out`,
    },
  ];
}

/** Only JSON is stored, but a row of another version might be something else. */
const jsonOf = (body: Buffer): unknown => jsonOrUndefined(body) ?? null;
