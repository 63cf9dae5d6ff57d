/** Handles what employees write to a console: runs commands, sends answers to the customer of the bound chat, notes or drops everything else. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery } from '../../../core/connector.ts';
import { type Button, type FileRef, type Reply, textReply } from '../../../core/events.ts';
import { MgRefused } from '../api/mg-http.ts';
import { bindingOfConsole } from './bindings.ts';
import { rememberShown } from './bound-chats.ts';
import { type CommandRequest, ConsoleRefusal, commandButton } from './command-request.ts';
import type { ConsoleContext } from './console-context.ts';
import { createExternalUsers } from './external-users.ts';
import { consoleRemoteId, mayUse } from './is-console.ts';
import { deleteSent, editSent, sayInChat } from './message-commands.ts';
import { parseLine } from './parse-line.ts';
import { runCommand } from './run-command.ts';
import { consoleTexts } from './texts/console-texts.ts';

type Message = BrainAction & { type: 'message' };
type Overheard = BrainAction & { type: 'overheard' };

export interface ConsoleHandler {
  /** A message to the console. Repeatable. Throws AppErrors that can be tried again; other errors become an answer. */
  hear(action: Message, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** A message in the group that does not mention the bot. */
  overhear(action: Overheard, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** An edit or deletion of a message to the console. */
  change(action: BrainAction & { type: 'edit' | 'delete' }, signal: AbortSignal): Promise<Delivery>;
  /** The receipt for a message that the console showed in a group. */
  shown(action: BrainAction & { type: 'receipt' }): Promise<Delivery>;
}

export function createConsoleHandler(context: ConsoleContext): ConsoleHandler {
  const isExternal = createExternalUsers(context);
  const messages = consoleTexts(context.language);

  async function requestOf(action: Message | Overheard, to: ConversationRef, delivery: DeliveryOptions) {
    const { author, chat, files, messageId, text: args } = action;
    const binding = await bindingOfConsole(context.tools.state, to);
    return { context, to, ...delivery, messageId, author, chat, files, args, binding, messages };
  }

  return {
    async hear(action, to, key, signal) {
      const link = to.remoteId === consoleRemoteId ? {} : { remoteConversationId: consoleRemoteId };
      try {
        if (!mayUse(context.settings, action.author) || (await isExternal(action, to, signal))) {
          return { ...link, replies: [reply(messages.notAllowed)] };
        }
        return { ...link, replies: await answer(await requestOf(action, to, { key, signal })) };
      } catch (error) {
        const sentence = sentenceOf(error, context);
        return { ...link, replies: [reply(sentence, { quoteOf: quotable(action.messageId) })] };
      }
    },
    async overhear(action, to, key, signal) {
      if (context.settings.overheard === 'note' && action.author.kind === 'employee') {
        await note(await requestOf(action, to, { key, signal }));
      }
      return {};
    },
    change: (action, signal) => change(context, action, signal),
    async shown(action) {
      await rememberShown(context, action);
      return {};
    },
  };
}

interface DeliveryOptions {
  readonly key: string;
  readonly signal: AbortSignal;
}

async function answer(request: CommandRequest): Promise<readonly Reply[]> {
  const { messages } = request;
  const line = parseLine(request.args, request.binding !== null);
  if (line.kind === 'command') {
    const { text, buttons, files } = await runCommand(line.name, { ...request, args: line.args });
    return [reply(text, { buttons: buttons ?? [], files: files ?? [] })];
  }
  if (line.kind === 'unknown' || request.binding === null) {
    const word = line.kind === 'unknown' ? line.word : '';
    return [reply(messages.unknown(word), { buttons: [commandButton(messages.buttons.help, '/help')] })];
  }
  const { chatId, maxText } = request.binding;
  await sayInChat(request, { chatId, scope: 'public', text: line.text, maxText, by: 'answer', heading: '' });
  return [];
}

/** Adds an overheard message to the bound chat as a private note; without a bound chat it does nothing. */
async function note(request: CommandRequest): Promise<void> {
  const { context, binding, author, messages, args: text } = request;
  if (binding === null) return;
  const heading = messages.noteHeading(author.name);
  try {
    await sayInChat(request, {
      chatId: binding.chatId,
      scope: 'private',
      text,
      maxText: null,
      by: 'overheard',
      heading,
    });
  } catch (error) {
    // The employee did not ask for a note, so only the log reports the failure.
    context.tools.log('a message in a group could not be noted', { reason: sentenceOf(error, context) });
  }
}

async function change(
  context: ConsoleContext,
  action: BrainAction & { type: 'edit' | 'delete' },
  signal: AbortSignal,
): Promise<Delivery> {
  const messages = consoleTexts(context.language);
  try {
    if (action.type === 'delete') {
      await deleteSent(context, action.messageId, signal);
      return {};
    }
    const problem = await editSent(context, action.messageId, action.text, signal);
    if (problem === null) return {};
    const sentence = problem === 'not_changed' ? messages.notChanged : messages.notEdited;
    return { replies: [reply(sentence, { quoteOf: quotable(action.messageId) })] };
  } catch (error) {
    return { replies: [reply(sentenceOf(error, context))] };
  }
}

/** A sentence for the employee. Errors that another attempt or a health check may resolve are thrown again: then the delivery waits. */
function sentenceOf(error: unknown, context: ConsoleContext): string {
  const messages = consoleTexts(context.language);
  if (error instanceof ConsoleRefusal) return error.message;
  if (error instanceof MgRefused) return messages.refused(error.sentences.join('; ') || String(error.status));
  throw error;
}

function reply(
  text: string,
  parts: {
    readonly buttons?: readonly Button[];
    readonly files?: readonly FileRef[];
    readonly quoteOf?: string | null;
  } = {},
): Reply {
  // Only staff reads it, so it is sent even after somebody has silenced the bot.
  const said = { ...textReply(text), isInternal: true };
  return { ...said, buttons: parts.buttons ?? [], files: parts.files ?? [], quoteOf: parts.quoteOf ?? null };
}

/** Null for further parts of a long message, which have no id of their own in Bitrix24. */
function quotable(messageId: string): string | null {
  return /^\d+$/.test(messageId) ? messageId : null;
}
