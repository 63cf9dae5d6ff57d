/** Which registered slash commands a text contains, and the ten-minute right to answer them. */
import type { Chat, Command, PortalState, User } from './state.ts';

export interface FoundCommand {
  readonly command: Command;
  readonly params: string;
}

const COMMAND_LINE = /^\/([^ \n]*) ?(.*)$/gm;
/** Commands taken from one message. */
const MAX_COMMANDS = 10;
/** How long imbot.command.answer works after the command. */
const GRANT_MS = 600_000;

function isPermitted(state: PortalState, command: Command, chat: Chat, author: User | undefined): boolean {
  const bot = state.bots.get(command.botId);
  if (bot === undefined) return false;
  if (chat.type === 'L' && !bot.openline) return false;
  if (author?.isExtranet === true && !command.extranetSupport) return false;
  if (command.common) return true;
  // The bot must be in the chat, and in a private chat it must be the one that is written to.
  return chat.members.has(bot.id) && (chat.type !== 'P' || author?.id !== bot.id);
}

/** Every registered and permitted command that begins a line, at most ten; one line may match commands of several bots. */
export function findCommands(state: PortalState, chat: Chat, authorId: number, text: string): FoundCommand[] {
  if (state.commands.size === 0 || !text.includes('/')) return [];
  const author = state.users.get(authorId);
  const lines = [...text.matchAll(COMMAND_LINE)].slice(0, MAX_COMMANDS);
  return lines.flatMap(([, name = '', params = '']) =>
    [...state.commands.values()]
      .filter((command) => command.command === name && isPermitted(state, command, chat, author))
      .map((command) => ({ command, params: params.trim() })),
  );
}

/** Allows this command under this message to be answered from now on, for ten minutes. */
export function grantAnswer(state: PortalState, messageId: number, commandId: number): void {
  state.commandGrants.set(`${messageId}:${commandId}`, state.now() + GRANT_MS);
}

/** Whether the command may still be answered. */
export function mayAnswer(state: PortalState, messageId: number, commandId: number): boolean {
  const until = state.commandGrants.get(`${messageId}:${commandId}`);
  return until !== undefined && until > state.now();
}
