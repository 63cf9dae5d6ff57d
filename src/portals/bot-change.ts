/** What may be changed of a bot, and what a change makes of its row. */
import { badInput } from '../core/errors.ts';
import type { StoredGreeting, updateBot } from '../store/tenants/bots.ts';

/** What is to change; absent facts stay as they are. */
export interface BotChange {
  readonly name?: string | undefined;
  /** A brain by name; without `connection`: with the portal's only account of it. */
  readonly brain?: string | undefined;
  /** Id of the account to think with; its brain comes with it. */
  readonly connection?: string | undefined;
  /** Minutes of silence after which the brain leads again; null: never. */
  readonly giveBackMinutes?: number | null | undefined;
  readonly greeting?: GreetingChange | undefined;
  readonly greetAfterSeconds?: number | undefined;
  /** How long messages wait for others to be delivered with, 0 to 60 000; 0: not at all; null: as the brain says. */
  readonly burstMs?: number | null | undefined;
}

/** Words by language; null: the usual ones again. */
export interface GreetingChange {
  readonly isOff?: boolean | undefined;
  readonly ru?: string | null | undefined;
  readonly en?: string | null | undefined;
}

/** Bitrix24 shows names of people and bots up to about this many characters. */
const maxNameLength = 100;

/** Throws BadInput `bot.bad_name`. */
export function columnsOf(change: BotChange, known: StoredGreeting | null): Parameters<typeof updateBot>[3] {
  const { name, giveBackMinutes, greeting, greetAfterSeconds, burstMs } = change;
  return {
    ...(name === undefined ? {} : { name: validName(name) }),
    ...(giveBackMinutes === undefined ? {} : { give_back_minutes: giveBackMinutes }),
    ...(greeting === undefined ? {} : { greeting: mergedGreeting(known ?? {}, greeting) }),
    ...(greetAfterSeconds === undefined ? {} : { greet_after_seconds: greetAfterSeconds }),
    ...(burstMs === undefined ? {} : { burst_ms: burstMs }),
  };
}

/** `known`: as it is stored. Null: the usual words, switched on. */
export function mergedGreeting(known: StoredGreeting, change: GreetingChange): StoredGreeting | null {
  const ru = change.ru === undefined ? known.ru : change.ru;
  const en = change.en === undefined ? known.en : change.en;
  const isOff = change.isOff ?? known.off === true;
  const greeting = {
    ...(ru === undefined || ru === null ? {} : { ru }),
    ...(en === undefined || en === null ? {} : { en }),
    ...(isOff ? { off: true as const } : {}),
  };
  return Object.keys(greeting).length === 0 ? null : greeting;
}

export function validName(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= maxNameLength) return name;
  throw badInput('bot.bad_name', `a name has 1 to ${maxNameLength} characters`);
}
