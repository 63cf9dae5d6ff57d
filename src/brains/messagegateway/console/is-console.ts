/** Decides which dialogs are consoles. There a message of an employee is a command, or an answer to the customer of another chat. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { Author, Chat } from '../../../core/events.ts';
import type { ConsoleSettings } from './console-context.ts';

/** The remote id of every console's conversation. The chat a console is bound to changes, so it is kept separately (`bindings.ts`). */
export const consoleRemoteId = 'console';

/** Whether messages in this dialog are for the console. */
export function isConsole(settings: ConsoleSettings, to: ConversationRef, chat: Pick<Chat, 'kind'>): boolean {
  const { groups, privateBots } = settings;
  if (chat.kind === 'private') return privateBots.includes(to.botCode);
  return chat.kind === 'group' && (groups === 'all' || (groups === 'supervisors' && to.botType === 'S'));
}

/** Whether the settings let the person use the console. */
export function mayUse({ employees }: ConsoleSettings, author: Author): boolean {
  return author.kind === 'employee' && (employees.length === 0 || employees.includes(author.id));
}
