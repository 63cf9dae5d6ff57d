import { describe, expect, it } from 'vitest';
import { ConversationState } from '../../../../src/brains/selarti/conversation-state.ts';
import { receiveWebhook } from '../../../../src/brains/selarti/inbound/receive-webhook.ts';
import { monthlyUseOf, readMonthlyUse } from '../../../../src/brains/selarti/monthly-use.ts';
import { composeText } from '../../../../src/brains/selarti/outbound/compose-text.ts';
import { deliverText } from '../../../../src/brains/selarti/outbound/deliver-text.ts';
import { RemoteUnreachable } from '../../../../src/core/errors.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import {
  chat,
  messageOf,
  type ScriptedService,
  type SelartiStage,
  scriptedService,
  selartiStage,
  selartiWebhook,
  to,
} from '../../../support/selarti-unit.ts';

const signal = new AbortController().signal;
const cut = new RemoteUnreachable({ code: 'http.broken', message: 'cut', fate: 'unknown' });
const send = (stage: SelartiStage, text: string, key: string) => deliverText(stage, text, to, { key, signal });
const texts = ({ sent }: ScriptedService): unknown[] => sent.map(({ body }) => body['message']);
const echo = (stage: SelartiStage, text: string) =>
  receiveWebhook(selartiWebhook('user-echo', { message_text: text, message_id: `echo of ${text}` }), stage);

describe('a call of unknown fate', () => {
  it('is an error that is not repeated, without an echo', async () => {
    const stage = selartiStage(scriptedService([cut]));
    await expect(send(stage, 'hello', 'k1')).rejects.toMatchObject({ fate: 'unknown' });
  });

  it('is an error that is repeated where the setting says so', async () => {
    const stage = selartiStage(scriptedService([cut]), { withoutEcho: 'repeat' });
    await expect(send(stage, 'hello', 'k1')).rejects.toMatchObject({ fate: 'none', retry: 'backoff' });
  });

  it('has worked when its echo comes, before or after the call ends', async () => {
    const clock = createFakeClock();
    const stage = selartiStage(scriptedService([cut, cut]), { echoWaitMs: 3_000 }, { clock });
    const early = send(stage, 'first', 'k1');
    await echo(stage, ' first\n');
    expect(await early).toEqual({});
    const late = send(stage, 'second', 'k2');
    for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
    await echo(stage, 'second');
    await clock.advance(1_000);
    expect(await late).toEqual({});
    expect(stage.counted['proven_by_echo']).toBe(2);
  });

  it('is not proven by the echo of another text, nor by that of the same text sent before', async () => {
    const stage = selartiStage(scriptedService([{ status: 200 }, cut, cut]));
    await send(stage, 'yes', 'k1');
    await echo(stage, 'yes');
    await expect(send(stage, 'yes', 'k2')).rejects.toMatchObject({ fate: 'unknown' });
    await echo(stage, 'other');
    await expect(send(stage, 'no', 'k3')).rejects.toMatchObject({ fate: 'unknown' });
  });

  it('is not proven by an echo from before it was sent', async () => {
    const clock = createFakeClock();
    const stage = selartiStage(scriptedService([{ status: 200 }, { status: 200 }, cut]), {}, { clock });
    await send(stage, 'yes', 'k1');
    await send(stage, 'no', 'k2');
    await echo(stage, 'yes');
    await clock.advance(1_000);
    await expect(send(stage, 'yes', 'k3')).rejects.toMatchObject({ fate: 'unknown' });
  });
});

describe('an echo that comes again', () => {
  it('proves nothing of a later message that reads the same', async () => {
    const clock = createFakeClock();
    const stage = selartiStage(scriptedService([{ status: 200 }, { status: 200 }, cut]), {}, { clock });
    for (const [key, text] of [
      ['k1', 'yes'],
      ['k2', 'no'],
    ] as const) {
      await send(stage, text, key);
      await echo(stage, text);
      await clock.advance(1_000);
    }
    const failed = send(stage, 'yes', 'k3');
    // The webhook of the first message is repeated, because its answer was lost.
    await echo(stage, 'yes');
    await expect(failed).rejects.toMatchObject({ fate: 'unknown' });
  });
});

describe('a dialogue that Selarti has closed', () => {
  const close = (stage: SelartiStage) =>
    receiveWebhook(selartiWebhook('bot-reply', { close: true, message_id: '1721200000004x5' }), stage);

  it('is sent nothing more, because nobody would answer: a person is called', async () => {
    const service = scriptedService();
    const stage = selartiStage(service);
    await close(stage);
    const refused = await send(stage, 'hello again', 'k1');
    expect(refused.replies).toEqual([{ type: 'handover', note: expect.stringContaining('has closed the dialogue') }]);
    expect(texts(service)).toEqual([]);
    await (await ConversationState.read(stage.tools.state, to.ref)).forgetDecisions();
    expect(await send(stage, 'and again', 'k2')).toEqual({});
    expect(texts(service)).toEqual(['and again']);
  });

  it('goes on where the setting says so', async () => {
    const service = scriptedService();
    const stage = selartiStage(service, { onClose: 'nothing' });
    await close(stage);
    expect(await send(stage, 'hello again', 'k1')).toEqual({});
    expect(texts(service)).toEqual(['hello again']);
  });
});

describe('a repeated attempt', () => {
  it('sends nothing when the echo shows that the failed one had worked', async () => {
    const service = scriptedService([{ status: 500 }]);
    const stage = selartiStage(service);
    await expect(send(stage, 'hello', 'k1')).rejects.toMatchObject({ code: 'selarti.failed' });
    await echo(stage, 'hello');
    await send(stage, 'hello', 'k1');
    expect(texts(service)).toEqual(['hello']);
  });

  it('sends again otherwise, and counts once', async () => {
    const service = scriptedService([{ status: 500 }, { status: 429 }]);
    const stage = selartiStage(service);
    for (let time = 0; time < 2; time += 1) await expect(send(stage, 'hello', 'k1')).rejects.toThrow('Selarti');
    await send(stage, 'hello', 'k1');
    expect(texts(service)).toEqual(['hello', 'hello', 'hello']);
    expect(await stage.use.total()).toEqual({ sent: 1, received: 0 });
    expect(stage.counted['sent']).toBe(1);
  });

  it('goes on with the part of a long text that failed', async () => {
    const service = scriptedService([{ status: 200 }, { status: 500 }]);
    const stage = selartiStage(service, { maxMessageLength: 100 });
    const text = ['a', 'b', 'c'].map((letter) => letter.repeat(99)).join(' ');
    await expect(send(stage, text, 'k1')).rejects.toMatchObject({ code: 'selarti.failed' });
    await send(stage, text, 'k1');
    expect(texts(service).map((part) => String(part).charAt(0))).toEqual(['a', 'b', 'b', 'c']);
    expect(await stage.use.total()).toEqual({ sent: 3, received: 0 });
  });
});

describe('limits on spending', () => {
  it('call a person when the messages of the day are used up, and end at midnight', async () => {
    const clock = createFakeClock('2026-11-21T23:59:00Z');
    const service = scriptedService();
    const stage = selartiStage(service, { maxTurnsPerDay: 2 }, { clock });
    for (const key of ['k1', 'k2']) await send(stage, key, key);
    const refused = await send(stage, 'three', 'k3');
    expect(refused.replies).toEqual([{ type: 'handover', note: expect.stringContaining('limit of 2 messages a day') }]);
    expect(texts(service)).toEqual(['k1', 'k2']);
    await clock.advance(120_000);
    expect(await send(stage, 'four', 'k4')).toEqual({});
  });

  it.each([{ maxTurnsPerDay: 3 }, { maxMessagesPerMonth: 3 }])(
    'count the messages into which a long text is cut, before the first is sent (%j)',
    async (limit) => {
      const service = scriptedService();
      const stage = selartiStage(service, { ...limit, maxMessageLength: 100 });
      const long = (letter: string, count: number) => Array(count).fill(letter.repeat(99)).join(' ');
      expect(await send(stage, long('a', 2), 'k1')).toEqual({});
      expect((await send(stage, long('b', 2), 'k2')).replies).toHaveLength(1);
      expect(await send(stage, 'c', 'k3')).toEqual({});
      expect(service.sent).toHaveLength(3);
    },
  );

  it('are counted in one row of the process, however often its connector is made anew', async () => {
    const facts = new Map<string, string>();
    const { clock, tools } = selartiStage(scriptedService(), {}, { facts });
    for (let times = 0; times < 3; times += 1) await monthlyUseOf('a connection', tools.state, clock).addSent();
    expect([...facts.keys()].filter((key) => key.startsWith('use:'))).toHaveLength(1);
    expect(await monthlyUseOf('a connection', tools.state, clock).total()).toEqual({ sent: 3, received: 0 });
    expect(await readMonthlyUse(tools.state, clock.now())).toEqual({ sent: 3, received: 0 });
  });

  it('count what all processes have sent and received in the month', async () => {
    const clock = createFakeClock('2026-11-30T23:59:00Z');
    const facts = new Map<string, string>();
    const service = scriptedService();
    const [one, two] = [1, 2].map(() => selartiStage(service, { maxMessagesPerMonth: 4 }, { facts, clock }));
    if (one === undefined || two === undefined) throw new Error('unreachable');
    await send(one, 'a', 'k1');
    await send(two, 'b', 'k2');
    await receiveWebhook(selartiWebhook('bot-reply'), two);
    await send(one, 'c', 'k3');
    for (const stage of [one, two]) {
      const refused = await send(stage, 'd', `k4${stage === one}`);
      expect(refused.replies).toEqual([
        { type: 'handover', note: expect.stringContaining('limit of 4 messages a month') },
      ]);
    }
    expect(one.counted['limits_reached']).toBe(1);
    await clock.advance(120_000);
    expect(await send(one, 'e', 'k5')).toEqual({});
  });
});

describe('a robot on the other side', () => {
  it('is sent nothing until the bot is asked to lead again', async () => {
    const service = scriptedService();
    const stage = selartiStage(service);
    await send(stage, 'hello', 'k1');
    await receiveWebhook(selartiWebhook('bot-reply', { is_bot: true }), stage);
    expect(await send(stage, 'beep', 'k2')).toEqual({ warnings: [expect.stringContaining('robot')] });
    await (await ConversationState.read(stage.tools.state, to.ref)).release('is_bot');
    await send(stage, 'beep', 'k3');
    expect(texts(service)).toEqual(['hello', 'beep']);
  });
});

describe('the text that stands for a message', () => {
  const photo = { id: '5', name: 'photo.jpg', kind: 'image' as const, size: 1 };
  const { tools, config } = selartiStage();

  it('has links to files, or their names', () => {
    const action = messageOf('Look', [photo]);
    expect(composeText({ tools, config }, action, to)).toBe('Look\n[File: photo.jpg] https://bots.example/files/5');
    const named = selartiStage(scriptedService(), { files: 'name' });
    expect(composeText(named, messageOf('', [photo]), to)).toBe('[File: photo.jpg]');
  });

  it('names who speaks in a group', () => {
    const action = { ...messageOf('Hello'), chat: { ...chat, kind: 'group' as const } };
    expect(composeText({ tools, config }, action, to)).toBe('Anna: Hello');
  });

  it('tells of edits and deletions as the settings say, and never while a person leads', () => {
    const author = messageOf('').author;
    const edit = { type: 'edit' as const, messageId: '1', text: 'better', author, chat };
    expect(composeText({ tools, config }, edit, to)).toBe('[Correction of an earlier message] better');
    expect(composeText({ tools, config }, { ...edit, mirrored: true }, to)).toBe('');
    expect(composeText({ tools, config }, { type: 'delete', messageId: '1' }, to)).toBe('');
    const other = selartiStage(scriptedService(), { onEdit: 'ignore', onDelete: 'send' });
    expect(composeText(other, edit, to)).toBe('');
    expect(composeText(other, { type: 'delete', messageId: '1' }, to)).toContain('deleted an earlier message');
  });
});
