/** Which test files run through which passage of the source, and how long each takes: measured once, in a run of all tests with marks. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutant } from './make-mutants.ts';
import { idOfFile, passagesOf, plantMarks } from './passages.ts';
import { runTests, startTree } from './tree.ts';

export interface TestFile {
  /** From the root of the repository. */
  readonly path: string;
  /** How long it took, next to others. */
  readonly ms: number;
}

export interface Reach {
  /**
   * The test files that ran through the passage of the fault, the quickest first. Outside of all passages: those that ran through any passage of
   * the file or of one that imports it.
   *
   * @param text of the fault's file
   */
  testsOf(mutant: Mutant, text: string): readonly TestFile[];
}

/** What a measured run has found; plain data, to be kept in a file. */
export interface Measured {
  readonly tests: readonly TestFile[];
  /** `<test file>\t<passage>`. */
  readonly marks: readonly string[];
}

const longestRunMs = 3_600_000;

/** Takes about twice as long as the tests. Test files that fail in it are named on standard error and asked nothing later. */
export async function measureReach(): Promise<Measured> {
  const tree = await startTree();
  try {
    const names = await readdir(join(tree.folder, 'src'), { recursive: true });
    for (const name of names.filter((one) => one.endsWith('.ts'))) {
      const path = join(tree.folder, 'src', name);
      await writeFile(path, plantMarks(join('src', name), await readFile(path, 'utf8')));
    }
    const [marks, report] = [join(tree.folder, 'marks.txt'), join(tree.folder, 'report.json')];
    await writeFile(marks, '');
    await runTests(tree.folder, ['--reporter=json', `--outputFile=${report}`], {
      env: { MARKS_FILE: marks },
      limitMs: longestRunMs,
    });
    const tests = readReport(await readFile(report, 'utf8'), tree.folder);
    return { tests, marks: (await readFile(marks, 'utf8')).split('\n') };
  } finally {
    await tree.close();
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

function readReport(text: string, folder: string): readonly TestFile[] {
  const { testResults } = JSON.parse(text) as Report;
  return testResults.flatMap(({ name, status, startTime, endTime }) => {
    const path = name.slice(folder.length + 1);
    if (status === 'passed') return [{ path, ms: endTime - startTime }];
    process.stderr.write(`fails without a fault and is left out: ${path}\n`);
    return [];
  });
}

/** @param sources texts of the source by path, to know what imports what */
export function reachOf({ tests, marks }: Measured, sources: ReadonlyMap<string, string>): Reach {
  const byPath = new Map(tests.map((test) => [test.path, test]));
  const byPassage = new Map<string, Set<TestFile>>();
  const add = (passage: string, test: TestFile): void => {
    byPassage.set(passage, (byPassage.get(passage) ?? new Set()).add(test));
  };
  for (const line of marks) {
    const [path = '', passage = ''] = line.split('\t');
    const test = byPath.get(path);
    if (test === undefined) continue;
    add(passage, test);
    add(passage.slice(0, passage.lastIndexOf(':') + 1), test);
  }
  const through = (passage: string): readonly TestFile[] => [...(byPassage.get(passage) ?? [])];
  return {
    testsOf({ file, start, end }, text) {
      const around = passagesOf(file, text).filter((one) => one.start <= start && end <= one.end);
      const inner = around.toSorted((a, b) => a.end - a.start - (b.end - b.start))[0];
      const files = [file, ...importersOf(file, sources)];
      const found = inner === undefined ? files.flatMap((one) => through(idOfFile(one))) : through(inner.id);
      return [...new Set(found)].toSorted((a, b) => a.ms - b.ms);
    },
  };
}

function importersOf(file: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const name = file.slice(file.lastIndexOf('/'));
  return [...sources].filter(([, text]) => text.includes(`${name}'`)).map(([path]) => path);
}
