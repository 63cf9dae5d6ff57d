/** Runs all tests once with marks in every passage of the source. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plantMarks } from './passages.ts';
import type { Measured, TestFile } from './reach.ts';
import { readReport } from './report.ts';
import { runTests, startTree } from './tree.ts';

const longestRunMs = 3_600_000;

/** Takes about twice as long as the tests. Test files that fail in it are named on standard error and asked nothing later. */
export async function measureReach(): Promise<Omit<Measured, 'source'>> {
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
    const tests = await passed(report, tree.folder);
    return { tests, marks: (await readFile(marks, 'utf8')).split('\n') };
  } finally {
    await tree.close();
  }
}

async function passed(report: string, folder: string): Promise<readonly TestFile[]> {
  return (await readReport(report, folder)).flatMap(({ path, ms, isPassed }) => {
    if (isPassed) return [{ path, ms }];
    process.stderr.write(`fails without a fault and is left out: ${path}\n`);
    return [];
  });
}
