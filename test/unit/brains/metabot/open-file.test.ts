import { describe, expect, it } from 'vitest';
import { BadInput, RemoteUnreachable } from '../../../../src/core/errors.ts';
import { metabotUnit, response } from '../../../support/metabot-unit.ts';
import { bytesOf } from '../../../support/opened-file.ts';

const file = (id: string) => ({ id, name: 'a.pdf', kind: 'file' as const, size: null });
const open = async (unit: ReturnType<typeof metabotUnit>, id = 'https://files.example/a.pdf') =>
  await unit.connector.openFile?.(file(id), AbortSignal.timeout(1_000));

describe('a file of an answer', () => {
  it('is fetched without any token, within the limit of the settings', async () => {
    let limit: number | undefined;
    const unit = metabotUnit({ maxFileMegabytes: 3 }, ({ maxResponseBytes }) => {
      limit = maxResponseBytes;
      return response(200, 'bytes');
    });
    expect(String(await bytesOf((await open(unit))?.stream))).toBe('bytes');
    expect(limit).toBe(3 * 1024 * 1024);
    expect(unit.sent).toEqual([{ url: 'https://files.example/a.pdf', headers: undefined, body: null }]);
  });

  it('is followed to where its storage keeps it, a few times', async () => {
    const unit = metabotUnit({}, (_request, count) =>
      count < 3 ? response(302, '', { location: `/step${count}` }) : response(200, 'bytes'),
    );
    expect(String(await bytesOf((await open(unit))?.stream))).toBe('bytes');
    expect(unit.sent.map(({ url }) => new URL(url).pathname)).toEqual(['/a.pdf', '/step1', '/step2']);
    const endless = metabotUnit({}, () => response(302, '', { location: '/again' }));
    await expect(open(endless)).rejects.toMatchObject({ code: 'metabot.file_refused', retry: 'never' });
    expect(endless.sent).toHaveLength(4);
  });

  it.each([
    [404, { code: 'metabot.file_refused', retry: 'never' }],
    [302, { code: 'metabot.file_refused', retry: 'never' }],
    [503, { code: 'metabot.file_away', retry: 'backoff' }],
  ])('that is answered with %i', async (status, expected) => {
    await expect(open(metabotUnit({}, () => response(status)))).rejects.toMatchObject(expected);
  });

  it('that is too large is not tried again', async () => {
    const tooLarge = new RemoteUnreachable({ code: 'http.too_large', message: 'too large' });
    await expect(open(metabotUnit({}, () => Promise.reject(tooLarge)))).rejects.toMatchObject({
      code: 'metabot.file_too_large',
      retry: 'never',
    });
  });

  it('behind an address that must not be called stays there', async () => {
    const guarded = new BadInput({ code: 'network.private_address', message: 'private' });
    await expect(open(metabotUnit({}, () => Promise.reject(guarded)))).rejects.toBe(guarded);
  });
});
