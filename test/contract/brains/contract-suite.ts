/**
 * The contract suite: what every brain has to pass, with its own fake server, through the real app, database and sandbox portal. A brain
 * that is added to `brains/index.ts` gets a harness in `harnesses.ts` and passes this unchanged.
 */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { noTools } from '../../support/no-tools.ts';
import type { BrainHarness } from './brain-harness.ts';
import { runOptionalParts } from './optional-parts.ts';
import { useContractStage } from './use-contract-stage.ts';

export function runConnectorContract(harness: BrainHarness): void {
  describe(`brain ${harness.brain.name}`, () => {
    const stage = useContractStage(harness);
    const { write, shown, until, shows, heard, deadLetters, settle, fakeServer, begin } = stage;

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
        await stage.bridge.portal.idle();
      }
      await until('all lines are answered', () => shown().length >= texts.length);
      expect(shown()).toEqual(texts.map(harness.answerTo));
    });

    it('does not throw anything but an AppError at an unreadable message', () => {
      const connector = harness.brain.create(
        {
          id: 'x',
          portal: 'x',
          config: harness.fakeServer === null ? null : harness.config(fakeServer()),
          webhookSecret: 'x',
        },
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
        fakeServer().be(failureMode, 2);
        write('терпение');
        await shows(harness.answerTo('терпение'));
        await settle();
        expect(shown()).toEqual([harness.answerTo('терпение')]);
      });

      // A brain that looks after its account may have mended the credentials by the next attempt.
      it.skipIf(harness.brain.checkHealth === undefined)(
        'waits after a refused credential, and keeps the order',
        async () => {
          fakeServer().be('status-401', 1);
          write('первое');
          await stage.bridge.portal.idle();
          write('второе');
          await until('both messages are answered', () => shown().length === 2);
          expect(shown()).toEqual([harness.answerTo('первое'), harness.answerTo('второе')]);
          expect(await deadLetters()).toEqual([]);
        },
      );

      it.skipIf(harness.brain.checkHealth !== undefined)(
        'gives up after a refusal, lists it, and goes on',
        async () => {
          fakeServer().be('status-401', 1);
          write('первое');
          await stage.bridge.portal.idle();
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
          fakeServer().be(failureMode, 1);
          write('судьба');
          await shows(harness.answerTo('судьба'));
          await settle();
          expect(shown()).toEqual([harness.answerTo('судьба')]);
        },
      );

      it.skipIf(isIdempotent).each(['late', 'garbage'] as const)(
        'lists a call of unknown fate instead of repeating it (%s)',
        async (failureMode) => {
          fakeServer().be(failureMode, 1);
          write('судьба');
          await until('the call is listed with an unknown fate', async () =>
            (await deadLetters()).some((step) => step.state === 'unknown'),
          );
          expect(heard().length).toBeLessThanOrEqual(1);
        },
      );

      it('lets no secret of the connection reach a log line', async () => {
        fakeServer().be('status-401', 1);
        write('тайна');
        await stage.bridge.portal.idle();
        write('ещё');
        await shows(harness.answerTo('ещё'));
        await until('the failure is logged', () => stage.logged().includes('an action '));
        expect(stage.logged()).toContain('"msg"');
        for (const secret of [...harness.secrets, fakeServer().hook.split('/').at(-1) ?? ''])
          expect(stage.logged()).not.toContain(secret);
      });
    });

    describe.skipIf(!harness.speaks)('speaking of its own accord', () => {
      const refOf = async (): Promise<string> => {
        await begin();
        return heard().at(-1)?.ref ?? '';
      };

      it('shows a message once however often it is sent', async () => {
        const ref = await refOf();
        await fakeServer().say(ref, 'сам по себе', 5);
        await shows('сам по себе');
        await settle();
        expect(shown().filter((text) => text === 'сам по себе')).toHaveLength(1);
      });

      it('does not lose an answer that comes before the call has returned', async () => {
        fakeServer().answersEarly = true;
        write('поспешишь');
        await shows(harness.answerTo('поспешишь'));
        await settle();
        expect(shown()).toEqual([harness.answerTo('поспешишь')]);
      });

      it('is not shown while a person leads the conversation, and is heard again afterwards', async () => {
        const ref = await refOf();
        write('/operator');
        await until('the bot says how to call it back', () =>
          stage.bridge.portal.messages(String(stage.person)).some((message) => message.text.includes('/bot')),
        );
        await settle();
        const cameIn = (): Promise<number> =>
          stage.probe.count('select count(*) from inbox where connection_id is not null and ingress is not null');
        const before = await cameIn();
        await fakeServer().say(ref, 'не вовремя');
        // Over a socket it comes in after it was said.
        await until('what the brain says has come in', async () => (await cameIn()) > before);
        await settle();
        write('/bot');
        await settle();
        await fakeServer().say(ref, 'вовремя');
        await shows('вовремя');
        expect(shown()).not.toContain('не вовремя');
      });

      it('survives what is not its protocol', async () => {
        const ref = await refOf();
        await fakeServer().babble();
        await fakeServer().say(ref, 'всё ещё здесь');
        await shows('всё ещё здесь');
        expect(shown().at(-1)).toBe('всё ещё здесь');
      });
    });

    runOptionalParts(harness, stage);

    describe.skipIf(!harness.brain.capabilities.listens)('over its socket', () => {
      it('catches up on what was said while the line was cut', async () => {
        await begin();
        const ref = heard().at(-1)?.ref ?? '';
        fakeServer().cutSockets();
        await fakeServer().say(ref, 'сказано в пустоту');
        await fakeServer().say(ref, 'и ещё раз');
        await shows('и ещё раз');
        await settle();
        expect(shown().slice(-2)).toEqual(['сказано в пустоту', 'и ещё раз']);
      });
    });
  });
}
