import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer, randomToken, sameDigest, sha256 } from '../../../src/lib/encryption.ts';

const oldKey = randomBytes(32);
const newKey = randomBytes(32);

describe('createSealer', () => {
  it('opens what it sealed, for any text', () => {
    const sealer = createSealer({ current: newKey });
    for (const plain of ['', 'token', 'ключ 🔑', 'x'.repeat(10_000)]) {
      expect(sealer.open(sealer.seal(plain, 'connection:1'), 'connection:1')).toBe(plain);
    }
  });

  it('never makes the same box twice and never shows the text', () => {
    const sealer = createSealer({ current: newKey });
    const queue = sealer.seal('a very secret token', 'c');
    expect(sealer.seal('a very secret token', 'c').equals(queue)).toBe(false);
    expect(queue.includes('secret')).toBe(false);
  });

  it('opens boxes of the previous key after a rotation and seals with the new one', () => {
    const queue = createSealer({ current: oldKey }).seal('token', 'c');
    const rotated = createSealer({ current: newKey, previous: oldKey });
    expect(rotated.open(queue, 'c')).toBe('token');
    expect(createSealer({ current: newKey }).open(rotated.seal('token', 'c'), 'c')).toBe('token');
  });

  it('refuses a box of an unknown key', () => {
    const queue = createSealer({ current: oldKey }).seal('token', 'c');
    expect(() => createSealer({ current: newKey }).open(queue, 'c')).toThrow(
      expect.objectContaining({ name: 'Misconfigured', code: 'encryption.wrong_key' }),
    );
  });

  it('refuses a box moved to another context', () => {
    const sealer = createSealer({ current: newKey });
    const queue = sealer.seal('token', 'portal:1');
    expect(() => sealer.open(queue, 'portal:2')).toThrow(expect.objectContaining({ code: 'encryption.damaged' }));
  });

  it('refuses a box with any one bit changed or any length cut', () => {
    const sealer = createSealer({ current: newKey });
    const queue = sealer.seal('token', 'c');
    for (let at = 0; at < queue.length; at += 1) {
      const changed = Buffer.from(queue);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      const code = at >= 1 && at <= 4 ? 'encryption.wrong_key' : 'encryption.damaged';
      expect(() => sealer.open(changed, 'c')).toThrow(expect.objectContaining({ code }));
      expect(() => sealer.open(queue.subarray(0, at), 'c')).toThrow(
        expect.objectContaining({ code: 'encryption.damaged' }),
      );
    }
  });

  it('refuses a key that is not 32 bytes long', () => {
    const expected = expect.objectContaining({ code: 'encryption.bad_key' });
    expect(() => createSealer({ current: randomBytes(16) })).toThrow(expected);
    expect(() => createSealer({ current: newKey, previous: randomBytes(33) })).toThrow(expected);
  });
});

describe('sha256', () => {
  it('is the digest of the UTF-8 bytes', () => {
    expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('да')).toHaveLength(32);
  });
});

describe('sameDigest', () => {
  it('is true only for equal bytes', () => {
    expect(sameDigest(sha256('a'), sha256('a'))).toBe(true);
    expect(sameDigest(sha256('a'), sha256('b'))).toBe(false);
  });

  it('is false for different lengths instead of throwing', () => {
    expect(sameDigest(sha256('a'), Buffer.alloc(0))).toBe(false);
    expect(sameDigest(Buffer.alloc(31), Buffer.alloc(32))).toBe(false);
  });
});

describe('randomToken', () => {
  it('is 32 URL-safe characters and never the same', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => randomToken()));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
    expect(randomToken(9)).toHaveLength(12);
  });
});
