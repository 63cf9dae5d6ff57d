import { describe, expect, it } from 'vitest';
import { BadInput, RemoteUnreachable } from '../../../src/core/errors.ts';
import { createProofQueue, type ProofRequest } from '../../../src/portals/proof-queue.ts';
import { createRefusedProofs } from '../../../src/portals/refused-proofs.ts';

let names = 0;
const request = (changes: Partial<ProofRequest> = {}): ProofRequest => {
  names += 1;
  return { share: 'page', sender: `sender ${names}`, portal: `portal ${names}`, ...changes };
};

/** A queue whose proofs end when they are told to. */
function setUp(patienceMs = 10_000) {
  const queue = createProofQueue(patienceMs);
  const begun: { readonly request: ProofRequest; readonly end: () => void }[] = [];
  const prove = (asked: ProofRequest): Promise<void> =>
    queue.run(asked, () => new Promise<void>((end) => begun.push({ request: asked, end })));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { prove, begun, settle };
}

const busy = { code: 'install.busy' };

describe('proofs of installations and visits', () => {
  it('of one sender wait behind each other while others go by at once', async () => {
    const { prove, begun, settle } = setUp();
    const flood = Array.from({ length: 24 }, () => prove(request({ sender: 'flood' })));
    await settle();
    const taken = begun.length;
    expect(taken).toBeLessThan(8);
    const real = prove(request());
    await settle();
    expect(begun).toHaveLength(taken + 1);
    for (let at = 0; at < 25; at += 1) {
      begun[at]?.end();
      await settle();
    }
    await Promise.all([...flood, real]);
  });

  it('of many senders take turns: who comes first from a new address is not behind all of an old one', async () => {
    const { prove, begun, settle } = setUp();
    const flood = Array.from({ length: 96 }, (_, at) => prove(request({ sender: `flood ${at % 4}` })));
    await settle();
    const slots = begun.length;
    const real = request();
    const proven = prove(real);
    for (let at = 0; at < 5; at += 1) {
      begun[at]?.end();
      await settle();
    }
    expect(begun.slice(slots).map((entry) => entry.request)).toContain(real);
    for (let at = 5; at < 97; at += 1) {
      begun[at]?.end();
      await settle();
    }
    await Promise.all([...flood, proven]);
  });

  it('have a place in line for a newcomer although a few senders have filled it', async () => {
    const { prove, begun, settle } = setUp();
    const fates = Array.from({ length: 7 * 36 }, (_, at) =>
      prove(request({ share: 'known', sender: `flood ${at % 7}` })).then(
        () => 'proven',
        (error: { code: string }) => error.code,
      ),
    );
    await settle();
    const real = request({ share: 'known' });
    const proven = prove(real);
    for (let at = 0; !begun.some((entry) => entry.request === real) && at < 20; at += 1) {
      begun[at]?.end();
      await settle();
    }
    begun.find((entry) => entry.request === real)?.end();
    await proven;
    for (let at = 0; at < begun.length; at += 1) {
      begun[at]?.end();
      await settle();
    }
    // One of the flood made way, besides those for which there was no place.
    expect((await Promise.all(fates)).filter((fate) => fate === 'install.busy').length).toBe(7 * 36 - 8 - 200 + 1);
  });

  it.each(['vouched', 'event', 'known'] as const)('of strangers leave the share of "%s" alone', async (share) => {
    const { prove, begun, settle } = setUp();
    const flood = Array.from({ length: 60 }, () => prove(request()));
    await settle();
    const taken = begun.length;
    const real = prove(request({ share }));
    await settle();
    expect(begun).toHaveLength(taken + 1);
    for (let at = 0; at < 61; at += 1) {
      begun[at]?.end();
      await settle();
    }
    await Promise.all([...flood, real]);
  });

  it('that name one portal cannot take the whole share of known portals', async () => {
    const { prove, begun, settle } = setUp();
    const flood = Array.from({ length: 20 }, () => prove(request({ share: 'known', portal: 'victim' })));
    await settle();
    const taken = begun.length;
    const other = prove(request({ share: 'known' }));
    await settle();
    expect(begun).toHaveLength(taken + 1);
    for (let at = 0; at < 21; at += 1) {
      begun[at]?.end();
      await settle();
    }
    await Promise.all([...flood, other]);
  });

  it('are sent away when the line is too long, or their turn does not come', async () => {
    const { prove, begun, settle } = setUp(20);
    const first = Array.from({ length: 4 }, () => prove(request({ sender: 'one' })));
    const rest = Array.from({ length: 40 }, () => prove(request({ sender: 'one' })).catch((error: unknown) => error));
    expect(await rest.at(-1)).toMatchObject(busy);
    for (const outcome of await Promise.all(rest)) expect(outcome).toMatchObject(busy);
    for (const { end } of begun) end();
    await Promise.all(first);
    // Who gave up left nothing behind.
    const later = prove(request({ sender: 'one' }));
    await settle();
    begun.at(-1)?.end();
    await later;
  });

  it('of two hundred strangers wait side by side, and one more is sent away instead of any of them', async () => {
    const { prove, begun, settle } = setUp();
    const underWay = Array.from({ length: 16 }, () => prove(request()));
    const waiting = Array.from({ length: 200 }, () => prove(request()));
    await expect(prove(request())).rejects.toMatchObject(busy);
    for (let at = 0; at < 216; at += 1) {
      begun[at]?.end();
      await settle();
      // For each that ends one begins, and no more.
      expect(begun.length).toBe(Math.min(17 + at, 216));
    }
    await Promise.all([...underWay, ...waiting]);
    expect(begun).toHaveLength(216);
  });

  it('give their slot back when they fail', async () => {
    const queue = createProofQueue();
    const asked = request();
    for (let at = 0; at < 100; at += 1) {
      await expect(queue.run(asked, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
  });
});

describe('a refused claim', () => {
  const claim = {
    memberId: 'a'.repeat(32),
    domain: 'p.example',
    isHttps: true,
    serverEndpoint: null,
    accessToken: 'token',
    refreshToken: 'other',
    expiresInSeconds: 3600,
    applicationToken: null,
    scope: '',
    language: 'en',
  };
  const forged = new BadInput({ code: 'install.forged', message: 'no', status: 403 });

  it('is refused again without asking anybody, for a while', () => {
    let now = 0;
    const refused = createRefusedProofs(() => now);
    refused.note(claim, forged);
    expect(() => refused.check(claim)).toThrow(forged);
    expect(() => refused.check({ ...claim, accessToken: 'another' })).not.toThrow();
    expect(() => refused.check({ ...claim, memberId: 'b'.repeat(32) })).not.toThrow();
    now = 120_000;
    expect(() => refused.check(claim)).not.toThrow();
  });

  it('is none when the OAuth host was away', () => {
    const refused = createRefusedProofs();
    refused.note(claim, new RemoteUnreachable({ code: 'bitrix24.oauth_away', message: 'away' }));
    expect(() => refused.check(claim)).not.toThrow();
  });

  it('is forgotten when there are too many, the oldest first', () => {
    const refused = createRefusedProofs(() => 0);
    for (let at = 0; at < 5_001; at += 1) refused.note({ ...claim, accessToken: String(at) }, forged);
    expect(() => refused.check({ ...claim, accessToken: '0' })).not.toThrow();
    expect(() => refused.check({ ...claim, accessToken: '5000' })).toThrow(forged);
  });
});
