import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { install, until } from '../../support/bridge.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { answersIn, botTalk, everythingDone, ourBot } from '../../support/talk.ts';
import { startTwoPortals, type TwoPortals } from '../../support/two-portals.ts';

let two: TwoPortals;
let portals: readonly SandboxPortal[];

beforeAll(async () => {
  two = await startTwoPortals();
  await install(two.bridge);
  await two.installOther();
  portals = [two.bridge.portal, two.other];
  for (const portal of portals) await everythingDone(portal, two.probe);
});

afterAll(() => two.close());

describe('two portals with one app', () => {
  it('each get their own answers, although users, bots and dialogs have the same numbers', async () => {
    const said = portals.map((portal, at) => {
      const userId = portal.addEmployee({ name: 'Тёзка' }).id;
      const { chatId } = portal.employeeWritesPrivate(userId, ourBot(portal, 'assistant').id, `Портал ${at}`);
      return { portal, userId, chatId, text: `Портал ${at}` };
    });
    expect(said[0]?.userId).toBe(said[1]?.userId);
    await until(() => said.every(({ portal, chatId, text }) => answersIn(portal, chatId).includes(text)));
    for (const portal of portals) await everythingDone(portal, two.probe);
    for (const { portal, chatId, text } of said) expect(answersIn(portal, chatId)).toEqual([text]);
    expect(await two.probe.count('select count(*) from conversation')).toBe(2);
  });

  it('refuse events with the token of the other', async () => {
    const [first, second] = portals as readonly [SandboxPortal, SandboxPortal];
    const bot = ourBot(first, 'assistant');
    const mixed = { memberId: first.memberId, applicationToken: second.applicationToken };
    const body = privateMessageBody(mixed, bot, { userId: 1, messageId: '1', text: 'чужой' });
    expect((await postEvent(two.bridge.url, body)).status).toBe(403);
  });

  it('do not slow each other: one that hangs leaves the other answered', async () => {
    const [first, second] = portals as readonly [SandboxPortal, SandboxPortal];
    first.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'hang', times: 10 });
    const userIds = Array.from({ length: 10 }, () => first.addEmployee({ name: 'Ждущий' }).id);
    for (const userId of userIds) first.employeeWritesPrivate(userId, ourBot(first, 'assistant').id, 'жду');
    const userId = second.addEmployee({ name: 'Быстрый' }).id;
    const { chatId } = second.employeeWritesPrivate(userId, ourBot(second, 'assistant').id, 'быстро');
    await until(() => answersIn(second, chatId).length > 0);
    expect(answersIn(second, chatId)).toEqual(['быстро']);
  });

  it('survive each other: removing the app from one leaves the other as it was', async () => {
    const [first, second] = portals as readonly [SandboxPortal, SandboxPortal];
    first.fault.clear();
    // The log of calls is written a moment later than they are made.
    const counts = async () => ({ ...(await two.probe.rowCounts(second.memberId)), rest_log: null });
    const before = await counts();
    first.uninstallApp({ clean: true });
    await until(async () => (await two.probe.count('select count(*) from portal')) === 1);
    expect(await counts()).toEqual(before);
    const userId = second.addEmployee({ name: 'Оставшийся' }).id;
    const { chatId } = second.employeeWritesPrivate(userId, ourBot(second, 'assistant').id, 'мы здесь');
    await until(() => answersIn(second, chatId).includes('мы здесь'));
    expect(botTalk(second, chatId).length).toBe(2);
  });
});
