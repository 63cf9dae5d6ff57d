/**
 * What the bots say themselves, whatever the language. Bitrix24's moderation requires a greeting with help and the command list. A language
 * without one of the texts does not compile.
 */
import type { BotType } from '../bot.ts';
import type { ChatKind } from '../events.ts';

export interface BotTexts {
  readonly greeting: Readonly<Record<ChatKind, (botName: string) => string>>;
  readonly help: Readonly<Record<ChatKind, (botName: string) => string>>;
  readonly commands: string;
  readonly handedBack: string;
  readonly handedBackAfter: (minutes: number) => string;
  /** The label of the button that gives the conversation back. */
  readonly giveBack: string;
  readonly handedOver: string;
  /** Somebody took the conversation over on its page. */
  readonly takenOver: (name: string) => string;
  /** The brain has not answered a customer for too long. */
  readonly silence: { readonly toCustomer: string; readonly note: (minutes: number) => string };
  /** No brain is connected. The employee may be in a group, where others read it too. */
  readonly unanswered: Readonly<Record<'toCustomer' | 'note' | 'toEmployee', string>>;
  /** Question and answer follow each other faster than people write; `minutes` is 1 or 60. */
  readonly tooManyTurns: { readonly toCustomer: string; readonly note: (turns: number, minutes: number) => string };
  readonly fileOnly: (names: string) => string;
  /** A change of a message that the brain did not accept. */
  readonly changeFailed: Readonly<Record<'edit' | 'delete', string>>;
  /** Why the portal sends the app no events, for the administrator who installed it. */
  readonly appTrouble: Readonly<Record<'not_finished' | 'payment_expired', string>>;
  /** Titles of the commands in the portal's list of commands. */
  readonly commandTitles: Readonly<Record<'help' | 'bot' | 'operator' | 'press', string>>;
  /** What the bots of a new portal are called. */
  readonly defaultNames: Readonly<Record<BotType, string>>;
  /** What a bot does, as its profile says. */
  readonly work: Readonly<Record<BotType, string>>;
}
