/** Which test files run through which passage of the source, and how long each takes. */
import type { Mutant } from './make-mutants.ts';
import { idOfFile, passagesOf } from './passages.ts';

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
  /** Of the source that was measured: marks are places in it. */
  readonly source: string;
  readonly tests: readonly TestFile[];
  /** `<test file>\t<passage>`. */
  readonly marks: readonly string[];
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
