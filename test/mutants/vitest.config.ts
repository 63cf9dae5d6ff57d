/** The tests as planted faults are shown to them: in the order that the variable TEST_ORDER names. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from '../../vitest.config.ts';

class GivenOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const list = process.env['TEST_ORDER'];
    if (list === undefined) return await super.sort(files);
    const order = readFileSync(list, 'utf8').split('\n');
    const placeOf = ({ moduleId }: TestSpecification): number =>
      order.findIndex((name) => moduleId.endsWith(`/${name}`));
    return files.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

/** A measured run loads all modules anew for each file, so that what runs while they load is marked for each. */
const isolate = process.env['MARKS_FILE'] !== undefined;

const tried: readonly unknown[] = ['unit', 'contract', 'integration'];

export default {
  root: fileURLToPath(new URL('../../', import.meta.url)),
  test: {
    ...config.test,
    reporters: ['dot'],
    sequence: { sequencer: GivenOrder },
    projects: (config.test?.projects ?? []).flatMap((project) =>
      typeof project === 'object' && 'test' in project && tried.includes(project.test?.name)
        ? [{ ...project, test: { ...project.test, isolate, setupFiles: ['test/mutants/start-marks.ts'] } }]
        : [],
    ),
  },
};
