/** What Vitest's JSON reporter writes of a run. */
import { readFile } from 'node:fs/promises';

export interface FileResult {
  /** From the root of the tree in which the tests ran. */
  readonly path: string;
  readonly isPassed: boolean;
  /** False also of files that were not run because another had failed. */
  readonly hasFailed: boolean;
  readonly ms: number;
}

/** @param folder the tree in which the tests ran */
export async function readReport(file: string, folder: string): Promise<readonly FileResult[]> {
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report;
  return testResults.map(({ name, status, message, assertionResults, startTime, endTime }) => ({
    path: name.slice(folder.length + 1),
    isPassed: status === 'passed',
    hasFailed: status === 'failed' && (message !== '' || assertionResults.some((one) => one.status === 'failed')),
    ms: endTime - startTime,
  }));
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file could not be loaded or set up; empty where its tests ran. */
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string }[];
    readonly startTime: number;
    readonly endTime: number;
  }[];
}
