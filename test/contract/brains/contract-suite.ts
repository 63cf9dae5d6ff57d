/**
 * The battery every brain has to pass, over its own far end, through the real app, database and sandbox portal. A brain that is added
 * to `brains/index.ts` is added to `brains.test.ts` with a bench of its own and passes this unchanged.
 */
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Brain } from '../../../src/core/brain.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { type Bridge, install, startBridge, until } from '../../support/bridge.ts';
import { connectBrain } from '../../support/connect-brain.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import type { FakeServer } from '../../support/fake-brains/fake-server.ts';
import { freeRateLimiter } from '../../support/free-rate-limiter.ts';
import { stateInMemory } from '../../support/state-in-memory.ts';

/** What the battery has to know of a brain to try it. */
export interface BrainBench {
  readonly brain: Brain;
  /** Null for a brain that lives inside the app: what concerns a far side is then left out. */
  readonly fakeServer: (() => Promise<FakeServer>) | null;
  /** The connection's config for that far end; secrets in it must never be seen in a log. */
  readonly config: (fakeServer: FakeServer) => unknown;
  readonly secrets: readonly string[];
  /** What the brain answers to a text. */
  readonly answerTo: (text: string) => string;
  /** It speaks of its own accord (not only when asked). */
  readonly speaks: boolean;
}

export function runConnectorContract(bench: BrainBench): void {
  describe(`brain ${bench.brain.name}`, () => {
    let clone: ClonedDatabase;
    let db: Pool;
    let bridge: Bridge;
    let fakeServer: FakeServer | null = null;
    let logged = '';
    let bot = 0;
    let person = 0;

    beforeAll(async () => {
      clone = await cloneDatabase();
      db = openDatabase({ url: clone.url, poolSize: 4 });
    });
    afterAll(async () => {
      await db.destroy();
      await clone.drop();
    });
    beforeEach(async () => {
      logged = '';
      const destination = new Writable({
        write(chunk: Buffer, _encoding, done) {
          logged += chunk.toString('utf8');
          done();
        },
      });
      fakeServer = bench.fakeServer === null ? null : await bench.fakeServer();
      const allowed = fakeServer === null ? '' : new URL(fakeServer.origin).host;
      bridge = await startBridge({
        databaseUrl: clone.url,
        brains: [bench.brain],
        log: createLogger({ level: 'debug', name: 'battery', destination }),
        extraHosts: [allowed],
      });
      await install(bridge);
      bot = bridge.portal.bots().find((entry) => entry.type === 'B')?.id ?? 0;
      person = bridge.portal.addEmployee({ name: 'Пётр Опытов' }).id;
      if (fakeServer !== null) {
        fakeServer.hook = await connectBrain(db, bridge, bench.brain.name, bench.config(fakeServer));
        await until(async () => (await botsThinkWith(db, bridge)) === bench.brain.name);
      }
    });
    afterEach(async () => {
      await bridge.close();
      await fakeServer?.close();
    });

    const write = (text: string): void => void bridge.portal.employeeWritesPrivate(person, bot, text);
    const shown = (): string[] =>
      bridge.portal
        .messages(String(person))
        .filter((message) => message.isBot)
        .map((message) => message.text)
        .filter((text) => !text.includes('/help'));
    const shows = (text: string): Promise<void> => until(() => shown().includes(text), 20_000);
    /** Long enough for a double to show itself. */
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400));
    const far = (): FakeServer => {
      if (fakeServer === null) throw new Error('this brain has no far end');
      return fakeServer;
    };

    it('answers a message once', async () => {
      write('один');
      await shows(bench.answerTo('один'));
      await settle();
      expect(shown()).toEqual([bench.answerTo('один')]);
    });

    it('keeps the order of a dialog', async () => {
      const texts = Array.from({ length: 15 }, (_, index) => `строка ${index + 1}`);
      for (const text of texts) {
        write(text);
        await bridge.portal.idle();
      }
      await until(() => shown().length >= texts.length, 20_000);
      expect(shown()).toEqual(texts.map(bench.answerTo));
    });

    it('does not throw anything but an AppError at an unreadable message', () => {
      const connector = bench.brain.create(
        { id: 'x', portal: 'x', config: fakeServer === null ? null : bench.config(fakeServer), webhookSecret: 'x' },
        {
          http: { send: () => Promise.reject(new Error('decode must not call')) },
          openPortalFile: () => Promise.reject(new Error('decode must not call')),
          rateLimiter: () => freeRateLimiter(),
          portalUser: () => Promise.reject(new Error('decode must not call')),
          customerInfo: () => Promise.reject(new Error('decode must not call')),
          openChannelName: () => Promise.reject(new Error('decode must not call')),
          portalInfo: () => Promise.reject(new Error('decode must not call')),
          state: stateInMemory(),
          lookupFor: () => expect.fail('decode must not call'),
          missedMessages: () => Promise.reject(new Error('decode must not call')),
          crmAddress: () => Promise.reject(new Error('decode must not call')),
          publicUrl: 'http://x',
          log: () => {},
        },
      );
      for (const body of ['', '{', '[]', 'null', '{"a":1}', '\u0000', '<html>']) {
        for (const ingress of ['webhook', 'socket', 'catch_up'] as const) {
          const read = (): unknown => connector.decode({ body: Buffer.from(body), receivedAt: new Date(), ingress });
          let outcome: unknown;
          try {
            outcome = read();
          } catch (error) {
            outcome = error;
          }
          expect(Array.isArray(outcome) || outcome instanceof AppError).toBe(true);
        }
      }
    });

    describe.skipIf(bench.fakeServer === null)('with its far side in trouble', () => {
      it.each(['status-500', 'status-429'] as const)('tries again after %s and loses nothing', async (failureMode) => {
        far().be(failureMode, 2);
        write('терпение');
        await shows(bench.answerTo('терпение'));
        await settle();
        expect(shown()).toEqual([bench.answerTo('терпение')]);
      });

      // A brain that looks after its account may have mended the credentials by the next attempt.
      it.skipIf(bench.brain.checkHealth === undefined)(
        'waits after a refused credential, and keeps the order',
        async () => {
          far().be('status-401', 1);
          write('первое');
          write('второе');
          await until(() => shown().length === 2, 20_000);
          expect(shown()).toEqual([bench.answerTo('первое'), bench.answerTo('второе')]);
          expect(await listDeadLetters(db, bridge.portal.memberId)).toEqual([]);
        },
      );

      it.skipIf(bench.brain.checkHealth !== undefined)('gives up after a refusal, lists it, and goes on', async () => {
        far().be('status-401', 1);
        write('первое');
        write('второе');
        await until(() => shown().length === 1, 20_000);
        const dead = await listDeadLetters(db, bridge.portal.memberId);
        expect(dead.map((step) => [step.side, step.state])).toEqual([['brain', 'dead_letter']]);
      });

      const isIdempotent = bench.brain.capabilities.idempotentDelivery;

      it.runIf(isIdempotent).each(['late', 'garbage'] as const)(
        'neither loses nor doubles when the fate of a call is unknown (%s)',
        async (failureMode) => {
          far().be(failureMode, 1);
          write('судьба');
          await shows(bench.answerTo('судьба'));
          await settle();
          expect(shown()).toEqual([bench.answerTo('судьба')]);
        },
      );

      it.skipIf(isIdempotent).each(['late', 'garbage'] as const)(
        'lists a call of unknown fate instead of repeating it (%s)',
        async (failureMode) => {
          far().be(failureMode, 1);
          write('судьба');
          await until(async () =>
            (await listDeadLetters(db, bridge.portal.memberId)).some((step) => step.state === 'unknown'),
          );
          expect(far().heard.length).toBeLessThanOrEqual(1);
        },
      );

      it('lets no secret of the connection reach a log line', async () => {
        far().be('status-401', 1);
        write('тайна');
        write('ещё');
        await shows(bench.answerTo('ещё'));
        await until(() => logged.includes('an action '));
        expect(logged).toContain('"msg"');
        for (const secret of [...bench.secrets, far().hook.split('/').at(-1) ?? ''])
          expect(logged).not.toContain(secret);
      });
    });

    describe.skipIf(!bench.speaks)('speaking of its own accord', () => {
      const refOf = async (): Promise<string> => {
        write('начало');
        await shows(bench.answerTo('начало'));
        return far().heard.at(-1)?.ref ?? '';
      };

      it('shows a message once however often it is sent', async () => {
        const ref = await refOf();
        await far().say(ref, 'сам по себе', 5);
        await shows('сам по себе');
        await settle();
        expect(shown().filter((text) => text === 'сам по себе')).toHaveLength(1);
      });

      it('does not lose an answer that comes before the call has returned', async () => {
        far().answersEarly = true;
        write('поспешишь');
        await shows(bench.answerTo('поспешишь'));
        await settle();
        expect(shown()).toEqual([bench.answerTo('поспешишь')]);
      });

      it('is not shown while a person leads the conversation, and is heard again afterwards', async () => {
        const ref = await refOf();
        write('/operator');
        await until(() => bridge.portal.messages(String(person)).some((message) => message.text.includes('/bot')));
        await settle();
        await far().say(ref, 'не вовремя');
        await settle();
        write('/bot');
        await settle();
        await far().say(ref, 'вовремя');
        await shows('вовремя');
        expect(shown()).not.toContain('не вовремя');
      });

      it('survives what is not its protocol', async () => {
        const ref = await refOf();
        await far().babble();
        await far().say(ref, 'всё ещё здесь');
        await shows('всё ещё здесь');
        expect(shown().at(-1)).toBe('всё ещё здесь');
      });
    });

    describe.skipIf(!bench.brain.capabilities.listens)('over its socket', () => {
      it('catches up on what was said while the line was cut', async () => {
        write('начало');
        await shows(bench.answerTo('начало'));
        const ref = far().heard.at(-1)?.ref ?? '';
        far().cutSockets();
        await far().say(ref, 'сказано в пустоту');
        await far().say(ref, 'и ещё раз');
        await shows('и ещё раз');
        await settle();
        expect(shown().slice(-2)).toEqual(['сказано в пустоту', 'и ещё раз']);
      });
    });
  });
}

async function botsThinkWith(db: Pool, bridge: Bridge): Promise<string> {
  // The directory believes what it read for a few seconds: a visit with a fresh look is what an administrator would wait for too.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const rows = await db('bot').where({ portal: bridge.portal.memberId }).select('brain');
  return String(rows[0]?.brain);
}
