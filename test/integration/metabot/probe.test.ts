import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../../support/database.ts';
import { employeeTalk, type MetabotStage, startMetabotStage } from '../../support/metabot-stage.ts';
import { probeStage } from '../cli/probe-report.ts';

let database: Awaited<ReturnType<typeof cloneDatabase>>;
let stage: MetabotStage;

beforeAll(async () => {
  database = await cloneDatabase();
  stage = await startMetabotStage(database.url, { way: 'in-call' });
  employeeTalk(stage).say('Я Пётр Секретов');
  await stage.done();
});
afterAll(async () => {
  await stage.close();
  await database.drop();
});

const conversation = (): string => [...stage.metabot.state.conversations.keys()].at(-1) ?? '';

async function post(body: object): Promise<void> {
  const answer = await fetch(stage.hook, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  await stage.done();
}

describe('probe --connection of Metabot', () => {
  it('finds in the sandbox what the app assumes', async () => {
    await post({ id: 'w1', conversation_id: conversation(), text: 'Пётр, ваш код 445566', buttons: [{ text: 'Да' }] });
    const before = stage.metabot.state.heard.length;
    const { probed, differences, told } = await probeStage(stage);
    expect(differences).toEqual([]);
    expect(probed[0]).toMatchObject({ method: 'POST /api/v1/bots/1001/call/bitrix24/message', outcome: 'ok' });
    expect(told).toContain('POST /api/v1/bots/1001/call/bitrix24/message');
    // The script was asked for nothing but the check.
    expect(stage.metabot.state.heard.slice(before)).toEqual([]);
  });

  it('shows what the webhooks have that is not known, and keeps nothing that they say', async () => {
    const first = { type: 'carousel', text: 'Ольга Тайнова', color: 'red' };
    await post({ id: 'w2', conversation_id: conversation(), replies: [first] });
    const { differences, kept } = await probeStage(stage);
    expect(differences.map(({ found }) => found)).toEqual([
      'new: replies.color',
      'replies.type: carousel',
      'no: all of every webhook could be read',
    ]);
    expect(differences.every(({ follows }) => follows.includes('answer-shapes.ts'))).toBe(true);
    for (const one of ['Секретов', 'Пётр', '445566', 'Тайнова', conversation(), stage.metabot.state.token]) {
      expect(kept).not.toContain(one);
    }
  });

  it('shows an answer that stands deeper, and a token that is refused', async () => {
    stage.metabot.state.wrapIn = 'data';
    const wrapped = await probeStage(stage);
    stage.metabot.state.wrapIn = null;
    expect(wrapped.differences[0]).toMatchObject({
      found: 'no: the answer is what the script returns, without anything around it',
      follows: expect.stringContaining('answerPath'),
    });
    const { token } = stage.metabot.state;
    Object.assign(stage.metabot.state, { token: 'another-token-of-the-bot' });
    const refused = await probeStage(stage);
    Object.assign(stage.metabot.state, { token });
    expect(refused.differences[0]).toMatchObject({
      found: expect.stringMatching(/^metabot\.token_refused \(40[13]\)$/),
      follows: expect.stringContaining('authHeader'),
    });
  });
});
