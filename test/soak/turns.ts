/** Conversations with a Metabot script that fails in every way: every message must be received once and answered once, in order. */
import type { FaultKind } from '../../sandbox/metabot/faults.ts';
import type { AnswerWay } from '../../sandbox/metabot/state.ts';
import { employeeTalk, type MetabotStage, startMetabotStage } from '../support/metabot-stage.ts';
import { all, never, type Size, type Soak, type Verdict, within } from './support/soak.ts';

/** `every`: number of messages from one fault to the next. The short run meets each fault once. */
const sizes: Readonly<Record<Size, { readonly turns: number; readonly every: number }>> = {
  full: { turns: 200, every: 4 },
  short: { turns: 27, every: 3 },
};

const faults: readonly FaultKind[] = [500, 'reset-before', 'reset-after', 504, 'html', 502, 'hang', 'slow', 429];

/** How messages are handed over, and how the script answers. */
const ways: readonly { readonly name: string; readonly way: AnswerWay; readonly config: object }[] = [
  { name: 'answers in the call', way: 'in-call', config: { mode: 'call' } },
  { name: 'answers by webhook', way: 'by-webhook', config: { mode: 'call' } },
  { name: 'jobs, answers by webhook', way: 'by-webhook', config: { mode: 'schedule', jobCode: 'inbound' } },
];

const patienceMs = 60_000;

export const turns: Soak = {
  name: 'turns',
  about: 'three conversations of 200 messages with a Metabot script that fails in every way: each once and in order',
  limitMinutes: 10,
  async run(soak, size) {
    const talks = ways.map(async ({ name, way, config }) => {
      const known = { repeatUncertain: true, requestTimeoutMs: 300, ...config };
      const stage = await startMetabotStage(await soak.database(), { way }, known);
      soak.endings.add(() => stage.close());
      return await judge(stage, name, size);
    });
    return (await Promise.all(talks)).flat();
  },
};

async function judge(stage: MetabotStage, name: string, size: Size): Promise<readonly Verdict[]> {
  const { metabot, probe } = stage;
  const wanted = Array.from({ length: sizes[size].turns }, (_, index) => `ход ${index + 1}`);
  const shown = await talk(stage, wanted, sizes[size].every);
  await metabot.idle();
  await probe.quiet();
  const [conversation] = metabot.state.conversations.values();
  const heard = conversation?.lines.filter(({ from }) => from === 'user').map(({ text }) => text) ?? [];
  const broken = metabot.calls().filter(({ answer }) => String(answer).startsWith('fault: ')).length;
  const dead = await probe.count("select count(*) from outbox where state in ('dead_letter', 'unknown')");
  return [
    all(
      `${name}: turns answered once and in order`,
      inOrder(
        shown(),
        wanted.map((text) => `re: ${text}`),
      ),
      wanted.length,
    ),
    all(`${name}: turns heard once and in order`, inOrder(heard, wanted), wanted.length),
    never(`${name}: messages not delivered`, dead, `${broken} calls broken, ${metabot.state.heard.length} heard`),
  ];
}

/** Orders a fault only when everything before it is answered, so that each fault affects another message. */
async function talk(stage: MetabotStage, wanted: readonly string[], every: number): Promise<() => readonly string[]> {
  const { bridge, metabot } = stage;
  const person = employeeTalk(stage);
  const shown = (): readonly string[] => person.shown().map(({ text }) => text);
  for (const [index, text] of wanted.entries()) {
    const turn = index + 1;
    if (turn % every === 0) {
      if (!(await within(patienceMs, () => shown().length >= index))) return shown;
      metabot.fail({ kind: faults[(turn / every) % faults.length] ?? 500, times: 1, ms: 100 });
      metabot.repeatWebhooks(1);
    }
    person.say(text);
    await bridge.portal.idle();
  }
  await within(patienceMs, () => shown().length >= wanted.length);
  return shown;
}

/** How many are in their right position; any surplus makes the result 0. */
function inOrder(seen: readonly string[], wanted: readonly string[]): number {
  return seen.length > wanted.length ? 0 : wanted.filter((text, index) => seen[index] === text).length;
}
