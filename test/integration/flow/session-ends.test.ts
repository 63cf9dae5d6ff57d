/** A brain gives an Open Channel session away or closes it, while people may have taken it without a word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrainEvent, textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone, ourBot } from '../../support/talk.ts';
import { quickTimings } from '../../support/timings.ts';

/** Does what the customer says; what happens before, in the test. */
let meanwhile: () => void = () => {};
const brain = scriptBrain({
  deliver({ text }) {
    meanwhile();
    meanwhile = () => {};
    const event = text.startsWith('{') ? (JSON.parse(text) as BrainEvent) : null;
    return Promise.resolve({ replies: event === null ? [] : [event] });
  },
});

let own: OwnBridge;
let otherLine: number;

beforeAll(async () => {
  // The test changes a bot's row: what the app has read of it is not believed for long.
  own = await startOwnBridge({ brains: [brain.brain], timings: quickTimings });
  await install(own.bridge);
  await done();
  await own.probe.rows(`update bot set call_person_minutes = 1, turns_per_minute = 2 where code = 'bridge_line'`);
  otherLine = own.bridge.portal.addLine({ name: 'Сервис' }).id;
});
afterAll(() => own.close());

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

async function talk(left: 'close' | 'queue' = 'close') {
  const { portal } = own.bridge;
  const operatorId = portal.addEmployee({ name: 'Ольга Операторова' }).id;
  const personId = portal.addEmployee({ name: 'Пётр Нужный' }).id;
  const botId = ourBot(portal, 'line').id;
  const lineId = portal.addLine({ name: 'Поддержка', botId, left, queue: [operatorId] }).id;
  const clientId = portal.addClient({ name: 'Кирилл', lineId }).id;
  const { chatId } = portal.clientWrites(clientId, 'Начало');
  await done();
  const order = async (event: BrainEvent): Promise<void> => {
    portal.clientWrites(clientId, JSON.stringify(event));
    await done();
  };
  return { portal, operatorId, personId, chatId, order, leader: () => portal.operatorOf(chatId) };
}

const outcomesIn = async (chatId: number): Promise<unknown[]> => {
  const rows = await own.probe.rows(
    `select outcome from outbox where dialog_id = $1 and action->>'type' in ('handover', 'finish') order by seq`,
    [`chat${chatId}`],
  );
  return rows.map(({ outcome }) => outcome);
};

describe('a brain that hands over', () => {
  it('gives the customer to the operators of the line', async () => {
    const { order, leader, operatorId } = await talk();
    await order({ type: 'handover', note: null });
    expect(leader()).toBe(operatorId);
  });

  it('gives the customer to the person it names', async () => {
    const { order, leader, personId } = await talk();
    await order({ type: 'handover', note: null, to: { type: 'person', userId: String(personId) } });
    expect(leader()).toBe(personId);
  });

  it('gives the customer to another line', async () => {
    const { portal, order, chatId } = await talk();
    await order({ type: 'handover', note: null, to: { type: 'line', lineId: String(otherLine) } });
    expect(portal.messages(chatId).some(({ text }) => text.includes('«Сервис»'))).toBe(true);
  });

  it.each([
    ['a person who does not exist', { type: 'person', userId: '999999' }],
    ['a line that does not exist', { type: 'line', lineId: '999999' }],
  ] as const)('to %s gives the customer to the operators of the line', async (_, to) => {
    const { order, leader, operatorId, chatId } = await talk();
    await order({ type: 'handover', note: null, to });
    expect(leader()).toBe(operatorId);
    expect(await outcomesIn(chatId)).toEqual(['done+without_receiver']);
  });

  it('to what is no id at all gives the customer to the operators too', async () => {
    const { order, leader, operatorId, chatId } = await talk();
    await order({ type: 'handover', note: null, to: { type: 'person', userId: '1 or 1=1' } });
    expect(leader()).toBe(operatorId);
    expect(await outcomesIn(chatId)).toEqual(['done']);
  });

  it.each(['close', 'queue'] as const)('does not take the session from a person (%s)', async (left) => {
    const { portal, order, leader, operatorId, personId, chatId } = await talk(left);
    meanwhile = () => portal.operatorJoins(chatId, operatorId);
    await order({ type: 'handover', note: null, to: { type: 'person', userId: String(personId) } });
    expect(leader()).toBe(operatorId);
    expect(await outcomesIn(chatId)).toEqual(['done+without_effect']);
  });
});

describe('a brain that finishes', () => {
  it('closes the session', async () => {
    const { order, leader } = await talk();
    await order({ type: 'finish' });
    expect(leader()).toBeNull();
  });

  it.each(['close', 'queue'] as const)(
    'does not close it on a person who took it without a word (%s)',
    async (left) => {
      const { portal, order, leader, operatorId, chatId } = await talk(left);
      meanwhile = () => portal.operatorJoins(chatId, operatorId);
      await order({ type: 'finish' });
      expect(leader()).toBe(operatorId);
      expect(await outcomesIn(chatId)).toEqual(['done+without_effect']);
    },
  );
});

describe('a machine that answers the brain', () => {
  it('is given to the operators when it has been answered as often as the bot was told', async () => {
    const { portal, chatId, order, leader, operatorId } = await talk();
    for (const text of ['Раз', 'Два', 'Три']) await order(textReply(text));
    expect(leader()).toBe(operatorId);
    const shown = botTalk(portal, chatId).map(({ text }) => text);
    expect(shown.filter((text) => ['Раз', 'Два', 'Три', 'Зову коллегу.'].includes(text))).toEqual([
      'Раз',
      'Два',
      'Зову коллегу.',
    ]);
    const [last] = await own.probe.rows(
      `select outcome from inbox_history where outcome = 'paused_too_many_turns' limit 1`,
    );
    expect(last).toBeDefined();
  });
});

describe('a brain that does not answer', () => {
  it('loses the customer to the operators after the time the bot was told, and the customer hears it', async () => {
    const { portal, chatId, leader, operatorId } = await talk();
    expect(leader()).toBe(ourBot(portal, 'line').id);
    await own.probe.rows(
      `update conversation set waiting_since = now() - interval '2 minutes' where waiting_since is not null`,
    );
    await own.probe.rows(`update lane set ready_at = now() where key like '%>silence>later' and ready_at < 'infinity'`);
    await until(() => leader() === operatorId);
    await done();
    expect(botTalk(portal, chatId).map(({ text }) => text)).toContain('Простите за ожидание, зову коллегу.');
  });
});
