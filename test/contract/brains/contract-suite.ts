/**
 * The contract suite: what every brain has to pass, with its own fake server, through the real app, database and sandbox portal. A brain
 * that is added to `brains/index.ts` gets a harness in `harnesses.ts` and passes this unchanged.
 */
import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { type Bridge, install, startBridge } from '../../support/bridge.ts';
import { connectBrain } from '../../support/connect-brain.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import type { FakeServer, HeardMessage } from '../../support/fake-brains/fake-server.ts';
import { noTools } from '../../support/no-tools.ts';
import { createPatience, type Patience } from '../../support/patience.ts';
import { everythingDone } from '../../support/talk.ts';
import type { BrainHarness } from './brain-harness.ts';
import { runOptionalParts } from './optional-parts.ts';

/** How long the waits of a test may take together, and how long the test: the waits end first, and say what did not happen. */
const patienceMs = 25_000;
const testMs = 35_000;
/** Starting, installing and connecting wait for up to 25 s. */
const setUpMs = 40_000;

export function runConnectorContract(harness: BrainHarness): void {
  describe(`brain ${harness.brain.name}`, { timeout: testMs }, () => {
    let clone: ClonedDatabase;
    let db: Pool;
    let probe: DatabaseProbe;
    let bridge: Bridge;
    let patience: Patience;
    let fakeServer: FakeServer | null = null;
    let logged = '';
    let bot = 0;
    let person = 0;
    let heardBefore = 0;

    beforeAll(async () => {
      clone = await cloneDatabase();
      db = openDatabase({ url: clone.url, poolSize: 4 });
      probe = openProbe(clone.url);
      const destination = new Writable({
        write(chunk: Buffer, _encoding, done) {
          logged += chunk.toString('utf8');
          done();
        },
      });
      fakeServer = harness.fakeServer === null ? null : await harness.fakeServer();
      const allowed = fakeServer === null ? '' : new URL(fakeServer.origin).host;
      bridge = await startBridge({
        databaseUrl: clone.url,
        brains: [harness.brain],
        log: createLogger({ level: 'debug', name: 'contract', destination }),
        extraHosts: [allowed],
      });
      await install(bridge);
      bot = bridge.portal.bots().find((entry) => entry.type === 'B')?.id ?? 0;
      if (fakeServer === null) return;
      fakeServer.hook = await connectBrain(db, bridge, harness.brain.name, harness.config(fakeServer));
      const isConnected = async (): Promise<boolean> => (await brainOfBots(db, bridge)) === harness.brain.name;
      await createPatience(10_000, describeState).until('the bots use the brain', isConnected);
    }, setUpMs);
    afterAll(async () => {
      await bridge.close();
      await fakeServer?.close();
      await db.destroy();
      await probe.close();
      await clone.drop();
    }, setUpMs);

    // Everything is started once; each test has a conversation of its own.
    beforeEach(() => {
      logged = '';
      person = bridge.portal.addEmployee({ name: 'Пётр Опытов' }).id;
      patience = createPatience(patienceMs, describeState);
      if (fakeServer === null) return;
      fakeServer.be('well', 0);
      fakeServer.answersEarly = false;
      heardBefore = fakeServer.heard.length;
    });

    const write = (text: string): void => void bridge.portal.employeeWritesPrivate(person, bot, text);
    const shown = (): string[] =>
      bridge.portal
        .messages(String(person))
        .filter((message) => message.isBot)
        .map((message) => message.text)
        .filter((text) => !text.includes('/help'));
    const until: Patience['until'] = (what, condition) => patience.until(what, condition);
    const shows = (text: string): Promise<void> =>
      until(`"${text}" is shown in the chat`, () => shown().includes(text));
    /** What the fake server has heard in this test. */
    const heard = (): readonly HeardMessage[] => fakeServer?.heard.slice(heardBefore) ?? [];
    /** Those of this test's conversation. */
    const deadLetters = async () =>
      (await listDeadLetters(db, bridge.portal.memberId)).filter(({ lane }) => lane.includes(`/${person}>`));
    const describeState = async (): Promise<string> => {
      const dead = (await deadLetters()).map(({ side, outcome }) => `${side}: ${outcome}`);
      const texts = heard().map(({ text }) => text);
      const lines = logged.trimEnd().split('\n').slice(-12).join('\n');
      return `shown: ${JSON.stringify(shown())}; heard by the fake server: ${JSON.stringify(texts)}; dead letters: ${JSON.stringify(dead)}; log:\n${lines}`;
    };
    /** What is not there when nothing is under way any more will not come: a double would have shown itself. */
    const settle = (): Promise<void> => everythingDone(bridge.portal, probe);
    const far = (): FakeServer => {
      if (fakeServer === null) throw new Error('this brain has no fake server');
      return fakeServer;
    };

    it('answers a message once', async () => {
      write('один');
      await shows(harness.answerTo('один'));
      await settle();
      expect(shown()).toEqual([harness.answerTo('один')]);
    });

    it('keeps the order of a dialog', async () => {
      const texts = Array.from({ length: 15 }, (_, index) => `строка ${index + 1}`);
      for (const text of texts) {
        write(text);
        await bridge.portal.idle();
      }
      await until('all lines are answered', () => shown().length >= texts.length);
      expect(shown()).toEqual(texts.map(harness.answerTo));
    });

    it('does not throw anything but an AppError at an unreadable message', () => {
      const connector = harness.brain.create(
        { id: 'x', portal: 'x', config: fakeServer === null ? null : harness.config(fakeServer), webhookSecret: 'x' },
        noTools(),
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

    describe.skipIf(harness.fakeServer === null)('with its remote in trouble', () => {
      it.each(['status-500', 'status-429'] as const)('tries again after %s and loses nothing', async (failureMode) => {
        far().be(failureMode, 2);
        write('терпение');
        await shows(harness.answerTo('терпение'));
        await settle();
        expect(shown()).toEqual([harness.answerTo('терпение')]);
      });

      // A brain that looks after its account may have mended the credentials by the next attempt.
      it.skipIf(harness.brain.checkHealth === undefined)(
        'waits after a refused credential, and keeps the order',
        async () => {
          far().be('status-401', 1);
          write('первое');
          await bridge.portal.idle();
          write('второе');
          await until('both messages are answered', () => shown().length === 2);
          expect(shown()).toEqual([harness.answerTo('первое'), harness.answerTo('второе')]);
          expect(await deadLetters()).toEqual([]);
        },
      );

      it.skipIf(harness.brain.checkHealth !== undefined)(
        'gives up after a refusal, lists it, and goes on',
        async () => {
          far().be('status-401', 1);
          write('первое');
          await bridge.portal.idle();
          write('второе');
          await until('the second message is answered', () => shown().length === 1);
          const dead = await deadLetters();
          expect(dead.map((step) => [step.side, step.state])).toEqual([['brain', 'dead_letter']]);
        },
      );

      const isIdempotent = harness.brain.capabilities.idempotentDelivery;

      it.runIf(isIdempotent).each(['late', 'garbage'] as const)(
        'neither loses nor doubles when the fate of a call is unknown (%s)',
        async (failureMode) => {
          far().be(failureMode, 1);
          write('судьба');
          await shows(harness.answerTo('судьба'));
          await settle();
          expect(shown()).toEqual([harness.answerTo('судьба')]);
        },
      );

      it.skipIf(isIdempotent).each(['late', 'garbage'] as const)(
        'lists a call of unknown fate instead of repeating it (%s)',
        async (failureMode) => {
          far().be(failureMode, 1);
          write('судьба');
          await until('the call is listed with an unknown fate', async () =>
            (await deadLetters()).some((step) => step.state === 'unknown'),
          );
          expect(heard().length).toBeLessThanOrEqual(1);
        },
      );

      it('lets no secret of the connection reach a log line', async () => {
        far().be('status-401', 1);
        write('тайна');
        await bridge.portal.idle();
        write('ещё');
        await shows(harness.answerTo('ещё'));
        await until('the failure is logged', () => logged.includes('an action '));
        expect(logged).toContain('"msg"');
        for (const secret of [...harness.secrets, far().hook.split('/').at(-1) ?? ''])
          expect(logged).not.toContain(secret);
      });
    });

    describe.skipIf(!harness.speaks)('speaking of its own accord', () => {
      const refOf = async (): Promise<string> => {
        write('начало');
        await shows(harness.answerTo('начало'));
        return heard().at(-1)?.ref ?? '';
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
        await shows(harness.answerTo('поспешишь'));
        await settle();
        expect(shown()).toEqual([harness.answerTo('поспешишь')]);
      });

      it('is not shown while a person leads the conversation, and is heard again afterwards', async () => {
        const ref = await refOf();
        write('/operator');
        await until('the bot says how to call it back', () =>
          bridge.portal.messages(String(person)).some((message) => message.text.includes('/bot')),
        );
        await settle();
        const cameIn = (): Promise<number> =>
          probe.count('select count(*) from inbox where connection_id is not null and ingress is not null');
        const before = await cameIn();
        await far().say(ref, 'не вовремя');
        // Over a socket it comes in after it was said.
        await until('what the brain says has come in', async () => (await cameIn()) > before);
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

    const begin = async (): Promise<{ botCode: string; dialogId: string }> => {
      write('начало');
      await shows(harness.answerTo('начало'));
      return { botCode: 'bridge_assistant', dialogId: String(person) };
    };
    const parts = { write, shows, shown, settle, deadLetters, begin };
    runOptionalParts(harness, { ...parts, bridge: () => bridge, db: () => db });

    describe.skipIf(!harness.brain.capabilities.listens)('over its socket', () => {
      it('catches up on what was said while the line was cut', async () => {
        write('начало');
        await shows(harness.answerTo('начало'));
        const ref = heard().at(-1)?.ref ?? '';
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

async function brainOfBots(db: Pool, bridge: Bridge): Promise<string> {
  const rows = await db('bot').where({ portal: bridge.portal.memberId }).select('brain');
  return String(rows[0]?.brain);
}
