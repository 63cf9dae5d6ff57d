/** What a refusal of the API means for the reader. */
import type { Texts } from '../texts/shape.ts';
import type { ApiProblem } from './api-problem.ts';

/** The page's own words for a code; undefined where it has none. */
function known({ problems }: Texts, code: string): string | undefined {
  const words: Readonly<Record<string, string>> = problems;
  return words[code] ?? words[code.split('.', 1)[0] ?? ''];
}

export function problemText(texts: Texts, problem: ApiProblem): string {
  const { failures } = texts.common;
  const own = known(texts, problem.code);
  if (own !== undefined) return own;

  // Written for this reader by the app or by a connected service.
  if (problem.status === 422 && problem.message !== '') return problem.message;
  switch (problem.status) {
    case 0:
      return failures.lost;
    case 401:
      return failures.sessionOver;
    case 403:
      return problem.code === 'page.not_allowed' || problem.message === '' ? failures.notAllowed : problem.message;
    case 404:
    case 410:
      return failures.gone;
    case 409:
      return problem.code.endsWith('.changed') || problem.message === '' ? failures.changedMeanwhile : problem.message;
    case 429:
      return failures.tooMany;
    case 502:
    case 503:
    case 504:
      // A connected service that cannot be reached is told by its brain.
      return problem.code === 'unavailable' || problem.message === '' ? failures.unavailable : problem.message;
    default:
      return failures.other(problem.code);
  }
}
