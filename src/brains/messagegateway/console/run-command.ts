/** The commands by name. */
import {
  avatar,
  bots,
  channels,
  commands,
  fetchFile,
  file,
  find,
  help,
  link,
  members,
  rename,
  roles,
  transcribe,
  unlink,
  users,
  whoami,
} from './account-commands.ts';
import { bind, unbind } from './binding-commands.ts';
import type { CommandName } from './command-names.ts';
import type { Command, CommandAnswer, CommandRequest } from './command-request.ts';
import { assign, chats, close, list, open, show, tag, unassign, untag } from './dialog-commands.ts';
import { history } from './history.ts';
import { edit, note, remove, say, send } from './message-commands.ts';

const table: Readonly<Record<CommandName, Command>> = {
  help,
  list,
  chats,
  show,
  bind,
  unbind,
  say,
  note,
  history,
  assign,
  unassign,
  close,
  open,
  tag,
  untag,
  find,
  members,
  users,
  channels,
  bots,
  send,
  edit,
  delete: remove,
  file,
  fetch: fetchFile,
  transcribe,
  link,
  unlink,
  whoami,
  commands,
  rename,
  avatar,
  roles,
};

/** Throws ConsoleRefusal with a sentence for the employee, and what the Bot API throws. */
export async function runCommand(name: CommandName, request: CommandRequest): Promise<CommandAnswer> {
  return await table[name](request);
}
