/** Every soak run with small numbers. Times and sizes depend on the machine and are judged by `npm run test:soak` alone; everything else is judged here too. */
import { afterEach, describe, expect, it } from 'vitest';
import { createEndings, type Endings } from '../../../bench/support/endings.ts';
import { soaks } from '../../soak/list.ts';
import { cloneDatabase } from '../../support/database.ts';

let endings: Endings | undefined;

afterEach(async () => {
  await endings?.endAll();
  endings = undefined;
});

describe('the short form of the soak run', () => {
  it.each(soaks)('$name: $about', { timeout: 120_000 }, async (soak) => {
    endings = createEndings();
    const own = endings;
    const database = async (): Promise<string> => {
      const clone = await cloneDatabase();
      own.add(() => clone.drop());
      return clone.url;
    };
    const verdicts = await soak.run({ endings: own, database, say: () => undefined }, 'short');
    const missed = verdicts.filter(({ isPassed, dependsOnMachine }) => !isPassed && !dependsOnMachine);
    expect(missed).toEqual([]);
    expect(verdicts.some(({ bar }) => bar !== '')).toBe(true);
  });
});
