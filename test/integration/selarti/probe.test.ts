import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openSelartiTalk,
  type SelartiAppStage,
  type SelartiLineTalk,
  startSelartiStage,
} from '../../support/selarti-stage.ts';
import { probeStage } from '../cli/probe-report.ts';

let stage: SelartiAppStage;
let talk: SelartiLineTalk;

beforeAll(async () => {
  stage = await startSelartiStage();
  talk = await openSelartiTalk(stage, 'Я Пётр Секретов');
  await stage.selarti.say(talk.ref, 'Пётр, ваш код 445566');
  await stage.selarti.tag(talk.ref, 'get_contact', true, 'Записал +7 999 123-45-67');
  await stage.selarti.say(talk.ref, 'До встречи');
  await stage.done();
});
afterAll(() => stage.close());

/** What Selarti would send of the conversation, with these fields changed; undefined takes a field away. */
async function send(fields: Readonly<Record<string, unknown>>): Promise<void> {
  const last = stage.selarti.webhooks().findLast(({ chatId }) => chatId === talk.ref);
  const body = { ...(last?.body as object), ...fields };
  expect(await stage.selarti.post(JSON.stringify(body))).toBe(200);
  await stage.done();
}

describe('probe --connection of Selarti', () => {
  it('finds in the sandbox what the app assumes, and sends no message', async () => {
    const before = stage.selarti.calls().length;
    const { probed, differences, told } = await probeStage(stage);
    expect(differences).toEqual([]);
    expect(probed.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
      'POST /api/1.1/wf/auth ok',
      'stored ok',
      'stored ok',
    ]);
    expect(told).toContain('POST /api/1.1/wf/auth');
    const paths = stage.selarti.calls().slice(before);
    expect(paths.map(({ path }) => path)).toEqual(['/api/1.1/wf/auth']);
    expect(probed.at(-1)?.answer).toMatchObject({
      facts: { 'flags are repeated on later webhooks of the dialogue': true, 'message_id is sometimes empty': false },
    });
  });

  it('shows words that no setting knows, fields that are new or missing, and what is kept of them', async () => {
    await send({ message_id: 'm-1', message_type: 'нейросеть', operator: 'истина', manager_name: 'Ольга Тайнова' });
    await send({ message_id: undefined, message_text: 'Без имени', contacts: { phone: '+79991234567', Иван: 'x' } });
    const { differences, kept } = await probeStage(stage);
    expect(differences.map(({ found }) => found)).toEqual([
      'message_id is missing in 1 of 5',
      'new: manager_name',
      'message_type: нейросеть',
      'operator: истина',
      'yes: message_id is sometimes empty',
    ]);
    const follows = (found: string): string =>
      differences.find((one) => one.found.startsWith(found))?.follows ?? 'nothing';
    expect(follows('message_type')).toContain('botWords, operatorWords and userWords');
    expect(follows('operator')).toContain('yesWords');
    expect(follows('new')).toContain('src/brains/selarti/inbound/webhook.ts');
    const { apiKey, taskId } = stage.selarti;
    const personal = ['Секретов', 'Пётр', '445566', '999 123', '9991234567', 'Тайнова', 'Иван', talk.ref];
    for (const one of [apiKey, taskId, ...personal]) expect(kept).not.toContain(one);
    expect(kept).toContain('"phone": "string"');
    expect(kept).not.toContain('bot bridge: known');
  });

  it('shows a refused key with the settings to look at', async () => {
    stage.selarti.fail({ kind: 'refuse-key', times: 1 });
    const { differences } = await probeStage(stage);
    expect(differences).toContainEqual({
      question: 'What does the exchange of the API key answer?',
      found: 'selarti.key_refused (401)',
      assumed: 'an answer',
      follows: expect.stringContaining('keyField, keyPlace'),
    });
  });
});
