/** Many customers write at once to a portal with the documented limits. Counts and order are judged here; times are in the bench. */
import { describe, expect, it } from 'vitest';
import { escapeBb } from '../../../src/core/markup/bb-escape.ts';
import { until } from '../../support/bridge.ts';
import {
  belief,
  expectAnsweredOnce,
  rate,
  refusals,
  sayAll,
  send,
  sends,
  small,
  useUp,
} from '../../support/busy-portal.ts';
import { sayToAssistant, withInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, sendKeys } from '../../support/talk.ts';
import { startTwoPortals } from '../../support/two-portals.ts';

describe('a portal that many customers write to at once', () => {
  it.concurrent('is answered alone while the budget has room and in batches afterwards: once, and within its limit', () =>
    withInstalled({ portal: { rate }, settings: belief }, async (own) => {
      const before = own.bridge.portal.calls().length;
      const said = sayAll(own, 120);
      await expectAnsweredOnce(own, said);
      const calls = own.bridge.portal.calls().slice(before);
      const requests = calls.filter(({ inBatch, method }) => !inBatch && method !== 'imbot.chat.sendtyping');
      const batches = requests.filter(({ method }) => method === 'batch');
      expect(batches.length).toBeGreaterThan(0);
      // Greeting and answer of 120 people in far fewer requests.
      expect(requests.length).toBeLessThan(120);
      expect(refusals(own)).toEqual([]);
      expect(sendKeys(own.bridge.portal).length).toBe(new Set(sendKeys(own.bridge.portal)).size);
    }));

  it.concurrent('gets the messages of each dialog in order, whatever travels with them', () =>
    withInstalled({ ...small, portal: { ...small.portal, orderedDelivery: true } }, async (own) => {
      const said = sayAll(own, 10, 'слово');
      const more = 4;
      for (let turn = 1; turn <= more; turn += 1)
        for (const { userId, text } of said) sayToAssistant(own.bridge, `${text}.${turn}`, userId);
      await until(() =>
        said.every(({ chatId, text }) => answersIn(own.bridge.portal, chatId).includes(`${text}.${more}`)),
      );
      await everythingDone(own.bridge.portal, own.probe);
      for (const { chatId, text } of said) {
        const turns = Array.from({ length: more }, (_, at) => `${text}.${at + 1}`);
        expect(answersIn(own.bridge.portal, chatId)).toEqual([text, ...turns]);
      }
      expect(sends(own).some(({ inBatch }) => inBatch)).toBe(true);
      expect(refusals(own)).toEqual([]);
    }));

  it.concurrent('is not asked to show who types while answers wait, and trace can tell', () =>
    withInstalled(small, async (own) => {
      await useUp(own);
      const [installed] = await own.probe.rows('select portal from portal');
      const portal = installed?.['portal'];
      const lane = (
        await own.probe.rows(`select key from lane where key like 'bridge_assistant/%>portal' limit 1`)
      )[0]?.['key'];
      await own.probe.rows(
        `with l as (update lane set seq = seq + 1, ready_at = now() where portal = '${String(portal)}' and queue = 'outbox' and key = '${String(lane)}' returning portal, key, seq)
         insert into outbox (portal, lane, seq, key, target, bot_code, dialog_id, trace, action)
         select portal, key, seq, gen_random_uuid(), 'portal', 'bridge_assistant', '1', 'a-trace', '{"type":"typing"}' from l`,
      );
      await until(
        async () => (await own.probe.count(`select count(*) from outbox where outcome = 'portal_busy'`)) === 1,
      );
      const typed = own.bridge.portal.calls().filter(({ method }) => method === 'imbot.chat.sendtyping');
      expect(typed).toEqual([]);
      expect(await own.probe.rows(`select state from outbox where outcome = 'portal_busy'`)).toEqual([
        { state: 'dropped' },
      ]);
    }));

  it.concurrent('never shows one dialog what belongs to another, and takes huge messages alone', () =>
    withInstalled(small, async (own) => {
      await useUp(own);
      const texts = [
        '$result[c0][id]',
        '$result[c0]',
        'обычный',
        'ещё один',
        'Ж'.repeat(19_000),
        'Ш'.repeat(19_000),
        'конец',
      ];
      const said = texts.map((text) => ({ ...sayToAssistant(own.bridge, text), text: escapeBb(text) }));
      await expectAnsweredOnce(own, said);
      const referring = sends(own).filter(({ params }) => JSON.stringify(params).includes('$result'));
      expect(referring.map(({ inBatch }) => inBatch)).toEqual([false, false]);
    }));
});

describe('a batch', () => {
  it.concurrent('of which the portal refuses one call does not touch the others', () =>
    withInstalled(small, async (own) => {
      await useUp(own);
      own.bridge.portal.fault.rest({ method: send, inBatch: true, kind: 'error', error: 'WRONG_REQUEST', times: 1 });
      const said = sayAll(own, 8);
      await until(async () => (await own.probe.count(`select count(*) from outbox where state = 'dead_letter'`)) === 1);
      await everythingDone(own.bridge.portal, own.probe);
      const answered = said.filter(({ chatId, text }) => answersIn(own.bridge.portal, chatId).includes(text));
      const [dead] = await own.probe.rows(
        `select outcome, action->>'text' as text from outbox where state = 'dead_letter'`,
      );
      expect(dead?.['outcome']).toBe('bitrix24.WRONG_REQUEST');
      // The refused one may be somebody's greeting.
      expect(answered.length).toBe(said.some(({ text }) => text === dead?.['text']) ? 7 : 8);
    }));

  it.concurrent('that the portal dies in the middle of is completed later, without a double', () =>
    withInstalled(small, async (own) => {
      await useUp(own);
      // Two calls are made, the third ends the process.
      for (const kind of ['slow-inside', 'slow-inside', 'die-inside'] as const)
        own.bridge.portal.fault.rest({ method: send, inBatch: true, kind, ms: 1, times: 1 });
      await expectAnsweredOnce(own, sayAll(own, 9));
      // Those that had been made were asked for again, and the portal knew them.
      expect(sendKeys(own.bridge.portal).length).toBeGreaterThan(new Set(sendKeys(own.bridge.portal)).size);
    }));
});

describe('another portal', () => {
  it('is answered although the first one has nothing left of its budget', async () => {
    const own = await startTwoPortals({
      first: { rate },
      settings: { B24_RATE_PER_SECOND: '1000', B24_RATE_BURST: '1000' },
    });
    try {
      const page = await own.bridge.portal.openInstallPage();
      expect(page.status).toBe(200);
      await until(() => own.bridge.portal.bindings().some(({ event }) => event === 'ONAPPUNINSTALL'));
      own.bridge.portal.finishInstall();
      await own.installOther();
      await everythingDone(own.bridge.portal, own.probe);
      const loud = own.bridge.portal;
      const found = await own.probe.rows(`select portal from portal where domain = '${loud.domain}'`);
      const member = String(found[0]?.['portal']);
      await own.probe.rows(`update portal set rate_per_second = 0.0001, rate_burst = 1 where portal = '${member}'`);
      await own.probe.rows(`update rate_limit set level = 1, updated_at = now() where portal = '${member}'`);
      const waiting = sayAll(own, 80);
      await until(
        async () =>
          (await own.probe.count(`select count(*) from outbox where portal = '${member}' and state = 'waiting'`)) >= 80,
      );
      const bot = own.other.bots().find(({ code }) => code === 'bridge_assistant');
      const employee = own.other.addEmployee({ name: 'Тихий Сосед' }).id;
      const { chatId } = own.other.employeeWritesPrivate(employee, bot?.id ?? 0, 'Меня слышно?');
      await until(() => answersIn(own.other, chatId).includes('Меня слышно?'));
      expect(waiting.filter((one) => one.isAnswered())).toEqual([]);
    } finally {
      await own.close();
    }
  });
});
