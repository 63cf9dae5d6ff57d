/** The harness of Selarti for the contract suite: the sandbox's server behind the names that the suite knows. */
import { startSandboxSelarti } from '../../../sandbox/selarti/selarti-server.ts';
import type { FakeServer, HeardMessage } from '../../support/fake-brains/fake-server.ts';
import type { Harness } from './brain-harness.ts';

const apiKey = 'key-of-the-contract-suite';
const taskId = '1721129985149x478019552540622850';
const answerTo = (text: string): string => `re: ${text}`;

export const selartiHarness: Harness = {
  fakeServer: start,
  config: ({ origin }) => ({
    host: origin,
    apiKey,
    taskId,
    // The suite counts an answer for each message, and does not wait for what never comes.
    burstSeconds: 0,
    echoWaitMs: 0,
    callsPerSecond: 50,
  }),
  secrets: [apiKey],
  answerTo,
  speaks: true,
};

async function start(): Promise<FakeServer> {
  // Without echoes nothing proves that a call worked which broke off: the suite wants to see it listed.
  const selarti = await startSandboxSelarti({ apiKey, answer: answerTo, hasEchoes: false });
  return {
    get origin() {
      return selarti.origin;
    },
    get heard() {
      return selarti
        .dialogues()
        .flatMap(({ chatId: ref, messages }) => messages.map((message) => ({ ...message, ref })))
        .filter(({ type }) => type === 'user')
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ ref, text, id }): HeardMessage => ({ ref, text, key: id }));
    },
    get hook() {
      return selarti.webhookUrl;
    },
    set hook(address: string) {
      selarti.webhookUrl = address;
    },
    get answersEarly() {
      return selarti.answersEarly;
    },
    set answersEarly(isEarly: boolean) {
      selarti.answersEarly = isEarly;
    },
    be(failureMode, times) {
      selarti.clearFaults();
      if (failureMode === 'well' || times === 0) return;
      if (failureMode === 'status-401') {
        // Neither the token nor, for so many times, the key is taken.
        selarti.expireTokens();
        return selarti.fail({ kind: 'refuse-key', times });
      }
      const kinds = {
        'status-500': 500,
        'status-429': 429,
        hang: 'hang',
        late: 'reset-after',
        garbage: 'garbage',
      } as const;
      selarti.fail({ kind: kinds[failureMode], times });
    },
    say: (ref, text, repeat) => selarti.say(ref, text, 'bot', repeat),
    cutSockets: () => {},
    babble: async () => {
      await selarti.post('{"message_id":');
    },
    close: () => selarti.close(),
  };
}
