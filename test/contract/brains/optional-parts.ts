/** The part of the contract suite for what a brain may have besides: a form, requests, commands, a pace, counters. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formOf } from '../../../src/core/config-form.ts';
import { sendRequest } from '../../../src/queue/by-hand/send-requests.ts';
import { listFollowUps, saveFollowUps } from '../../../src/store/tenants/follow-ups.ts';
import type { BrainHarness } from './brain-harness.ts';
import type { ContractStage } from './use-contract-stage.ts';

export function runOptionalParts(harness: BrainHarness, stage: ContractStage): void {
  const { brain, request } = harness;
  const { requests = [], commands = [], counters = [] } = brain;

  describe('with what it may have besides', () => {
    it('describes its requests, commands and counters in both languages', () => {
      const texts = [
        ...requests.flatMap(({ title, help, schema }) => [
          title,
          help,
          ...formOf(schema).flatMap((field) => [field.title, field.help]),
        ]),
        ...commands.map(({ title }) => title),
        ...counters.flatMap(({ title, help }) => [title, help]),
      ];
      for (const { en, ru } of texts) expect(`${en} ${ru}`).toMatch(/\p{Script=Latin}.*\p{Script=Cyrillic}/u);
      for (const command of commands)
        for (const text of ['', 'x', '/', '\u0000', '{']) expect(() => command.read(text)).not.toThrow();
    });

    it('answers a burst of messages once', async () => {
      const setBurst = (ms: number | null) =>
        stage.db('bot').where({ portal: stage.bridge.portal.memberId }).update({ burst_ms: ms });
      await setBurst(600);
      try {
        stage.write('раз');
        await stage.bridge.portal.idle();
        stage.write('два');
        await stage.shows(harness.answerTo('раз\nдва'));
        await stage.settle();
        expect(stage.shown()).toEqual([harness.answerTo('раз\nдва')]);
      } finally {
        await setBurst(null);
      }
    });

    it.skipIf(request === undefined)(
      'answers a request of a person, and one that comes as a follow-up, each once',
      async () => {
        if (request === undefined) return;
        const { name, params, shows } = request;
        const id = { portal: stage.bridge.portal.memberId, ...(await stage.begin()) };
        await sendRequest(stage.db, id, { id: randomUUID(), name, params }, 'contract');
        await stage.shows(shows);
        const change = { type: 'set' as const, id: 'later', name, params, dueAt: new Date().toISOString() };
        await saveFollowUps(stage.db, [{ ...id, trace: 'contract', change }]);
        await expect.poll(() => stage.shown().filter((text) => text === shows).length).toBe(2);
        await stage.settle();
        expect(stage.shown().filter((text) => text === shows)).toHaveLength(2);
        expect(await listFollowUps(stage.db, { ...id, limit: 10 })).toEqual([]);
        expect(await stage.deadLetters()).toEqual([]);
      },
    );
  });
}
