import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { until } from '../../support/bridge.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let bridge: OwnBridge['bridge'];
let probe: OwnBridge['probe'];
let bot: SeenBot;

beforeAll(async () => {
  own = await startInstalled();
  ({ bridge, probe } = own);
  bot = ourBot(bridge.portal, 'assistant');
});

afterAll(() => own.close());

const inboxRows = (): Promise<number> => probe.count('select count(*) from inbox');

it('stores an event that names five thousand bots for our own, and once for all the others', async () => {
  const before = await inboxRows();
  const userId = bridge.portal.addEmployee({ name: 'Щедрый' }).id;
  const body = privateMessageBody(bridge.portal, bot, { userId, messageId: '9900001', text: 'Кому это?' });
  const others = Array.from(
    { length: 5_000 },
    (_, index) => `data%5BBOT%5D%5B${70_000 + index}%5D%5BBOT_ID%5D=${70_000 + index}`,
  );
  expect((await postEvent(bridge.url, `${body}&${others.join('&')}`)).status).toBe(200);
  expect(await inboxRows()).toBe(before + 2);
  await until(() => answersIn(bridge.portal, bridge.portal.privateChatId(userId, bot.id) ?? 0).includes('Кому это?'));
  await everythingDone(bridge.portal, probe);
  expect(await probe.rows(`select state, outcome from inbox_history where lane = '/unknown-bot'`)).toEqual([
    { state: 'dropped', outcome: 'unknown_bot' },
  ]);
});

it('hands an event of somebody else’s bot to none of ours', async () => {
  const before = await inboxRows();
  const userId = bridge.portal.addEmployee({ name: 'Чужой' }).id;
  const stranger = { id: 77_777, code: 'somebody_elses' };
  const body = privateMessageBody(bridge.portal, stranger, { userId, messageId: '9900002', text: 'Не вам' });
  expect((await postEvent(bridge.url, body)).status).toBe(200);
  expect(await inboxRows()).toBe(before + 1);
  await everythingDone(bridge.portal, probe);
  expect(
    await probe.count("select count(*) from outbox where trace in (select trace from inbox where subject = '9900002')"),
  ).toBe(0);
});

it('takes in the event of a bot that another process has registered a moment ago', async () => {
  const code = 'fresh_bot';
  await probe.rows(
    `insert into bot (portal, code, bot_id, type, name, brain, state)
     select portal, '${code}', '88888', 'B', 'Fresh', brain, 'registered' from bot limit 1 returning code`,
  );
  const userId = bridge.portal.addEmployee({ name: 'Быстрый' }).id;
  const body = privateMessageBody(
    bridge.portal,
    { id: 88_888, code },
    { userId, messageId: '9900003', text: 'Уже здесь?' },
  );
  // Longer than a doubted entry is left alone, shorter than one is believed.
  const lane = `${code}/${userId}`;
  await until(async () => {
    await postEvent(bridge.url, body.replace('9900003', `99${Math.floor(performance.now())}`));
    return (await probe.count(`select count(*) from inbox where lane = '${lane}'`)) > 0;
  });
  expect(await probe.count(`select count(*) from inbox where lane = '${lane}'`)).toBeGreaterThan(0);
});
