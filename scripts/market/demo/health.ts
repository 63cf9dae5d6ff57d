/** The health page of the invented company: its checks, and its figures by the hour. */
import { botsOf, offeredBrains } from './bots.ts';
import { at, demoNow } from './talk.ts';
import type { DemoWords } from './words.ts';

/** A check that found nothing wrong. */
const good = (code: string, values: Readonly<Record<string, string>> = {}) => ({
  code,
  verdict: 'ok',
  values,
  remedy: null,
});

export function healthOf(words: DemoWords) {
  const bots = botsOf(words);
  return {
    checks: [
      good('state.installed'),
      good('set_up.done'),
      good('tokens.ok'),
      ...bots.map(({ name, brain }) => good('brain.ok', { bot: name, brain: brain.title })),
      ...words.accounts.map((title) => good('connection.ok', { title })),
      good('undelivered.none'),
      good('waiting.ok'),
    ],
    budget: { used: 3, most: 50, perSecond: 2 },
    waiting: { incoming: 0, outgoing: 1, oldestSeconds: 0.4 },
    undelivered: { incoming: 0, outgoing: 0, unknown: 0 },
    day: bots.map(({ code, name }, index) => ({
      bot: code,
      name,
      events: [312, 48, 127, 96][index] ?? 0,
      outcomes: [
        { outcome: 'forwarded', events: [264, 31, 119, 80][index] ?? 0 },
        { outcome: 'ignored_operator', events: [48, 17, 8, 16][index] ?? 0 },
      ],
    })),
    readAt: demoNow.toISOString(),
  };
}

export function figuresOf(words: DemoWords) {
  const busy = [2, 1, 0, 0, 0, 1, 4, 11, 26, 38, 44, 41, 36, 33, 39, 46, 42, 31, 24, 19, 14, 9, 6, 3];
  const wait = (messages: number, p50: number, p95: number) => ({
    messages,
    answered: Math.max(0, messages - Math.floor(messages / 30)),
    unanswered: Math.floor(messages / 30),
    p50: messages === 0 ? null : p50,
    p95: messages === 0 ? null : p95,
  });
  const bots = botsOf(words);
  const first = Math.floor(demoNow.getTime() / 3_600_000) - busy.length + 1;
  return {
    hours: busy.map((messages, index) => ({
      at: new Date((first + index) * 3_600_000).toISOString(),
      ...wait(messages, 2_100 + (index % 5) * 240, 6_400 + (index % 7) * 510),
      calls: messages * 3,
      failedCalls: 0,
    })),
    bots: bots.map(({ code, name }, index) => ({
      bot: code,
      name,
      ...wait(
        [264, 31, 119, 80][index] ?? 0,
        [2_300, 1_900, 1_400, 3_100][index] ?? 0,
        [7_200, 5_100, 4_300, 9_800][index] ?? 0,
      ),
    })),
    brains: offeredBrains.slice(0, 3).map(({ name, title }, index) => ({
      brain: name,
      title,
      ...wait([264, 150, 80][index] ?? 0, [2_300, 1_500, 3_100][index] ?? 0, [7_200, 4_600, 9_800][index] ?? 0),
    })),
    answersUntil: at(-4),
  };
}

export const portalHealth = {
  checks: ['app.installed', 'payment.ok', 'scopes.ok', 'events.ok', 'clock.ok', 'address.ok'].map((code) => good(code)),
  askedAt: demoNow.toISOString(),
};
