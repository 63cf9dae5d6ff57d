import { describe, expect, it } from 'vitest';
import type { RestFault } from '../../../sandbox/bitrix24/faults.ts';
import { deliveryRetry } from '../../../src/core/retry.ts';
import { until } from '../../support/bridge.ts';
import { captureLog } from '../../support/captured-log.ts';
import { type OwnBridge, sayToAssistant, withInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';

const stateOf = async ({ probe }: OwnBridge): Promise<unknown> =>
  (await probe.rows('select state from portal'))[0]?.['state'];

const givenUp = ({ probe }: OwnBridge): Promise<number> =>
  probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown', 'dropped')`);

/** Whatever waits is tried again at once, as if its pause were over. */
const hurry = ({ probe }: OwnBridge) =>
  probe.rows(`update lane set ready_at = now() where seq > done and locked_by is null and key <> '/erase'`);

/** Lets everything that waits be tried once, and resolves when all of it has been put off again. */
async function tryAll(scene: OwnBridge): Promise<void> {
  const waiting = `seq > done and key <> '/erase' and key not like '%>greet' and key not like '%>later'`;
  const settled = `select count(*) from lane where ${waiting} and (locked_by is not null or ready_at <= now())`;
  await until(async () => (await scene.probe.count(settled)) === 0);
  await hurry(scene);
  await until(async () => (await scene.probe.count(settled)) === 0);
}

/** The portal has been left alone for long enough. */
const endHold = ({ probe }: OwnBridge) =>
  probe.rows('update portal_token set backoff_until = now() where backoff_until is not null');

/** Exchanged token pairs are counted from now on, by the database itself. */
async function countExchanges({ probe }: OwnBridge): Promise<() => Promise<number>> {
  await probe.rows('create table exchange (at timestamptz default clock_timestamp())');
  await probe.rows(`create function note_exchange() returns trigger language plpgsql as $$
    begin insert into exchange default values; return new; end $$`);
  await probe.rows(`create trigger exchanged after update on portal_token
    for each row when (old.refresh_sealed <> new.refresh_sealed) execute function note_exchange()`);
  return () => probe.count('select count(*) from exchange');
}

/** Calls that really reached the portal, the harmless one by which it is asked included. */
const calls = ({ bridge }: OwnBridge): number => bridge.portal.calls().length;

describe('limit answers of a portal', () => {
  it.concurrent.each<Pick<RestFault, 'kind' | 'error' | 'status'>>([
    { kind: 'query-limit' },
    { kind: 'operation-limit' },
    { kind: 'error', error: 'OVERLOAD_LIMIT', status: 503 },
    { kind: 'bare429' },
    { kind: 'html503' },
  ])('never use up the attempts of an answer ($kind $error)', (fault) =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', ...fault, times: 4 });
      const said = sayToAssistant(scene.bridge, 'Ещё здесь?');
      await until(async () => {
        // As if it had been limited as often as anything else is attempted.
        await scene.probe.rows(
          `update lane set throttled = greatest(throttled, $1) where seq > done and throttled > 0`,
          [deliveryRetry.maxAttempts],
        );
        await hurry(scene);
        return said.isAnswered();
      });
      await everythingDone(portal, scene.probe);
      expect(answersIn(portal, said.chatId)).toEqual(['Ещё здесь?']);
      expect(await givenUp(scene)).toBe(0);
    }),
  );

  it.concurrent('leave it unknown on a portal without v2 whether a 503 has sent the message, and are repeated after a 429', () =>
    withInstalled({ portal: { v2: false } }, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ method: 'imbot.message.add', kind: 'bare429', times: 1 });
      const first = sayToAssistant(scene.bridge, 'Раз');
      await until(() => first.isAnswered());
      expect(await givenUp(scene)).toBe(0);
      portal.fault.rest({ method: 'imbot.message.add', kind: 'html503', times: 1 });
      sayToAssistant(scene.bridge, 'Два', first.userId);
      await everythingDone(portal, scene.probe);
      expect(await scene.probe.count(`select count(*) from outbox where state = 'unknown'`)).toBe(1);
      expect(answersIn(portal, first.chatId)).toEqual(['Раз']);
    }));
});

describe('a portal that refuses every call because of its account', () => {
  it.concurrent.each<readonly [string, Pick<RestFault, 'kind' | 'error' | 'status'>, exchanges: number]>([
    ['an unpaid plan', { kind: 'error', error: 'ACCESS_DENIED', status: 403 }, 0],
    ['an unpaid app', { kind: 'error', error: 'PAYMENT_REQUIRED', status: 402 }, 0],
    ['a deleted portal', { kind: 'portal-deleted' }, 0],
    ['a redirect nobody confirms', { kind: 'redirect' }, 1],
  ])('(%s) is left alone, keeps its messages, and goes on by itself', (_name, fault, exchanges) =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      const exchanged = await countExchanges(scene);
      portal.fault.rest({ ...fault, times: 1_000 });
      const said = Array.from({ length: 5 }, (_, at) => sayToAssistant(scene.bridge, `Вопрос ${at}`));
      await until(async () => (await stateOf(scene)) === 'suspended');
      await until(async () => (await exchanged()) === exchanges);
      // Tried again and again: nobody calls, nobody refreshes.
      await tryAll(scene);
      const before = calls(scene);
      for (let round = 0; round < 3; round += 1) await tryAll(scene);
      expect(calls(scene)).toBe(before);
      expect(await exchanged()).toBe(exchanges);
      // After five minutes one call finds out that nothing has changed.
      await endHold(scene);
      await hurry(scene);
      await until(() => calls(scene) > before);
      await tryAll(scene);
      expect(calls(scene) - before).toBeLessThanOrEqual(2);
      expect(await exchanged()).toBeLessThanOrEqual(exchanges * 2);
      expect(await stateOf(scene)).toBe('suspended');
      expect(said.some((one) => one.isAnswered())).toBe(false);
      // And after another five that it works again.
      portal.fault.clear();
      await endHold(scene);
      await until(async () => {
        // A lane that was just being put off when all were woken comes back within a minute.
        await hurry(scene);
        return said.every((one) => one.isAnswered());
      });
      await everythingDone(portal, scene.probe);
      expect(await stateOf(scene)).toBe('installed');
      expect(await givenUp(scene)).toBe(0);
      for (const [at, { chatId }] of said.entries()) expect(answersIn(portal, chatId)).toEqual([`Вопрос ${at}`]);
    }),
  );

  it.concurrent('goes on at once when it tells that it has paid', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      portal.fault.rest({ kind: 'error', error: 'PAYMENT_REQUIRED', status: 401, times: 1_000 });
      const said = sayToAssistant(scene.bridge, 'Оплатим?');
      await until(async () => (await stateOf(scene)) === 'suspended');
      portal.fault.clear();
      portal.renewPayment();
      await until(() => said.isAnswered());
      expect(await stateOf(scene)).toBe('installed');
    }));
});

describe('a method that one portal refuses', () => {
  it.concurrent('is no matter of its account: the message becomes a dead letter, and the next one is answered', () =>
    withInstalled({}, async (scene) => {
      const { portal } = scene.bridge;
      const method = 'imbot.v2.Chat.Message.send';
      portal.fault.rest({ method, kind: 'error', error: 'ACCESS_DENIED', status: 403, times: 1 });
      sayToAssistant(scene.bridge, 'Нельзя');
      await until(async () => (await givenUp(scene)) === 1);
      expect(await stateOf(scene)).toBe('installed');
      const said = sayToAssistant(scene.bridge, 'Можно');
      await until(() => said.isAnswered());
    }));
});

describe('a refresh whose process died', () => {
  it.concurrent('keeps others away until its lease ends, and is named when the pair turns out to be dead', () => {
    const log = captureLog();
    return withInstalled({ log: log.log }, async (scene) => {
      const { portal } = scene.bridge;
      await scene.probe.rows(
        `update portal_token set refreshing_by = gen_random_uuid(), refreshing_until = now() + interval '1 hour'`,
      );
      portal.fault.oauth({ kind: 'invalid_grant', times: 1_000 });
      portal.expireTokens();
      const said = sayToAssistant(scene.bridge, 'Кто-нибудь есть?');
      const waits = `select count(*) from outbox where outcome = 'bitrix24.refresh_waits'`;
      await until(async () => (await scene.probe.count(waits)) === 1);
      expect(await stateOf(scene)).toBe('installed');
      await scene.probe.rows('update portal_token set refreshing_until = now()');
      await hurry(scene);
      await until(async () => (await stateOf(scene)) === 'disconnected');
      expect(log.text()).toMatch(/tokens were being exchanged at .* when the answer or the process was lost/);
      portal.fault.clear();
      expect((await portal.openAppPage()).status).toBe(200);
      await until(() => said.isAnswered());
    });
  });
});
