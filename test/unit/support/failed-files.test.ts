import { describe, expect, it } from 'vitest';
import { type FirstRun, filesToTryAgain, reportOnFiles } from '../../../scripts/failed-files.ts';

const two: FirstRun = { failedFiles: ['/a.test.ts', '/b.test.ts'], looseErrors: [], exitCode: 1, isBuildMachine: true };

describe('which files run once more', () => {
  it('those that failed on a build machine', () => {
    expect(filesToTryAgain(two)).toEqual(['/a.test.ts', '/b.test.ts']);
  });

  it('five, but not six', () => {
    const files = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}.test.ts`);
    expect(filesToTryAgain({ ...two, failedFiles: files(5) })).toHaveLength(5);
    expect(filesToTryAgain({ ...two, failedFiles: files(6) })).toEqual([]);
  });

  it('an error that no test caught goes with the failure of its file', () => {
    expect(filesToTryAgain({ ...two, looseErrors: ['/b.test.ts'] })).toHaveLength(2);
  });

  it.each<readonly [string, Partial<FirstRun>]>([
    ['at a desk', { isBuildMachine: false }],
    ['after a run in which nothing failed', { failedFiles: [], exitCode: 0 }],
    ['when the run failed and no file did', { failedFiles: [] }],
    ['after an error in a file that passed', { looseErrors: ['/c.test.ts'] }],
    ['after an error of nobody knows which file', { looseErrors: ['/a.test.ts', undefined] }],
  ])('none %s', (_, how) => {
    expect(filesToTryAgain({ ...two, ...how })).toEqual([]);
  });
});

describe('the report on them', () => {
  it('tells those that passed alone from those that failed again', () => {
    const files = new Map([
      ['a.test.ts', true],
      ['b.test.ts', false],
      ['c.test.ts', true],
    ]);
    expect(reportOnFiles(files)).toEqual([
      'failed beside others, passed alone: a.test.ts, c.test.ts',
      'failed beside others and alone: b.test.ts',
    ]);
  });
});
