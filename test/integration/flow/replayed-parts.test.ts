/** An answer of several messages, of which some failed and were replayed: the brain is told in the end what became of it as a whole. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { replay } from '../../../src/queue/by-hand/dead-letters.ts';
import { createWakeup } from '../../../src/runtime/wakeup.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

/** Too long for one message of Bitrix24. */
const longAnswer = ['one', 'two'].map((word) => `${word} ${'a'.repeat(19_000)}`).join('\n');

const { brain } = scriptBrain(
  { deliver: ({ messageId }) => Promise.resolve({ replies: [textReply(longAnswer, `r${messageId}`)] }) },
  { capabilities: { receipts: true } },
);

let own: OwnBridge;
let db: Pool;

beforeAll(async () => {
  own = await startInstalled({ brains: [brain] });
  db = openDatabase({ url: own.databaseUrl, poolSize: 2 });
});
afterAll(async () => {
  await db.destroy();
  await own.close();
});

const done = (): Promise<void> => everythingDone(own.bridge.portal, own.probe);

/** Somebody asks, and Bitrix24 refuses so many of the messages that make up the answer. Returns the brain's id of the answer. */
async function askRefusing(times: number): Promise<string> {
  const { portal } = own.bridge;
  const userId = portal.addEmployee({ name: 'Ирина Вопрошаева' }).id;
  const assistant = ourBot(portal, 'assistant').id;
  portal.employeeWritesPrivate(userId, assistant, 'Hello');
  await done();
  portal.fault.rest({ method: 'imbot.v2.Chat.Message.send', kind: 'error', error: 'ACCESS_DENIED', times });
  const { messageId } = portal.employeeWritesPrivate(userId, assistant, 'How?');
  await done();
  return `r${messageId}`;
}

/** Replays the dead letter that is this part of the answer. */
async function replayPart(answer: string, index: number): Promise<void> {
  const [row] = await own.probe.rows(
    `select lane, seq::int as seq from outbox where state = 'dead_letter' and action->>'remoteMessageId' = $1
       and action->'part'->>'index' = $2`,
    [answer, String(index)],
  );
  const wakeups = { inbox: createWakeup(), outbox: createWakeup() };
  const id = { portal: own.bridge.portal.memberId, queue: 'outbox' as const };
  await replay({ db, wakeups }, { ...id, lane: String(row?.['lane']), seq: Number(row?.['seq']) });
}

/** Whether each receipt that the brain was sent says "it was shown", in order. */
async function receiptsOf(answer: string): Promise<boolean[]> {
  const rows = await own.probe.rows(
    "select action->>'error' as error from outbox where action->>'type' = 'receipt' and action->>'remoteMessageId' = $1 order by seq",
    [answer],
  );
  return rows.map(({ error }) => error === null);
}

describe('an answer of two messages', () => {
  it('of which the first failed is told as shown when that one is replayed', async () => {
    const answer = await askRefusing(1);
    expect(await receiptsOf(answer)).toEqual([false]);
    await replayPart(answer, 0);
    await done();
    expect(await receiptsOf(answer)).toEqual([false, true]);
  });

  it('that failed is told as shown when both are replayed, and not before', async () => {
    const answer = await askRefusing(2);
    expect(await receiptsOf(answer)).toEqual([false]);
    await replayPart(answer, 1);
    await done();
    expect(await receiptsOf(answer)).toEqual([false, false]);
    await replayPart(answer, 0);
    await done();
    expect(await receiptsOf(answer)).toEqual([false, false, true]);
  });
});
