import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupCommit, GroupCommitOptions } from '../../../src/lib/group-commit.ts';
import { createGroupCommit } from '../../../src/lib/group-commit.ts';

interface Flush {
  readonly items: readonly number[];
  readonly finish: (results?: readonly string[]) => void;
  readonly fail: (error: Error) => void;
}

/** A group commit whose flushes the test ends by hand. Results are the items as text, sizes the items themselves. */
function byHand(options: Partial<GroupCommitOptions<number, string>> = {}): {
  commit: GroupCommit<number, string>;
  flushes: Flush[];
} {
  const flushes: Flush[] = [];
  const commit = createGroupCommit<number, string>({
    flush: (items) =>
      new Promise((resolve, reject) => {
        flushes.push({ items, finish: (results) => resolve(results ?? items.map(String)), fail: reject });
      }),
    maxItems: 100,
    maxBytes: 1_000_000,
    sizeOf: (item) => item,
    concurrency: 1,
    ...options,
  });
  return { commit, flushes };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createGroupCommit', () => {
  it('flushes at once when nothing is running, together with what was added in the same tick', async () => {
    const { commit, flushes } = byHand();
    const results = Promise.all([commit.add(1), commit.add(2)]);
    await Promise.resolve();
    expect(flushes.map(({ items }) => items)).toEqual([[1, 2]]);
    flushes[0]?.finish();
    await expect(results).resolves.toEqual(['1', '2']);
  });

  it('collects what is added during a flush into the next one', async () => {
    const { commit, flushes } = byHand();
    const results = [commit.add(1)];
    await tick();
    results.push(commit.add(2));
    await tick();
    results.push(commit.add(3));
    await tick();
    expect(flushes).toHaveLength(1);
    flushes[0]?.finish();
    await tick();
    expect(flushes.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    flushes[1]?.finish();
    await expect(Promise.all(results)).resolves.toEqual(['1', '2', '3']);
  });

  it('cuts batches by number and by size, and lets a single large item go alone', async () => {
    const { commit, flushes } = byHand({ maxItems: 3, maxBytes: 10 });
    const results = Promise.all([1, 1, 1, 1, 20, 6, 5, 5].map((item) => commit.add(item)));
    for (let flush = 0; flush < 5; flush += 1) {
      await tick();
      flushes[flush]?.finish();
    }
    await results;
    expect(flushes.map(({ items }) => items)).toEqual([[1, 1, 1], [1], [20], [6], [5, 5]]);
  });

  it('runs no more flushes at a time than allowed', async () => {
    const { commit, flushes } = byHand({ maxItems: 1, concurrency: 2 });
    const results = Promise.all([commit.add(1), commit.add(2), commit.add(3)]);
    await tick();
    expect(flushes).toHaveLength(2);
    flushes[1]?.finish();
    await tick();
    expect(flushes).toHaveLength(3);
    flushes[0]?.finish();
    flushes[2]?.finish();
    await expect(results).resolves.toEqual(['1', '2', '3']);
  });

  it('rejects every item of a failed flush with its error and goes on with the next', async () => {
    const { commit, flushes } = byHand({ maxItems: 2 });
    const results = Promise.allSettled([commit.add(1), commit.add(2), commit.add(3)]);
    const error = new Error('database away');
    await tick();
    flushes[0]?.fail(error);
    await tick();
    flushes[1]?.finish();
    await expect(results).resolves.toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: '3' },
    ]);
    expect(commit.depth()).toBe(0);
  });

  it('rejects a batch whose flush throws at once or gives another number of results', async () => {
    const throwing = byHand({
      flush: () => {
        throw new Error('at once');
      },
    });
    await expect(throwing.commit.add(1)).rejects.toThrow('at once');
    const { commit, flushes } = byHand();
    const result = commit.add(1);
    await tick();
    flushes[0]?.finish([]);
    await expect(result).rejects.toMatchObject({ code: 'group_commit.wrong_results', fate: 'unknown' });
  });

  it('counts what is not settled and tells when it is idle', async () => {
    const { commit, flushes } = byHand({ maxItems: 1 });
    await commit.idle();
    const results = Promise.all([commit.add(1), commit.add(2)]);
    let idle = false;
    const whenIdle = commit.idle().then(() => (idle = true));
    await tick();
    expect(commit.depth()).toBe(2);
    flushes[0]?.finish();
    await tick();
    expect(commit.depth()).toBe(1);
    expect(idle).toBe(false);
    flushes[1]?.finish();
    await results;
    await whenIdle;
    expect(commit.depth()).toBe(0);
  });

  it('loses and doubles no item, keeps their order, whatever the limits and failures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.nat(20), pause: fc.nat(2) }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 8 }),
        async (items, maxItems, maxBytes, concurrency, course) => {
          const begun: number[] = [];
          const failed = new Set<number>();
          let flushes = 0;
          const commit = createGroupCommit<{ id: number; size: number }, number>({
            maxItems,
            maxBytes,
            concurrency,
            sizeOf: ({ size }) => size,
            async flush(batch) {
              expect(batch.length).toBeLessThanOrEqual(maxItems);
              const [turns, succeeds] = course[flushes++ % course.length] ?? [0, true];
              begun.push(...batch.map(({ id }) => id));
              for (let turn = 0; turn < turns; turn += 1) await tick();
              if (succeeds) return batch.map(({ id }) => id);
              for (const { id } of batch) failed.add(id);
              throw new Error('failed');
            },
          });
          const results: Promise<PromiseSettledResult<number>[]>[] = [];
          for (const [id, { size, pause }] of items.entries()) {
            results.push(Promise.allSettled([commit.add({ id, size })]));
            for (let turn = 0; turn < pause; turn += 1) await tick();
          }
          const settled = (await Promise.all(results)).flat();
          expect(begun).toEqual(items.map((_, id) => id));
          expect(settled.map(({ status }) => status)).toEqual(
            items.map((_, id) => (failed.has(id) ? 'rejected' : 'fulfilled')),
          );
          const ids = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
          expect(ids).toEqual([...items.keys()].filter((id) => !failed.has(id)));
          await commit.idle();
          expect(commit.depth()).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});
