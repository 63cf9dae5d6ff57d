/** What the console says, in two languages. */
import type { MessageGatewayConfig } from '../config.ts';
import type { ConsoleMessages } from './message-list.ts';
import { english } from './messages-en.ts';
import { russian } from './messages-ru.ts';

/** The phrases of a language. */
export function consoleMessages(language: MessageGatewayConfig['language']): ConsoleMessages {
  return language === 'ru' ? russian : english;
}
