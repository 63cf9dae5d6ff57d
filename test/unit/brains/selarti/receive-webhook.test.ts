import { describe, expect, it } from 'vitest';
import { ConversationState } from '../../../../src/brains/selarti/conversation-state.ts';
import { decodeWebhook } from '../../../../src/brains/selarti/inbound/decode-webhook.ts';
import { receiveWebhook } from '../../../../src/brains/selarti/inbound/receive-webhook.ts';
import { readWebhook } from '../../../../src/brains/selarti/inbound/webhook.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import {
  chatId,
  type SelartiStage,
  scriptedService,
  selartiStage,
  selartiWebhook,
} from '../../../support/selarti-unit.ts';

const stageWith = (facts?: Map<string, string>): SelartiStage =>
  selartiStage(scriptedService(), {}, facts === undefined ? {} : { facts });

async function accept(body: Buffer, stage: SelartiStage) {
  const result = await receiveWebhook(body, stage);
  if ('refuse' in result) throw new Error(result.reason);
  return result.accept;
}

/** What the webhook leads to, as types of events. */
async function effects(body: Buffer, stage: SelartiStage): Promise<string[]> {
  const [row] = await accept(body, stage);
  if (row === undefined) return [];
  const webhook = readWebhook(row.body, stage.config);
  if (webhook === null) throw new Error('what was accepted is no webhook');
  return decodeWebhook(webhook, stage.config).map((event) =>
    event.type === 'reply' && event.isInternal ? 'note' : event.type,
  );
}

describe('a webhook of Selarti at the endpoint', () => {
  it('is stored for the conversation that it names, if there is one', async () => {
    const body = selartiWebhook('bot-reply');
    expect(await accept(body, stageWith())).toEqual([
      { conversation: { ref: chatId }, dedupeKey: 'id:1721200000001x500000000000000005', body, ifKnown: true },
    ]);
  });

  it.each([
    ['of another task', { task_id: '1721129985149x000000000000000000' }, 403],
    ['without a task', { task_id: null }, 403],
  ])('is refused when it is %s', async (_what, changes, status) => {
    expect(await receiveWebhook(selartiWebhook('bot-reply', changes), stageWith())).toMatchObject({ refuse: status });
  });

  it('is not stored when it is our own message and nothing else', async () => {
    const facts = new Map<string, string>();
    expect(await accept(selartiWebhook('user-echo'), stageWith(facts))).toEqual([]);
    expect([...facts.keys()]).toEqual([`c:${chatId}:returned`]);
  });

  it('is refused when it is none', async () => {
    expect(await receiveWebhook(Buffer.from('{"message_id":'), stageWith())).toMatchObject({ refuse: 400 });
  });

  it.each(['', 'x'.repeat(65), 'a\u0000b', 'a b'])(
    'without a conversation of ours (%j) leaves nothing behind',
    async (external) => {
      const facts = new Map<string, string>();
      expect(await accept(selartiWebhook('handover', { external_chat_id: external }), stageWith(facts))).toEqual([]);
      expect(facts.size).toBe(0);
    },
  );

  it.each([selartiWebhook('handover'), selartiWebhook('user-echo'), selartiWebhook('bot-reply', { message_id: '' })])(
    'of a conversation that nobody has leaves nothing behind',
    async (body) => {
      const facts = new Map<string, string>();
      const stage = stageWith(facts);
      const tools = { ...stage.tools, hasConversation: () => Promise.resolve(false) };
      expect(await accept(body, { ...stage, tools })).toEqual([]);
      expect(facts.size).toBe(0);
    },
  );

  it('without an id is known again for some minutes, and then is a new one', async () => {
    const clock = createFakeClock();
    const facts = new Map<string, string>();
    const stage = selartiStage(scriptedService(), {}, { clock, facts });
    const keyOf = async (text: string) =>
      (await accept(selartiWebhook('bot-reply', { message_id: '', message_text: text }), stage))[0]?.dedupeKey;
    const first = await keyOf('yes');
    await clock.advance(1_000);
    expect(await keyOf('yes')).toBe(first);
    expect(await keyOf('no')).not.toBe(first);
    // The claim has ended.
    for (const key of facts.keys()) if (key.startsWith('same:')) facts.delete(key);
    expect(await keyOf('yes')).not.toBe(first);
  });

  it('with an id in characters that cannot be stored is known again all the same', async () => {
    const stage = stageWith();
    const body = selartiWebhook('bot-reply', { message_id: 'a\u0000b', interest: true });
    expect((await accept(body, stage))[0]?.dedupeKey).toMatch(/^id:[\da-f]{32}$/);
    expect(await effects(body, stage)).toEqual(['reply', 'note']);
  });

  it('says in the log that it does not know a message type, in characters that are safe there', async () => {
    const stage = stageWith();
    const result = await receiveWebhook(selartiWebhook('bot-reply', { message_type: 'sys\ntem' }), stage);
    expect(result).toMatchObject({ remark: expect.stringContaining('message_type sys?tem') });
    expect(stage.counted).toEqual({ unknown_types: 1 });
  });

  it('counts a repetition once as used, and echoes not at all', async () => {
    const stage = stageWith();
    await accept(selartiWebhook('bot-reply'), stage);
    await accept(selartiWebhook('bot-reply'), stage);
    await accept(selartiWebhook('user-echo'), stage);
    await accept(selartiWebhook('operator-message'), stage);
    expect(await stage.use.total()).toEqual({ sent: 0, received: 2 });
    expect(stage.counted).toEqual({ received: 3, echoes: 1 });
  });
});

describe('flags that every later webhook repeats', () => {
  const flags = { get_contact: true, interest: 'да', success: 1, contacts: '+7 900' };

  it('make one note, though the first webhook may come twice', async () => {
    const stage = stageWith();
    const first = selartiWebhook('bot-reply', { ...flags, message_id: 'a' });
    expect(await effects(first, stage)).toEqual(['reply', 'note']);
    // The commit of the first attempt may have failed.
    expect(await effects(first, stage)).toEqual(['reply', 'note']);
    for (const id of ['b', 'c']) {
      expect(await effects(selartiWebhook('bot-reply', { ...flags, message_id: id }), stage)).toEqual(['reply']);
    }
    const other = selartiWebhook('bot-reply', { ...flags, contacts: '+7 901', message_id: 'd' });
    expect(await effects(other, stage)).toEqual(['reply', 'note']);
  });

  it('make a bounded number of notes for ever new contacts', async () => {
    const facts = new Map<string, string>();
    const stage = stageWith(facts);
    let notes = 0;
    for (let index = 0; index < 100; index += 1) {
      const body = selartiWebhook('bot-reply', { contacts: `+7 ${index}`, message_id: `m${index}` });
      notes += (await effects(body, stage)).filter((what) => what === 'note').length;
    }
    expect(notes).toBeLessThan(50);
    expect(await effects(selartiWebhook('bot-reply', { operator: true, message_id: 'last' }), stage)).toContain(
      'handover',
    );
  });

  it('make one note where two processes get two webhooks at once', async () => {
    const facts = new Map<string, string>();
    const bodies = ['a', 'b', 'c', 'd'].map((id) => selartiWebhook('bot-reply', { ...flags, message_id: id }));
    const all = await Promise.all(bodies.map((body) => effects(body, stageWith(facts))));
    expect(all.flat().filter((what) => what === 'note')).toHaveLength(1);
  });

  it('hand over once, and again after the AI has spoken without the flag', async () => {
    const stage = stageWith();
    const at = (ms: string, operator: boolean) =>
      selartiWebhook('handover', { message_id: `${ms}x500000000000000000`, operator, interest: false });
    expect(await effects(at('1721200000004', true), stage)).toEqual(['reply', 'handover']);
    expect(await effects(at('1721200000005', true), stage)).toEqual(['reply']);
    // Older than the hand-over, and late.
    expect(await effects(at('1721200000003', false), stage)).toEqual(['reply']);
    expect(await effects(at('1721200000006', true), stage)).toEqual(['reply']);
    expect(await effects(at('1721200000007', false), stage)).toEqual(['reply']);
    expect(await effects(at('1721200000008', true), stage)).toEqual(['reply', 'handover']);
  });

  it('hand over at the echo too, where a person set the tag by hand', async () => {
    expect(await effects(selartiWebhook('user-echo', { operator: true }), stageWith())).toEqual(['handover']);
  });

  it('hand nothing over while a person in the panel writes', async () => {
    const stage = stageWith();
    expect(await effects(selartiWebhook('operator-message'), stage)).toEqual(['taken_back', 'reply']);
    expect(await effects(selartiWebhook('user-echo', { operator: true }), stage)).toEqual([]);
    // The AI itself asks for a person.
    expect(await effects(selartiWebhook('handover', { interest: false }), stage)).toEqual(['reply', 'handover']);
  });

  it('end the session once; where the customer is told nothing after that, a person is called', async () => {
    const stage = stageWith();
    const at = (name: string, ms: string, close: boolean) =>
      selartiWebhook(name, { message_id: `${ms}x500000000000000000`, close });
    expect(await effects(at('bot-reply', '1721200000004', true), stage)).toEqual(['reply', 'finish']);
    expect(await effects(at('user-echo', '1721200000005', true), stage)).toEqual([]);
    // People have given the conversation back, but in the panel it is closed as before.
    await (await ConversationState.read(stage.tools.state, chatId)).forgetDecisions();
    expect(await effects(at('user-echo', '1721200000006', true), stage)).toEqual(['handover']);
    expect(await effects(at('user-echo', '1721200000006', true), stage)).toEqual(['handover']);
    // The AI speaks again, and closes again.
    expect(await effects(at('bot-reply', '1721200000007', false), stage)).toEqual(['reply']);
    expect(await effects(at('user-echo', '1721200000008', true), stage)).toEqual(['finish']);
  });
});
