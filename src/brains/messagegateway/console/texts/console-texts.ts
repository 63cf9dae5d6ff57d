/** Chooses the language in which the console speaks. */
import { type ConsoleTexts, en } from './en.ts';
import { ru } from './ru.ts';

export function consoleTexts(language: 'ru' | 'en'): ConsoleTexts {
  return language === 'ru' ? ru : en;
}
