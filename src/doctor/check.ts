/** What a check found: a verdict, a sentence for the administrator of the installation, and what the pages say of it in plain words. */

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
  /** For the pages of the portal; null: it concerns the administrator of the installation alone. */
  readonly told: Told | null;
}

/** What an administrator of the portal can do at once: set the portal up anew, or have an account asked whether it works. */
export type Remedy = { readonly do: 'set_up' } | { readonly do: 'test_connection'; readonly connection: string };

/** Holds no secrets, and nothing of other portals. */
export interface Told {
  /** For example `payment.expired`; the pages have a text for each code. */
  readonly code: string;
  /** The values that the pages' text names. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly remedy: Remedy | null;
}

export const ok = (portal: string | null, subject: string, found: string): Check => ({
  subject,
  portal,
  verdict: 'ok',
  found,
  mend: null,
  told: null,
});

export const wrong = (portal: string | null, subject: string, found: string, mend: string): Check => ({
  subject,
  portal,
  verdict: 'wrong',
  found,
  mend,
  told: null,
});

export const unknown = (portal: string | null, subject: string, found: string, mend: string | null = null): Check => ({
  subject,
  portal,
  verdict: 'unknown',
  found,
  mend,
  told: null,
});

export const isWrong = (check: Check): boolean => check.verdict === 'wrong';

/** Adds to a check what the pages say of it. */
export function told(check: Check, code: string, values: Told['values'] = {}, remedy: Remedy | null = null): Check {
  return { ...check, told: { code, values, remedy } };
}

export const setUp: Remedy = { do: 'set_up' };
