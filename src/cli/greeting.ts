/** The options of `bots` that say how a bot introduces itself. */
import type { BotRow, StoredGreeting } from '../store/tenants/bots.ts';
import { type CommandLine, type CommandOption, usageError } from './command.ts';

/** Ten minutes: whoever has waited longer is not greeted any more. */
const mostSeconds = 600;
const mostCharacters = 2_000;

export const greetingOptions: readonly CommandOption[] = [
  {
    name: 'greeting',
    value: 'on|off',
    text: 'Whether the bot introduces itself. The marketplace asks for it where a bot is invited into a chat',
  },
  { name: 'greeting-ru', value: 'text', text: 'Its words in Russian, {name} is the bot; "default" for the usual ones' },
  { name: 'greeting-en', value: 'text', text: 'The same in English, for portals of all other languages' },
  {
    name: 'greet-after',
    value: 'seconds',
    text: 'In Open Channels it comes when nobody has answered for so long (3 by default); 0: always, at once',
  },
];

/** What the line changes; empty when it says nothing of it. */
export function readGreeting(
  line: CommandLine,
  known: StoredGreeting | null,
): Partial<Pick<BotRow, 'greeting' | 'greet_after_seconds'>> {
  return { ...readWords(line, known), ...readDelay(line) };
}

function readWords(line: CommandLine, known: StoredGreeting | null): Partial<Pick<BotRow, 'greeting'>> {
  const isOn = line.text('greeting');
  const given = { ru: line.text('greeting-ru'), en: line.text('greeting-en') };
  if (isOn === null && given.ru === null && given.en === null) return {};
  if (isOn !== null && isOn !== 'on' && isOn !== 'off') throw usageError('--greeting is on or off');
  const ru = wordsOf(given.ru, known?.ru);
  const en = wordsOf(given.en, known?.en);
  const isOff = isOn === null ? known?.off === true : isOn === 'off';
  const greeting = {
    ...(ru === undefined ? {} : { ru }),
    ...(en === undefined ? {} : { en }),
    ...(isOff ? { off: true as const } : {}),
  };
  return { greeting: Object.keys(greeting).length === 0 ? null : greeting };
}

function wordsOf(given: string | null, known: string | undefined): string | undefined {
  if (given === null) return known;
  const words = given.trim();
  if (words === 'default') return undefined;
  if (words !== '' && words.length <= mostCharacters) return words;
  throw usageError(`a greeting has 1 to ${mostCharacters} characters; --greeting off for none`);
}

function readDelay(line: CommandLine): Partial<Pick<BotRow, 'greet_after_seconds'>> {
  const text = line.text('greet-after');
  if (text === null) return {};
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= mostSeconds && text.trim() !== '') {
    return { greet_after_seconds: seconds };
  }
  throw usageError(`--greet-after is a number of seconds from 0 to ${mostSeconds}`);
}
