/** Decides which dialogs are consoles: there an employee's word is a command, or an answer to a customer elsewhere, and never a customer's. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { Author, Chat } from '../../../core/events.ts';
import type { JoinedConfig } from '../config.ts';

/** What the house calls the counterpart of every console: which chat it is bound to changes, and is kept apart (decision 0021). */
export const consoleMark = 'console';

/** Whether words in this dialog are for the console. */
export function isConsole(config: JoinedConfig, to: ConversationRef, chat: Pick<Chat, 'kind'>): boolean {
  const { groups, privateBots } = config.console;
  if (chat.kind === 'private') return privateBots.includes(to.botCode);
  return chat.kind === 'group' && (groups === 'all' || (groups === 'supervisors' && to.botType === 'S'));
}

/** Whether the person may use the console at all, as far as the settings say. */
export function mayUse(config: JoinedConfig, author: Author): boolean {
  const { employees } = config.console;
  return author.kind === 'employee' && (employees.length === 0 || employees.includes(author.id));
}
