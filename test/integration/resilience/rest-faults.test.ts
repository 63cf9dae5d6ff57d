import { describe, expect, it } from 'vitest';
import type { RestFaultKind } from '../../../sandbox/bitrix24/faults.ts';
import { until } from '../../support/bridge.ts';
import {
  expectToAnswer,
  type OwnBridge,
  type Said,
  sayToAssistant,
  withInstalled,
} from '../../support/installed-bridge.ts';
import { answersIn, botTalk, everythingDone, isGreeting, sendKeys } from '../../support/talk.ts';

const people = 6;

/** Several people write at once. */
function sayMany({ bridge }: OwnBridge, text: string): Said[] {
  return Array.from({ length: people }, () => sayToAssistant(bridge, text));
}

/** Everybody was greeted once and answered once. */
function expectOnce({ bridge }: OwnBridge, said: readonly Said[], text: string): void {
  for (const { chatId } of said) {
    expect(answersIn(bridge.portal, chatId)).toEqual([text]);
    expect(botTalk(bridge.portal, chatId).filter((message) => isGreeting(message.text))).toHaveLength(1);
  }
}

const nothingGivenUp = ({ probe }: OwnBridge) =>
  probe.rows(`select state, outcome from outbox where state in ('dead_letter', 'unknown', 'dropped')`);

describe('a portal in trouble', () => {
  const passing: readonly RestFaultKind[] = [
    'html502',
    'html200',
    'null-result',
    '500',
    'query-limit',
    'reset-before',
    'reset-after',
    'die-inside',
  ];

  it.concurrent.each(passing.filter((kind) => kind !== 'die-inside'))(
    'gets every answer shown exactly once in spite of %s',
    (kind) =>
      withInstalled({}, async (scene) => {
        const { portal } = scene.bridge;
        portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind, times: people });
        const said = sayMany(scene, 'Ещё раз');
        await until(() => said.every((one) => one.isAnswered()));
        await everythingDone(portal, scene.probe);
        expectOnce(scene, said, 'Ещё раз');
        expect(await nothingGivenUp(scene)).toEqual([]);
      }),
  );

  it.concurrent('gets answers once whose line broke after the portal had taken them, again and again', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'reset-after', times: people * 3 });
      const said = sayMany(scene, 'Дважды?');
      await until(() => said.every((one) => one.isAnswered()));
      await everythingDone(portal, scene.probe, 25_000);
      expectOnce(scene, said, 'Дважды?');
      // The repetitions did reach the portal, which knew them again.
      expect(sendKeys(portal).length).toBeGreaterThan(new Set(sendKeys(portal)).size);
    }));

  it.concurrent('that is slow holds up nobody but those who wait for it', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      const slow = sayToAssistant(scene.bridge, 'медленно');
      await until(() => slow.isAnswered());
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow', ms: 3_000, times: 1 });
      sayToAssistant(scene.bridge, 'ещё медленнее', slow.userId);
      await until(() => portal.deliveries().some(({ body }) => body.includes(encodeURIComponent('медленнее'))));
      await expectToAnswer(scene.bridge, 'быстро');
      await until(() => answersIn(portal, slow.chatId).includes('ещё медленнее'));
    }));

  it.concurrent('that has used up its time for a method is left alone for a minute, and nothing is lost', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'operation-limit', times: 1 });
      const said = sayToAssistant(scene.bridge, 'позже');
      await until(
        async () =>
          (await scene.probe.count(`select count(*) from outbox where outcome like '%OPERATION_TIME_LIMIT'`)) === 1,
      );
      const wait = await scene.probe.count(
        `select extract(epoch from ready_at - now()) from lane where key like '%>portal' and seq > done`,
      );
      expect(wait).toBeGreaterThan(50);
      expect(wait).toBeLessThan(70);
      await scene.probe.rows(`update lane set ready_at = now() where key like '%>portal' and seq > done`);
      await until(() => said.isAnswered());
      expectOnce(scene, [said], 'позже');
    }));

  it.concurrent('that died while it was storing a message is asked until it knows what became of it', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      const first = sayToAssistant(scene.bridge, 'раз');
      await until(() => first.isAnswered());
      await everythingDone(portal, scene.probe);
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'die-inside', times: 1 });
      const second = sayToAssistant(scene.bridge, 'два', first.userId);
      // The dead attempt keeps the message's number reserved for an hour; after that it can be stored.
      const isRefused = `select count(*) from outbox where outcome like '%SENDING_FAILED%'`;
      await until(async () => (await scene.probe.count(isRefused)) === 1);
      portal.skipTime(3_700_000);
      await scene.probe.rows(`update lane set ready_at = now() where seq > done and locked_by is null`);
      await until(() => second.isAnswered());
      await everythingDone(portal, scene.probe);
      expect(answersIn(portal, first.chatId)).toEqual(['раз', 'два']);
    }));
});

describe('an older portal without v2', () => {
  it.concurrent('gets plain refusals repeated and answered once', () =>
    withInstalled({ portal: { v2: false } }, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.message.add', kind: 'query-limit', times: people });
      const said = sayMany(scene, 'Раз');
      await until(() => said.every((one) => one.isAnswered()));
      await everythingDone(portal, scene.probe);
      expectOnce(scene, said, 'Раз');
      expect(await nothingGivenUp(scene)).toEqual([]);
    }));

  it.concurrent.each(['reset-after', 'html502', '500', 'null-result'] as const)(
    'never gets an answer of unknown fate twice; it is listed, and everything else arrives (%s)',
    (kind) =>
      withInstalled({ portal: { v2: false } }, async (scene) => {
        const { portal } = scene.bridge;
        const warm = sayMany(scene, 'Начали');
        await until(() => warm.every((one) => one.isAnswered()));
        await everythingDone(portal, scene.probe);
        portal.fault.rest({ method: 'imbot.message.add', kind, times: 3 });
        for (const { userId } of warm) sayToAssistant(scene.bridge, 'Середина', userId);
        await everythingDone(portal, scene.probe);
        for (const { userId } of warm) sayToAssistant(scene.bridge, 'Конец', userId);
        await everythingDone(portal, scene.probe);
        expect(await scene.probe.count(`select count(*) from outbox where state = 'unknown'`)).toBe(3);
        const middle = kind === 'reset-after' ? people : people - 3;
        const talks = warm.map(({ chatId }) => answersIn(portal, chatId));
        expect(talks.filter((texts) => texts.includes('Середина'))).toHaveLength(middle);
        for (const texts of talks) {
          expect(texts).toEqual([...new Set(texts)]);
          expect(texts.at(0)).toBe('Начали');
          expect(texts.at(-1)).toBe('Конец');
        }
        expect(await scene.probe.count(`select count(*) from outbox where state in ('dead_letter', 'dropped')`)).toBe(
          0,
        );
      }),
  );

  it.concurrent('gets an answer after the line broke before the call, where that can be known', () =>
    withInstalled({ portal: { v2: false } }, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.message.add', kind: 'reset-before', times: 2 });
      const said = sayMany(scene, 'Дошло?');
      await everythingDone(portal, scene.probe);
      const unknown = await scene.probe.count(`select count(*) from outbox where state = 'unknown'`);
      const missing = said.reduce((sum, { chatId }) => sum + 2 - botTalk(portal, chatId).length, 0);
      // A request that had left may have arrived: it is listed, never lost in silence and never doubled.
      expect(unknown).toBe(missing);
      for (const { chatId } of said) expect(botTalk(portal, chatId).length).toBeLessThanOrEqual(2);
    }));

  it.concurrent('is found out in the midst of work when it loses v2, without losing or doubling anything', () =>
    withInstalled({ portal: { v2: false } }, async (scene) => {
      await scene.probe.rows('update portal set has_v2 = null');
      const said = sayMany(scene, 'Без второго');
      await until(() => said.every((one) => one.isAnswered()));
      await everythingDone(scene.bridge.portal, scene.probe);
      expectOnce(scene, said, 'Без второго');
    }));
});
