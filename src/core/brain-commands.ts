/** Chat commands that a brain brings along: employees type them, and the brain is sent a request. */
import { botTexts } from './bot-texts.ts';
import type { BrainCommand } from './brain-parts.ts';
import { type Bridged, note, type RuleContext, toBrain } from './bridge-result.ts';
import type { Conversation } from './conversation.ts';
import type { PortalEvent } from './events.ts';
import type { Language } from './language.ts';
import { textIn } from './texts.ts';

/** Null if the brain has no such command or the author is no employee: the command is then a message like any other. */
export function onBrainCommand(
  event: PortalEvent & { type: 'command' },
  conversation: Conversation,
  context: RuleContext,
): Bridged | null {
  const { author, chat, messageId } = event;
  const command = (context.commands ?? []).find(({ name }) => name === event.command.toLowerCase());
  if (command === undefined || author.kind !== 'employee' || author.isExtranet === true) return null;
  const params = command.read(event.params);
  if (params === null) {
    return { conversation, actions: [note(commandLine(command, conversation.language))], outcome: 'helped' };
  }
  // A button can be pressed twice under the same message id, so the time is part of the id.
  const id = `${messageId}:${Date.parse(context.at)}`;
  const action = toBrain({ type: 'request', id, name: command.request, params, by: 'person', author, chat });
  return { conversation, actions: [action], outcome: 'requested' };
}

/** The commands that an employee may type, those of the brain included. */
export function commandList(language: Language, { commands = [] }: Pick<RuleContext, 'commands'>): string {
  return [botTexts(language).commands, ...commands.map((command) => commandLine(command, language))].join('\n');
}

function commandLine({ name, params, title }: BrainCommand, language: Language): string {
  return `${`/${name} ${textIn(params, language)}`.trim()} – ${textIn(title, language)}`;
}
