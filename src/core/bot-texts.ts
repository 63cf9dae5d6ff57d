/** The texts of our bots in every language they speak. */

import { de } from './bot-texts/de.ts';
import { en } from './bot-texts/en.ts';
import { es } from './bot-texts/es.ts';
import { kz } from './bot-texts/kz.ts';
import { pl } from './bot-texts/pl.ts';
import { pt } from './bot-texts/pt.ts';
import { ru } from './bot-texts/ru.ts';
import type { BotTexts } from './bot-texts/shape.ts';
import { uk } from './bot-texts/uk.ts';
import type { Language } from './language.ts';

/** The commands every bot understands, in the order in which the portal lists them. */
export const botCommands = ['help', 'bot', 'operator'] as const;

/**
 * The command behind buttons that send a message to the bot: its parameters are the message. A button that sends the message as the person
 * does not work in groups, where the bot receives only mentions. Registered as hidden, because nobody types it.
 */
export const pressCommand = 'press';

const texts: Readonly<Record<Language, BotTexts>> = { en, ru, de, es, pt, pl, uk, kz };

export function botTexts(language: Language): BotTexts {
  return texts[language];
}
