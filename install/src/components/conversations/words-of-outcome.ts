/** The words for what a step ended with. */
import type { Texts } from '../../texts/shape.ts';
import { reasonOf } from '../undelivered/reason-of.ts';

/** @param outcome words joined by `+`, as the app keeps them */
export function wordsOfOutcome(texts: Texts, outcome: string): string {
  const known: Readonly<Record<string, string>> = texts.outcomes;
  return outcome
    .replace(/ \(dropped\)$/, '')
    .split('+')
    .map((part) => (Object.hasOwn(known, part) && known[part]) || wordsOfError(texts, part))
    .join('; ');
}

/** An error's code has a dot; what is neither known nor an error stays as it is. */
function wordsOfError(texts: Texts, part: string): string {
  return /[./]/.test(part) ? `${texts.undelivered.reasons[reasonOf(part)].title} (${part})` : part;
}
