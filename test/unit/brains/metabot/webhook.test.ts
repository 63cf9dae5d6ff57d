import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { IngressResult, RawEvent } from '../../../../src/core/connector.ts';
import { AppError } from '../../../../src/core/errors.ts';
import {
  conversation,
  customerMessage,
  deliverTo,
  metabotFixture,
  metabotUnit,
} from '../../../support/metabot-unit.ts';

const { ref } = conversation;
const answer = { id: 'a1', conversation_id: ref, text: 'Hi' };

const receive = async (
  unit: ReturnType<typeof metabotUnit>,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<IngressResult> => {
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const result = await unit.connector.receive?.({ headers, query: {}, body });
  if (result === undefined) throw new Error('it takes no webhooks');
  return result;
};

/** A conversation of which the script has named the lead. */
async function withLead(lead: number, config = {}) {
  const unit = metabotUnit(config, () => ({ lead_id: lead }));
  await deliverTo(unit, customerMessage());
  return unit;
}

const raw = (content: unknown): RawEvent => ({
  body: Buffer.from(JSON.stringify(content)),
  receivedAt: new Date(),
  ingress: 'webhook',
});

describe('a webhook of the script', () => {
  it('is matched by our conversation, deduplicated by its id, and read', async () => {
    const unit = metabotUnit();
    const { body } = metabotFixture('webhook-answer');
    expect(await receive(unit, body)).toMatchObject({
      accept: [{ conversation: { ref }, dedupeKey: `answer-unique-id ${ref}`, ifKnown: true }],
      answer: { ok: true },
      answerIfUnknown: { ok: false },
    });
    expect(unit.connector.decode(raw(body))).toMatchObject([
      { type: 'reply', remoteMessageId: 'answer-unique-id', text: 'Hi!', buttons: [{ label: 'Yes', text: 'yes' }] },
    ]);
    expect(unit.counted).toEqual(['webhooks 1']);
  });

  it.each([
    ['no JSON', '{"id":'],
    ['no object', []],
    ['no id', { conversation_id: ref, text: 'Hi' }],
    ['an empty id', { ...answer, id: '' }],
    ['an id with control characters', { ...answer, id: 'a\u0000b' }],
    ['an id that is too long', { ...answer, id: 'a'.repeat(201) }],
    ['no conversation', { id: 'a1', text: 'Hi' }],
    ['a conversation that is none of ours', { ...answer, conversation_id: "x' or 1=1" }],
    ['a lead that is no id', { id: 'a1', lead_id: -1 }],
    ['a nested body', `${'['.repeat(200)}${']'.repeat(200)}`],
  ])('with %s is refused with the reason', async (_what, content) => {
    expect(await receive(metabotUnit(), content)).toMatchObject({
      refuse: 400,
      answer: { ok: false, error: expect.any(String) },
    });
    expect(() => metabotUnit().connector.decode(raw('x'))).toThrow(AppError);
  });

  it('is no repetition of one with the same id for another conversation', async () => {
    const keyOf = async (conversation_id: string) => {
      const result = await receive(metabotUnit(), { ...answer, id: 'order-ready', conversation_id });
      return 'accept' in result ? result.accept[0]?.dedupeKey : undefined;
    };
    expect(await keyOf(ref)).toBe(await keyOf(ref));
    expect(await keyOf(ref)).not.toBe(await keyOf('another-conversation'));
  });

  it('tells what it could not read', async () => {
    const result = await receive(metabotUnit(), { ...answer, buttons: [{ text: 'x', url: 'ftp://x' }] });
    expect(result).toMatchObject({
      answer: { ok: true, warnings: ['buttons[0] is not readable (url)'] },
      remark: expect.stringContaining('buttons[0]'),
    });
  });
});

describe('the lead in a webhook', () => {
  /** The lead that the script is told with the next message. */
  const leadSent = async (unit: ReturnType<typeof metabotUnit>): Promise<unknown> => {
    await deliverTo(unit, customerMessage(), 'next');
    const params = unit.sent.at(-1)?.body as { script_request_params: { lead_id: unknown } };
    return params.script_request_params.lead_id;
  };

  it('is remembered for a known conversation, and replaces the one that was known', async () => {
    const unit = metabotUnit();
    expect(await leadSent(unit)).toBeNull();
    await receive(unit, { ...answer, lead_id: 135 });
    expect(await leadSent(unit)).toBe(135);
    await receive(unit, { ...answer, lead_id: '136' });
    expect(await leadSent(unit)).toBe(136);
    expect(await receive(unit, { id: 'a1', lead_id: 135, text: 'Hi' })).toMatchObject({ refuse: 404 });
    expect(await receive(unit, { id: 'a1', lead_id: 136, text: 'Hi' })).toMatchObject({ accept: [{}] });
  });

  it('is not remembered for a conversation that this connection has never had', async () => {
    const unit = metabotUnit();
    await receive(unit, { ...answer, lead_id: 135 });
    expect([...unit.facts]).toEqual([]);
  });

  it('stands for its conversation where it is the only one', async () => {
    const unit = await withLead(135);
    expect(await receive(unit, { id: 'a1', lead_id: 135, text: 'Hi' })).toMatchObject({
      accept: [{ conversation: { ref }, ifKnown: true }],
    });
  });

  it('is refused if it is not known, also one that begins like a known one', async () => {
    const unit = await withLead(135);
    for (const lead of [13, 1350, 136]) {
      expect(await receive(unit, { id: 'a1', lead_id: lead, text: 'Hi' })).toMatchObject({ refuse: 404 });
    }
  });

  it('is refused if several conversations have it: the answer could go to the wrong person', async () => {
    const unit = await withLead(135);
    const other = { ...conversation, ref: 'another-conversation' };
    await unit.connector.deliver(customerMessage(), other, 'k2', AbortSignal.timeout(1_000));
    expect(await receive(unit, { id: 'a1', lead_id: 135, text: 'Hi' })).toMatchObject({ refuse: 409 });
    // However many they are, what is stored of the lead stays one row.
    expect([...unit.facts.keys()].filter((key) => key.startsWith('of-lead:'))).toEqual(['of-lead:135']);
  });
});

describe('a signature', () => {
  const signingSecret = 'a-secret-for-signatures';
  const body = JSON.stringify(answer);
  const stamp = (offset = 0): string => String(Math.floor(Date.now() / 1_000) + offset);
  const sign = (at: string, content = body, secret = signingSecret): string =>
    `sha256=${createHmac('sha256', secret).update(`${at}.${content}`).digest('hex')}`;
  const headers = (at: string, signature: string) => ({ 'x-timestamp': at, 'x-signature': signature });
  const now = stamp();

  it.each([
    ['right', headers(now, sign(now)), null],
    ['in capitals', headers(now, sign(now).toUpperCase().replace('SHA256', 'sha256')), null],
    ['absent', {}, 401],
    ['of another body', headers(now, sign(now, '{}')), 401],
    ['with another secret', headers(now, sign(now, body, 'another-secret-entirely')), 401],
    ['with a changed time', headers(stamp(1), sign(now)), 401],
    ['six minutes old', headers(stamp(-360), sign(stamp(-360))), 401],
    ['six minutes ahead', headers(stamp(360), sign(stamp(360))), 401],
    ['too short', headers(now, sign(now).slice(0, -2)), 401],
    ['no hex', headers(now, `sha256=${'z'.repeat(64)}`), 401],
  ])('that is %s', async (_what, given, refuse) => {
    const result = await receive(metabotUnit({ signingSecret }), body, given);
    expect('refuse' in result ? result.refuse : null).toBe(refuse);
  });

  it('is not needed without a secret', async () => {
    expect(await receive(metabotUnit(), body)).toHaveProperty('accept');
  });
});
