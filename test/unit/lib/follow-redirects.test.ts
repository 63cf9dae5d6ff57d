import { describe, expect, it } from 'vitest';
import type { OpenUrlRequest } from '../../../src/core/opened-file.ts';
import { followRedirects } from '../../../src/lib/follow-redirects.ts';
import { openedFile } from '../../support/opened-file.ts';

/** Asks for `https://files.example/a`, and answers with what is said of each path. */
async function follow(answers: Readonly<Record<string, readonly [number, string?]>>, address?: string) {
  const asked: string[] = [];
  const open = ({ url }: OpenUrlRequest) => {
    asked.push(url.href);
    const [status, location] = answers[url.pathname] ?? [404];
    return Promise.resolve({ status, headers: location === undefined ? {} : { location }, ...openedFile('') });
  };
  const limits = { maxBytes: 1, signal: AbortSignal.timeout(1_000) };
  const { status } = await followRedirects(open, address ?? 'https://files.example/a', limits);
  return { status, asked };
}

describe('the address of a file', () => {
  it('is left for where it redirects to, by a path or a whole address', async () => {
    const answers = { '/a': [302, '/b'], '/b': [307, 'https://other.example/c'], '/c': [200] } as const;
    expect(await follow(answers)).toEqual({
      status: 200,
      asked: ['https://files.example/a', 'https://files.example/b', 'https://other.example/c'],
    });
  });

  it('is left three times at most', async () => {
    const { status, asked } = await follow({ '/a': [302, '/a'] });
    expect(status).toBe(302);
    expect(asked).toHaveLength(4);
  });

  it.each([
    [302, undefined],
    [302, 'https://['],
    [200, '/b'],
    [404, '/b'],
  ] as const)('that answers %i with the location %j is the last one', async (status, location) => {
    expect(await follow({ '/a': location === undefined ? [status] : [status, location] })).toEqual({
      status,
      asked: ['https://files.example/a'],
    });
  });

  it('is no address where another brain has named the file', async () => {
    await expect(follow({}, '1234')).rejects.toMatchObject({ code: 'file.no_address', retry: 'never' });
  });
});
