/** What the server behind signed webhooks is asked apart from messages: by an administrator, by `/ask` in a chat, and by its own follow-ups. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HeardEvent } from '../../../sandbox/webhook/event-shapes.ts';
import { undocumentedTraffic } from '../../support/webhook-documents.ts';
import { type Person, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

let stage: WebhookStage;
let person: Person;
let ref: string;

beforeAll(async () => {
  stage = await startWebhookStage();
});
// The server knows the conversation, and answers in the call from then on.
beforeEach(async () => {
  stage.server.way = 'in-call';
  person = stage.person();
  person.write('начало');
  await stage.done();
  ref = person.ref();
});
afterEach(() => {
  expect(undocumentedTraffic(stage.server)).toEqual([]);
});
afterAll(() => stage.close());

type Asked = HeardEvent & { readonly type: 'request.created' };

/** The requests that the server was sent in this test's conversation. */
function asked(): readonly Asked['data']['request'][] {
  return stage.server.heard.flatMap(({ event }) =>
    event.type === 'request.created' && event.data.conversation === ref ? [event.data.request] : [],
  );
}

const cli = (...words: string[]) => runCli(environmentOf(stage), words);
const name = (): string => `bridge_assistant/${person.id}`;
const waiting = async (): Promise<string[]> => {
  const list = await cli('follow-ups', 'list', name(), '--json');
  return list.json<{ followUps: { id: string }[] }>().followUps.map(({ id }) => id);
};
/** The time of this conversation's follow-ups comes. */
const due = () => stage.probe.rows('update follow_up set due_at = now() where dialog_id = $1', [String(person.id)]);

it('is sent the request of an administrator, and answers in the conversation', async () => {
  expect((await cli('requests', 'send', name(), 'ask', 'text=подведи итог')).err).toBe('');
  await expect.poll(() => person.answers()).toEqual(['re: начало', 're: подведи итог']);
  expect(asked()).toMatchObject([{ text: 'подведи итог', by: 'person', author: null }]);
});

it('is sent what an employee types after /ask, and not as a message', async () => {
  person.write('/ask что нового?');
  await expect.poll(() => person.answers()).toEqual(['re: начало', 're: что нового?']);
  const author = { id: String(person.id), name: 'Вера Вебхукова', kind: 'employee' };
  expect(asked()).toMatchObject([{ text: 'что нового?', by: 'person', author }]);
  const messages = stage.server.heard.filter(({ event }) => event.type === 'message.created');
  expect(JSON.stringify(messages)).not.toContain('что нового?');
});

it('is sent nothing for /ask alone: the chat shows how it is used', async () => {
  person.write('/ask');
  await stage.done();
  expect(person.answers().at(-1)).toContain('/ask');
  expect(asked()).toEqual([]);
});

it('is sent its follow-up once when it is due, in place of one with the same id, and none that it has cancelled', async () => {
  const followUp = (id: string, text: string) => ({ type: 'follow_up', id, afterSeconds: 3_600, text });
  await stage.server.post(ref, [followUp('remind', 'напомнить'), followUp('other', 'лишнее')]);
  await stage.server.post(ref, [followUp('remind', 'всё ещё нужно?'), { type: 'follow_up.cancel', id: 'other' }]);
  await stage.done();
  expect(await waiting()).toEqual(['remind']);
  expect(asked()).toEqual([]);
  await due();
  await expect.poll(() => person.answers()).toEqual(['re: начало', 're: всё ещё нужно?']);
  await stage.done();
  expect(asked()).toMatchObject([{ id: 'remind', text: 'всё ещё нужно?', by: 'follow_up', author: null }]);
  expect(await waiting()).toEqual([]);
});

it('is sent a follow-up again, and answers once, when the first call was lost', async () => {
  await stage.server.post(ref, [{ type: 'follow_up', id: 'lost', afterSeconds: 60, text: 'ещё раз' }]);
  await stage.done();
  stage.server.faults.order({ kind: 'late', times: 1 });
  await due();
  await expect.poll(() => person.answers()).toEqual(['re: начало', 're: ещё раз']);
  await stage.done();
  expect(person.answers()).toHaveLength(2);
});
