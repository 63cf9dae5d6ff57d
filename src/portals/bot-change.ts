/** What may be changed in a bot, and which columns of its row a change sets. */
import type { BotColor } from '../core/bot.ts';
import { badInput } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import type { BotRow, StoredGreeting, updateBot } from '../store/tenants/bots.ts';

/** What is to change; absent facts stay as they are. */
export interface BotChange {
  readonly name?: string | undefined;
  /** The brain's name. Without `connection`, the bot uses the portal's only account of it. */
  readonly brain?: string | undefined;
  /** Id of the account to think with; its brain comes with it. */
  readonly connection?: string | undefined;
  /** Minutes of silence after which the brain leads again; null: never. */
  readonly giveBackMinutes?: number | null | undefined;
  /** Minutes a customer waits for the brain before people are called; null: for ever. */
  readonly callPersonMinutes?: number | null | undefined;
  /** From this many answered questions a minute on, 0 to 600, a conversation is paused; 0: never; null: the installation's limit. */
  readonly turnsPerMinute?: number | null | undefined;
  readonly greeting?: GreetingChange | undefined;
  readonly greetAfterSeconds?: number | undefined;
  /** The language it speaks; null: the portal's. */
  readonly language?: Language | null | undefined;
  /** What it tells customers while nobody answers for it; null: the default text again. */
  readonly unanswered?: Readonly<Partial<Record<Language, string | null>>> | undefined;
  /** How many milliseconds a message waits for others, to be delivered together, 0 to 60 000; 0: not at all; null: as the brain says. */
  readonly burstMs?: number | null | undefined;
  /** Null: the usual colour of its type. */
  readonly color?: BotColor | null | undefined;
}

export interface GreetingChange {
  readonly isOff?: boolean | undefined;
  /** Null: the default text again. */
  readonly texts?: Readonly<Partial<Record<Language, string | null>>> | undefined;
}

/** Bitrix24 shows names of people and bots up to about this many characters. */
const maxNameLength = 100;

/** Throws BadInput `bot.bad_name`. */
export function columnsOf(
  change: BotChange,
  known: Pick<BotRow, 'greeting' | 'unanswered'> | null,
): Parameters<typeof updateBot>[3] {
  const { name, giveBackMinutes, greeting, greetAfterSeconds, language, burstMs } = change;
  const { callPersonMinutes, turnsPerMinute, color, unanswered } = change;
  return {
    ...(name === undefined ? {} : { name: validName(name) }),
    ...(giveBackMinutes === undefined ? {} : { give_back_minutes: giveBackMinutes }),
    ...(callPersonMinutes === undefined ? {} : { call_person_minutes: callPersonMinutes }),
    ...(turnsPerMinute === undefined ? {} : { turns_per_minute: turnsPerMinute }),
    ...(greeting === undefined ? {} : { greeting: mergedGreeting(known?.greeting ?? {}, greeting) }),
    ...(greetAfterSeconds === undefined ? {} : { greet_after_seconds: greetAfterSeconds }),
    ...(language === undefined ? {} : { language }),
    ...(unanswered === undefined ? {} : { unanswered: mergedTexts(known?.unanswered ?? {}, unanswered) }),
    ...(burstMs === undefined ? {} : { burst_ms: burstMs }),
    ...(color === undefined ? {} : { color }),
  };
}

/** Applies a change to the stored greeting. Null: the default texts, switched on. */
export function mergedGreeting(known: StoredGreeting, change: GreetingChange): StoredGreeting | null {
  const { off, ...texts } = known;
  const isOff = change.isOff ?? off === true;
  const changed = mergedTexts(texts, change.texts ?? {});
  const greeting: StoredGreeting = { ...changed, ...(isOff ? { off: true as const } : {}) };
  return Object.keys(greeting).length === 0 ? null : greeting;
}

type TextsByLanguage = Readonly<Partial<Record<Language, string>>>;

/** Null: no text of its own is left. */
function mergedTexts(
  known: TextsByLanguage,
  change: Readonly<Partial<Record<Language, string | null>>>,
): TextsByLanguage | null {
  const texts = Object.entries({ ...known, ...change }).filter(([, text]) => text !== null && text !== undefined);
  return texts.length === 0 ? null : Object.fromEntries(texts);
}

export function validName(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= maxNameLength) return name;
  throw badInput('bot.bad_name', `a name has 1 to ${maxNameLength} characters`);
}
