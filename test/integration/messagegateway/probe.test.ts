import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeAnswer } from '../../../sandbox/messagegateway/changed-answer.ts';
import { until } from '../../support/bridge.ts';
import { type LineTalk, type MgStage, openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';
import { type ProbeReport, probeStage } from '../cli/probe-report.ts';

let stage: MgStage;
let talk: LineTalk;
let change: ChangeAnswer = (_call, answer) => answer;

beforeAll(async () => {
  stage = await startMgStage({ gateway: { changeAnswer: (call, answer) => change(call, answer) } });
  talk = await openLineTalk(stage, 'Здравствуйте, я Пётр Секретов, +7 999 123-45-67');
  await stage.gateway.managerAnswers(talk.mgChat, 'Пётр, ваш код 445566');
  await until(() => talk.shown().length > 0);
  await stage.done();
});
afterAll(() => stage.close());
beforeEach(() => {
  change = (_call, answer) => answer;
});

/** Changes every entry of a list. */
function changeEntries(path: string, work: (entry: object) => object): void {
  change = (call, answer) =>
    call.path === path && Array.isArray(answer.body) ? { ...answer, body: answer.body.map(work) } : answer;
}

const asked = ({ probed }: ProbeReport): string[] => probed.map(({ method }) => method);

describe('probe --connection of MessageGateway', () => {
  it('finds in the sandbox what the app assumes, after it has said what it will ask', async () => {
    const before = stage.gateway.messages().length;
    const report = await probeStage(stage);
    expect(report.differences).toEqual([]);
    expect(report.probed.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    for (const path of ['bots', 'my/commands', 'channels', 'users', 'chats', 'members', 'customers', 'dialogs']) {
      expect(asked(report)).toContain(`GET /api/bot/v1/${path}`);
      expect(report.told).toContain(`/api/bot/v1/${path}`);
    }
    expect(report.probed.map(({ question }) => question)).toContain(
      'Which fields do the last stored webhooks message_sent have?',
    );
    expect(stage.gateway.messages()).toHaveLength(before);
  });

  it('only reads, and keeps nothing personal and no secret', async () => {
    const before = stage.gateway.calls().length;
    const { kept, told, mode } = await probeStage(stage);
    const made = stage.gateway.calls().slice(before);
    expect(made.length).toBeGreaterThan(10);
    expect([...new Set(made.map(({ method }) => method))]).toEqual(['GET']);
    const { bot, transport } = stage.config.joined;
    const secrets = [bot.token, transport.token, stage.config.apiKey, stage.config.joined.clientId];
    const persons = ['Секретов', 'Пётр', '999 123', '445566', 'Марина', 'Менеджерова', 'Кирилл', 'Клиентов'];
    for (const one of [...secrets, ...persons]) {
      expect(kept).not.toContain(one);
      expect(told).not.toContain(one);
    }
    expect(kept).toContain('is_technical_account');
    expect(mode).toBe(0o600);
  });

  it('shows a word that nobody knows with the code that follows', async () => {
    changeEntries('/messages', (entry) => ({ ...entry, type: 'sticker', scope: 'partner' }));
    const { differences } = await probeStage(stage);
    expect(differences).toContainEqual(
      expect.objectContaining({ found: 'scope: partner', follows: expect.stringContaining('decode-webhook.ts') }),
    );
    expect(differences).toContainEqual(expect.objectContaining({ found: 'type: sticker' }));
  });

  it('shows fields that are missing, new, or of another kind', async () => {
    changeEntries('/chats', (entry) => ({
      ...entry,
      id: '9001',
      channel: null,
      'Ivan 79991234567': { tier: 1 },
      tier: 2,
    }));
    const { differences, kept } = await probeStage(stage);
    const found = differences.filter(({ question }) => question === 'What do chats look like?').map((one) => one.found);
    expect(found).toEqual(['1 of 1 not readable (id)', 'channel.id is missing in 1 of 1', 'new: <other>, tier']);
    expect(differences.every(({ follows }) => follows.includes('mg-shapes.ts'))).toBe(true);
    expect(kept).not.toContain('7999');
  });

  it('shows a method that is refused, and headers about limits', async () => {
    change = (call, answer) => {
      if (call.path === '/members') return { status: 404, body: { errors: ['Page not found'] } };
      return call.path === '/users' ? { ...answer, headers: { 'x-ratelimit-remaining': '29' } } : answer;
    };
    const { differences } = await probeStage(stage);
    expect(differences).toEqual([
      {
        question: 'What do members of chats look like?',
        found: 'messagegateway.refused (404)',
        assumed: 'an answer',
        follows: expect.stringContaining('src/brains/messagegateway/api'),
      },
      expect.objectContaining({
        found: 'x-ratelimit-remaining: 29',
        follows: expect.stringContaining('the setting callsPerSecond'),
      }),
    ]);
  });

  it('shows a list that has more than was asked for, and texts that come escaped', async () => {
    change = (call, answer) => {
      if (call.path !== '/messages' || !Array.isArray(answer.body)) return answer;
      const [entry] = answer.body;
      return {
        ...answer,
        body: Array.from({ length: 21 }, (_, id) => ({ ...entry, id: 90 - id, content: 'a &amp; b' })),
      };
    };
    const { differences, probed } = await probeStage(stage);
    expect(differences).toContainEqual(
      expect.objectContaining({ found: 'no: the list has no more entries than were asked for' }),
    );
    expect(probed.find(({ question }) => question === 'What do messages look like?')?.answer).toMatchObject({
      facts: { 'texts come HTML-escaped': true, 'without bounds the newest come first': true },
    });
  });

  it('is refused for a connection of nobody', async () => {
    await expect(probeStage({ ...stage, connection: '00000000-0000-4000-8000-000000000000' })).rejects.toThrow(
      'connection.unknown',
    );
  });
});
