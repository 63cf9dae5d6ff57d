/** What a command of the console gets, and what it returns. */

import { pressCommand } from '../../../core/bot-texts.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import { BadInput } from '../../../core/errors.ts';
import type { Author, Button, Chat, FileRef } from '../../../core/events.ts';
import type { Binding } from './bindings.ts';
import type { ConsoleContext } from './console-context.ts';
import type { ConsoleTexts } from './texts/en.ts';

export interface CommandRequest {
  readonly context: ConsoleContext;
  readonly to: ConversationRef;
  /** The key of the delivery, the same on every repetition. */
  readonly key: string;
  readonly messageId: string;
  readonly author: Author;
  readonly chat: Chat;
  readonly files: readonly FileRef[];
  /** The text after the command's name. */
  readonly args: string;
  readonly binding: Binding | null;
  readonly messages: ConsoleTexts;
  readonly signal: AbortSignal;
}

export interface CommandAnswer {
  readonly text: string;
  readonly buttons?: readonly Button[];
  readonly files?: readonly FileRef[];
}

export type Command = (request: CommandRequest) => Promise<CommandAnswer>;

/** The command was not run; the sentence tells the employee why. */
export class ConsoleRefusal extends BadInput {
  constructor(sentence: string) {
    super({ code: 'messagegateway.console', message: sentence });
  }
}

/** A button that sends the bot a command. */
export function commandButton(label: string, line: string): Button {
  return { type: 'command', label, command: pressCommand, params: line };
}
