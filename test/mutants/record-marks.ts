/** Loaded before everything else into each process of a measured run (`--import`): writes down which test file ran through which passage. */
import { appendFileSync } from 'node:fs';

declare global {
  /** Called at the beginning of each passage. */
  var markPassage: ((passage: string) => void) | undefined;
  /** Called before each test file. */
  var startMarksOf: ((testFile: string) => void) | undefined;
}

const { MARKS_FILE: written, MARKS_TEST: inherited } = process.env;

if (written !== undefined) {
  let testFile = inherited;
  const seen = new Set<string>();
  globalThis.startMarksOf = (next) => {
    testFile = next;
    // For the processes that its tests start.
    process.env['MARKS_TEST'] = next;
    seen.clear();
  };
  globalThis.markPassage = (passage) => {
    if (testFile === undefined || seen.has(passage)) return;
    seen.add(passage);
    // At once, because some of these processes are killed.
    appendFileSync(written, `${testFile}\t${passage}\n`);
  };
}
