/** Lays out what the checks found, for people at a terminal. */
import type { Check } from '../../doctor/check.ts';
import { columns } from '../framework/layout.ts';

/** The verdict, what was checked, what was found, and on the next line what to do about it. Grouped by portal. */
export function layChecks(checks: readonly Check[]): string {
  const groups = Map.groupBy(checks, ({ portal }) => portal);
  return [...groups]
    .map(([portal, ofPortal]) => {
      const rows = ofPortal.flatMap(({ verdict, subject, found, mend }) => [
        [verdict.padEnd(longestVerdict), `${subject}: ${found}`],
        ...(mend === null ? [] : [['', `to fix: ${mend}`]]),
      ]);
      return `${portal === null ? '' : `portal ${portal}\n`}${columns(rows, '')}`;
    })
    .join('\n\n');
}

const longestVerdict = 'unknown'.length;
