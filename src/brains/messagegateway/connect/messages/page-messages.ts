/** Chooses the language of the connection page, and puts errors into its words. */
import { en, type PageMessages } from './en.ts';
import { ru } from './ru.ts';

export type Language = 'ru' | 'en';

export function pageMessages(language: Language): PageMessages {
  return language === 'ru' ? ru : en;
}

/** The reader's choice, else what the browser prefers of the two. */
export function languageOfReader(chosen: string | null, accepted: string | undefined): Language {
  if (chosen === 'ru' || chosen === 'en') return chosen;
  const first = accepted?.split(',').find((tag) => /^\s*(?:ru|en)\b/i.test(tag));
  return first === undefined ? 'en' : /^\s*ru/i.test(first) ? 'ru' : 'en';
}

/** An error in the reader's words. */
export function problemText(
  messages: PageMessages,
  error: { readonly code: string; readonly message: string },
): string {
  const known = messages.problems[error.code.replace(/^messagegateway\./, '')];
  if (known !== undefined) return known;
  if (error.code.startsWith('network.')) return messages.problems['forbidden_address'] ?? '';
  if (error.code.startsWith('http.')) return messages.problems['unreachable'] ?? '';
  if (error.code.startsWith('connection.')) return messages.problems['gone'] ?? '';
  return messages.otherProblem(error.message);
}
