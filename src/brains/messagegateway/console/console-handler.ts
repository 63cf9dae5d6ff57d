/** The console at work: commands are carried out, words go to the customer of the bound chat, talk among colleagues is noted or dropped. */
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
import { consoleMessages } from './messages/console-messages.ts';
import { parseLine } from './parse-line.ts';
import { runCommand } from './run-command.ts';

type Message = BrainAction & { type: 'message' };
type Overheard = BrainAction & { type: 'overheard' };

export interface ConsoleHandler {
  /** An employee spoke to the console. Repeatable. Throws AppErrors that can be tried again; what cannot is answered in words. */
  hear(action: Message, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** An employee spoke past it. */
  overhear(action: Overheard, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** An employee changed or deleted something said to it. */
  change(action: BrainAction & { type: 'edit' | 'delete' }, signal: AbortSignal): Promise<Delivery>;
  /** What we showed in a group has its id in Bitrix24 now. */
  shown(action: BrainAction & { type: 'receipt' }): Promise<Delivery>;
}

export function createConsoleHandler(context: ConsoleContext): ConsoleHandler {
  const isExternal = createExternalUsers(context);
  const messages = consoleMessages(context.language);

  async function answer(request: CommandRequest): Promise<readonly Reply[]> {
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
    await sayInChat(request, { chatId, scope: 'public', text: line.text, maxText, by: 'words', heading: '' });
    return [];
  }

  return {
    async hear(action, to, key, signal) {
      const link = to.remoteId === consoleRemoteId ? {} : { remoteConversationId: consoleRemoteId };
      const { author, chat, files, messageId } = action;
      try {
        if (!mayUse(context.settings, author) || (await isExternal(action, to, signal))) {
          return { ...link, replies: [reply(messages.notAllowed)] };
        }
        const binding = await bindingOfConsole(context.tools.state, to);
        const request = {
          context,
          to,
          key,
          messageId,
          author,
          chat,
          files,
          args: action.text,
          binding,
          messages,
          signal,
        };
        return { ...link, replies: await answer(request) };
      } catch (error) {
        const sentence = sentenceOf(error, context);
        return { ...link, replies: [reply(sentence, { quoteOf: quotable(messageId) })] };
      }
    },

    async overhear(action, to, key, signal) {
      if (context.settings.overheard !== 'note' || action.author.kind !== 'employee') return {};
      const binding = await bindingOfConsole(context.tools.state, to);
      if (binding === null) return {};
      const { author, chat, files, messageId } = action;
      const request = { context, to, key, messageId, author, chat, files, args: '', binding, messages, signal };
      const { chatId } = binding;
      const heading = messages.noteHeading(author.name);
      try {
        const { text } = action;
        await sayInChat(request, { chatId, scope: 'private', text, maxText: null, by: 'overheard', heading });
      } catch (error) {
        // Nobody asked for this note, so nobody is told; colleagues have read it where it was said.
        context.tools.log('talk in a group could not be noted', { reason: sentenceOf(error, context) });
      }
      return {};
    },

    async change(action, signal) {
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
    },

    async shown(action) {
      await rememberShown(context, action);
      return {};
    },
  };
}

/** The error in words for whoever asked. Throws what another attempt may mend, and what is the account's trouble: then the delivery waits. */
function sentenceOf(error: unknown, context: ConsoleContext): string {
  const messages = consoleMessages(context.language);
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
  // Only staff reads it: it is also said after somebody has told the bot to be silent.
  const said = { ...textReply(text), isInternal: true };
  return { ...said, buttons: parts.buttons ?? [], files: parts.files ?? [], quoteOf: parts.quoteOf ?? null };
}

/** Further parts of a long message have no message of their own in Bitrix24. */
function quotable(messageId: string): string | null {
  return /^\d+$/.test(messageId) ? messageId : null;
}
