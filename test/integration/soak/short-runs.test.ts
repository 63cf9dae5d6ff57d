/** Every soak run with small numbers. Times and sizes depend on the machine and are judged by `npm run test:soak` alone; everything else is judged here too. */
import { describe, expect, it } from 'vitest';
import { createEndings } from '../../../bench/support/endings.ts';
import { soaks } from '../../soak/list.ts';
import { cloneDatabase } from '../../support/database.ts';

describe('the short form of the soak run', () => {
  // They mostly wait: side by side they take little longer than the longest of them.
  it.concurrent.each(soaks)('$name: $about', async (soak) => {
    const endings = createEndings();
    const database = async (): Promise<string> => {
      const clone = await cloneDatabase();
      endings.add(() => clone.drop());
      return clone.url;
    };
    try {
      const verdicts = await soak.run({ endings, database, say: () => undefined }, 'short');
      const missed = verdicts.filter(({ isPassed, dependsOnMachine }) => !isPassed && !dependsOnMachine);
      expect(missed).toEqual([]);
      expect(verdicts.some(({ bar }) => bar !== '')).toBe(true);
    } finally {
      await endings.endAll();
    }
  });
});
