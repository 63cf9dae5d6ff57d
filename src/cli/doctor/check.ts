/** What a check found: a verdict, a sentence, and how to mend it. Laid out for people here, printed as it is with `--json`. */
import { pageWidth, wrap } from '../layout.ts';

/** `unknown`: it could not be looked at, because something else is wrong first. */
export type Verdict = 'ok' | 'wrong' | 'unknown';

export interface Check {
  /** What was looked at, in a word or two. */
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

/** Room for the longest verdict. */
const margin = '         ';

/** `ok`, `wrong` or `unknown`, what was looked at, what was found; the mend on the lines below. Grouped by portal. */
export function layChecks(checks: readonly Check[]): string {
  const lines: string[] = [];
  let portal: string | null = null;
  for (const check of checks) {
    if (check.portal !== portal && check.portal !== null) lines.push('', `portal ${check.portal}`);
    portal = check.portal;
    const [first = '', ...rest] = wrap(`${check.subject}: ${check.found}`, '', pageWidth - margin.length).split('\n');
    lines.push(`${check.verdict.padEnd(margin.length)}${first}`, ...rest.map((line) => `${margin}${line}`));
    if (check.mend !== null) lines.push(wrap(`to mend: ${check.mend}`, margin));
  }
  return (lines[0] === '' ? lines.slice(1) : lines).join('\n');
}
