/** What a live probe asks the server: the check that runs about hourly anyway. Webhooks that differ from the protocol are refused on arrival. */
import { type BrainProbe, oneOf, type ProbeFact } from '../../core/brain-probe.ts';
import type { Connection } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { systemClock } from '../../lib/clock.ts';
import { checkServer } from './account.ts';
import type { Config } from './config.ts';
import { readResponse } from './inbound/to-brain-events.ts';
import { answerTypes } from './protocol/answers.ts';

const follows = 'the server; src/brains/webhook/protocol/answers.ts has the protocol';

export function probeServer(connection: Connection<Config>, hookUrl: string, tools: ConnectorTools): BrainProbe {
  const { config } = connection;
  return {
    questions: [
      {
        question: 'What does the server answer to a signed check?',
        call: `POST ${new URL(config.url).pathname}`,
        shownCall: 'POST to the setting url',
        ask: () => checkServer(config, hookUrl, tools, systemClock.now()),
        refusedFollows:
          'the settings url and key; 401 and 403: the server does not take the signature; 410: it wants no events',
        objects: {
          needed: [],
          known: ['answers'],
          words: [{ path: 'answers.type', isKnown: oneOf(...answerTypes), follows }],
          follows,
        },
        facts: checkFacts,
      },
    ],
    headersFollow: 'src/brains/webhook/outbound/call-server.ts: Retry-After alone is read',
  };
}

function checkFacts(answer: unknown): ProbeFact[] {
  const { warnings } = readResponse(Buffer.from(JSON.stringify(answer)));
  return [{ fact: 'the answer is readable', value: warnings.length === 0, assumed: true, follows }];
}
