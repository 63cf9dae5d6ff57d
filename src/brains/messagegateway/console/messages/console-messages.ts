/** Chooses the language in which the console speaks. */
import { type ConsoleMessages, en } from './en.ts';
import { ru } from './ru.ts';

export function consoleMessages(language: 'ru' | 'en'): ConsoleMessages {
  return language === 'ru' ? ru : en;
}
