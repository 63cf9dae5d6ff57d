import { describe, expect, it } from 'vitest';
import { openPassport, sealPassport } from '../../../src/http/cells/passport.ts';
import { createSealer } from '../../../src/lib/encryption.ts';

const sealer = createSealer({ current: Buffer.alloc(32, 1) });
const foreign = createSealer({ current: Buffer.alloc(32, 2) });
const passport = { from: 'a', to: 'b', sender: '203.0.113.7', proven: null };
const now = 1_800_000_000_000;

describe('what one cell shows another', () => {
  it('is read by the cell it is for', () => {
    expect(openPassport(sealer, sealPassport(sealer, passport, now), 'b', now + 1_000)).toEqual(passport);
  });

  it.each([
    ['another cell', sealPassport(sealer, passport, now), 'c', now],
    ['somebody without the secret', sealPassport(foreign, passport, now), 'b', now],
    ['a request of long ago', sealPassport(sealer, passport, now), 'b', now + 600_000],
    ['anybody', 'made-up', 'b', now],
    ['a text sealed for something else', sealer.seal('{}', 'page.session').toString('base64url'), 'b', now],
  ])('says nothing when it is of or for %s', (_who, sealed, own, at) => {
    expect(openPassport(sealer, sealed, own, at)).toBeNull();
  });

  it('carries a proven installation, with texts cut so that it fits into the head of a request', () => {
    const proven = {
      ...{ memberId: 'm', domain: 'd', isHttps: true, serverEndpoint: 's', clientEndpoint: 'c', accessToken: 'a' },
      ...{ refreshToken: 'r', expiresInSeconds: 1, applicationToken: null, scope: 'x'.repeat(50_000), language: 'ru' },
    };
    const sealed = sealPassport(sealer, { ...passport, proven }, now);
    expect(sealed.length).toBeLessThan(8_000);
    expect(openPassport(sealer, sealed, 'b', now)?.proven).toEqual({ ...proven, scope: 'x'.repeat(2_000) });
  });
});
