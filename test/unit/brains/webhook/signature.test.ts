import { describe, expect, it } from 'vitest';
import { keyOf, signedHeaders, verify } from '../../../../src/brains/webhook/protocol/signature.ts';

/** The test vector of the reference implementation (docs/platform-notes/webhooks.md#signature). */
const vector = {
  key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: Buffer.from('{"test": 2432232314}'),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const key = keyOf(vector.key) ?? Buffer.alloc(0);
const other = keyOf(`whsec_${Buffer.alloc(32, 7).toString('base64')}`) ?? Buffer.alloc(0);
const now = new Date(vector.timestamp * 1000);
const headers = signedHeaders(vector, [key]);

function judge(change: Readonly<Record<string, string | undefined>>, at = now, keys = [key]) {
  return verify({ ...headers, ...change }, vector.body, keys, { now: at, toleranceSeconds: 300 });
}

const valid = { id: vector.id };
const refused = (words: string) => ({ problem: expect.stringContaining(words) });

describe('the signature of a webhook', () => {
  it('is that of the reference implementation', () => {
    expect(headers).toEqual({
      'webhook-id': vector.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': vector.signature,
    });
  });

  it('is accepted within five minutes on either side', () => {
    const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    expect(judge({}, at(300))).toEqual(valid);
    expect(judge({}, at(-300))).toEqual(valid);
    expect(judge({}, at(301))).toEqual(refused('too old'));
    expect(judge({}, at(-301))).toEqual(refused('too new'));
  });

  it('is made with every valid key, and one that fits is enough', () => {
    const both = signedHeaders(vector, [other, key]);
    expect(both['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(verify(both, vector.body, [key], { now, toleranceSeconds: 300 })).toEqual(valid);
    expect(judge({}, now, [other, key])).toEqual(valid);
    expect(judge({}, now, [other])).toEqual(refused('no signature fits'));
  });

  it('passes over signatures of other schemes and wrong ones beside a valid one', () => {
    const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
    const given = [wrong, wrong.replace('v1', 'v2'), vector.signature, 'v1a,xx', wrong].join(' ');
    expect(judge({ 'webhook-signature': given })).toEqual(valid);
    expect(judge({ 'webhook-signature': vector.signature.replace('v1', 'v2') })).toEqual(refused('no signature fits'));
  });

  it.each([
    ['an id is missing', { 'webhook-id': undefined }, 'missing'],
    ['a timestamp is missing', { 'webhook-timestamp': undefined }, 'missing'],
    ['a signature is missing', { 'webhook-signature': undefined }, 'missing'],
    ['an id has a full stop', { 'webhook-id': 'msg.1' }, 'webhook-id'],
    ['an id is very long', { 'webhook-id': 'x'.repeat(201) }, 'webhook-id'],
    ['a timestamp is no number', { 'webhook-timestamp': 'hello' }, 'whole number'],
    ['a timestamp is another one', { 'webhook-timestamp': '1614265331' }, 'no signature fits'],
    ['an id is another one', { 'webhook-id': 'msg_2' }, 'no signature fits'],
    ['a signature is cut', { 'webhook-signature': vector.signature.slice(0, 8) }, 'no signature fits'],
    ['a signature is empty', { 'webhook-signature': 'v1,' }, 'no signature fits'],
    [
      'a valid signature stands behind too many',
      { 'webhook-signature': `${'v1,AA '.repeat(20)}${vector.signature}` },
      'no',
    ],
  ])('is refused when %s', (_, change, words) => {
    expect(judge(change)).toEqual(refused(words));
  });

  it('is refused when the body is another one', () => {
    const body = Buffer.from('{"test": 2432232315}');
    expect(verify(headers, body, [key], { now, toleranceSeconds: 300 })).toEqual(refused('no signature fits'));
  });

  it.each([
    '',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_',
    'whsec_c2hvcnQ=',
    `whsec_${'A'.repeat(200)}`,
    'whsec_не-base64',
  ])('takes no key like "%s"', (text) => {
    expect(keyOf(text)).toBe(null);
  });
});
