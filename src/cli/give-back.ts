/** The option of `bots` that says when a conversation comes back to the brain by itself. */
import { type CommandLine, type CommandOption, usageError } from './command.ts';

/** Thirty days: beyond, nobody means an open conversation. */
const mostMinutes = 43_200;

export const giveBackOption: CommandOption = {
  name: 'give-back-after',
  value: 'minutes|never',
  text: 'The brain leads again after so long without a word of the people who lead; never by default',
};

/** What the line says of it; undefined when it says nothing. */
export function readGiveBack(line: CommandLine): { readonly give_back_minutes?: number | null } {
  const text = line.text(giveBackOption.name);
  if (text === null) return {};
  if (text === 'never') return { give_back_minutes: null };
  const minutes = Number(text);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes) {
    throw usageError(`--${giveBackOption.name} is a number of minutes from 1 to ${mostMinutes}, or never`);
  }
  return { give_back_minutes: minutes };
}
