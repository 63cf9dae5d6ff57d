/** What a check found: a verdict, a sentence, and what to do about it. Laid out for people here, printed as it is with `--json`. */
import { columns } from '../framework/layout.ts';

/** `unknown`: it could not be checked, because something else is wrong first. */
export type Verdict = 'ok' | 'wrong' | 'unknown';

export interface Check {
  /** What was checked, in a word or two. */
  readonly subject: string;
  /** Domain of the portal it concerns; null: the whole installation. */
  readonly portal: string | null;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do about it; null when nothing has to be done. */
  readonly mend: string | null;
}

export const ok = (portal: string | null, subject: string, found: string): Check => ({
  subject,
  portal,
  verdict: 'ok',
  found,
  mend: null,
});

export const wrong = (portal: string | null, subject: string, found: string, mend: string): Check => ({
  subject,
  portal,
  verdict: 'wrong',
  found,
  mend,
});

export const unknown = (portal: string | null, subject: string, found: string, mend: string | null = null): Check => ({
  subject,
  portal,
  verdict: 'unknown',
  found,
  mend,
});

export const isWrong = (check: Check): boolean => check.verdict === 'wrong';

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
