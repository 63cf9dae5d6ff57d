/** Chooses the language in which managers in MessageGateway read notes, refusals and cards. */
import { en, type ManagerTexts } from './en.ts';
import { ru } from './ru.ts';

export function managerTexts(language: 'ru' | 'en'): ManagerTexts {
  return language === 'ru' ? ru : en;
}
