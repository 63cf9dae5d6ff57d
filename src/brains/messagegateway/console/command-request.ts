/** What a command of the console is given, and what it gives back. */
import type { ConversationRef } from '../../../core/connector.ts';
import { BadInput } from '../../../core/errors.ts';
import type { Author, Button, Chat, FileRef } from '../../../core/events.ts';
import { pressCommand } from '../../../core/texts.ts';
import type { Binding } from './bindings.ts';
import type { ConsoleContext } from './console-context.ts';
import type { ConsoleMessages } from './messages/en.ts';

export interface CommandRequest {
  readonly context: ConsoleContext;
  readonly to: ConversationRef;
  /** Of the delivery: the same on every repetition. */
  readonly key: string;
  readonly messageId: string;
  readonly author: Author;
  readonly chat: Chat;
  readonly files: readonly FileRef[];
  /** What follows the command's word. */
  readonly args: string;
  readonly binding: Binding | null;
  readonly messages: ConsoleMessages;
  readonly signal: AbortSignal;
}

export interface CommandAnswer {
  readonly text: string;
  readonly buttons?: readonly Button[];
  readonly files?: readonly FileRef[];
}

export type Command = (request: CommandRequest) => Promise<CommandAnswer>;

/** A sentence for the employee instead of a result: nothing was done. */
export class ConsoleRefusal extends BadInput {
  constructor(sentence: string) {
    super({ code: 'messagegateway.console', message: sentence });
  }
}

/** A button that says a command to the bot. */
export function commandButton(label: string, line: string): Button {
  return { type: 'command', label, command: pressCommand, params: line };
}
