/** The harness of Metabot for the contract suite: the sandbox's bot, whose script answers by webhook. */
import type { FaultKind } from '../../../sandbox/metabot/faults.ts';
import { startSandboxMetabot } from '../../../sandbox/metabot/start-metabot.ts';
import type { FailureMode, FakeServer } from '../../support/fake-brains/fake-server.ts';
import type { Harness } from './brain-harness.ts';

const token = 'token-of-the-contract-suite';

const faultOf: Readonly<Record<Exclude<FailureMode, 'well'>, FaultKind>> = {
  'status-500': 500,
  'status-429': 429,
  'status-401': 401,
  hang: 'hang',
  late: 'reset-after',
  garbage: 'html',
};

async function startMetabot(): Promise<FakeServer> {
  const metabot = await startSandboxMetabot({ token, way: 'by-webhook' });
  const { state } = metabot;
  return {
    origin: metabot.origin,
    heard: state.heard,
    be(mode, times) {
      state.faults.clear();
      if (mode !== 'well' && times > 0) metabot.fail({ kind: faultOf[mode], times });
    },
    say: (ref, text, repeat) => metabot.say(ref, { text }, repeat),
    get hook() {
      return state.hook;
    },
    set hook(address) {
      state.hook = address;
    },
    get answersEarly() {
      return state.answersEarly;
    },
    set answersEarly(isEarly) {
      state.answersEarly = isEarly;
    },
    // It has no sockets to cut.
    cutSockets: () => {},
    babble: () => metabot.babble(),
    close: () => metabot.close(),
  };
}

export const metabotHarness: Harness = {
  fakeServer: startMetabot,
  config: ({ origin }) => ({ origin, botId: 1001, token, callsPerSecond: 100, requestTimeoutMs: 1_000 }),
  secrets: [token],
  answerTo: (text) => `re: ${text}`,
  speaks: true,
};
