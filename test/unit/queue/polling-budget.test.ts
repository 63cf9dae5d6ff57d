/** Polls and answers share a portal's budget, for three minutes of a clock turned by hand: the real limiter, batches and poller over one leaking bucket. */
import { describe, expect, it } from 'vitest';
import { createBatchedCalls } from '../../../src/bitrix24/rest/batched-calls.ts';
import type { CallOptions, PortalClient } from '../../../src/bitrix24/rest/portal-client.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import type { PortalCache } from '../../../src/portals/portal-cache.ts';
import { createPortalRateLimiter } from '../../../src/portals/portal-rate-limiter.ts';
import { pollPortal } from '../../../src/queue/poll-portal.ts';
import { createRateLimiters } from '../../../src/runtime/rate-limiter.ts';
import type { SharedBudgets } from '../../../src/runtime/shared-budgets.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const log = createLogger({ level: 'silent', name: 'test' });
const rate = { perSecond: 2, burst: 49 };
const minutes = 3;

/** The bucket that is in the database otherwise. */
function bucketOf(clock: ReturnType<typeof createFakeClock>): SharedBudgets {
  let level = 0;
  let at = 0;
  const leak = (perSecond: number): void => {
    level = Math.max(0, level - ((clock.monotonicMs() - at) / 1_000) * perSecond);
    at = clock.monotonicMs();
  };
  return {
    ask({ perSecond, burst }) {
      leak(perSecond);
      if (level + 1 > burst) return Promise.resolve(((level + 1 - burst) / perSecond) * 1_000);
      level += 1;
      return Promise.resolve(0);
    },
    hold: () => Promise.resolve(),
  };
}

/** So many dialogs want an answer all the time. Returns when requests of either kind left, in seconds. */
async function simulate(dialogs: number, pollSeconds: number) {
  const clock = createFakeClock();
  const portals: Pick<PortalCache, 'portal'> = {
    portal: () =>
      Promise.resolve({
        portal: null,
        bots: [
          { bot_id: '5', code: 'b' },
          { bot_id: '6', code: 'c' },
        ],
      } as never),
  };
  const rateLimiters = createRateLimiters({ budgets: bucketOf(clock), clock, log });
  const rateLimiter = createPortalRateLimiter({ rateLimiters, portals, usual: rate });
  const polls: number[] = [];
  const answers: number[] = [];
  const pass = async (options: CallOptions): Promise<void> => {
    if (options.hasPassed !== true) await rateLimiter.pass('p', options.patienceMs ?? 20_000);
  };
  const client = {
    async timedCall(_: string, __: unknown, options: CallOptions = {}) {
      await pass(options);
      answers.push(clock.monotonicMs() / 1_000);
      await clock.sleep(300);
      return { result: {}, operating: null };
    },
    async batch(_: string, calls: readonly { readonly method: string }[], options: CallOptions = {}) {
      await pass(options);
      const isPoll = calls[0]?.method === 'imbot.v2.Event.get';
      (isPoll ? polls : answers).push(clock.monotonicMs() / 1_000);
      await clock.sleep(300);
      return calls.map(() => ({ result: isPoll ? { events: [], hasMore: false } : {}, operating: null }));
    },
  } as unknown as PortalClient;
  const calls = createBatchedCalls({ client, rateLimiter, clock });
  const stop = new AbortController();
  const talking = Array.from({ length: dialogs }, async () => {
    while (!stop.signal.aborted) {
      const call = { portal: 'p', method: 'imbot.v2.Chat.Message.send', params: {}, urgency: 'answer' } as const;
      await calls.call(call).catch(() => clock.sleep(1_000));
    }
  });
  const pace = { busyMs: pollSeconds * 1_000, idleMs: pollSeconds * 1_000 };
  const unused = undefined as never;
  const polling = pollPortal(
    { db: unused, client, metrics: unused, wakeup: unused, portals, clock, log, pace },
    'p',
    stop.signal,
  );
  for (let second = 0; second < minutes * 60; second += 1) await clock.advance(1_000);
  stop.abort();
  await clock.advance(60_000);
  await Promise.all([polling, ...talking]);
  return { polls, answers };
}

const longestGap = (moments: readonly number[]): number =>
  Math.max(...moments.map((moment, at) => moment - (moments[at - 1] ?? 0)));

describe('the budget of a portal that is polled', () => {
  it.each([
    { dialogs: 120, pollSeconds: 2 },
    { dialogs: 60, pollSeconds: 2 },
    // Polls alone would take all of it.
    { dialogs: 120, pollSeconds: 0.5 },
  ])('$dialogs dialogs that always wait, a poll each $pollSeconds s: both go on', async ({ dialogs, pollSeconds }) => {
    const { polls, answers } = await simulate(dialogs, pollSeconds);
    const all = minutes * 60 * rate.perSecond + rate.burst;
    // A poll gives way for ten seconds and then waits for its turn for ten. Now and then its turn would come later, and it waits once more.
    expect(longestGap(polls)).toBeLessThan(45);
    expect(longestGap(answers)).toBeLessThan(5);
    expect(answers.length).toBeGreaterThan(all / 2);
    expect(answers.length + polls.length).toBeLessThanOrEqual(all + 2 * 60);
  });

  it('is left to polls where nobody waits', async () => {
    const { polls } = await simulate(0, 2);
    expect(longestGap(polls)).toBeLessThan(4);
  });
});
