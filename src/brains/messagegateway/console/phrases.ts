/** What the console says, in two languages. */
import type { MessageGatewayConfig } from '../config.ts';
import type { Phrases } from './phrase-list.ts';
import { english } from './phrases-en.ts';
import { russian } from './phrases-ru.ts';

/** The phrases of a language. */
export function phrasesOf(language: MessageGatewayConfig['language']): Phrases {
  return language === 'ru' ? russian : english;
}
