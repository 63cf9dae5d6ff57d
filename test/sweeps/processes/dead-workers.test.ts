/** Workers that die or stand still with lanes in their hands. A lease lasts a minute: a worker that waits for its end waits longer than these tests. */
import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type ProcessStage, withStage } from '../../support/process-stage.ts';
import { answersIn, ourBot, sendKeys } from '../../support/talk.ts';

/** Lets somebody say something whose answer hangs inside the portal, and waits until the app has asked for it. */
async function hangingAnswer({ portal, probe }: ProcessStage): Promise<{ readonly answers: () => string[] }> {
  const bot = ourBot(portal, 'assistant');
  const userId = portal.addEmployee({ name: 'Ждущая Жанна' }).id;
  const { chatId } = portal.employeeWritesPrivate(userId, bot.id, 'привет');
  await until(() => answersIn(portal, chatId).length === 1);
  await probe.quiet();
  portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 1 });
  portal.employeeWritesPrivate(userId, bot.id, 'ещё здесь?');
  await until(
    async () =>
      (await probe.count(`select count(*) from lane where locked_by is not null and key like '%>portal'`)) > 0,
  );
  await until(() => portal.deliveries().length > 1);
  return { answers: () => answersIn(portal, chatId) };
}

/** Less than the minute of a lease: a worker that waited for that would not be in time. */
const within = 50_000;

describe('a dialog whose worker is killed', () => {
  it.concurrent('goes on when the app is started again', () =>
    withStage(async (stage) => {
      const app = await stage.start();
      await stage.install();
      const { answers } = await hangingAnswer(stage);
      await app.end('SIGKILL');
      stage.portal.fault.clear();
      await stage.start();
      await until(() => answers().length === 2, within);
      expect(answers()).toEqual(['привет', 'ещё здесь?']);
      expect(await stage.probe.count('select count(*) from worker')).toBe(1);
    }));

  it.concurrent('goes on in another process that lives', () =>
    withStage(async (stage) => {
      const web = await stage.start({ ROLES: 'web' });
      const first = await stage.start({ ROLES: 'web,worker' }, await freePort());
      await stage.install();
      const { answers } = await hangingAnswer(stage);
      await stage.start({ ROLES: 'web,worker' }, await freePort());
      await first.end('SIGKILL');
      stage.portal.fault.clear();
      await until(() => answers().length === 2, within);
      expect(answers()).toEqual(['привет', 'ещё здесь?']);
      expect(await stage.probe.count('select count(*) from worker')).toBe(1);
      await web.end('SIGTERM');
    }));

  it.concurrent('leaves no worker behind that was stopped properly', () =>
    withStage(async ({ start, probe }) => {
      const app = await start();
      expect(await probe.count('select count(*) from worker')).toBe(1);
      expect((await app.end('SIGTERM')).code).toBe(0);
      expect(await probe.count('select count(*) from worker')).toBe(0);
    }));
});

describe('a worker that loses its proof of life and lives', () => {
  it.concurrent('proves it again, and its dialogs are answered once and in order', () =>
    withStage(async (stage) => {
      const { portal, probe } = stage;
      await stage.start();
      await stage.install();
      portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'slow-inside', ms: 30, times: 1_000_000 });
      const bot = ourBot(portal, 'assistant');
      const userId = portal.addEmployee({ name: 'Терпеливый Тарас' }).id;
      const wanted: string[] = [];
      for (let number = 0; number < 20; number += 1) {
        wanted.push(`№${number}`);
        portal.employeeWritesPrivate(userId, bot.id, `№${number}`);
        await portal.idle();
        await probe.rows(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'bot-bridge worker' and datname = current_database()`,
        );
      }
      const chatId = portal.privateChatId(userId, bot.id) ?? 0;
      await until(() => answersIn(portal, chatId).length === wanted.length, within);
      expect(answersIn(portal, chatId)).toEqual(wanted);
      await until(async () => (await probe.count('select count(*) from worker')) === 1);
    }));
});

describe('a worker that stands still with a lane in its hands', () => {
  it.concurrent('does not send what another has taken over when it goes on', () =>
    withStage(async (stage) => {
      const { portal, probe } = stage;
      await stage.start({ ROLES: 'web' });
      const still = await stage.start({ ROLES: 'web,worker' }, await freePort());
      await stage.install();
      const { answers } = await hangingAnswer(stage);
      still.signal('SIGSTOP');
      portal.fault.clear();
      await stage.start({ ROLES: 'web,worker' }, await freePort());
      // As if its minute were over.
      await probe.endLeases();
      await until(() => answers().length === 2, within);
      await probe.quiet();
      still.signal('SIGCONT');
      expect((await still.end('SIGTERM')).code).toBe(0);
      await probe.quiet();
      expect(answers()).toEqual(['привет', 'ещё здесь?']);
      expect(new Set(sendKeys(portal)).size).toBe(3);
      expect(await probe.rows(`select outcome from outbox where state in ('dead_letter', 'unknown')`)).toEqual([]);
    }));
});

describe('an event that ends its process each time', () => {
  it.concurrent('becomes a dead letter, and its dialog goes on', () =>
    withStage(async (stage) => {
      const { portal, probe } = stage;
      const app = await stage.start();
      await stage.install();
      const bot = ourBot(portal, 'assistant');
      const userId = portal.addEmployee({ name: 'Роковая Раиса' }).id;
      portal.employeeWritesPrivate(userId, bot.id, 'привет');
      await portal.idle();
      await probe.quiet();
      await app.end('SIGTERM');
      const web = await stage.start({ ROLES: 'web' });
      const { chatId } = portal.employeeWritesPrivate(userId, bot.id, 'рок');
      portal.employeeWritesPrivate(userId, bot.id, 'дальше');
      await portal.idle();
      // As ten workers would have left it that it ended.
      await probe.rows(`update lane set attempts = 10 where queue = 'inbox' and seq > done`);
      await web.end('SIGTERM');
      await stage.start();
      await until(() => answersIn(portal, chatId).includes('дальше'), within);
      expect(answersIn(portal, chatId)).not.toContain('рок');
      const dead = await probe.rows(`select outcome from inbox_history where state = 'dead_letter'`);
      expect(dead).toEqual([{ outcome: 'inbox.attempts_used_up' }]);
    }));
});
