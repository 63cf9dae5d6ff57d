/** Decisions and results that the database refuses because of their data: they end as dead letters, and nobody else notices. */
import { describe, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, withInstalled } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

const echo = scriptBrain({ deliver: ({ text }) => Promise.resolve({ replies: [textReply(text)] }) });

/** From now on the table refuses rows of which the condition (SQL over `new`) holds, as it refuses data it cannot store. */
async function refuseRows({ probe }: OwnBridge, table: 'inbox' | 'outbox', condition: string): Promise<void> {
  await probe.rows(`create function refuse_row() returns trigger language plpgsql as $$
    begin if ${condition} then raise exception 'not this one' using errcode = '22021'; end if; return new; end $$`);
  await probe.rows(`create trigger refused before insert on ${table} for each row execute function refuse_row()`);
}

describe('data that the database refuses', () => {
  it.concurrent.each([
    ['of a decision', 'outbox', `new.action::text like '%яд%'`, 'inbox.unwritable'],
    [
      'of a result',
      'inbox',
      `new.source = 'bridge' and convert_from(new.body, 'UTF8') like '%яд%'`,
      'outbox.unwritable',
    ],
  ] as const)(
    '%s become a dead letter; their dialog goes on, and others are not kept waiting',
    (_name, table, condition, outcome) =>
      withInstalled({ brains: [echo.brain] }, async (own) => {
        const { bridge, probe } = own;
        await refuseRows(own, table, condition);
        // Many at a time, so that the refused one shares its batches with others.
        const healthy = Array.from({ length: 5 }, (_, at) => sayToAssistant(bridge, `до ${at}`));
        const poisoned = sayToAssistant(bridge, 'яд');
        healthy.push(...Array.from({ length: 5 }, (_, at) => sayToAssistant(bridge, `после ${at}`)));
        await until(() => healthy.every((said) => said.isAnswered()));
        sayToAssistant(bridge, 'дальше', poisoned.userId);
        await until(() => answersIn(bridge.portal, poisoned.chatId).includes('дальше'));
        await everythingDone(bridge.portal, probe);
        expect(answersIn(bridge.portal, poisoned.chatId)).toEqual(['дальше']);
        for (const { chatId } of healthy) expect(answersIn(bridge.portal, chatId)).toHaveLength(1);
        const dead = await probe.rows(
          `select outcome from inbox_history where state = 'dead_letter' union all select outcome from outbox where state = 'dead_letter'`,
        );
        expect(dead).toEqual([{ outcome }]);
      }),
  );

  it('of one of several results of a turn costs the others of the dialog nothing', () =>
    withInstalled({ brains: [echo.brain] }, async (own) => {
      const { bridge, probe } = own;
      const { userId, chatId } = sayToAssistant(bridge, 'начало');
      await everythingDone(bridge.portal, probe);
      await refuseRows(own, 'inbox', `new.source = 'bridge' and convert_from(new.body, 'UTF8') like '%яд%'`);
      // The first message holds the lane up, so that the others are delivered in one turn.
      const held = Promise.withResolvers<void>();
      echo.script = {
        deliver: async ({ text }) => {
          if (text === 'ждёт') await held.promise;
          return { replies: [textReply(text)] };
        },
      };
      for (const text of ['ждёт', 'до', 'яд', 'после']) sayToAssistant(bridge, text, userId);
      const waiting = `select count(*) from outbox where target = 'brain' and state = 'waiting'`;
      await until(async () => (await probe.count(waiting)) >= 4);
      held.resolve();
      await everythingDone(bridge.portal, probe);
      expect(answersIn(bridge.portal, chatId)).toEqual(['начало', 'ждёт', 'до', 'после']);
      const dead = await probe.rows(`select outcome from outbox where state = 'dead_letter'`);
      expect(dead).toEqual([{ outcome: 'outbox.unwritable' }]);
    }));
});
