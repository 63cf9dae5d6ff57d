/** What is logged under a name the log takes for a secret is hidden, and says nothing to whoever reads the line. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the details of log lines', () => {
  it('never stand under `code`, which is the one of an OAuth grant: reasons are called reasons', () => {
    const lines = /\blog(?:\.\w+)?\((?:[^;]|;(?!\n))*?\);\n/g;
    const found = globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
      (readFileSync(`${root}${file}`, 'utf8').match(lines) ?? []).map((line) => ({ file, line })),
    );
    expect(found.length).toBeGreaterThan(30);
    expect(found.filter(({ line }) => /[{,]\s*code\b/.test(line))).toEqual([]);
  });
});
