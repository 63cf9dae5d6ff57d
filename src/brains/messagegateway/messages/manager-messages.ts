/** Chooses the language in which managers in MessageGateway read notes, refusals and cards. */
import { en, type ManagerMessages } from './en.ts';
import { ru } from './ru.ts';

export function managerMessages(language: 'ru' | 'en'): ManagerMessages {
  return language === 'ru' ? ru : en;
}
